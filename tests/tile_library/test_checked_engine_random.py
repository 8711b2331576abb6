"""Random scripts: the engine's verdicts against an oracle of every start and end, and every schedule's order."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from ptodsl.machine import ARCHITECTURES
from tests.tile_library.checked_scripts import Engine, Instruction, Outcome, Step
from tests.tile_library.oracle_checked import Oracle
from tests.tile_library.random_scripts import Scripts

pytestmark = pytest.mark.xdist_group("tile_library_checked_engine")

ORDERS = [("lazy", 0), ("eager", 0), *[("random", seed) for seed in range(4)]]


def pairs(outcome: Outcome, *, relaxed: bool) -> set[tuple[int, int]]:
    """The races that were reported, as lines; those that are only notes, or the others."""
    races = (finding for finding in outcome.findings if finding["kind"] == "race")
    return {(race["other_line"], race["line"]) for race in races if bool(race["relaxed"]) is relaxed}


def judge(outcome: Outcome, oracle: Oracle) -> None:
    """The engine found what there is, and nothing else. It may leave out what stands behind another finding."""
    assert set(outcome.lines("wait-without-set")) <= oracle.stuck
    assert bool(outcome.lines("wait-without-set")) == bool(oracle.stuck)
    assert sorted(outcome.lines("set-twice")) == oracle.twice
    if oracle.stuck:
        return
    assert sorted(outcome.lines("token-left")) == oracle.left
    strict = {pair for pair, relaxed in oracle.hazards.items() if not relaxed}
    assert pairs(outcome, relaxed=False) <= strict
    told = {line for pair in pairs(outcome, relaxed=False) for line in pair}
    silent = [earlier for earlier, later in strict if not told.intersection((earlier, later))]
    assert all(any(oracle.meet(line, other) for other in told) for line in silent), "only what was told of is forgotten"
    assert pairs(outcome, relaxed=True) <= oracle.hazards.keys()
    assert bool(pairs(outcome, relaxed=True) | pairs(outcome, relaxed=False)) == bool(oracle.hazards)
    assert set(outcome.lines("store-unfinished")) <= set(oracle.unfinished)
    assert strict or bool(outcome.lines("store-unfinished")) == bool(oracle.unfinished)


def judge_schedules(engine: Engine, steps: list[Step], outcome: Outcome, oracle: Oracle) -> None:
    """Every schedule keeps all orders, finds the same, and computes the same where nothing is wrong."""
    for schedule, seed in ORDERS:
        other = engine.run(steps, schedule, seed)
        assert other.findings == outcome.findings
        assert sorted(other.order) == sorted(outcome.order)
        if not oracle.stuck:
            assert_kept(other.order, oracle)
            if not oracle.hazards and "adds to" not in effects(steps):
                np.testing.assert_array_equal(other.memory, outcome.memory)


def assert_kept(order: tuple[int, ...], oracle: Oracle) -> None:
    """What is complete when another starts was done before it."""
    for place, later in enumerate(order):
        late = [earlier for earlier in order[place + 1 :] if oracle.before(earlier, later)]
        assert not late, f"{late} come after {later}"


def effects(steps: list[Step]) -> set[str]:
    """What the instructions of a script do to bytes."""
    return {touch.effect for step in steps if isinstance(step, Instruction) for touch in step.touches}


@pytest.mark.parametrize("arch", sorted(ARCHITECTURES))
@pytest.mark.parametrize("seed", range(4))
def test_verdicts_are_the_oracles(
    engines: dict[str, Engine], arch: str, seed: int, request: pytest.FixtureRequest
) -> None:
    scripts = Scripts(Random(f"{arch}{seed}"), ARCHITECTURES[arch])
    for number in range(int(str(request.config.getoption("--checked-scripts")))):
        steps = scripts.draw()
        oracle = Oracle(steps, ARCHITECTURES[arch], Random(number))
        outcome = engines[arch].run(steps)
        judge(outcome, oracle)
        judge_schedules(engines[arch], steps, outcome, oracle)


@pytest.mark.parametrize("arch", sorted(ARCHITECTURES))
def test_verdicts_on_long_scripts_are_the_oracles(
    engines: dict[str, Engine], arch: str, request: pytest.FixtureRequest
) -> None:
    scripts = Scripts(Random(arch), ARCHITECTURES[arch])
    for number in range(int(str(request.config.getoption("--checked-scripts"))) // 10):
        steps = scripts.draw_long(150)
        oracle = Oracle(steps, ARCHITECTURES[arch], Random(number))
        judge(engines[arch].run(steps, limit=100_000), oracle)
