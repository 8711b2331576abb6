"""Every row of the op table, end to end: interpreter, placed program, tile library and definition agree.

Kernels are made from the rows: for every dtype that a row takes, in several shapes, wholly and partly valid, with
operands that die and that live on, on values with every edge of the dtype among them. One program holds all kernels
of a dtype.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import pytest

from ptodsl.ir.nodes import Function, Op
from ptodsl.ir.rewrite import walk
from ptodsl.ops.row import OpRow
from tests.st.op_batches import BATCHES, TRIED, Batch
from tests.st.op_runs import Run

run_of = cache(Run)


def batches() -> pytest.MarkDecorator:
    """Every batch; what is done for one stays on one worker."""
    marked = [
        pytest.param(batch, id=batch.label, marks=pytest.mark.xdist_group(f"ops {batch.label}")) for batch in BATCHES
    ]
    return pytest.mark.parametrize("batch", marked)


def nothing(findings: Iterable[str]) -> None:
    """Fail with all of them."""
    found = list(findings)
    assert not found, "\n".join([f"{len(found)} findings", *found])


@batches()
def test_interpreter_gives_what_the_definition_says(batch: Batch) -> None:
    run = run_of(batch)
    nothing(run.wrong(run.first))


@batches()
def test_placed_program_gives_the_bits_of_the_first_form(batch: Batch) -> None:
    run = run_of(batch)
    nothing(run.apart(run.last, run.first, exactly=True))


@batches()
def test_library_gives_what_the_interpreter_does(batch: Batch) -> None:
    run = run_of(batch)
    nothing(run.apart(run.compiled(), run.first))


@batches()
def test_every_kernel_has_the_row_that_it_tries(batch: Batch) -> None:
    there = ops_of(batch.program.entry)
    missing = [case.name for case in batch.cases if case.row not in there | ops_of(batch.program.function(case.name))]
    assert not missing


def ops_of(function: Function) -> set[str]:
    """The rows that a function applies."""
    return {statement.name for statement in walk(function.body) if isinstance(statement, Op)}


@pytest.mark.parametrize("row", TRIED, ids=lambda row: row.name)
def test_some_dtype_has_kernels_for_the_row(row: OpRow) -> None:
    assert any(case.row == row.name for batch in BATCHES for case in batch.cases)
