"""The scalars of a kernel: their linear forms, and the loops that each may change in."""

from __future__ import annotations

from dataclasses import dataclass, field

from ptodsl.ir.boxes import LinearForms, forms_of
from ptodsl.ir.nodes import Block, For, Function, Value
from ptodsl.ir.rewrite import blocks_of, results_of


@dataclass(frozen=True)
class Scalars:
    """What is known of every scalar of a function."""

    forms: LinearForms
    scopes: dict[Value, frozenset[For]] = field(default_factory=dict[Value, "frozenset[For]"])

    def varies(self, value: Value, loop: For) -> bool:
        """Whether a value that occurs in a form may differ between iterations of a loop."""
        return loop in self.scopes.get(value, frozenset())


def scalars_of(function: Function) -> Scalars:
    """The scalars of a function."""
    scalars = Scalars(forms_of(function))
    _enter(function.body, frozenset(), scalars.scopes)
    return scalars


def _enter(block: Block, loops: frozenset[For], scopes: dict[Value, frozenset[For]]) -> None:
    for statement in block.statements:
        scopes.update(dict.fromkeys(results_of(statement), loops))
        inside = loops
        if isinstance(statement, For):
            inside = loops | {statement}
            scopes.update(dict.fromkeys((statement.index, *statement.carried), inside))
        for inner in blocks_of(statement):
            _enter(inner, inside, scopes)
