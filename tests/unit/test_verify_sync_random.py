"""verify_sync against an exact judge, on random kernels."""

from __future__ import annotations

import pytest

from ptodsl.errors import PtoError
from ptodsl.ir.nodes import Program
from ptodsl.ir.parser import parse
from ptodsl.machine import A2A3, A5, Architecture
from ptodsl.verify.sync import verify_sync
from tests.enumerate_sync import judge
from tests.random_sync import Cube, Generator, Mixed, Vector
from tests.scalar_access import scalar_access

access = pytest.fixture(autouse=True)(scalar_access)
TOO_STRICT = {Vector: 0.04, Cube: 0.04, Mixed: 0.1}
"""What part of the kernels may be refused although the judge, on the paths and numbers that it tries, is content."""


def _accepts(program: Program, architecture: Architecture) -> bool:
    try:
        verify_sync(program, architecture)
    except PtoError:
        return False
    return True


@pytest.mark.parametrize("architecture", [A2A3, A5], ids=lambda architecture: architecture.name)
@pytest.mark.parametrize("generator", [Vector, Cube, Mixed])
def test_no_kernel_is_accepted_that_the_judge_refuses(
    generator: type[Generator], architecture: Architecture, request: pytest.FixtureRequest
) -> None:
    count = 4 * int(request.config.getoption("--random-kernels"))
    accepted = refused = too_strict = 0
    for seed in range(count):
        text = generator(seed, architecture).text()
        program = parse(text)
        judgement = judge(program.functions[0], v_in_order=architecture is A5, limit=120)
        accepts = _accepts(program, architecture)
        assert not (accepts and judgement.mistakes), f"kernel {seed}: {set(judgement.mistakes)} not found:\n{text}"
        accepted += accepts
        refused += not accepts
        too_strict += judgement.complete and not accepts and not judgement.mistakes
    print(f"{generator.__name__}, {architecture.name}: {accepted} accepted, {refused} refused, {too_strict} in vain")
    assert accepted >= count // 8
    assert refused >= count // 8
    assert too_strict <= TOO_STRICT[generator] * count, "more is refused than windows that only seem to meet explain"
