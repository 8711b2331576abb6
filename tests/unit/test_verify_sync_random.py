"""verify_sync against an exact judge, on random kernels."""

from __future__ import annotations

from random import Random

import pytest

from ptodsl.errors import PtoError
from ptodsl.ir.nodes import Program
from ptodsl.ir.parser import parse
from ptodsl.machine import A2A3, A5, Architecture
from ptodsl.passes.insert_sync import InsertSync
from ptodsl.verify.sync import verify_sync
from tests.enumerate_sync import judge
from tests.random_sync import Cube, Generator, Mixed, Vector, Windows, random_kernels
from tests.scalar_access import scalar_access
from tests.spoiled_sync import spoiled

access = pytest.fixture(autouse=True)(scalar_access)
TOO_STRICT: dict[type[Generator], float] = {Vector: 0.04, Cube: 0.04, Mixed: 0.1, Windows: 0.1}
"""What part of the kernels may be refused although the judge, on the paths and numbers that it tries, is content."""


def _accepts(program: Program, architecture: Architecture) -> bool:
    try:
        verify_sync(program, architecture)
    except PtoError:
        return False
    return True


@pytest.mark.parametrize("architecture", [A2A3, A5], ids=lambda architecture: architecture.name)
@pytest.mark.parametrize("generator", TOO_STRICT)
def test_no_kernel_is_accepted_that_the_judge_refuses(
    generator: type[Generator], architecture: Architecture, request: pytest.FixtureRequest
) -> None:
    count = 2 * random_kernels(request)
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


@pytest.mark.parametrize("architecture", [A2A3, A5], ids=lambda architecture: architecture.name)
@pytest.mark.parametrize("generator", TOO_STRICT)
def test_no_ordered_kernel_with_one_thing_wrong_is_accepted_that_the_judge_refuses(
    generator: type[Generator], architecture: Architecture, request: pytest.FixtureRequest
) -> None:
    """What `insert_sync` orders has nothing to spare: where one item lacks, one hazard shows by itself."""
    count, wrong = max(1, random_kernels(request) // 4), 0
    for seed in range(count):
        text = str(InsertSync().run(parse(generator(seed, architecture, size=6).without_order()), architecture))
        random = Random(seed)
        for program in (parse(spoiled(text, random)) for _ in range(3)):
            judgement = judge(program.functions[0], v_in_order=architecture is A5, limit=120)
            accepts = _accepts(program, architecture)
            assert not (accepts and judgement.mistakes), f"kernel {seed}: {set(judgement.mistakes)}\n{program}"
            wrong += bool(judgement.mistakes)
    print(f"{generator.__name__}, {architecture.name}: {wrong} of {3 * count} wrong")
    assert wrong >= count // 2
