"""Windows of tensors as boxes, and whether two of them can meet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ptodsl.ir.boxes import Box, Interval
from ptodsl.ir.nodes import For, Value
from ptodsl.passes.sync.scalars import Scalars


@dataclass(frozen=True)
class Window:
    """What an instruction touches of a tensor. `loops` enclose the instruction, the outermost first."""

    box: Box
    loops: tuple[For, ...]

    @property
    def is_constant(self) -> bool:
        """Whether the box is the same at every execution."""
        return not any(interval.start.terms for interval in self.box)


def common_loops(first: Window, second: Window) -> Iterator[For]:
    """The loops that enclose both instructions, the outermost first."""
    for one, other in zip(first.loops, second.loops, strict=False):
        if one is not other:
            return
        yield one


def meet_in_iteration(first: Window, second: Window) -> bool:
    """Whether the boxes can meet while every common loop has one index for both.

    They are apart if in some dim the distance of their offsets is a known constant, and at least the size.
    """
    return not any(_distant(*intervals) for intervals in zip(first.box, second.box, strict=True))


def meet_across(first: Window, second: Window, scalars: Scalars) -> bool:
    """Whether the boxes can meet while the index of some common loop differs by a step or more.

    The loops outside of that one have one index for both. The boxes are apart if in some dim the distance is a known
    constant and at least the size, or if no number of steps brings the second where the first was.
    """
    return any(
        not any(_distant_across(*intervals, loop, scalars) for intervals in zip(first.box, second.box, strict=True))
        for loop in common_loops(first, second)
    )


def _distant(first: Interval, second: Interval) -> bool:
    distance = second.start.plus(first.start, -1)
    return not distance.terms and (distance.constant >= first.size or -distance.constant >= second.size)


def _distant_across(first: Interval, second: Interval, loop: For, scalars: Scalars) -> bool:
    varying = {value for value in _values(first, second) if scalars.varies(value, loop)}
    if not varying:
        return _distant(first, second)
    step = scalars.forms.of(loop.step)
    if varying != {loop.index} or first.start.terms != second.start.terms or step.terms:
        return False
    distance = second.start.constant - first.start.constant
    stride = first.start.coefficient(loop.index) * step.constant
    if stride < 0:
        return passes_by(-distance, -stride, second.size, first.size)
    return passes_by(distance, stride, first.size, second.size)


def passes_by(distance: int, stride: int, size: int, other: int) -> bool:
    """Whether windows of these sizes never meet, the second ahead by `distance` and one stride or more of 0 upwards."""
    if not stride:
        return distance >= size or -distance >= other
    steps = max(1, -((distance + other - 1) // stride))
    return distance + steps * stride >= size


def _values(first: Interval, second: Interval) -> Iterator[Value]:
    yield from first.start.values
    yield from second.start.values
