"""The compiled programs of paged attention, one for each configuration, and how rows of queries go through them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import torch

from ptodsl import driver
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


@dataclass(frozen=True, slots=True)
class Rows:
    """Queries of one layer, each a row of its own: where its keys lie, and how many of them it sees."""

    queries: torch.Tensor
    """[rows, heads, head_dim]."""
    tables: torch.Tensor
    """INT32 [rows, pages of the longest context]."""
    lengths: torch.Tensor
    """INT32 [rows]; 0 for a row that sees nothing, whose result is zeros."""

    def padded(self, size: int) -> Rows:
        """The same and as many empty rows as make their number a multiple of `size`."""
        missing = -len(self.lengths) % size
        if not missing:
            return self
        parts = (self.queries, self.tables, self.lengths)
        return Rows(*(torch.cat([part, part.new_zeros(missing, *part.shape[1:])]) for part in parts))


def attend(
    rows: Rows, keys: torch.Tensor, values: torch.Tensor, scale: float, size: int, options: Options
) -> tuple[torch.Tensor, int]:
    """The attention of each row over its pages, FP32 [rows, heads, head_dim], `size` rows a launch; and the launches.

    `keys` and `values` are a layer's pages, [blocks, block_size, kv_heads, head_dim].
    """
    count, heads, head_dim = rows.queries.shape
    blocks, block_size, kv_heads, _ = keys.shape
    shape = Shape(size, heads, kv_heads, head_dim, block_size, blocks, rows.tables.shape[1])
    program = compiled(shape, DTYPES[keys.dtype], options.arch, options.threads)
    config = torch.tensor([scale], dtype=torch.float32)
    whole = rows.padded(size)
    result = torch.empty(len(whole.lengths), heads, head_dim, dtype=torch.float32)
    starts = range(0, len(whole.lengths), size)
    for start in starts:
        part = slice(start, start + size)
        queries, tables, lengths = whole.queries[part], whole.tables[part], whole.lengths[part]
        program(queries, keys, values, tables, lengths, config, out=result[part])
    return result[:count], len(starts)
