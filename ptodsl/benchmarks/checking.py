"""What judging every instruction costs: a checked launch against the fast one of the same program."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ptodsl import driver
from ptodsl.benchmarks.attention import DTYPES, SIZES, Case
from ptodsl.benchmarks.kernels import HEAD_DIM, HEADS
from ptodsl.benchmarks.measurement import Measurement, Skipped, least

GOAL_RATIO = 30.0


def checking(rounds: int) -> Iterator[Measurement | Skipped]:
    """Paged attention of the smaller size, each dtype, on one thread."""
    try:
        import torch
    except ImportError:
        yield Skipped("checked paged attention", "torch is not installed: pip install 'ptodsl[torch]'")
        return
    for dtype in DTYPES:
        case = Case(*SIZES[0], dtype)
        arguments, out = case.arguments(), torch.empty(SIZES[0][0], HEADS, HEAD_DIM)
        programs = driver.compile(case.program(), target="checked"), driver.compile(case.program(), threads=1)
        checked, fast = least([partial(program, *arguments, out=out) for program in programs], rounds)
        yield Measurement(f"checked {case.name}", checked, "the fast library, one thread", fast, most_ratio=GOAL_RATIO)
