"""Source text as Python knows it: parsed once a file, functions found in it, and spans in characters."""

from __future__ import annotations

import ast
import dis
import linecache
import tokenize
from collections.abc import Iterable
from functools import cached_property, lru_cache
from types import CodeType, FunctionType

from ptodsl.errors import PtoError
from ptodsl.errors.names import SourceMissing
from ptodsl.ir.span import Span

_HELD = 64
"""Files and cells kept parsed."""


class Source:
    """One parsed file or cell."""

    def __init__(self, file: str, lines: tuple[str, ...]) -> None:
        self.file = file
        self._lines = lines
        self._functions: dict[tuple[str, int], ast.FunctionDef] = {}
        self._tree = ast.parse("".join(lines), file)
        for node in ast.walk(self._tree):
            if isinstance(node, ast.FunctionDef):
                for line in (node.lineno, *(decorator.lineno for decorator in node.decorator_list)):
                    self._functions[node.name, line] = node

    def function(self, name: str, line: int) -> ast.FunctionDef | None:
        """The function whose `def` or first decorator stands on a line."""
        return self._functions.get((name, line))

    def has_made(self, code: CodeType) -> bool:
        """Whether Python makes this code of the text, as far as can be told: the text may have changed since.

        The text may have been compiled a part at a time, as a session does; Python calls what was imported beside a
        call in another way.
        """
        where = code.co_name, code.co_firstlineno
        made = self._codes_of_all.get(where)
        if made is None or _essence(made) == _essence(code):
            return True
        made = self._codes_of_parts.get(where)
        return made is not None and _essence(made) == _essence(code)

    @cached_property
    def _codes_of_all(self) -> dict[tuple[str, int], CodeType]:
        return self._codes([self._tree])

    @cached_property
    def _codes_of_parts(self) -> dict[tuple[str, int], CodeType]:
        return self._codes(ast.Module([statement], []) for statement in self._tree.body)

    def _codes(self, parts: Iterable[ast.Module]) -> dict[tuple[str, int], CodeType]:
        """The code of every function, by name and line of its `def` or first decorator."""
        try:
            pending = [compile(part, self.file, "exec", dont_inherit=True) for part in parts]
        except (SyntaxError, ValueError):  # a cell may hold what a module may not
            return {}
        codes: dict[tuple[str, int], CodeType] = {}
        while pending:
            inner = [constant for constant in pending.pop().co_consts if isinstance(constant, CodeType)]
            codes |= {(code.co_name, code.co_firstlineno): code for code in inner}
            pending += inner
        return codes

    def span(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> Span:
        """Where a node stands."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._characters(node.lineno, node.col_offset)
        end = self._characters(node.end_lineno, node.end_col_offset)
        return Span(self.file, node.lineno, start, node.end_lineno, end)

    def head(self, node: ast.stmt) -> Span:
        """Where a statement stands, or the first line of one that holds others."""
        span = self.span(node)
        if span.end_line == span.line or not hasattr(node, "body"):
            return span
        return Span(self.file, span.line, span.column, span.line, len(self._lines[span.line - 1].rstrip()))

    def header(self, node: ast.FunctionDef) -> Span:
        """Where `def name` stands."""
        start = self._characters(node.lineno, node.col_offset)
        return Span(self.file, node.lineno, start, node.lineno, start + len("def ") + len(node.name))

    def _characters(self, line: int, column: int) -> int:
        """The column in characters of a column in bytes of UTF-8, which is what `ast` counts."""
        text = self._lines[line - 1]
        return column if text.isascii() else len(text.encode()[:column].decode())


_CALLS = frozenset(
    {
        "LOAD_ATTR",
        "LOAD_METHOD",
        "PUSH_NULL",
        "PRECALL",
        "CALL",
        "CALL_METHOD",
        "CALL_FUNCTION",
        "CACHE",
        "EXTENDED_ARG",
    }
)
"""Instructions of calls: which of them Python takes hangs on what the rest of its file or cell imports."""

_OPERATORS = frozenset({"BINARY_OP", "COMPARE_OP"})


def _essence(code: CodeType) -> tuple[object, ...]:
    """What one text always becomes, code inside left out."""
    constants = [repr(constant) for constant in code.co_consts if not isinstance(constant, CodeType)]
    operations = [
        (one.opname, one.arg if one.opname in _OPERATORS else None)
        for one in dis.get_instructions(code)
        if one.opname not in _CALLS
    ]
    return constants, code.co_names, code.co_varnames, operations


def locate(python: FunctionType) -> tuple[Source, ast.FunctionDef]:
    """The source of a function and its node there; raises `PtoError` where Python does not know the text."""
    code = python.__code__
    lines = linecache.getlines(code.co_filename, python.__globals__)
    if not lines:
        raise _missing(python, _unreadable(code.co_filename), _KEEP)
    changed = f"`{code.co_filename}` has changed since it was run"
    try:
        source = _parsed(code.co_filename, tuple(lines))
    except (SyntaxError, ValueError):  # ValueError: null bytes
        raise _missing(python, changed, _RUN_AGAIN) from None
    node = source.function(code.co_name, code.co_firstlineno)
    if node is None:
        reason = f"line {code.co_firstlineno} of `{code.co_filename}` holds no `def {code.co_name}`"
        raise _missing(python, reason, _RUN_AGAIN)
    if not source.has_made(code):
        raise _missing(python, changed, _RUN_AGAIN)
    return source, node


_KEEP = "put it in a file or a notebook cell; code given to `exec` needs its text in `linecache.cache`"
_RUN_AGAIN = "start Python again, or run the cell or reload the module that defines it"


def _unreadable(file: str) -> str:
    """Why there are no lines of a file."""
    try:
        with tokenize.open(file) as text:
            text.read()
    except (SyntaxError, UnicodeDecodeError) as error:
        return f"`{file}` is not the text that it should be: {error}"
    except (OSError, ValueError):
        pass
    return f"Python keeps no text for `{file}`"


@lru_cache(maxsize=_HELD)
def _parsed(file: str, lines: tuple[str, ...]) -> Source:
    return Source(file, lines)


def _missing(python: FunctionType, reason: str, how: str) -> PtoError:
    return PtoError([SourceMissing(None, name=python.__qualname__, reason=reason, how=how)])
