"""Equivalent mutants: no other programs than the one that they were made of, by what they are.

Decided before any judge has spoken. The judges see them all the same, and must have nothing to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from ptodsl.ir.liveness import Range, intersect, live_ranges, merged
from ptodsl.ir.nodes import Block, Function, Op, Value
from ptodsl.ir.printer import print_program
from ptodsl.ir.rewrite import blocks_of, operands_of, walk
from ptodsl.machine import Architecture
from ptodsl.passes.insert_sync import InsertSync
from tests.mutate.buffers import Buffer, buffers_of
from tests.mutate.corpus import Subject
from tests.mutate.editing import Mutant, is_sync, ops, with_function, without
from tests.mutate.placement_mutants import Exchange, Shift

FREE = "a tile on bytes that no other one ever has"
AS_GOOD = "a placement as good, no two tiles live together on any byte, which insert_sync orders by the very same flags"
RENAMED = "two fresh tensors that nothing but the call uses, which exchange their names"


def why_equivalent(subject: Subject, mutant: Mutant) -> str:
    """Why a mutant is no other program than its subject; nothing where it is one."""
    function = subject.placed.function(mutant.function)
    match mutant:
        case Shift():
            return _why_as_good(function, mutant, subject.architecture)
        case Exchange():
            return RENAMED if _are_names(function, mutant) else ""
        case _:
            return ""


def _why_as_good(function: Function, shift: Shift, architecture: Architecture) -> str:
    buffers = buffers_of(function)
    moved = next((buffer for buffer in buffers if {*buffer.tiles} == {*shift.tiles}), None)
    if moved is None or not _may_start(moved, moved.start + shift.by, architecture):
        return ""
    start, stop = moved.start + shift.by, moved.stop + shift.by
    met = [one for one in buffers if one is not moved and one.memory is moved.memory and one.meets(start, stop)]
    if not met:
        return FREE
    needed = _needed(function, [moved, *met])
    if any(intersect(needed[moved], needed[other]) for other in met):
        return ""
    return AS_GOOD if _is_ordered_alike(shift, architecture) else ""


def _may_start(buffer: Buffer, start: int, architecture: Architecture) -> bool:
    """Whether its memory ends behind a buffer that starts at a byte, which the memory's granule divides."""
    spec = architecture.memories[buffer.memory]
    return start % spec.alignment == 0 and 0 <= start <= spec.capacity - buffer.size


def _needed(function: Function, buffers: Sequence[Buffer]) -> dict[Buffer, list[Range]]:
    """When buffers are needed: what an instruction reads, until it has written. So nothing works in place here."""
    live = live_ranges(function, _always).of
    return {buffer: merged(one for tile in buffer.tiles for one in live.get(tile, ())) for buffer in buffers}


def _always(_op: Op, _index: int, _operand: Value) -> bool:
    return True


def _is_ordered_alike(mutant: Mutant, architecture: Architecture) -> bool:
    """Whether the mutant is what `insert_sync` makes of it without its flags and barriers."""
    kernel = mutant.program.function(mutant.function)
    bare = with_function(mutant.program, kernel, without(kernel, *filter(is_sync, ops(kernel))))
    return print_program(InsertSync().run(bare, architecture)) == print_program(mutant.program)


def _are_names(function: Function, exchange: Exchange) -> bool:
    """Whether one block creates both tensors, and nothing but the call, which has each once, ever names them."""
    pair = {*exchange.values}
    uses = [operand for statement in walk(function.body) for operand in operands_of(statement) if operand in pair]
    inner = (block for statement in walk(function.body) for block in blocks_of(statement))
    return len(uses) == len(pair) and any(pair <= {*_created(block)} for block in chain([function.body], inner))


def _created(block: Block) -> Iterator[Value]:
    """The tensors that a block's own statements create."""
    for statement in block.statements:
        if isinstance(statement, Op) and statement.name == "create_tensor":
            yield from statement.results
