"""How long it takes from a decorator to a loaded library, and how the front half grows with a program."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from ptodsl import driver, pipeline
from ptodsl.benchmarks.generated import program_from, straight, summing
from ptodsl.benchmarks.measurement import Measurement, StageTime, least
from ptodsl.codegen.emitter import emit_program
from ptodsl.ir.nodes import Program
from ptodsl.machine import ARCHITECTURES
from ptodsl.runtime import build, toolchains
from ptodsl.runtime.cache import SOURCE
from ptodsl.runtime.toolchains import Toolchain
from ptodsl.verify.structure import verify_structure
from ptodsl.version import VERSION

GOAL_SECONDS = 0.150
GOAL_GROWTH = 12.0
GROWTH = 10

_CACHE = "PTODSL_CACHE_DIR"
_A2A3 = ARCHITECTURES["a2a3"]


def decorator_to_library(rounds: int) -> Measurement:
    """A kernel's decorator to its loaded library, the cache empty each time, against the compiler on an empty file."""
    toolchain = toolchains.find("cpu", "a2a3")
    text = summing(3)
    driver.emit(program_from(text, "Summing"))  # modules and templates are loaded
    times = [(_compile_cold(text), _compile_nothing(toolchain)) for _ in range(rounds)]
    ours, nothing = (min(column) for column in zip(*times, strict=True))
    name, baseline = "decorator to loaded library", f"{Path(toolchain.compiler.command[0]).name} on an empty file"
    return Measurement(name, ours, baseline, nothing, most_seconds=GOAL_SECONDS)


def front_half(statements: int, rounds: int) -> Measurement:
    """Decorated source to placed, verified IR of ten times the statements, against that of as many as given."""
    texts = [straight(statements), straight(GROWTH * statements)]
    small, large = least([partial(_placed, text) for text in texts], rounds)
    name, baseline = f"front half, {GROWTH * statements} statements", f"front half, {statements} statements"
    return Measurement(name, large, baseline, small, most_ratio=GOAL_GROWTH)


def stage_times(label: str, text: str, name: str, rounds: int) -> Iterator[StageTime]:
    """Each stage of the compilation of the program of that name in a text by itself, in order."""

    def timed(stage: str, action: Callable[..., object], *arguments: object) -> StageTime:
        return StageTime(label, stage, least([partial(action, *arguments)], rounds)[0])

    yield timed("decorator (parse, lower, check)", program_from, text, name)
    program = driver.program_of(program_from(text, name))
    yield timed("verify_structure", verify_structure, program, pipeline.FRONTEND)
    for one in pipeline.PASSES:
        yield timed(one.name, one.run, program, _A2A3)
        program = one.run(program, _A2A3)
    for verify in pipeline.VERIFIERS:
        yield timed(verify.__name__, verify, program, _A2A3)
    yield timed("emission", _emitted, program)
    toolchain, emitted = toolchains.find("cpu", "a2a3"), _emitted(program)
    yield StageTime(label, "C++ compiler", min(_compile_text(emitted, toolchain) for _ in range(rounds)))


def _placed(text: str) -> Program:
    return pipeline.place(driver.program_of(program_from(text, "Straight")), _A2A3)


def _emitted(program: Program) -> str:
    return emit_program(program, _A2A3, VERSION).text


def _compile_cold(text: str) -> float:
    """The time from text to something callable, with a cache that holds nothing."""
    with _empty_cache():
        start = time.perf_counter()
        driver.compile(program_from(text, "Summing"))
        return time.perf_counter() - start


def _compile_text(text: str, toolchain: Toolchain) -> float:
    """The time of building a library of C++ text, with a cache that holds nothing."""
    with _empty_cache():
        start = time.perf_counter()
        build.build(text, toolchain)
        return time.perf_counter() - start


def _compile_nothing(toolchain: Toolchain) -> float:
    """The time of the same compiler with the same flags on a file without a line."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / SOURCE).touch()
        start = time.perf_counter()
        subprocess.run(_without_header(toolchain), cwd=folder, check=True, capture_output=True)
        return time.perf_counter() - start


def _without_header(toolchain: Toolchain) -> list[str]:
    """The command of a toolchain without the header that it puts before every file."""
    command = list(toolchain.command(SOURCE))
    if "-include" in command:
        start = command.index("-include")
        del command[start : start + 2]
    return command


@contextmanager
def _empty_cache() -> Generator[None]:
    before = os.environ.get(_CACHE)
    with tempfile.TemporaryDirectory() as folder:
        os.environ[_CACHE] = folder
        try:
            yield
        finally:
            del os.environ[_CACHE]
            if before is not None:
                os.environ[_CACHE] = before
