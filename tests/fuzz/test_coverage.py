"""What random programs consist of: nothing that the language has is never tried."""

from __future__ import annotations

from collections import Counter

import pytest

from ptodsl.errors import PtoError
from ptodsl.ops.table import ROWS
from tests.fuzz.coverage import Coverage, coverage, missing, report
from tests.fuzz.judging.stages import entered, stages
from tests.fuzz.writing.programs import random_program

SEEDS = range(200)
LEAST = 20
"""How many are looked at, whatever they have."""
PLACED = 25
"""Every so many programs are placed: flags are only there then."""


@pytest.fixture(scope="module")
def found() -> Coverage:
    """What programs have, one after the other, until nothing is missing."""
    counts = Coverage()
    for seed in SEEDS:
        source = random_program(seed)
        try:
            program = entered(source)
            if seed % PLACED == 0:
                program = stages(program, "", source.architecture)[-1].program
        except PtoError:
            continue
        counts += coverage(program, source.architecture)
        if seed >= LEAST and not missing(counts):
            break
    return counts


def test_every_op_and_statement_occurs(found: Coverage) -> None:
    assert not missing(found), report(found)


def test_dtypes_cores_and_architectures_occur(found: Coverage) -> None:
    wanted = ["dtype FP32", "dtype FP16", "dtype BF16", "dtype INT8", "dtype UINT8", "dtype INT16", "dtype INT32"]
    wanted += ["core cube", "core vector", "cube and vector", "architecture a2a3", "architecture a5", "3 kernels"]
    assert not [name for name in wanted if not found[name]], report(found)


def test_an_op_that_never_occurs_is_missed() -> None:
    assert {f"op {name}" for name in ROWS} <= {*missing(Counter())}
