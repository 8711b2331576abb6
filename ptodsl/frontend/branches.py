"""`if`, `elif` and `else`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from ptodsl.frontend import conditions
from ptodsl.frontend.expressions import argument
from ptodsl.frontend.merging import Merge, branch
from ptodsl.frontend.scope import Binding, Missing, Path
from ptodsl.frontend.state import State
from ptodsl.ir.nodes import Statement

Body = Callable[[State, "list[ast.stmt]"], None]
"""Lowers statements in order."""


def lower(state: State, node: ast.If, body: Body) -> None:
    """An `if`: one branch where the condition is known at compile time, both and their merge where it is not."""
    test = argument(state, node.test)
    truth = conditions.known(test)
    if truth is not None:
        body(state, node.body if truth else node.orelse)
        return
    condition = conditions.operand(state, test)
    then, bound_then = _path(state, node.body, body)
    orelse, bound_else = _path(state, node.orelse, body)
    merge = Merge(state, state.span(node.test))
    meet = _Meeting(merge, conditions.wording(node.test), conditions.opposite(node.test))
    for name in {**bound_then, **bound_else}:
        if state.is_read_after(node, name):
            meet.bind(name, bound_then, bound_else)
        else:
            state.scope.forget(name)
    branch(merge, condition, then, orelse)


def _path(state: State, statements: list[ast.stmt], body: Body) -> tuple[list[Statement], Mapping[str, Binding]]:
    state.yielded.append(None)
    with state.scope.branch() as bound, state.builder.block() as lowered:
        body(state, statements)
    state.yielded.pop()
    return lowered, bound


class _Meeting:
    """Gives each name that a branch bound its binding after both."""

    def __init__(self, merge: Merge, holds: str, fails: str) -> None:
        self._merge = merge
        self._words = (holds, fails)

    def bind(self, name: str, then: Mapping[str, Binding], orelse: Mapping[str, Binding]) -> None:
        """Bind the name to what both branches leave it at, or to the paths that do not assign it."""
        scope = self._merge.state.scope
        outer = scope.get(name)
        left, right = then.get(name, outer), orelse.get(name, outer)
        if left is None or right is None or isinstance(left, Missing) or isinstance(right, Missing):
            paths = self._paths(left, name in then, 0) + self._paths(right, name in orelse, 1)
            scope.bind(name, Missing(paths))
        else:
            scope.bind(name, self._merge.entity(name, left, right))

    def _paths(self, binding: Binding | None, inside: bool, side: int) -> tuple[Path, ...]:
        """The paths through one branch that do not assign the name."""
        words = self._words[side]
        if binding is None:
            return (Path((words,), place=self._merge.span),)
        if not isinstance(binding, Missing):
            return ()
        return tuple(path.under(words) if inside else path.then(words) for path in binding.paths)
