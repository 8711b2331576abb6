"""The statements of a plan, written into the kernel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from typing_extensions import assert_never

from ptodsl.ir.hardware import Pipe
from ptodsl.ir.nodes import AttributeValue, Block, Function, Op, Statement
from ptodsl.ir.span import Span
from ptodsl.passes.sync.items import Barrier
from ptodsl.passes.sync.plan import Plan
from ptodsl.passes.sync.regions import Branch, Element, Instruction, Loop, Region
from ptodsl.passes.sync.schedule import Action, Mark


def place(function: Function, plan: Plan) -> Function:
    """The function with the plan's flags and barriers, and the barrier of all pipes before its end."""
    body = _Placement(plan).block(plan.schedule.kernel.body)
    *statements, end = body.statements
    barrier = _op("pipe_barrier", {"pipe": Pipe.ALL.value}, end.span)
    return replace(function, body=Block((*statements, barrier, end)))


def _op(name: str, attributes: dict[str, AttributeValue], span: Span) -> Op:
    return Op(name, (), attributes, (), span)


class _Placement:
    """A plan whose items have numbers."""

    def __init__(self, plan: Plan) -> None:
        self._schedule = plan.schedule
        self._events = plan.events
        self._numbers = {item.key: number for number, item in enumerate(plan.items)}

    def block(self, region: Region) -> Block:
        """The block of a region with all statements of its gaps."""
        *statements, end = region.block.statements
        places: dict[Statement, int] = {element.statement: index for index, element in enumerate(region.elements)}
        placed: list[Statement] = []
        for statement in statements:
            index = places.get(statement)
            if index is None:
                placed.append(statement)
            else:
                placed += self._surrounded(region, index)
        placed += self._ops(self._schedule.before(region, len(region.elements)), end.span)
        return Block((*placed, end))

    def _surrounded(self, region: Region, index: int) -> Iterator[Statement]:
        element = region.elements[index]
        yield from self._ops(self._schedule.before(region, index), element.statement.span)
        yield self._rebuilt(element)
        yield from self._ops(self._schedule.behind(region, index), element.statement.span)

    def _rebuilt(self, element: Element) -> Statement:
        match element:
            case Instruction():
                return element.statement
            case Branch():
                then, orelse = element.regions
                return replace(element.statement, then=self.block(then), orelse=self.block(orelse))
            case Loop():
                return replace(element.statement, body=self.block(element.body))
            case _:
                assert_never(element)

    def _ops(self, marks: Iterable[Mark], span: Span) -> Iterator[Op]:
        return (self._statement(mark, span) for mark in marks)

    def _statement(self, mark: Mark, span: Span) -> Op:
        number = self._numbers[mark.item.key]
        if isinstance(mark.item, Barrier):
            return _op("pipe_barrier", {"pipe": mark.item.pipe.value, "pair": number}, span)
        source, target = mark.item.pair
        flag: dict[str, AttributeValue] = {"source": source.value, "target": target.value}
        name = "set_flag" if mark.action is Action.SET else "wait_flag"
        return _op(name, {**flag, "event": self._events[mark.item.key], "pair": number}, span)
