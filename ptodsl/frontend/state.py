"""What the lowering of one function carries along."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from ptodsl.errors import Diagnostic, Note
from ptodsl.frontend.entities import Argument
from ptodsl.frontend.namespace import Namespace
from ptodsl.frontend.scope import Scope
from ptodsl.frontend.source import Source
from ptodsl.ir.builder import Builder
from ptodsl.ir.nodes import Function, FunctionKind
from ptodsl.ir.span import Span

if TYPE_CHECKING:
    from ptodsl.frontend.decorators import Kernel

T = TypeVar("T")


class Mistake(Exception):
    """A mistake in the user's source; what it belongs to cannot be built."""

    def __init__(self, diagnostic: Diagnostic | None) -> None:
        super().__init__(diagnostic)
        self.diagnostic = diagnostic
        """None where what is in error was reported before."""


@dataclass
class State:
    """One function while it is lowered."""

    source: Source
    kind: FunctionKind
    names: Namespace
    callee: Callable[[Kernel[Any], Span], Function]
    """The lowered function behind a kernel that is called."""
    last_read: dict[str, int]
    """The last line that reads a name."""
    scope: Scope = field(default_factory=Scope)
    builder: Builder = field(default_factory=Builder)
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    yielded: list[tuple[Argument, ...] | None] = field(default_factory=list["tuple[Argument, ...] | None"])
    """For each open loop and branch, what its `pl.yield_` gives."""
    carried: list[frozenset[str]] = field(default_factory=list["frozenset[str]"])
    """For each open loop, the names that go from iteration to iteration."""
    _said: dict[tuple[type[Diagnostic], str], int] = field(default_factory=dict["tuple[type[Diagnostic], str]", int])
    """Where the first mistake of a class about a name is reported."""
    incomplete: bool = False
    """Whether something could not be built, so that the function does less than its source says."""

    def span(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> Span:
        """Where a node stands."""
        return self.source.span(node)

    def is_read_after(self, node: ast.stmt, name: str) -> bool:
        """Whether something may read a name once the statement is done: later in the text, or the next iteration."""
        assert node.end_lineno is not None
        return self.last_read.get(name, 0) > node.end_lineno or any(name in names for names in self.carried)

    def fail(self, mistake: type[Diagnostic], span: Span, *notes: Note, **fields: object) -> Mistake:
        """A mistake to raise."""
        return Mistake(mistake(span, notes, **fields))

    def fail_once(self, mistake: type[Diagnostic], span: Span, *notes: Note, name: str, **fields: object) -> Mistake:
        """A mistake about a name to raise; said at its first use in the function only."""
        said = self.has_said(mistake, name)
        return Mistake(None) if said else self.fail(mistake, span, *notes, name=name, **fields)

    def has_said(self, mistake: type[Diagnostic], name: str) -> bool:
        """Whether a mistake about a name is reported."""
        index = self._said.get((mistake, name), len(self.diagnostics))
        said = self.diagnostics[index : index + 1]
        return any(type(other) is mistake and other.fields["name"] == name for other in said)

    def report(self, mistake: type[Diagnostic], span: Span, *notes: Note, **fields: object) -> None:
        """A mistake that building can go on after."""
        self._say(mistake(span, notes, **fields))

    def succeeds(self, build: Callable[[], object]) -> bool:
        """Whether `build` met no mistake; one that it met is reported."""
        try:
            build()
        except Mistake as mistake:
            self._note(mistake)
            return False
        return True

    def attempt(self, build: Callable[[], T]) -> T | None:
        """What `build` gives; None where it met a mistake, which is reported."""
        try:
            return build()
        except Mistake as mistake:
            self._note(mistake)
            return None

    def _note(self, mistake: Mistake) -> None:
        self.incomplete = True
        if mistake.diagnostic is not None:
            self._say(mistake.diagnostic)

    def _say(self, diagnostic: Diagnostic) -> None:
        name = diagnostic.fields.get("name")
        if isinstance(name, str) and not self.has_said(type(diagnostic), name):
            self._said[type(diagnostic), name] = len(self.diagnostics)
        self.diagnostics.append(diagnostic)

    def mark(self) -> tuple[int, bool]:
        """What is reported so far, before building on assumptions that may turn out wrong."""
        return len(self.diagnostics), self.incomplete

    def withdraw(self, mark: tuple[int, bool]) -> None:
        """Take back what was reported since."""
        count, self.incomplete = mark
        del self.diagnostics[count:]
