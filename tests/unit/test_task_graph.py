"""The task graph: which tasks wait for which, and that any order which they leave open gives the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ptodsl.errors import PtoError
from ptodsl.runtime import build, launcher, toolchains
from tests.unit.runtime_programs import cache_at
from tests.unit.task_runs import SOURCE, Buffers, check, conflicts, dependencies, load, may_wait, run
from tests.unit.task_scripts import (
    COLUMNS,
    CREATED,
    FIRST,
    INPUT,
    ROWS,
    SECOND,
    Script,
    random_script,
    reads,
    updates,
    writes,
)

WINDOW = 1024
THREADS = (1, 2, 3, 8)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The program that follows scripts."""
    with cache_at(tmp_path_factory.mktemp("cache")):
        yield build.build(SOURCE, toolchains.find("cpu", "a2a3"))


def reachable(edges: set[tuple[int, int]], count: int) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Which tasks are before which, step by step."""
    before = np.zeros((count, count), np.bool_)
    for earlier, later in sorted(edges, key=lambda edge: edge[1]):
        before[:, later] |= before[:, earlier]
        before[earlier, later] = True
    return before


@pytest.mark.parametrize("seed", range(1, 13))
def test_tasks_wait_only_for_tasks_whose_bytes_they_share(library: Path, seed: int) -> None:
    script = random_script(seed, 150)
    edges = dependencies(library, script, seed)
    assert len(edges) > 50
    for earlier, later in edges:
        assert earlier < later
        assert may_wait(script.tasks[later], script.tasks[earlier])


def test_every_conflict_is_an_order(library: Path) -> None:
    """Nothing has run when the last task is submitted, so that all must be found."""
    script = Script.on_random(3)
    rng = np.random.default_rng(3)
    script.task(updates(FIRST), updates(SECOND), spins=100)
    for _ in range(100):
        rows, columns = int(rng.integers(1, 6)), int(rng.integers(1, 6))
        window = int(rng.integers(ROWS - rows)), int(rng.integers(COLUMNS - columns)), rows, columns
        script.task((reads, updates)[int(rng.integers(2))](FIRST, *window), updates(SECOND, *window))
    script.words.append(0)
    edges = set[tuple[int, int]]()
    for seed in range(1, 40):  # some of them run nothing before the end
        edges |= dependencies(library, script, seed)
    before = reachable(edges, len(script.tasks))
    assert all(before[pair] for pair in conflicts(script.tasks))


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("seed", range(1, 13))
def test_any_order_gives_what_one_after_the_other_gives(library: Path, threads: int, seed: int) -> None:
    script = random_script(seed, 150)
    for order in (0, seed, 1000 + seed):
        check(script, run(load(library, threads, order), script))


@pytest.mark.parametrize("threads", THREADS)
def test_more_tasks_than_the_window_holds(library: Path, threads: int) -> None:
    script = Script.on_random(5)
    for index in range(5 * WINDOW):
        row = index % ROWS
        script.task(updates(FIRST, row, 0, 1, COLUMNS), reads(INPUT, row, 0, 1, 2))
    script.words.append(0)
    for order in (0, 9):
        outcome = run(load(library, threads, order), script)
        np.testing.assert_array_equal(outcome.first, script.expected()[0])
        assert (outcome.moments > 0).all()


@pytest.mark.parametrize("threads", THREADS)
def test_chain_then_independent_tasks(library: Path, threads: int) -> None:
    script = Script.on_random(6)
    for index in range(200):
        script.task(updates(FIRST, index % 3, 0, 10, COLUMNS))
    for index in range(ROWS * COLUMNS):
        script.task(updates(SECOND, index // COLUMNS, index % COLUMNS, 1, 1))
    script.words.append(0)
    check(script, run(load(library, threads), script))
    check(script, run(load(library, threads, 4), script))


@pytest.mark.parametrize("threads", THREADS)
def test_fan_out_and_fan_in(library: Path, threads: int) -> None:
    script = Script.on_random(7)
    script.task(updates(FIRST), spins=2000)
    for index in range(ROWS * COLUMNS):
        script.task(reads(FIRST), writes(SECOND, index // COLUMNS, index % COLUMNS, 1, 1))
    script.task(writes(FIRST), reads(SECOND))
    script.task(reads(FIRST), updates(SECOND))
    script.words.append(0)
    check(script, run(load(library, threads), script))
    check(script, run(load(library, threads, 4), script))


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("tasks", [0, 1, 2])
def test_few_tasks(library: Path, threads: int, tasks: int) -> None:
    script = Script.on_random(8)
    for _ in range(tasks):
        script.task(updates(FIRST))
    script.words.append(0)
    for order in (0, 1):
        check(script, run(load(library, threads, order), script))


@pytest.mark.parametrize("threads", THREADS)
def test_elements_are_read_and_written_between_tasks(library: Path, threads: int) -> None:
    script = Script.on_random(9)
    for index in range(60):
        script.task(updates(FIRST, index % 6, 0, 4, 8), spins=300)
        script.task(updates(SECOND, 0, index % 8, 12, 8), reads(FIRST, 0, 8, 12, 8))
        script.read(FIRST, index % ROWS, index % COLUMNS)
        script.write(SECOND, index % ROWS, index % COLUMNS, index)
    script.words.append(0)
    for order in (0, 1, 2, 3):
        check(script, run(load(library, threads, order), script))


@pytest.mark.parametrize("threads", THREADS)
def test_tensors_may_go_while_tasks_wait_for_them(library: Path, threads: int) -> None:
    script = Script.on_random(10)
    for index in range(300):
        one, other = CREATED[index % 5], CREATED[(index + 1) % 5]
        script.create(one)
        script.task(writes(one), reads(FIRST, index % ROWS, 0, 1, COLUMNS), spins=100)
        script.create(other)
        script.task(writes(other), reads(one))
        script.drop(one)
        script.task(updates(FIRST, index % ROWS, 0, 1, COLUMNS), reads(other))
        script.drop(other)
    script.words.append(0)
    for order in (0, 5):
        check(script, run(load(library, threads, order), script))


@pytest.mark.parametrize("threads", [1, 4])
def test_nothing_is_allocated_after_the_first_launch(library: Path, threads: int) -> None:
    native = launcher.load()
    assert native is not None
    fresh = build.build(f"{SOURCE}\nint of_its_own_{threads};\n", toolchains.find("cpu", "a2a3"))
    assert fresh != library
    script = Script.on_random(11)
    for index in range(500):
        script.create(CREATED[index % 7])
        script.task(writes(CREATED[index % 7]), updates(FIRST, index % ROWS, 0, 1, COLUMNS), spins=50)
    script.words.append(0)
    program = load(fresh, threads)
    allocated: list[int] = []
    for _ in range(20):
        run(program, script)
        allocated.append(native.outcome().contents.allocated)
    assert native.outcome().contents.tasks == 500
    assert allocated[0] > 0
    assert allocated.count(0) >= (19 if threads == 1 else 16)  # how much is alive at once differs with the order


@pytest.mark.parametrize("threads", THREADS)
def test_overlap_is_found_at_submission(library: Path, threads: int) -> None:
    script = Script.on_random(12)
    script.task(updates(FIRST))
    before = script.expected()[0].copy()
    script.task(updates(FIRST, 0, 0, 3, 4), reads(FIRST, 2, 3, 5, 5))
    script.words.append(0)
    for order in (0, 3):
        buffers = Buffers(script)
        with pytest.raises(PtoError, match="two arguments share bytes"):
            load(library, threads, order)(*buffers.arrays)
        np.testing.assert_array_equal(buffers.outcome().first, before)
