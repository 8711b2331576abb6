"""Source text as Python knows it: parsed once a file, functions found in it, and spans in characters."""

from __future__ import annotations

import ast
import linecache
from functools import lru_cache
from types import FunctionType

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
        for node in ast.walk(ast.parse("".join(lines), file)):
            if isinstance(node, ast.FunctionDef):
                for line in (node.lineno, *(decorator.lineno for decorator in node.decorator_list)):
                    self._functions[node.name, line] = node

    def function(self, name: str, line: int) -> ast.FunctionDef | None:
        """The function whose `def` or first decorator stands on a line."""
        return self._functions.get((name, line))

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


def locate(python: FunctionType) -> tuple[Source, ast.FunctionDef]:
    """The source of a function and its node there; raises `PtoError` where Python does not know the text."""
    code = python.__code__
    lines = linecache.getlines(code.co_filename, python.__globals__)
    if not lines:
        raise _missing(python, f"Python keeps no text for `{code.co_filename}`")
    try:
        source = _parsed(code.co_filename, tuple(lines))
    except SyntaxError:
        raise _missing(python, f"`{code.co_filename}` has changed since it was run") from None
    node = source.function(code.co_name, code.co_firstlineno)
    if node is None:
        raise _missing(python, f"line {code.co_firstlineno} of `{code.co_filename}` holds no `def {code.co_name}`")
    return source, node


@lru_cache(maxsize=_HELD)
def _parsed(file: str, lines: tuple[str, ...]) -> Source:
    return Source(file, lines)


def _missing(python: FunctionType, reason: str) -> PtoError:
    return PtoError([SourceMissing(None, name=python.__qualname__, reason=reason)])
