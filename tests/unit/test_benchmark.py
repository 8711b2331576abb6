"""The benchmarks measure what they say, and the front half does work in proportion to the program."""

from __future__ import annotations

import cProfile
import json
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from ptodsl import driver, pipeline
from ptodsl.__main__ import main
from ptodsl.benchmarks import (
    allocating,
    attention,
    compiling,
    dispatching,
    importing,
    kernels,
    launching,
    simulator,
    verifying,
)
from ptodsl.benchmarks.generated import LOOP, ROUND, looping, product, program_from, straight, summing
from ptodsl.benchmarks.measurement import Amount, Measurement, Skipped, least
from ptodsl.commands.bench import GROUPS, Group
from ptodsl.ir.nodes import For, Op, Program
from ptodsl.ir.rewrite import walk
from ptodsl.machine import ARCHITECTURES, Architecture
from tests.growth import calls_of
from tests.tree import ROOT

RESULTS, COST = ROOT / "docs" / "benchmarks.json", ROOT / "docs" / "checking_cost.json"


def test_the_least_of_many_is_that_of_each_action() -> None:
    short, long = least([lambda: time.sleep(0.001), lambda: time.sleep(0.004)], 2)
    assert 0.001 <= short < long
    assert long >= 0.004


@pytest.mark.parametrize(
    ("seconds", "most_seconds", "most_ratio", "met"),
    [
        (2.0, 2.0, None, True),
        (2.1, 2.0, None, False),
        (2.0, None, 4.0, True),
        (2.1, None, 4.0, False),
        (1.0, None, None, None),
    ],
)
def test_a_goal_is_for_the_time_or_the_ratio(
    seconds: float, most_seconds: float | None, most_ratio: float | None, met: bool | None
) -> None:
    one = Measurement("x", seconds, "y", 0.5, most_seconds, most_ratio)
    assert one.met is met
    assert one.ratio == seconds / 0.5


def test_generated_programs_compute() -> None:
    generator = np.random.default_rng(0)
    arrays = [generator.random((1, 16), np.float32) for _ in range(5)]
    expected = sum(arrays[1:-1], arrays[0])
    np.testing.assert_allclose(driver.interpret(program_from(summing(5), "Summing"), *arrays), expected, rtol=1e-6)
    a, b, c = (generator.random((16, 16), np.float32) for _ in range(3))
    np.testing.assert_allclose(driver.interpret(program_from(product(16), "Product"), a, b, c), a @ b, rtol=1e-5)


@pytest.mark.parametrize("statements", [ROUND, 10 * ROUND])
def test_straight_code_has_as_many_statements(statements: int) -> None:
    program = driver.program_of(program_from(straight(statements), "Straight"))
    ops = [one.name for one in walk(program.function("kernel").body) if isinstance(one, Op)]
    assert ops.count("store") == ops.count("load") == statements // ROUND


def test_the_front_half_works_in_proportion_to_the_statements() -> None:
    """Counted in calls, which no busy machine changes."""
    _front_half(straight(16))  # modules and caches
    small, large = (_calls(straight(statements)) for statements in (32, 320))
    assert large <= compiling.GOAL_GROWTH * small


def _calls(text: str) -> int:
    profile = cProfile.Profile()
    profile.runcall(_front_half, text)
    return sum(entry.callcount for entry in profile.getstats())


def _front_half(text: str) -> None:
    pipeline.place(driver.program_of(program_from(text, "Straight")), ARCHITECTURES["a2a3"])


def test_every_measurement_has_a_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "_ROUNDS", 2)
    found = [
        compiling.decorator_to_library(1),
        launching.launch_overhead(),
        importing.import_time(1),
        compiling.front_half(8, 1),
        *(one for one in dispatching.dispatch(1) if isinstance(one, Measurement)),
    ]
    assert len(found) >= 6
    for one in found:
        assert one.baseline
        assert one.baseline_seconds > 0
        assert one.met is not None


def test_the_verifiers_are_measured_against_the_front_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "LENGTHS", (12, 24))
    found = list(verifying.verifiers(1))
    shares = [one for one in found if one.name.startswith("placement and sync verifiers, ") and one.most_ratio == 0.2]
    assert [one.name.partition(", ")[2] for one in shares] == [
        "paged attention",
        *(f"{label}, {count} statements" for label in ("straight", "looping") for count in (12, 24)),
    ]
    assert all(0 < one.ratio < 1 for one in found if one.baseline.startswith("front half"))
    assert sum(one.baseline.startswith("one of ") for one in found) == 2


@pytest.mark.parametrize("loops", [1, 10])
def test_looping_code_has_as_many_loops(loops: int) -> None:
    program = driver.program_of(program_from(looping(LOOP * loops), "Looping"))
    assert sum(isinstance(one, For) for one in walk(program.function("kernel").body)) == loops


@pytest.mark.parametrize("text", [straight, looping])
@pytest.mark.parametrize("verify", pipeline.VERIFIERS, ids=lambda verify: verify.__name__)
def test_the_verifiers_work_in_proportion_to_the_statements(
    verify: Callable[[Program, Architecture], object], text: Callable[[int], str]
) -> None:
    """Counted in calls for each placed statement, once memory is full of what was there."""
    architecture, each = ARCHITECTURES["a2a3"], list[float]()
    for count in (120, 120, 600):  # the first fills caches
        program = pipeline.place(driver.program_of(program_from(text(count), text.__name__.capitalize())), architecture)
        statements = sum(1 for function in program.functions for _ in walk(function.body))
        each.append(calls_of(partial(verify, program, architecture)) / statements)
    assert each[2] <= 1.2 * each[1]


def test_kernels_are_right_before_they_are_timed() -> None:
    found = list(kernels.kernels(1))
    measured = {one.name.partition(" ")[0] for one in found if isinstance(one, Measurement)}
    assert measured == {"matmul", "qk_matmul", "softmax_prepare", "pv_matmul", "online_update"}


def test_attention_is_right_before_it_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "SIZES", ((2, 256),))
    found = [one for one in attention.attention(1) if isinstance(one, Measurement)]
    assert [one.name.rpartition(", ")[2] for one in found] == ["threads: 1", "threads: 2", "two threads"] * 2
    assert all(one.most_ratio is not None for one in found)


def test_a_launch_allocates_nothing_after_the_first() -> None:
    found = allocating.allocated_bytes()
    assert isinstance(found, Amount)
    assert found.met
    assert found.value == 0


def test_the_simulator_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PTO_ISA_ROOT", raising=False)
    (skipped,) = simulator.simulator(1)
    assert isinstance(skipped, Skipped)
    assert "PTO_ISA_ROOT" in skipped.reason


def test_bench_prints_and_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def same(_: int) -> list[Measurement]:
        return [Measurement("something", 0.002, "the same", 0.001, most_ratio=1.5)]

    def none(_: int) -> list[Skipped]:
        return [Skipped("kernels", "no reason")]

    for name in GROUPS:
        monkeypatch.setitem(GROUPS, name, Group(same if name in ("compiling", "importing") else none, 1, 1))
    file = tmp_path / "results.json"
    assert main(["bench", "--quick", "--json", str(file)]) == 0
    out = capsys.readouterr().out
    data = json.loads(file.read_text(encoding="utf-8"))
    assert set(data) == {"machine", "amounts", "measurements", "skipped", "stages"}
    assert "something" in out
    assert re.search("ratio at most 1.5 +no", out)
    assert "not measured: kernels (no reason)" in out
    assert all(one["name"] in out and one["baseline"] in out for one in data["measurements"])
    assert set(pipeline.STAGES[1:]) < {one["stage"] for one in data["stages"]}


def test_bench_measures_what_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def ask(name: str, rounds: int) -> list[Skipped]:
        asked.append((name, rounds))
        return []

    for name in GROUPS:
        monkeypatch.setitem(GROUPS, name, Group(partial(ask, name), 2, 3))
    file = tmp_path / "results.json"
    assert main(["bench", "--only", "checking,verifiers", "--json", str(file)]) == 0
    assert main(["bench", "--only", "kernels", "--quick"]) == 0
    assert asked == [("checking", 3), ("verifiers", 3), ("kernels", 2)]
    assert json.loads(file.read_text(encoding="utf-8"))["stages"] == []
    assert main(["bench", "--only", "checking,speed"]) == 2
    assert len(asked) == 3


def test_a_file_that_cannot_be_written_is_known_before_anything_is_measured(tmp_path: Path) -> None:
    assert main(["bench", "--json", str(tmp_path / "no" / "folder.json")]) == 2


def test_the_committed_costs_are_of_these_benchmarks() -> None:
    data = json.loads(COST.read_text(encoding="utf-8"))
    assert {"checked paged attention 4 x 4096 FP32", "placement and sync verifiers, paged attention"} <= {
        one["name"] for one in data["measurements"]
    }


def test_the_committed_results_are_of_these_benchmarks() -> None:
    data = json.loads(RESULTS.read_text(encoding="utf-8"))
    assert data["machine"]["processor"]
    assert {"decorator to loaded library", "front half, 640 statements"} <= {
        one["name"] for one in data["measurements"]
    }
    assert set(pipeline.STAGES[1:]) < {one["stage"] for one in data["stages"]}
