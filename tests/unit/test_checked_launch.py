"""What a checked launch tells its engine, and what it makes of the answer: with an engine that only listens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ptodsl
import ptodsl.language as pl
from ptodsl import driver
from ptodsl.compiled import Compiled
from ptodsl.diagnostics import source_line
from ptodsl.errors import Diagnostic, PtoError
from ptodsl.errors.build import LimitUnusable, ScheduleRefused, ScheduleUnknown
from ptodsl.errors.checked import Race, RaceRelaxed
from ptodsl.runtime import build, toolchains
from ptodsl.runtime.checked_launch import CheckedLaunch, Checking, Judge
from ptodsl.runtime.findings import Finding
from tests.unit.runtime_programs import cache_at

ROWS, COLUMNS = 16, 64
T = pl.Tensor[[ROWS, COLUMNS], pl.FP32]


@pl.program
class Add:
    """One kernel, its result provided."""

    @pl.function
    def add(self, a: T, b: T, c: pl.Out[T]) -> T:
        """`c = a + b`."""
        return pl.store(pl.load(a, [0, 0], [ROWS, COLUMNS]) + pl.load(b, [0, 0], [ROWS, COLUMNS]), [0, 0], c)


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache whose engine is the one that listens."""
    before = dict(build.SUPPORT_SOURCES)
    with cache_at(tmp_path_factory.mktemp("cache")), pytest.MonkeyPatch.context() as patch:
        header = "<pto/checked/kernel.hpp>"
        patch.setattr(build, "SUPPORT_SOURCES", {**before, header: Path(__file__).with_name("fake_engine.cpp")})
        yield


@pytest.fixture
def arrays() -> tuple[Any, Any]:
    """Two inputs."""
    a, b = np.random.default_rng(0).random((2, ROWS, COLUMNS), dtype=np.float32)
    return a, b


def launched(*arguments: Any, **options: Any) -> CheckedLaunch:
    """The launch of Add after a call that raises nothing."""
    compiled = driver.compile(Add, target="checked", **options)
    assert isinstance(compiled.launch, CheckedLaunch)
    compiled(*arguments)
    return compiled.launch


def of_kind(launch: CheckedLaunch, kind: str) -> list[Finding]:
    """The findings of a kind."""
    return [one for one in launch.findings if one.kind == kind]


def _judging_nothing(*_: object) -> Judge:
    def nothing(_found: Sequence[Finding], _checking: Checking) -> tuple[Diagnostic, ...]:
        return ()

    return nothing


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings that have no words do not count as errors here."""
    monkeypatch.setattr(driver, "judging", _judging_nothing)


@pytest.mark.usefixtures("quiet")
def test_tensors_that_are_only_written_are_undefined(arrays: tuple[Any, Any]) -> None:
    out = np.empty((ROWS, COLUMNS), np.float32)
    compiled = driver.compile(Add, target="checked")
    assert compiled(*arrays, out=out) is out
    assert np.array_equal(out, arrays[0] + arrays[1])
    launch = compiled.launch
    assert isinstance(launch, CheckedLaunch)
    (declared,) = of_kind(launch, "undefined")
    assert declared.fields == {"address": out.ctypes.data, "bytes": out.nbytes}


@pytest.mark.usefixtures("quiet")
def test_kernel_says_what_it_was_given(arrays: tuple[Any, Any]) -> None:
    tensors = of_kind(launched(*arrays), "parameter")
    assert [one.fields["name"] for one in tensors] == ["a", "b", "c"]
    assert [one.fields["use"] for one in tensors] == [0, 0, 1]
    assert {(one.fields["rank"], one.fields["extent"], one.fields["stride"]) for one in tensors} == {(2, ROWS, COLUMNS)}
    assert tensors[0].fields["address"] == arrays[0].ctypes.data


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("word", "number", "seed"),
    [("program", 0, 0), ("lazy", 1, 0), ("eager", 2, 0), ("random:7", 3, 7), (f"random:{2**63 - 1}", 3, 2**63 - 1)],
)
def test_schedule_reaches_the_engine(arrays: tuple[Any, Any], word: str, number: int, seed: int) -> None:
    launch = launched(*arrays, schedule=word)
    assert of_kind(launch, "start")[0].fields == {"schedule": number, "seed": seed}
    launch.follow("lazy")
    launch(*arrays)
    assert of_kind(launch, "start")[0].fields["schedule"] == 1


@pytest.mark.parametrize("word", ["", "programs", "random", "random:", "random:-1", "random:1.5", f"random:{2**64}"])
def test_wrong_schedule_is_an_error_with_the_words(word: str) -> None:
    with pytest.raises(PtoError, match="`program`, `lazy`, `eager`, `random:SEED`") as raised:
        driver.compile(Add, target="checked", schedule=word)
    assert isinstance(raised.value.diagnostics[0], ScheduleUnknown)


@pytest.mark.parametrize("options", [{"schedule": "lazy"}, {"strict": True}, {"limit": 3}])
def test_options_that_a_target_would_not_heed_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(PtoError, match=next(iter(options))) as raised:
        driver.compile(Add, **options)
    assert isinstance(raised.value.diagnostics[0], ScheduleRefused)


@pytest.mark.parametrize("limit", [0, -1])
def test_limit_is_at_least_one(limit: int) -> None:
    with pytest.raises(PtoError) as raised:
        driver.compile(Add, target="checked", limit=limit)
    assert isinstance(raised.value.diagnostics[0], LimitUnusable)


@pytest.mark.usefixtures("quiet")
def test_limit_reaches_the_engine(arrays: tuple[Any, Any]) -> None:
    assert len(launched(*arrays, limit=2).findings) == 2


def problems(call: Callable[[], object]) -> list[Any]:
    """What a launch raises, the findings that have no words left out."""
    with pytest.raises(PtoError) as raised:
        call()
    return [one for one in raised.value.diagnostics if one.code != "E1127"]


def test_relaxed_finding_is_a_remark_and_an_error_to_the_strict(arrays: tuple[Any, Any]) -> None:
    lenient, strict = (driver.compile(Add, target="checked", strict=strict) for strict in (False, True))
    assert problems(lambda: lenient(*arrays)) == []
    assert isinstance(lenient.launch, CheckedLaunch)
    (remark,) = lenient.launch.remarks
    assert isinstance(remark, RaceRelaxed)
    assert "it is fake" in remark.message
    (race,) = problems(lambda: strict(*arrays))
    assert isinstance(race, Race)


def test_finding_points_at_the_statement(arrays: tuple[Any, Any]) -> None:
    compiled = driver.compile(Add, target="checked", strict=True)
    (race,) = problems(lambda: compiled(*arrays))
    assert race.span.file == __file__
    text = source_line(__file__, race.span.line)
    sum_ = "pl.load(a, [0, 0], [ROWS, COLUMNS]) + pl.load(b, [0, 0], [ROWS, COLUMNS])"
    assert text[race.span.column : race.span.end_column] == sum_
    assert "^" in str(PtoError([race]))


MOVED = """
import ptodsl.language as pl
{lines}
@pl.function
def grow(x: pl.Tensor[[8, 64], pl.FP32], y: pl.Out[pl.Tensor[[8, 64], pl.FP32]]) -> pl.Tensor[[8, 64], pl.FP32]:
    return pl.store(pl.load(x, [0, 0], [8, 64]) + 1.0, [0, 0], y)
"""


def test_cached_library_points_into_the_present_text(tmp_path: Path) -> None:
    compiled: list[Compiled] = []
    for lines in (1, 5):
        file = tmp_path / f"moved_{lines}.py"
        file.write_text(MOVED.format(lines="\n" * lines), encoding="utf-8")
        space: dict[str, Any] = {"__name__": "moved"}
        exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), space)
        compiled.append(driver.compile(space["grow"], target="checked", strict=True))
    toolchain = toolchains.find("checked", "a2a3")
    assert build.key(compiled[0].emitted.text, toolchain) == build.key(compiled[1].emitted.text, toolchain)
    x = np.ones((8, 64), np.float32)
    spans = [problems(partial(one, x))[0].span for one in compiled]
    assert [Path(span.file).name for span in spans] == ["moved_1.py", "moved_5.py"]
    assert spans[1].line - spans[0].line == 4


@pytest.mark.usefixtures("quiet")
def test_threads_take_turns() -> None:
    compiled = driver.compile(Add, target="checked")
    other = driver.compile(Add, target="checked", schedule="eager")
    wrong: list[str] = []

    def work(program: Any, seed: int) -> None:
        a, b = np.random.default_rng(seed).random((2, ROWS, COLUMNS), dtype=np.float32)
        for _ in range(50):
            if not np.array_equal(program(a, b), a + b):
                wrong.append("result")
            if len([one for one in program.launch.findings if one.kind == "start"]) != 1:
                wrong.append("findings")

    threads = [threading.Thread(target=work, args=(one, seed)) for seed, one in enumerate((compiled, other) * 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_wrong_arguments_are_refused_before_anything_runs(arrays: tuple[Any, Any]) -> None:
    compiled = driver.compile(Add, target="checked")
    with pytest.raises(PtoError, match="E0707"):
        compiled(arrays[0], arrays[1][:8])


def test_engine_is_compiled_once_for_an_architecture() -> None:
    engines = {
        build.key("text", toolchains.for_support(toolchains.find("checked", arch), "checked.o"))
        for arch in ("a2a3", "a5")
        for _ in range(2)
    }
    assert len(engines) == 2


def test_checking_is_public_for_many_programs(arrays: tuple[Any, Any]) -> None:
    (compiled,) = driver.compile_all([Add], target="checked", checking=Checking(schedule="lazy", limit=1))
    with pytest.raises(PtoError):
        compiled(*arrays)
    assert isinstance(compiled.launch, CheckedLaunch)
    assert compiled.launch.findings[0].fields["schedule"] == 1
    assert compiled.launch.threads == 1


def test_same_text_but_for_what_tasks_say() -> None:
    fast, checked = (driver.compile(Add, target=target).emitted.text for target in ("cpu", "checked"))
    kernel = fast[fast.index("AICORE void") : fast.index('extern "C" void')]
    assert kernel in checked
    assert ptodsl.emit(Add)["Add.cpp"] == fast
