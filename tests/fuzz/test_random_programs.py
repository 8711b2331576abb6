"""Random programs through everything: `--fuzz-count` and `--fuzz-seed` choose how many and which."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.fuzz.batch import disagreements
from tests.fuzz.campaign import failures, tried
from tests.fuzz.mutations import mutated
from tests.fuzz.programs import random_program
from tests.fuzz.regressions import REGRESSIONS, regression
from tests.fuzz.shrink import shrunk
from tests.fuzz.trial import Placed, Refused, attempt

CHUNK = 80
"""How many programs one test tries: those of a chunk are compiled together."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The seeds, in chunks."""
    if "seeds" in metafunc.fixturenames:
        count, first = (int(str(metafunc.config.getoption(name))) for name in ("--fuzz-count", "--fuzz-seed"))
        chunks = [range(start, min(start + CHUNK, first + count)) for start in range(first, first + count, CHUNK)]
        metafunc.parametrize("seeds", chunks, ids=lambda seeds: f"{seeds.start}-{seeds.stop}")


@pytest.mark.slow
def test_a_random_program_means_the_same_everywhere(seeds: range) -> None:
    found = list(failures(map(random_program, seeds), well_typed=True))
    assert not found, "\n\n".join(map(str, found))


@pytest.mark.slow
def test_a_program_with_a_mistake_is_refused_or_runs(seeds: range) -> None:
    found = list(failures((mutated(random_program(seed), seed) for seed in seeds), well_typed=False))
    assert not found, "\n\n".join(map(str, found))


@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda path: path.stem)
def test_what_once_failed_is_right(path: Path) -> None:
    source, codes = regression(path)
    refused = tried(source)
    assert set(refused.codes if isinstance(refused, Refused) else ()) == set(codes), refused
    found = list(failures([source], well_typed=not codes))
    assert not found, "\n\n".join(map(str, found))


def test_a_wrong_answer_is_found() -> None:
    source, _ = regression(next(path for path in REGRESSIONS if path.stem == "choice_of_views"))
    placed = attempt(source)
    assert isinstance(placed, Placed)
    wrong = np.array(placed.answer[0], np.float32)
    wrong[3, 7] += 1
    ((found, text),) = disagreements([replace(placed, answer=[wrong, *placed.answer[1:]])])
    assert found.source is source
    assert text.startswith("array 0 has 1 of 32 elements: [3, 7]")


def test_a_failing_program_is_made_smaller() -> None:
    source = random_program(5)
    smaller = shrunk(source, lambda one: "transposed" if "pl.transpose" in one.text else "")
    assert len(smaller.text) < len(source.text) / 2
    assert "pl.transpose" in smaller.text
