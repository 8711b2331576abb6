"""Whether two windows can meet, one instruction running before the other: in one iteration or in two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import takewhile

from ptodsl.ir.nodes import For, If, Literal, Value
from ptodsl.verify.access import Access, Side
from ptodsl.verify.instructions import Instruction, Step
from ptodsl.verify.linear import Linear, Terms

Scopes = Mapping[Value, "tuple[Step, ...]"]


def can_meet(scopes: Scopes, first: tuple[Instruction, Access], second: tuple[Instruction, Access]) -> bool:
    """Whether two windows of one place may share a byte when `first` runs before `second`.

    Either both run in one iteration of every loop they share, or in different iterations of one of them, those
    outside of it being at one iteration still.
    """
    (earlier, one), (later, other) = first, second
    sides = list(zip(one.window, other.window, strict=True))
    common = _common(earlier.path, later.path)
    if _same_iteration(earlier, later, common) and all(_meet(a, b) for a, b in sides):
        return True
    loops = [step[0] for step in common if isinstance(step[0], For)]
    return any(all(_meet_across(scopes, loop, a, b) for a, b in sides) for loop in loops)


def is_fixed(scopes: Scopes, terms: Terms) -> bool:
    """Whether scalars never change: none of them is defined in a loop."""
    return not any(_is_inside(scopes, value, None) for value, _ in terms)


def stay_apart(scopes: Scopes, terms: Terms, loops: Iterable[For], width: int) -> bool:
    """Whether windows within `width` of each other, all moving with these scalars, never meet across iterations."""
    hull = Side(Linear(0, terms), width)
    return not any(_meet_across(scopes, loop, hull, hull) for loop in loops)


def _common(path: tuple[Step, ...], other: tuple[Step, ...]) -> tuple[Step, ...]:
    same = takewhile(lambda steps: steps[0] == steps[1], zip(path, other, strict=False))
    return tuple(step for step, _ in same)


def _same_iteration(earlier: Instruction, later: Instruction, common: tuple[Step, ...]) -> bool:
    """Whether one iteration of all common loops can run both in this order: not so in two branches of one `if`."""
    if earlier.order >= later.order:
        return False
    depth = len(common)
    if depth == min(len(earlier.path), len(later.path)):
        return True
    one, other = earlier.path[depth][0], later.path[depth][0]
    return not (isinstance(one, If) and one is other)


def _meet(a: Side, b: Side) -> bool:
    """In one iteration: a scalar that both name has one value."""
    if a.start.terms != b.start.terms:
        return True
    return -b.size < b.start.constant - a.start.constant < a.size


def _meet_across(scopes: Scopes, loop: For, a: Side, b: Side) -> bool:
    """With the loop's index at least one step on for `b`: scalars that the loop defines differ."""
    if a.start.terms != b.start.terms:
        return True
    if any(value is not loop.index and _is_inside(scopes, value, loop) for value, _ in a.start.terms):
        return True
    coefficient = dict(a.start.terms).get(loop.index, 0)
    if coefficient and not isinstance(loop.step, Literal):
        return True
    stride = coefficient * int(loop.step.value) if isinstance(loop.step, Literal) else 0
    return _steps_between(b.start.constant - a.start.constant, stride, -b.size, a.size)


def _steps_between(distance: int, stride: int, low: int, high: int) -> bool:
    """Whether distance + stride * n lies strictly between `low` and `high` for some n of at least 1."""
    if stride < 0:
        distance, stride, low, high = -distance, -stride, -high, -low
    if stride == 0:
        return low < distance < high
    count = max(1, (low - distance) // stride + 1)
    return distance + stride * count < high


def _is_inside(scopes: Scopes, value: Value, loop: For | None) -> bool:
    """Whether a scalar is defined in a loop (any, if None); parameters are in none."""
    steps = scopes.get(value, ())
    return any(isinstance(step[0], For) and (loop is None or step[0] is loop) for step in steps)
