"""Which values share bytes by what statements mean: views, tied operands, loop carries and merges of branches."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from typing_extensions import assert_never

from ptodsl.ir.nodes import Block, Call, For, If, Op, Operand, Return, Statement, Value, Yield
from ptodsl.ir.rewrite import walk, yielded
from ptodsl.ir.tiles import is_tile
from ptodsl.ops.table import row_of


class JoinKind(enum.Enum):
    """Why two values share bytes."""

    VIEW = "view"
    """The second value is (part of) the first one's bytes, unchanged."""
    TIED = "tied"
    """The second value is the first one's bytes, updated."""
    CARRY = "carry"
    """The first value enters the second: a loop's initial or yielded value what it carries, a branch's its result."""
    EXIT = "exit"
    """What a loop carries, and the result it leaves behind."""


@dataclass(frozen=True)
class Join:
    """Two values that share bytes, and the statement that makes them: for a carry, the For or the Yield.

    `index` counts what that statement hands over: the operand group of an op, the carried value, the result.
    """

    kind: JoinKind
    source: Value
    target: Value
    at: Statement
    index: int


def joins(block: Block) -> Iterator[Join]:
    """Every join of a block and the blocks in it, in printed order."""
    for statement in walk(block):
        match statement:
            case Op():
                yield from _of_op(statement)
            case For():
                yield from _of_for(statement)
            case If():
                for branch in (statement.then, statement.orelse):
                    yield from _entries(yielded(branch), statement.results, branch.statements[-1])
            case Call() | Yield() | Return():
                pass
            case _:
                assert_never(statement)


def _of_op(op: Op) -> Iterator[Join]:
    row = row_of(op)
    for name, kind in ((row.view_of, JoinKind.VIEW), (row.tied, JoinKind.TIED)):
        if name and is_tile(op.result):
            index = row.operand_index(name)
            (source,) = op.operands[index]
            assert isinstance(source, Value)
            yield Join(kind, source, op.result, op, index)


def _of_for(loop: For) -> Iterator[Join]:
    yield from _entries(loop.initial, loop.carried, loop)
    yield from _entries(yielded(loop.body), loop.carried, loop.body.statements[-1])
    for index, (carried, result) in enumerate(zip(loop.carried, loop.results, strict=True)):
        if is_tile(carried):
            yield Join(JoinKind.EXIT, carried, result, loop, index)


def _entries(sources: tuple[Operand, ...], targets: tuple[Value, ...], at: Statement) -> Iterator[Join]:
    for index, (source, target) in enumerate(zip(sources, targets, strict=True)):
        if is_tile(target):
            assert isinstance(source, Value)
            yield Join(JoinKind.CARRY, source, target, at, index)
