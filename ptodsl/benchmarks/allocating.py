"""What a launch costs in memory."""

from __future__ import annotations

import numpy as np

from ptodsl import driver
from ptodsl.benchmarks.measurement import Amount, Skipped
from ptodsl.ir.dtypes import FP32
from ptodsl.kernels.paged_attention import paged_attention_program
from ptodsl.runtime import launcher

_LAUNCHES = 20


def allocated_bytes() -> Amount | Skipped:
    """What the runtime allocates for a launch of paged attention, the first one excepted."""
    name = "allocated by a launch of paged attention after the first, `out=` given"
    native = launcher.load()
    if native is None:
        return Skipped(name, "there is no C++ compiler")
    sizes = {"batch": 4, "heads": 8, "kv_heads": 2, "head_dim": 64, "block_size": 32, "blocks": 64}
    program = driver.compile(paged_attention_program(**sizes, blocks_per_sequence=16, dtype=FP32), threads=1)
    random = np.random.default_rng(0)
    query, out = random.random((4, 8, 64), np.float32), np.empty((4, 8, 64), np.float32)
    caches = random.random((2, 64, 32, 2, 64), np.float32)
    table = np.arange(64, dtype=np.int32).reshape(4, 16)
    arguments = (query, *caches, table, np.full(4, 512, np.int32), np.array([0.125], np.float32))
    program(*arguments, out=out)
    total = 0
    for _ in range(_LAUNCHES):
        program(*arguments, out=out)
        total += native.outcome().contents.allocated
    return Amount(name, total / _LAUNCHES, "bytes", most=0)
