"""The compiled programs of paged attention, one for each configuration, and how queries go through them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import torch

from ptodsl import driver
from ptodsl.integrations.transformers.placement import Placement
from ptodsl.ir.dtypes import BF16, FP16, FP32, DType
from ptodsl.kernels.paged_attention import paged_attention_program

DTYPES = {torch.float32: FP32, torch.float16: FP16, torch.bfloat16: BF16}
"""The dtypes of models that the kernels take."""


@dataclass(frozen=True, slots=True)
class Options:
    """How programs are compiled, and how many rows of queries those of a prompt take."""

    chunk: int
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
    program = paged_attention_program(
        batch=shape.batch,
        heads=shape.heads,
        kv_heads=shape.kv_heads,
        head_dim=shape.head_dim,
        block_size=shape.block_size,
        blocks=shape.blocks,
        blocks_per_sequence=shape.blocks_per_sequence,
        dtype=dtype,
    )
    return driver.compile(program, arch=arch, threads=threads)


@cache
def _config(scale: float) -> torch.Tensor:
    return torch.tensor([scale], dtype=torch.float32)


def attend(
    queries: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    placement: Placement,
    scale: float,
    size: int,
    options: Options,
) -> tuple[torch.Tensor, int]:
    """The attention of queries, [positions, heads, head_dim], in FP32, `size` positions a launch; and the launches.

    `keys` and `values` are a layer's pages, [blocks, block_size, kv_heads, head_dim]. What is missing in the last
    launch is filled with positions that see nothing.
    """
    count, heads, head_dim = queries.shape
    blocks, block_size, kv_heads, _ = keys.shape
    shape = Shape(size, heads, kv_heads, head_dim, block_size, blocks, placement.tables.shape[1])
    program = compiled(shape, DTYPES[keys.dtype], options.arch, options.threads)
    rows, tables, lengths = (_filled(part, size) for part in (queries, placement.tables, placement.lengths))
    result = torch.empty(len(rows), heads, head_dim, dtype=torch.float32)
    starts = range(0, len(rows), size)
    for start in starts:
        now = slice(start, start + size)
        program(rows[now], keys, values, tables[now], lengths[now], _config(scale), out=result[now])
    return result[:count], len(starts)


def _filled(part: torch.Tensor, size: int) -> torch.Tensor:
    """With as many zeros at the end as make its length a multiple of `size`."""
    missing = -len(part) % size
    return torch.cat([part, part.new_zeros(missing, *part.shape[1:])]) if missing else part
