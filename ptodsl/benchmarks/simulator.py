"""The four kernels of paged attention against the official CPU simulation, both on one thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ptodsl import driver
from ptodsl.benchmarks.kernels import BLOCK, HEAD_DIM, HEADS, SCALE, TOLERANCE, VALID, as_tuple
from ptodsl.benchmarks.measurement import Measurement, Skipped, least
from ptodsl.errors import PtoError
from ptodsl.ir.dtypes import FP16, FP32, DType
from ptodsl.kernels import paged_attention
from ptodsl.runtime import toolchains
from ptodsl.testing.comparison import assert_close

GOAL_RATIO = 0.01
TARGET = "pto-isa"


@dataclass(frozen=True)
class _Case:
    name: str
    kernel: Any
    arguments: tuple[Any, ...]


def simulator(rounds: int) -> Iterator[Measurement | Skipped]:
    """Each kernel, once both give the same numbers; skipped where no checkout of the headers is named."""
    try:
        toolchains.find(TARGET, "a2a3")
    except PtoError as error:
        reasons = "; ".join(diagnostic.message for diagnostic in error.diagnostics)
        yield Skipped("kernels against the official simulator", reasons)
        return
    for case in _cases():
        yield _measured(case, rounds)


def _measured(case: _Case, rounds: int) -> Measurement:
    ours, theirs = (driver.compile(case.kernel, target=target, threads=1) for target in ("cpu", TARGET))
    results = [as_tuple(program(*_copies(case))) for program in (ours, theirs)]
    for index, (x, r) in enumerate(zip(*results, strict=True)):
        assert_close(x, r, atol=TOLERANCE, rtol=TOLERANCE, name=f"{case.name}, result {index}")
    first, second = _copies(case), _copies(case)
    seconds, baseline = least([lambda: ours(*first), lambda: theirs(*second)], rounds)
    return Measurement(case.name, seconds, "the official simulator, one thread", baseline, most_ratio=GOAL_RATIO)


def _copies(case: _Case) -> list[Any]:
    return [a.copy() if isinstance(a, np.ndarray) else a for a in case.arguments]


def _cases() -> Iterator[_Case]:
    for dtype in (FP32, FP16):
        yield from _attention(dtype)
    random = np.random.default_rng(0)
    columns = [random.random((HEADS, 1), np.float32) + 0.5 for _ in range(4)]
    rows = [random.random((HEADS, HEAD_DIM), np.float32) for _ in range(2)]
    update = paged_attention.online_update_kernel(HEADS, HEAD_DIM)
    arguments = (columns[0], columns[1], rows[0], columns[2], columns[3], rows[1], False, True)
    yield _Case(f"online_update {HEADS}x{HEAD_DIM} FP32", update, arguments)


def _attention(dtype: DType) -> Iterator[_Case]:
    random = np.random.default_rng(1)
    q, k, v, p = (random.random(s, np.float32).astype(dtype.numpy) for s in _shapes())
    scores = random.random((HEADS, BLOCK), np.float32)
    qk = paged_attention.qk_matmul_kernel(HEADS, HEAD_DIM, BLOCK, dtype)
    yield _Case(f"qk_matmul {HEADS}x{HEAD_DIM}x{BLOCK} {dtype.label}", qk, (q, k))
    softmax = paged_attention.softmax_prepare_kernel(HEADS, BLOCK, dtype)
    yield _Case(f"softmax_prepare {HEADS}x{BLOCK} {dtype.label}", softmax, (scores, SCALE, VALID))
    pv = paged_attention.pv_matmul_kernel(HEADS, HEAD_DIM, BLOCK, dtype)
    yield _Case(f"pv_matmul {HEADS}x{BLOCK}x{HEAD_DIM} {dtype.label}", pv, (p, v, VALID))


def _shapes() -> tuple[tuple[int, int], ...]:
    return (HEADS, HEAD_DIM), (BLOCK, HEAD_DIM), (BLOCK, HEAD_DIM), (HEADS, BLOCK)
