"""Kernels with one thing changed: blocks rebuilt around a statement, types replaced, the rest shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ptodsl.ir.nodes import Block, For, Function, If, Op, Program, Statement
from ptodsl.ir.rewrite import blocks_of, walk
from ptodsl.ops.row import Family
from ptodsl.ops.table import row_of

Statements = tuple[Statement, ...]


@dataclass(frozen=True)
class Mutant:
    """A program with one fault, of which the kernel or orchestration `function` has it."""

    kind: str
    what: str
    function: str
    program: Program

    def __str__(self) -> str:
        """Where the fault is and what it does."""
        return f"{self.function}: {self.kind}: {self.what}"


def with_function(program: Program, old: Function, new: Function) -> Program:
    """The program with one function replaced."""
    return replace(program, functions=tuple(new if one is old else one for one in program.functions))


def with_blocks(function: Function, edit: Callable[[Statements], Statements]) -> Function:
    """The function with every block's statements edited, those of inner blocks first."""

    def block(old: Block) -> Block:
        return Block(edit(tuple(map(statement, old.statements))))

    def statement(old: Statement) -> Statement:
        match old:
            case For():
                return replace(old, body=block(old.body))
            case If():
                return replace(old, then=block(old.then), orelse=block(old.orelse))
            case _:
                return old

    return replace(function, body=block(function.body))


def without(function: Function, *dropped: Op) -> Function:
    """The function without some statements."""
    return with_blocks(function, lambda body: tuple(one for one in body if one not in dropped))


def exchanged(function: Function, one: Op, other: Op) -> Function:
    """The function with two ops in each other's places, wherever they stand."""
    places: dict[Statement, Statement] = {one: other, other: one}
    return with_blocks(function, lambda body: tuple(places.get(statement, statement) for statement in body))


def substituted(function: Function, old: Statement, new: Statement) -> Function:
    """The function with one statement replaced by one of equal results."""
    return with_blocks(function, lambda body: tuple(new if statement is old else statement for statement in body))


def moved(function: Function, op: Op, past: Op) -> Function:
    """The function with an op on the other side of another one of its block."""

    def edit(body: Statements) -> Statements:
        if op not in body:
            return body
        target = body.index(past)
        rest = [one for one in body if one is not op]
        rest.insert(target, op)
        return tuple(rest)

    return with_blocks(function, edit)


def blocks(block: Block) -> Iterator[Statements]:
    """The statements of every block, those of inner ones first."""
    for statement in block.statements:
        for inner in blocks_of(statement):
            yield from blocks(inner)
    yield block.statements


def is_sync(statement: Statement) -> bool:
    """Whether a statement is a flag or a barrier."""
    return isinstance(statement, Op) and row_of(statement).family is Family.SYNC


def is_instruction(statement: Statement) -> bool:
    """Whether a statement is an op that some pipe executes."""
    if not isinstance(statement, Op) or is_sync(statement):
        return False
    row = row_of(statement)
    return row.pipe is not None or row.transfer


def ops(function: Function) -> list[Op]:
    """The ops of a function, in printed order."""
    return [statement for statement in walk(function.body) if isinstance(statement, Op)]
