"""What rows say of their operands: the facts that passes, verifiers and interpreter all take from there."""

from __future__ import annotations

import pytest

from ptodsl.ir.hardware import Pipe
from ptodsl.machine import ARCHITECTURES
from ptodsl.ops.row import Effect, Family, OperandKind, OpRow
from ptodsl.ops.table import ROWS

every_row = pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: row.name)

PIPES = {
    **dict.fromkeys((Family.ELEMENTWISE, Family.REDUCTION, Family.EXPANSION), Pipe.V),
    Family.MATRIX: Pipe.M,
}
"""Where the instructions of a family run: pipes-and-sync.md, section 1."""


@every_row
def test_temporary_is_clobbered(row: OpRow) -> None:
    for operand in row.operands:
        assert (operand.scratch is not None) <= (operand.effect is Effect.SCRATCH)
        assert (operand.name == "scratch") is (operand.effect is Effect.SCRATCH)


@every_row
def test_operand_of_an_instruction_is_used(row: OpRow) -> None:
    """Only what is no data, or what a view names, is touched by nothing."""
    for operand in row.operands:
        is_data = operand.kind is OperandKind.TILE and row.pipe is not None
        assert not is_data or operand.effect is not Effect.NONE


@every_row
def test_instruction_runs_on_the_pipe_of_its_family(row: OpRow) -> None:
    if row.family in PIPES and row.pipe is not None:
        assert row.pipe is PIPES[row.family]
    for architecture in ARCHITECTURES.values():
        assert row.pipe is None or any(row.pipe in core.pipes for core in architecture.cores.values())


@every_row
def test_what_is_tied_or_taken_over_is_a_tile_that_is_read(row: OpRow) -> None:
    for name in filter(None, (row.tied, *row.inplace)):
        operand = row.operands[row.operand_index(name)]
        assert operand.kind is OperandKind.TILE
        assert operand.effect is Effect.READ
