"""Removal of what loops carry and branches merge for nobody.

A name that a loop body or two branches assign anew is carried out of them, read or not. Unread, it would still bind
the tiles that meet in it to one memory and one buffer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from typing_extensions import assert_never

from ptodsl.ir.nodes import Block, Call, For, Function, If, Op, Operand, Return, Statement, Value, Yield
from ptodsl.ir.rewrite import operands_of, walk, yielded

T = TypeVar("T")

Carry = tuple[Value, tuple[Operand, ...]]
"""A value that a loop or branch brings about, and the values that flow into it."""


def without_dead_carries(function: Function) -> Function:
    """The function without carries and merges that no op, call, condition or bound depends on."""
    carries = [carry for statement in walk(function.body) for carry in _carries(statement)]
    needed = _needed(function.body, dict(carries))
    if all(value in needed for value, _ in carries):
        return function
    return replace(function, body=_pruned(function.body, needed))


def _carries(statement: Statement) -> Iterator[Carry]:
    match statement:
        case If():
            yield from zip(
                statement.results, zip(yielded(statement.then), yielded(statement.orelse), strict=True), strict=True
            )
        case For():
            flows = zip(statement.carried, statement.results, statement.initial, yielded(statement.body), strict=True)
            for carried, result, initial, next_one in flows:
                yield carried, (result, initial, next_one)
                yield result, (carried,)
        case Op() | Call() | Yield() | Return():
            pass
        case _:
            assert_never(statement)


def _needed(block: Block, flows: dict[Value, tuple[Operand, ...]]) -> set[Operand]:
    """The values that something other than a carry reads, and all that flow into them."""
    needed: set[Operand] = set()
    waiting = [operand for statement in walk(block) for operand in _read(statement)]
    while waiting:
        operand = waiting.pop()
        if operand not in needed:
            needed.add(operand)
            if isinstance(operand, Value):
                waiting += flows.get(operand, ())
    return needed


def _read(statement: Statement) -> tuple[Operand, ...]:
    """What a statement itself reads, and does not only hand on."""
    match statement:
        case For():
            return (statement.start, statement.stop, statement.step)
        case Yield():
            return ()
        case Op() | Call() | If() | Return():
            return operands_of(statement)
        case _:
            assert_never(statement)


def _pruned(block: Block, needed: set[Operand], kept: tuple[bool, ...] = ()) -> Block:
    """The block with carries pruned; of what leaves it, the places that are `kept`."""
    return Block(tuple(_pruned_one(statement, needed, kept) for statement in block.statements))


def _pruned_one(statement: Statement, needed: set[Operand], kept: tuple[bool, ...]) -> Statement:
    match statement:
        case If(then=then, orelse=orelse, results=results):
            keep = tuple(result in needed for result in results)
            then, orelse = _pruned(then, needed, keep), _pruned(orelse, needed, keep)
            return replace(statement, then=then, orelse=orelse, results=_only(results, keep))
        case For(body=body, carried=carried, initial=initial, results=results):
            keep = tuple(value in needed for value in carried)
            return replace(
                statement,
                body=_pruned(body, needed, keep),
                carried=_only(carried, keep),
                initial=_only(initial, keep),
                results=_only(results, keep),
            )
        case Yield(values=values):
            return replace(statement, values=_only(values, kept))
        case Op() | Call() | Return():
            return statement
        case _:
            assert_never(statement)


def _only(values: Iterable[T], kept: tuple[bool, ...]) -> tuple[T, ...]:
    return tuple(value for value, keep in zip(values, kept, strict=True) if keep)
