"""Random programs through everything: `--fuzz-count` and `--fuzz-seed` choose how many and which."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.fuzz.campaign import campaign, tried
from tests.fuzz.judging.batch import disagreements
from tests.fuzz.judging.trial import Placed, Refused, attempt
from tests.fuzz.kinds import KINDS
from tests.fuzz.regressions import REGRESSIONS, regression
from tests.fuzz.report import reported

CHUNK = 80
"""How many programs one test tries: those of a chunk are compiled together."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The seeds, in chunks."""
    if "seeds" in metafunc.fixturenames:
        count, first = (int(str(metafunc.config.getoption(name))) for name in ("--fuzz-count", "--fuzz-seed"))
        chunks = [range(start, min(start + CHUNK, first + count)) for start in range(first, first + count, CHUNK)]
        metafunc.parametrize("seeds", chunks, ids=lambda seeds: f"{seeds.start}-{seeds.stop}")


@pytest.fixture(scope="session")
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files go that show failures."""
    given = request.config.getoption("--fuzz-reproducers")
    return Path(str(given)) if given else tmp_path_factory.mktemp("reproducers")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_random_program_means_the_same_everywhere_or_is_refused(kind: str, seeds: range, folder: Path) -> None:
    found = campaign(map(KINDS[kind], seeds)).failures
    assert not found, "\n\n".join(reported(one, folder) for one in found)


@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda path: path.stem)
def test_what_once_failed_is_right(path: Path) -> None:
    source, codes = regression(path)
    refused = tried(source)
    assert set(refused.codes if isinstance(refused, Refused) else ()) == set(codes), refused
    found = campaign([replace(source, changed=bool(codes))]).failures
    assert not found, "\n\n".join(map(str, found))


def test_a_wrong_answer_is_found() -> None:
    source, _ = regression(next(path for path in REGRESSIONS if path.stem == "choice_of_views"))
    placed = attempt(source)
    assert isinstance(placed, Placed)
    first, *others = placed.answer.arrays
    wrong = np.array(first, np.float32)
    wrong[3, 7] += 1
    ((found, text),) = disagreements([replace(placed, answer=replace(placed.answer, arrays=[wrong, *others]))])
    assert found.source is source
    assert text.startswith("library: array 0 has 1 of 32 elements: [3, 7]")
