"""Paged attention of a whole batch: its inputs, laid out in a cache as a server would have them, and the definition."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, islice
from typing import Any

import torch

from ptodsl.kernels.paged_attention import paged_attention_program
from ptodsl.testing import DataType, PTOTestCase, TensorSpec, TestConfig

NOWHERE = -1
"""What a block table says where it is not to be read."""

UNNAMED = 2
"""Blocks of a cache that no table names."""


@dataclass(frozen=True)
class Shape:
    """What a program is built for, and the longest context of the batch.

    The caches of keys and of values take `kv_bytes` at most together: where the batch needs more, sequences share
    blocks.
    """

    group: int
    kv_heads: int
    head_dim: int
    block_size: int
    dtype: DataType
    batch: int
    longest: int
    kv_bytes: int

    @property
    def heads(self) -> int:
        """The query heads."""
        return self.group * self.kv_heads

    @property
    def label(self) -> str:
        """All of it, as part of a name."""
        heads = f"g{self.group}_kv{self.kv_heads}_d{self.head_dim}"
        return f"{heads}_b{self.block_size}_{self.dtype.value}_{self.batch}x{self.longest}"

    def blocks_for(self, tokens: int) -> int:
        """Blocks that so many tokens take."""
        return -(-tokens // self.block_size)

    @property
    def affordable(self) -> int:
        """Blocks that the caches may have."""
        slot = 2 * self.kv_heads * self.head_dim * self.dtype.dtype.size
        return self.kv_bytes // (slot * self.block_size)

    @property
    def work(self) -> int:
        """Products of QK, had every context the greatest length."""
        return self.batch * self.longest * self.heads * self.head_dim

    def lengths(self, generator: torch.Generator) -> list[int]:
        """Contexts of all kinds: the longest, one token, whole blocks, none, and any."""
        whole = max(1, self.longest // self.block_size // 2) * self.block_size
        kinds = [self.longest, 1, min(whole, self.longest), 0]
        more = max(0, self.batch - len(kinds))
        rest = torch.randint(1, self.longest + 1, (more,), generator=generator)
        return [*kinds, *_integers(rest)][: self.batch]


def _integers(tensor: torch.Tensor) -> list[int]:
    return [int(element) for element in tensor]


@dataclass(frozen=True)
class Pages:
    """Where the tokens are: `named` are the blocks that a table names, `partly` the slots of those not full."""

    blocks: int
    table: torch.Tensor
    named: torch.Tensor
    partly: Mapping[int, int]


def pages_of(shape: Shape, lengths: Sequence[int], shared: int, generator: torch.Generator) -> Pages:
    """Shuffled blocks for contexts.

    The first `shared` full blocks of every sequence are the same; further ones are its own as long as the caches may
    have as many. A block that is partly filled belongs to one sequence.
    """
    full = [length // shape.block_size for length in lengths]
    partly = sum(length % shape.block_size > 0 for length in lengths)
    wanted = shared + sum(max(0, count - shared) for count in full)
    whole = max(1, min(wanted, shape.affordable - partly - UNNAMED))
    order = _integers(torch.randperm(whole + partly + UNNAMED, generator=generator))
    own, ends = cycle(order[min(shared, whole - 1) : whole]), iter(order[whole:])
    table = torch.full((len(lengths), max(map(shape.blocks_for, lengths)) + 1), NOWHERE, dtype=torch.int32)
    extents: dict[int, int] = {}
    for row, length, count in zip(table, lengths, full, strict=True):
        row[:count] = torch.tensor([*order[:whole][:shared], *islice(own, max(0, count - shared))][:count])
        if extent := length % shape.block_size:
            row[count] = end = next(ends)
            extents[end] = extent
    return Pages(len(order), table, torch.tensor(order[: whole + partly]), extents)


def attention(
    query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, scale: float, block_size: int
) -> torch.Tensor:
    """softmax(q kᵀ scale) v in float64, of query[H, D] over [tokens, KV heads, D], the heads in equal groups.

    The exponentials of a block, taken from its largest score, are rounded to the dtype of the values, as what is
    multiplied on the chip is. Of FP32 that leaves all but the last bits of float64.
    """
    tokens, kv_heads, dim = keys.shape
    grouped = query.double().reshape(kv_heads, -1, dim)
    scores = torch.einsum("kgd,nkd->kgn", grouped, keys.double()) * scale
    padded = torch.nn.functional.pad(scores, (0, -tokens % block_size), value=-torch.inf)
    blocks = padded.reshape(*scores.shape[:2], -1, block_size)
    peaks = blocks.amax(3, keepdim=True)
    rounded = torch.exp(blocks - peaks).to(values.dtype).double()
    weights = (rounded * torch.exp(peaks - peaks.amax(2, keepdim=True))).flatten(2)[..., :tokens]
    sums = torch.einsum("kgn,nkd->kgd", weights, values.double())
    return (sums / weights.sum(2, keepdim=True)).reshape(query.shape)


class PagedAttentionCase(PTOTestCase):
    """A batch of contexts of all kinds over shuffled blocks; whatever lies outside of them is NaN."""

    def __init__(self, shape: Shape, shared: int = 0, config: TestConfig | None = None) -> None:
        super().__init__(config)
        self.shape = shape
        self.shared = shared
        self.scale = shape.head_dim**-0.5

    def get_name(self) -> str:
        arch = self.config.arch if self.config else "default"
        return f"PagedAttention_{self.shape.label}_shared{self.shared}_{arch}"

    @cached_property
    def lengths(self) -> list[int]:
        """The context of each sequence."""
        return self.shape.lengths(self._generator("lengths"))

    @cached_property
    def pages(self) -> Pages:
        """Where the tokens are."""
        return pages_of(self.shape, self.lengths, self.shared, self._generator("pages"))

    def define_tensors(self) -> list[TensorSpec]:
        shape, pages = self.shape, self.pages
        rows = [shape.batch, shape.heads, shape.head_dim]
        cache = [pages.blocks, shape.block_size, shape.kv_heads, shape.head_dim]
        return [
            TensorSpec("query", rows, shape.dtype, init_value=lambda of: self._random("query", of)),
            TensorSpec("key_cache", cache, shape.dtype, init_value=lambda of: self._cache("keys", of)),
            TensorSpec("value_cache", cache, shape.dtype, init_value=lambda of: self._cache("values", of)),
            TensorSpec("block_table", list(pages.table.shape), DataType.INT32, init_value=pages.table),
            TensorSpec("context_lens", [shape.batch], DataType.INT32, init_value=torch.tensor(self.lengths)),
            TensorSpec("config", [1], DataType.FP32, init_value=self.scale),
            TensorSpec("out", rows, DataType.FP32, is_output=True),
        ]

    def get_program(self) -> Any:
        shape, pages = self.shape, self.pages
        return paged_attention_program(
            batch=shape.batch,
            heads=shape.heads,
            kv_heads=shape.kv_heads,
            head_dim=shape.head_dim,
            block_size=shape.block_size,
            blocks=pages.blocks,
            blocks_per_sequence=pages.table.shape[1],
            dtype=shape.dtype.dtype,
        )

    def compute_expected(self, tensors: dict[str, torch.Tensor], params: Mapping[str, Any] | None = None) -> None:
        scale, block_size = float(tensors["config"]), self.shape.block_size
        tensors["out"][:] = 0
        for sequence, length in enumerate(_integers(tensors["context_lens"])):
            if length:
                blocks = tensors["block_table"][sequence, : self.shape.blocks_for(length)].long()
                keys, values = (tensors[name][blocks].flatten(0, 1)[:length] for name in ("key_cache", "value_cache"))
                result = attention(tensors["query"][sequence], keys, values, scale, block_size)
                tensors["out"][sequence] = result.float()

    def _generator(self, name: str) -> torch.Generator:
        return torch.Generator().manual_seed(zlib.crc32(f"{self.shape.label}/{self.shared}/{name}".encode()))

    def _random(self, name: str, shape: Any) -> torch.Tensor:
        return torch.randn(list(shape), generator=self._generator(name)).to(self.shape.dtype.torch)

    def _cache(self, name: str, shape: Any) -> torch.Tensor:
        """NaN, but for the tokens of the sequences."""
        cache = torch.full(list(shape), torch.nan, dtype=self.shape.dtype.torch)
        cache[self.pages.named] = self._random(name, [len(self.pages.named), *shape[1:]])
        for block, extent in self.pages.partly.items():
            cache[block, extent:] = torch.nan
        return cache
