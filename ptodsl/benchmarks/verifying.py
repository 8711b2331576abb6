"""What the static verifiers take: their share of the front half, and how it grows with a kernel."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

from ptodsl import driver, pipeline
from ptodsl.benchmarks.attention import Case
from ptodsl.benchmarks.generated import looping, program_from, straight
from ptodsl.benchmarks.measurement import Measurement, least
from ptodsl.codegen.emitter import emit_program
from ptodsl.ir.dtypes import FP32
from ptodsl.ir.nodes import Program
from ptodsl.ir.rewrite import walk
from ptodsl.machine import ARCHITECTURES
from ptodsl.verify.stages import asks_more
from ptodsl.verify.structure import verify_structure
from ptodsl.version import VERSION

GOAL_SHARE = 0.20
"""Of the time from a decorator to C++ text."""
GOAL_GROWTH = 1.5
"""Of the time for a statement, from one length to the next. It may grow with what runs at once and with what memory
holds, both of which have an end, and not with the kernel."""
LENGTHS = (64, 640, 2560)
"""Statements as their author wrote them; what is verified has several times as many."""

_A2A3 = ARCHITECTURES["a2a3"]


@dataclass(frozen=True)
class _Taken:
    """One program: seconds of the processor from its decorator to text, and those of each verifier in them."""

    name: str
    whole: float
    structure: float
    verifiers: float
    statements: int
    """Of its kernels, placed and ordered."""


def verifiers(rounds: int) -> Iterator[Measurement]:
    """Shares of the front half, then the time of a statement in a long kernel against that in a short one."""
    yield from _shares(_taken("paged attention", Case(4, 4096, FP32).program, rounds))
    for label, text in (("straight", straight), ("looping", looping)):
        taken = [
            _taken(f"{label}, {count} statements", partial(program_from, text(count), label.capitalize()), rounds)
            for count in LENGTHS
        ]
        for one in taken:
            yield from _shares(one)
        yield from (_growth(long, short) for short, long in pairwise(taken))


def _shares(one: _Taken) -> Iterator[Measurement]:
    front = f"front half of {one.name}"
    yield Measurement(
        f"placement and sync verifiers, {one.name}", one.verifiers, front, one.whole, most_ratio=GOAL_SHARE
    )
    yield Measurement(f"structural verifier, {one.name}", one.structure, front, one.whole)


def _growth(long: _Taken, short: _Taken) -> Measurement:
    """The time of one placed statement in a long kernel against that in a short one."""
    each, base = (one.verifiers / one.statements for one in (long, short))
    name = f"placement and sync verifiers, a statement of {long.name}"
    return Measurement(name, each, f"one of {short.name}", base, most_ratio=GOAL_GROWTH)


def _taken(name: str, make: Callable[[], Any], rounds: int) -> _Taken:
    """Every step by itself, so that the parts add up to the whole."""
    decorated, program = _timed(lambda: driver.program_of(make()), rounds)
    structure, _ = _timed(partial(verify_structure, program, pipeline.FRONTEND), rounds)
    whole, before = decorated + structure, pipeline.FRONTEND
    for one in pipeline.PASSES:
        seconds, made = _timed(partial(one.run, program, _A2A3), rounds)
        if made is not program or asks_more(one.name, before):
            checked, _ = _timed(partial(verify_structure, made, one.name), rounds)
            whole, structure = whole + checked, structure + checked
        whole, program, before = whole + seconds, made, one.name
    judged = sum(_timed(partial(verify, program, _A2A3), rounds)[0] for verify in pipeline.VERIFIERS)
    emitted, _ = _timed(partial(emit_program, program, _A2A3, VERSION), rounds)
    return _Taken(name, whole + judged + emitted, structure, judged, _statements(program))


def _timed(action: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    return least([action], rounds, clock=time.process_time)[0], action()


def _statements(program: Program) -> int:
    return sum(1 for function in program.functions for _ in walk(function.body))
