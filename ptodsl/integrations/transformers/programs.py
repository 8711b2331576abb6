"""The compiled programs of paged attention, one for each configuration, and how queries go through them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import torch

from ptodsl import driver
from ptodsl.integrations.transformers.placement import Placement, filled
from ptodsl.ir.dtypes import BF16, FP16, FP32, DType
from ptodsl.kernels.paged_attention import paged_attention_program

DTYPES = {torch.float32: FP32, torch.float16: FP16, torch.bfloat16: BF16}
"""The dtypes of models that the kernels take."""


@dataclass(frozen=True, slots=True)
class Options:
    """How programs are compiled."""

    arch: str
    threads: int | None


@dataclass(frozen=True, slots=True)
class Shape:
    """The numbers that a program is made for; see `paged_attention_program`."""

    batch: int
    heads: int
    kv_heads: int
    head_dim: int
    block_size: int
    blocks: int
    blocks_per_sequence: int


@cache
def compiled(shape: Shape, dtype: DType, arch: str, threads: int | None) -> Any:
    """The program for a configuration. It is compiled once in a process, whichever caches ask for it."""
    program = paged_attention_program(**asdict(shape), dtype=dtype)
    return driver.compile(program, arch=arch, threads=threads)


@cache
def _config(scale: float) -> torch.Tensor:
    return torch.tensor([scale], dtype=torch.float32)


def program_for(heads: int, pages: torch.Tensor, placement: Placement, options: Options) -> Any:
    """The program for queries of so many heads over pages [blocks, block_size, kv_heads, head_dim]."""
    blocks, block_size, kv_heads, head_dim = pages.shape
    shape = Shape(placement.rows, heads, kv_heads, head_dim, block_size, blocks, placement.tables.shape[1])
    return compiled(shape, DTYPES[pages.dtype], options.arch, options.threads)


def attend(
    program: Any, queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, placement: Placement, scale: float
) -> tuple[torch.Tensor, int]:
    """The attention of queries, [positions, heads, head_dim], over a layer's pages, FP32, and the launches it took."""
    rows = filled(queries, placement.rows)
    result = torch.empty(rows.shape, dtype=torch.float32)
    starts = range(0, len(rows), placement.rows)
    for start in starts:
        now = slice(start, start + placement.rows)
        program(rows[now], keys, values, placement.tables[now], placement.lengths[now], _config(scale), out=result[now])
    return result[: len(queries)], len(starts)
