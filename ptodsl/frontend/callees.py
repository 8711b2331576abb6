"""What can be called in a body: ops, kernels, `pl.range` and `pl.yield_`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import FunctionType
from typing import Any

from ptodsl import language
from ptodsl.errors.names import Misplaced, Unsupported
from ptodsl.frontend import calls, tasks
from ptodsl.frontend.decorators import Kernel, is_kernel
from ptodsl.frontend.entities import Argument, Constant, Entity, Items
from ptodsl.frontend.state import State
from ptodsl.ir.nodes import FunctionKind
from ptodsl.ir.span import Span
from ptodsl.language import ops


@cache
def _spellings() -> dict[object, str]:
    """The op that each stub of the language stands for."""
    return {getattr(ops, name): name for name in ops.__all__}


def is_known(callee: Entity) -> bool:
    """Whether a call of it is compiled."""
    if not isinstance(callee, Constant):
        return False
    value = callee.value
    if is_kernel(value) or value is language.range or value is language.yield_:
        return True
    return isinstance(value, FunctionType) and value in _spellings()


def call(
    state: State,
    callee: Entity,
    positional: Sequence[Argument],
    keywords: Mapping[str, Argument],
    span: Span,
    label: str,
) -> Entity:
    """What a call gives."""
    assert isinstance(callee, Constant)
    if is_kernel(callee.value):
        return _kernel(state, callee.value, positional, keywords, span)
    if callee.value is language.yield_:
        return _yield(state, positional)
    if callee.value is language.range:
        what, instead = "`pl.range` outside a loop's head", "write `for i in pl.range(...)`"
        raise state.fail(Unsupported, span, what=what, instead=instead)
    return calls.apply(state, _spellings()[callee.value], positional, keywords, span, label)


def _kernel(
    state: State, kernel: Kernel[Any], positional: Sequence[Argument], keywords: Mapping[str, Argument], span: Span
) -> Entity:
    if state.kind is FunctionKind.KERNEL:
        how = "call kernels from an orchestration; write shared steps out, or loop over them"
        raise state.fail(Misplaced, span, name=f"{kernel.__name__}(...)", place="a kernel", how=how)
    return tasks.submit(state, state.callee(kernel, span), positional, keywords, span)


def _yield(state: State, values: Sequence[Argument]) -> Entity:
    """The values themselves; an enclosing loop with `init_values` takes them over."""
    if state.yielded:
        state.yielded[-1] = tuple(values)
    return values[0].entity if len(values) == 1 else Items(tuple(value.entity for value in values))
