"""Dependencies between tasks on views of views: an edge for every conflict, and none without one."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from ptodsl.errors import PtoError
from ptodsl.ir.dtypes import INT64
from ptodsl.runtime import build, launch, toolchains
from ptodsl.runtime.launch import Launch
from ptodsl.runtime.signature import Access, Fault, Signature
from tests.unit.runtime_programs import cache_at, tensor
from tests.unit.task_runs import Host
from tests.unit.test_task_graph import reachable
from tests.unit.view_scripts import ELEMENTS, FIRST, Numbers, Use, ViewScript, derive, random_view_script, share

SOURCE = Path(__file__).with_name("view_program.cpp").read_text(encoding="utf-8")
SCRIPT, LOG, SEEN = 400_000, 20_001, 4_000
FAULTS = (Fault("two arguments share bytes", __file__, 1),)
SIGNATURE = Signature(
    "Views",
    (
        tensor("first", (ELEMENTS,), INT64, Access.READ_WRITE),
        tensor("second", (ELEMENTS,), INT64, Access.READ_WRITE),
        tensor("given", (ELEMENTS,), INT64),
        tensor("script", (SCRIPT,), INT64),
        tensor("log", (LOG,), INT64, Access.READ_WRITE),
        tensor("seen", (SEEN,), INT64, Access.READ_WRITE),
    ),
    (),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The program that follows scripts."""
    with cache_at(tmp_path_factory.mktemp("cache")):
        yield build.build(SOURCE, toolchains.find("cpu", "a2a3"))


@pytest.fixture(scope="module")
def count(request: pytest.FixtureRequest) -> int:
    """How many random graphs each test tries."""
    return int(str(request.config.getoption("--task-graphs")))


def arrays_of(script: ViewScript) -> tuple[Numbers, ...]:
    """The arguments of a run."""
    words = np.zeros(SCRIPT, np.int64)
    words[: len(script.words)] = script.words
    given = (script.first.copy(), script.second.copy(), script.given)
    return (*given, words, np.zeros(LOG, np.int64), np.zeros(SEEN, np.int64))


def load(library: Path, threads: int, seed: int) -> Launch:
    """The program for so many threads; with a seed, ready tasks run in a random order."""
    program = launch.load(library, SIGNATURE, FAULTS, threads)
    program.shuffle(seed)
    return program


def conflict(some: tuple[Use, ...], others: tuple[Use, ...]) -> bool:
    """Whether two tasks share an element that one of them writes: read after write, write after read or write."""
    return any((one.writes or other.writes) and share(one.handle, other.handle) for one in some for other in others)


def conflicts(script: ViewScript) -> set[tuple[int, int]]:
    """By brute force, the pairs of tasks that must not change places."""
    pairs = combinations(enumerate(script.tasks), 2)
    return {(i, j) for (i, some), (j, others) in pairs if conflict(some, others)}


class Traced:
    """The program run on the calling thread, with every edge of its graph noted."""

    def __init__(self, library: Path) -> None:
        self._entry = ctypes.CDLL(str(library)).ptodsl_entry
        self._entry.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(Host))
        self._entry.restype = ctypes.c_int64

    def edges(self, script: ViewScript) -> set[tuple[int, int]]:
        """The whole graph of a gated script: from an order in which no task has run when the last one is submitted."""
        for seed in range(1, 500):
            found: set[tuple[int, int]] = set()
            arrays = arrays_of(script)
            self._run(arrays, seed, found)
            if arrays[5][len(script.seen) - 1] == 0:
                np.testing.assert_array_equal(arrays[0], script.memory[0])
                np.testing.assert_array_equal(arrays[1], script.memory[1])
                return found
        raise AssertionError("something has run before the end in each of 500 orders")

    def _run(self, arrays: tuple[Numbers, ...], seed: int, found: set[tuple[int, int]]) -> None:
        def note(_: int, earlier: int, later: int) -> None:
            found.add((earlier, later))

        def go_on(_: int) -> bool:
            return False

        host = Host(workers=1, seed=seed)
        host.interrupted, host.traced = Host.INTERRUPTED(go_on), Host.TRACED(note)
        slots = (ctypes.c_int64 * len(arrays))(*(array.ctypes.data for array in arrays))
        assert self._entry(slots, None, ctypes.byref(host)) == 0


def test_every_conflict_is_an_order_and_every_edge_a_conflict(library: Path, count: int) -> None:
    """Nothing has run when the last task is submitted, so that all edges must be there.

    Those that others imply may be left out: a conflict is a path. None is invented: an edge is a conflict.
    """
    traced, edges = Traced(library), 0
    for seed in range(count):
        script = random_view_script(seed, 60, gated=True)
        found, meant = traced.edges(script), conflicts(script)
        before = reachable(found, len(script.tasks))
        missing = {pair for pair in meant if not before[pair]}
        assert (missing, found - meant) == (set(), set()), f"seed {seed}"
        edges += len(found)
    assert edges > 50 * count


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_any_order_gives_what_one_after_the_other_gives(library: Path, count: int, threads: int) -> None:
    """Elements that the program itself reads and writes in between, and tensors that come and go, included."""
    for seed in range(count // 2):
        script = random_view_script(1000 + seed, 100)
        arrays = arrays_of(script)
        load(library, threads, seed)(*arrays)
        np.testing.assert_array_equal(arrays[0], script.memory[0])
        np.testing.assert_array_equal(arrays[1], script.memory[1])
        assert arrays[5][: len(script.seen)].tolist() == script.seen
        moments = arrays[4][1 : 1 + 2 * len(script.tasks)].reshape(-1, 2)
        assert (moments > 0).all()
        for earlier, later in conflicts(script):
            assert moments[earlier, 1] < moments[later, 0], (seed, earlier, later)


@pytest.mark.parametrize("threads", [1, 3])
def test_more_tasks_on_views_than_the_window_holds(library: Path, threads: int) -> None:
    script = random_view_script(7, 3000)
    arrays = arrays_of(script)
    load(library, threads, 5)(*arrays)
    np.testing.assert_array_equal(arrays[0], script.memory[0])
    np.testing.assert_array_equal(arrays[1], script.memory[1])
    assert arrays[5][: len(script.seen)].tolist() == script.seen


def is_refused(program: Launch, script: ViewScript) -> bool:
    """Whether a launch finds that arguments of a task share bytes."""
    try:
        program(*arrays_of(script))
    except PtoError as error:
        return "two arguments share bytes" in str(error)
    return False


def test_a_task_is_refused_exactly_where_what_it_writes_is_shared(library: Path, count: int) -> None:
    """Two views of one tensor, whatever their strides: touching, interleaved, reshaped, of one element."""
    program, refused = load(library, 1, 0), 0
    for seed in range(10 * count):
        script = random_view_script(2000 + seed, 1, gated=True)
        del script.words[-2:]  # the moment, the end
        script.seen.clear()
        for target in range(3, 40):
            derive(script, target)
        mine = [handle for handle, one in script.handles.items() if one.base == FIRST and one.places.size < 200]
        if not mine:
            continue
        one, other = (mine[int(script.rng.integers(len(mine)))] for _ in range(2))
        meant = share(script.handles[one], script.handles[other])
        script.task((one, True, False), (other, False, True))
        script.words.append(0)
        assert is_refused(program, script) == meant, f"seed {seed}"
        refused += meant
    assert count < refused < 9 * count, refused


def interleaved(script: ViewScript) -> None:
    """Two handles, 10 and 11: the even and the odd columns of every third row."""
    script.reshape(3, FIRST, (8, 3, 15, 2))
    script.view(4, 3, (0, 1, 0, 0), (8, 1, 15, 1))
    script.view(5, 3, (0, 1, 0, 1), (8, 1, 15, 1))
    script.reshape(10, 4, (8, 15))
    script.reshape(11, 5, (8, 1, 15))


def test_columns_that_interleave_are_independent(library: Path) -> None:
    script = ViewScript(np.random.default_rng(0))
    script.base(FIRST, FIRST)
    interleaved(script)
    script.task((FIRST, False, True))
    script.task((10, True, True))
    script.task((11, True, True))
    script.task((11, True, False), (10, False, True))
    script.note_moment()
    script.words.append(0)
    assert Traced(library).edges(script) == {(0, 1), (0, 2), (0, 3), (1, 3), (2, 3)}
