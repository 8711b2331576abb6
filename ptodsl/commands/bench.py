"""`ptodsl bench`: ratios against named baselines, and where the time of a compilation goes."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from ptodsl.benchmarks.allocating import allocated_bytes
from ptodsl.benchmarks.attention import attention
from ptodsl.benchmarks.checking import checking
from ptodsl.benchmarks.compiling import decorator_to_library, front_half, stage_times
from ptodsl.benchmarks.dispatching import dispatch
from ptodsl.benchmarks.generated import straight, summing
from ptodsl.benchmarks.host import host
from ptodsl.benchmarks.importing import import_time
from ptodsl.benchmarks.kernels import kernels
from ptodsl.benchmarks.launching import launch_overhead
from ptodsl.benchmarks.measurement import Amount, Measurement, Skipped, StageTime
from ptodsl.benchmarks.simulator import simulator
from ptodsl.benchmarks.verifying import verifiers
from ptodsl.commands import Refused, Status
from ptodsl.commands.table import duration, table

STATEMENTS = 64
_HEADING = ("what", "time", "baseline", "its time", "ratio", "goal", "met")
_NUMBERS = ("time", "its time", "ratio")
Result = Amount | Measurement | Skipped
_VERDICT = {True: "yes", False: "no", None: ""}


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments."""
    parser.add_argument("--quick", action="store_true", help="fewer rounds: less steady numbers, sooner")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results and the machine to a file too")


def run(options: argparse.Namespace) -> Status:
    """Prints the tables. A goal that is missed is a number to look at, no failure: machines differ."""
    if options.json is not None:
        _touch(options.json)
    results = list(_measurements(quick=options.quick))
    rounds = 3 if options.quick else 10
    stages = [
        *stage_times("one kernel", summing(3), "Summing", rounds),
        *stage_times(f"{STATEMENTS} statements", straight(STATEMENTS), "Straight", rounds),
    ]
    print(_text(results, stages))
    if options.json is not None:
        _write(options.json, results, stages)
    return Status.FINE


def _measurements(*, quick: bool) -> Iterator[Result]:
    yield decorator_to_library(5 if quick else 20)
    yield launch_overhead()
    yield from dispatch(20 if quick else 200)
    yield import_time(5 if quick else 20)
    yield front_half(STATEMENTS, 3 if quick else 10)
    yield from verifiers(3 if quick else 10)
    yield allocated_bytes()
    yield from kernels(20 if quick else 200)
    yield from attention(3 if quick else 30)
    yield from checking(3 if quick else 10)
    yield from simulator(2 if quick else 10)


def _text(results: list[Result], stages: list[StageTime]) -> str:
    measured = [one for one in results if isinstance(one, Measurement)]
    counted = [_counted(one) for one in results if isinstance(one, Amount)]
    skipped = [f"not measured: {one.name} ({one.reason})" for one in results if isinstance(one, Skipped)]
    described = "\n".join(f"{name}: {value}" for name, value in host().items())
    parts = [described, table(_HEADING, [_row(one) for one in measured], _NUMBERS), *counted, *skipped]
    return "\n\n".join([*parts, f"Where the time of a compilation goes:\n\n{_stages(stages)}"])


def _stages(stages: list[StageTime]) -> str:
    """A row for each stage, a column for each program; verify_structure runs again after each pass."""
    programs = list(dict.fromkeys(one.program for one in stages))
    times = {(one.stage, one.program): duration(one.seconds) for one in stages}
    names = dict.fromkeys(one.stage for one in stages)
    rows = [(name, *(times[name, program] for program in programs)) for name in names]
    return table(("stage", *programs), rows, programs)


def _row(one: Measurement) -> tuple[str, ...]:
    return (
        one.name,
        duration(one.seconds),
        one.baseline,
        duration(one.baseline_seconds),
        f"{one.ratio:.2f}",
        _goal(one),
        _VERDICT[one.met],
    )


def _counted(one: Amount) -> str:
    return f"{one.name}: {one.value:g} {one.unit} (goal: at most {one.most:g}; met: {_VERDICT[one.met]})"


def _goal(one: Measurement) -> str:
    if one.most_seconds is not None:
        return f"at most {duration(one.most_seconds)}"
    return "" if one.most_ratio is None else f"ratio at most {one.most_ratio:g}"


def _write(file: Path, results: list[Result], stages: list[StageTime]) -> None:
    data = {
        "machine": host(),
        "measurements": [one.data() for one in results if isinstance(one, Measurement)],
        "amounts": [one.data() for one in results if isinstance(one, Amount)],
        "skipped": [one.data() for one in results if isinstance(one, Skipped)],
        "stages": [one.data() for one in stages],
    }
    file.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


def _touch(file: Path) -> None:
    """Finds out whether the file can be written before anything is measured."""
    try:
        file.touch()
    except OSError as error:
        raise Refused(f"cannot write {file}: {error.strerror or error}") from error
