"""Paged attention at real size against torch: the same tensors, the same threads, in turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ptodsl import driver
from ptodsl.benchmarks.kernels import BLOCK, HEAD_DIM, HEADS, TOLERANCE
from ptodsl.benchmarks.measurement import Measurement, Skipped, least
from ptodsl.ir.dtypes import BF16, FP32, DType
from ptodsl.kernels.paged_attention import paged_attention_program
from ptodsl.testing.comparison import assert_close

if TYPE_CHECKING:
    from torch import Tensor

SIZES = ((4, 4096), (16, 8192))
"""Sequences, and the tokens of each."""
DTYPES = (FP32, BF16)
THREADS = (1, 2)
GOAL_RATIO = 1.0
GOAL_SPEEDUP = 1.7
"""Of two threads over one."""

_SCALE = HEAD_DIM**-0.5
_SPARE = 1.25
"""Blocks of the cache for each that a table names: tables jump."""
_SHORTEST, _PAUSE = 0.01, 0.02
"""Seconds. A reading is several launches in a row, as in a server; torch's threads spin for a while when done."""
_TORCH = "torch index_select + SDPA, heads as query rows"


@dataclass(frozen=True)
class Case:
    """One size: what both sides are called with."""

    batch: int
    tokens: int
    dtype: DType

    @property
    def name(self) -> str:
        """As the tables show it."""
        return f"paged attention {self.batch} x {self.tokens} {self.dtype.label}"

    @property
    def blocks(self) -> int:
        """Blocks of one sequence."""
        return self.tokens // BLOCK

    @property
    def cache_blocks(self) -> int:
        """Blocks of the cache."""
        return int(self.batch * self.blocks * _SPARE)

    def program(self) -> Any:
        """Our side."""
        return paged_attention_program(
            batch=self.batch,
            heads=HEADS,
            kv_heads=1,
            head_dim=HEAD_DIM,
            block_size=BLOCK,
            blocks=self.cache_blocks,
            blocks_per_sequence=self.blocks,
            dtype=self.dtype,
        )

    def arguments(self) -> tuple[Tensor, ...]:
        """Random queries and caches, and tables in random order."""
        import torch

        generator = torch.Generator().manual_seed(0)
        dtype: torch.dtype = getattr(torch, self.dtype.numpy)
        cache = (self.cache_blocks, BLOCK, 1, HEAD_DIM)
        query, keys, values = (
            torch.randn(shape, generator=generator).to(dtype) for shape in ((self.batch, HEADS, HEAD_DIM), cache, cache)
        )
        order = torch.randperm(self.cache_blocks, generator=generator, dtype=torch.int32)
        table = order[: self.batch * self.blocks].view(self.batch, self.blocks).contiguous()
        lengths = torch.full((self.batch,), self.tokens, dtype=torch.int32)
        return query, keys, values, table, lengths, torch.tensor([_SCALE])


def attention(rounds: int) -> Iterator[Measurement | Skipped]:
    """Every size and dtype on every number of threads, and what the threads bring."""
    try:
        import torch
    except ImportError:
        yield Skipped("paged attention against torch", "torch is not installed: pip install 'ptodsl[torch]'")
        return
    threads = torch.get_num_threads()
    try:
        for batch, tokens in SIZES:
            for dtype in DTYPES:
                yield from _measured(Case(batch, tokens, dtype), rounds)
    finally:
        torch.set_num_threads(threads)


def _measured(case: Case, rounds: int) -> Iterator[Measurement]:
    import torch

    arguments = case.arguments()
    out = torch.empty(case.batch, HEADS, HEAD_DIM)
    baselines = (_all_at_once(*arguments), _one_by_one(*arguments))
    programs = [driver.compile(case.program(), threads=threads) for threads in THREADS]
    for program in programs:
        assert_close(program(*arguments, out=out), baselines[0](), atol=TOLERANCE, rtol=TOLERANCE, name=case.name)
    ours: list[Callable[[], object]] = [partial(program, *arguments, out=out) for program in programs]
    for threads, launch in zip(THREADS, ours, strict=True):
        torch.set_num_threads(threads)
        seconds, *others = least([launch, *baselines], rounds, shortest=_SHORTEST, pause=_PAUSE)
        yield Measurement(
            f"{case.name}, threads: {threads}", seconds, f"{_TORCH}, same threads", min(others), most_ratio=GOAL_RATIO
        )
    one, two = least(ours, rounds, shortest=_SHORTEST, pause=_PAUSE)
    yield Measurement(f"{case.name}, two threads", two, "one thread", one, most_ratio=1 / GOAL_SPEEDUP)


def _all_at_once(
    query: Tensor, keys: Tensor, values: Tensor, table: Tensor, lengths: Tensor, config: Tensor
) -> Callable[[], Tensor]:
    """The whole batch gathered, then one call."""
    import torch

    del lengths
    buffers = [torch.empty(table.numel(), keys[0].numel(), dtype=query.dtype) for _ in range(2)]
    scale = float(config)
    return lambda: _attend(query, keys, values, table, scale, buffers)


def _one_by_one(
    query: Tensor, keys: Tensor, values: Tensor, table: Tensor, lengths: Tensor, config: Tensor
) -> Callable[[], Tensor]:
    """Sequence by sequence through the same buffers: what has been gathered is still near when it is used."""
    import torch

    del lengths
    buffers = [torch.empty(table.shape[1], keys[0].numel(), dtype=query.dtype) for _ in range(2)]
    scale, out = float(config), torch.empty(query.shape)

    def run() -> Tensor:
        for index in range(len(query)):
            one = slice(index, index + 1)
            out[one] = _attend(query[one], keys, values, table[one], scale, buffers)
        return out

    return run


def _attend(
    query: Tensor, keys: Tensor, values: Tensor, table: Tensor, scale: float, buffers: Sequence[Tensor]
) -> Tensor:
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    for cache, buffer in zip((keys, values), buffers, strict=True):
        torch.index_select(cache.flatten(1), 0, table.flatten(), out=buffer)
    k, v = (buffer.view(len(query), 1, -1, HEAD_DIM) for buffer in buffers)
    return scaled_dot_product_attention(query[:, None], k, v, scale=scale)[:, 0].float()
