"""Every row of the op table, end to end: interpreter, placed program, tile library and definition agree.

Kernels are made from the rows: for every dtype that a row takes, in several shapes, wholly and partly valid, with
operands that die and that live on, on values with every edge of the dtype among them. One program holds all kernels
of a family for one dtype.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import pytest

from ptodsl.ir.nodes import Op
from ptodsl.ir.rewrite import walk
from ptodsl.machine import ARCHITECTURES
from ptodsl.ops.table import ROWS
from tests.st.op_batches import BATCHES, Batch
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


@pytest.mark.parametrize("name", ROWS)
def test_row_is_tried(name: str) -> None:
    """A row whose kernels do not contain it, or that no dtype has kernels for, is not tried at all."""
    for arch in ARCHITECTURES:
        cases = [(batch, case) for batch in BATCHES for case in batch.cases if case.row == name]
        assert cases, f"no kernel tries `{name}`"
