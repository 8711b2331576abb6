"""`ptodsl bench`: ratios against named baselines, and where the time of a compilation goes."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
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
_VERDICT = {True: "yes", False: "no", None: ""}

Result = Amount | Measurement | Skipped


@dataclass(frozen=True)
class Group:
    """Measurements of one kind, and how many rounds each is given, few or all."""

    measure: Callable[[int], Iterable[Result]]
    few: int
    all: int

    def results(self, *, quick: bool) -> Iterable[Result]:
        """What was measured, or why it was not."""
        return self.measure(self.few if quick else self.all)


GROUPS: dict[str, Group] = {
    "compiling": Group(lambda rounds: [decorator_to_library(rounds)], 5, 20),
    "launching": Group(lambda _: [launch_overhead()], 1, 1),
    "tasks": Group(dispatch, 20, 200),
    "importing": Group(lambda rounds: [import_time(rounds)], 5, 20),
    "growth": Group(lambda rounds: [front_half(STATEMENTS, rounds)], 3, 10),
    "verifiers": Group(verifiers, 3, 10),
    "memory": Group(lambda _: [allocated_bytes()], 1, 1),
    "kernels": Group(kernels, 20, 200),
    "attention": Group(attention, 3, 30),
    "checking": Group(checking, 3, 10),
    "simulator": Group(simulator, 2, 10),
}
"""Everything that is measured, by the word that `--only` takes."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments."""
    parser.add_argument("--quick", action="store_true", help="fewer rounds: less steady numbers, sooner")
    parser.add_argument("--only", metavar="GROUP[,GROUP]", help=f"measure some of {', '.join(GROUPS)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results and the machine to a file too")


def run(options: argparse.Namespace) -> Status:
    """Prints the tables. A goal that is missed is a number to look at, no failure: machines differ."""
    chosen = list(GROUPS) if options.only is None else options.only.split(",")
    if unknown := [name for name in chosen if name not in GROUPS]:
        raise Refused(f"there is no group `{unknown[0]}` of measurements: choose from {', '.join(GROUPS)}")
    if options.json is not None:
        _touch(options.json)
    results = [result for name in chosen for result in GROUPS[name].results(quick=options.quick)]
    stages = list(_stage_times(3 if options.quick else 10)) if "compiling" in chosen else []
    print(_text(results, stages))
    if options.json is not None:
        _write(options.json, results, stages)
    return Status.FINE


def _stage_times(rounds: int) -> Iterator[StageTime]:
    yield from stage_times("one kernel", summing(3), "Summing", rounds)
    yield from stage_times(f"{STATEMENTS} statements", straight(STATEMENTS), "Straight", rounds)


def _text(results: list[Result], stages: list[StageTime]) -> str:
    measured = [one for one in results if isinstance(one, Measurement)]
    counted = [_counted(one) for one in results if isinstance(one, Amount)]
    skipped = [f"not measured: {one.name} ({one.reason})" for one in results if isinstance(one, Skipped)]
    described = "\n".join(f"{name}: {value}" for name, value in host().items())
    parts = [described, table(_HEADING, [_row(one) for one in measured], _NUMBERS), *counted, *skipped]
    if stages:
        parts.append(f"Where the time of a compilation goes:\n\n{_stages(stages)}")
    return "\n\n".join(parts)


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
