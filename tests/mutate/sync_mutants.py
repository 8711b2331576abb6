"""Kernels with a flag or a barrier deleted, or swapped with what it orders."""

from __future__ import annotations

from collections.abc import Iterator

from ptodsl.ir.nodes import Function, Op, Program
from tests.mutate.editing import (
    Mutant,
    Statements,
    blocks,
    exchanged,
    is_instruction,
    is_sync,
    moved,
    ops,
    with_function,
    without,
)
from tests.ordered_kernels import items_of

WORDS = {"set_flag": "set", "wait_flag": "wait", "pipe_barrier": "barrier"}


def sync_mutants(program: Program, function: Function) -> Iterator[Mutant]:
    """Every deletion and every swap of a kernel's flags and barriers."""
    for kind, what, changed in _changed(function):
        yield Mutant(kind, what, function.name, with_function(program, function, changed))


def _changed(function: Function) -> Iterator[tuple[str, str, Function]]:
    for op in filter(is_sync, ops(function)):
        yield f"{WORDS[op.name]} deleted", _text(op), without(function, op)
    for number, item in items_of(function).items():
        if len(item) > 1:
            yield "pair deleted", f"pair {number}, {_text(item[0])}", without(function, *item)
        if [op.name for op in item] == ["set_flag", "wait_flag"]:
            yield "set and wait swapped", f"pair {number}, {_text(item[0])}", exchanged(function, *item)
    for body in blocks(function.body):
        for index, statement in enumerate(body):
            if isinstance(statement, Op) and is_sync(statement):
                past = _neighbour(body, index, forward=statement.name != "set_flag")
                if past is not None:
                    what = f"{_text(statement)} past {past.name}"
                    yield f"{WORDS[statement.name]} swapped", what, moved(function, statement, past)


def _neighbour(body: Statements, index: int, *, forward: bool) -> Op | None:
    """The instruction next to a flag, others of its kind left out: none where a branch or loop stands between."""
    step = 1 if forward else -1
    place = index + step
    while 0 <= place < len(body) and is_sync(body[place]):
        place += step
    if not 0 <= place < len(body):
        return None
    statement = body[place]
    return statement if isinstance(statement, Op) and is_instruction(statement) else None


def _text(op: Op) -> str:
    return " ".join(str(word) for name, word in op.attributes.items() if name != "pair")
