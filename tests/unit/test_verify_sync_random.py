"""verify_sync against an exact judge, on random kernels."""

from __future__ import annotations

import pytest

from ptodsl.errors import PtoError
from ptodsl.ir.nodes import Program
from ptodsl.ir.parser import parse
from ptodsl.machine import A2A3, A5, Architecture
from ptodsl.verify.sync import verify_sync
from tests.enumerate_sync import judge
from tests.random_sync import Cube, Generator, Vector


def _accepts(program: Program, architecture: Architecture) -> bool:
    try:
        verify_sync(program, architecture)
    except PtoError:
        return False
    return True


@pytest.mark.parametrize("architecture", [A2A3, A5], ids=lambda architecture: architecture.name)
@pytest.mark.parametrize("generator", [Vector, Cube])
@pytest.mark.parametrize("start", [0, 1000])
def test_no_kernel_is_accepted_that_the_judge_refuses(
    start: int, generator: type[Generator], architecture: Architecture
) -> None:
    accepted = refused = too_strict = 0
    for seed in range(start, start + 50):
        text = generator(seed, architecture).text()
        program = parse(text)
        judgement = judge(program.functions[0], v_in_order=architecture is A5, limit=120)
        accepts = _accepts(program, architecture)
        assert not (accepts and judgement.mistakes), f"{set(judgement.mistakes)} not found:\n{text}"
        accepted += accepts
        refused += not accepts
        too_strict += judgement.complete and not accepts and not judgement.mistakes
    assert accepted >= 10
    assert refused >= 10
    assert too_strict <= 4, "more is refused than windows that only seem to meet explain"
