"""The kernels of the suite: every program of the examples over shapes and dtypes, with arguments to run it on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import ptodsl.language as pl
from docs.examples import dag, fused, layer_norm, matmul, paged_attention, softmax, vector_add
from ptodsl.driver import program_of
from ptodsl.ir.nodes import Program
from ptodsl.kernels.paged_attention import paged_attention_program
from ptodsl.runtime.results import numpy_dtype
from ptodsl.runtime.signature import ScalarSlot, TensorSlot
from ptodsl.signature import signature_of


@dataclass(frozen=True)
class Entry:
    """A program of the suite; `fixed` are the arguments that random values would not do for."""

    name: str
    build: Callable[[], Any]
    fixed: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def program(self) -> Program:
        """The IR as the frontend built it."""
        return program_of(self.build())

    def arguments(self, seed: int = 0) -> list[Any]:
        """Random arguments in the order of the parameters."""
        generator = np.random.default_rng(seed)
        return [self._argument(slot, generator) for slot in signature_of(self.program()).parameters]

    def _argument(self, slot: TensorSlot | ScalarSlot, generator: np.random.Generator) -> Any:
        shape = slot.shape if isinstance(slot, TensorSlot) else ()
        if slot.name in self.fixed:
            return np.full(shape, self.fixed[slot.name], numpy_dtype(slot.dtype))
        values = generator.random(shape, np.float32) + 0.25
        return np.asarray(values).astype(numpy_dtype(slot.dtype))


def _attention(heads: int, dim: int, block: int, dtype: Any, valid: int) -> list[Entry]:
    label = f"{heads}x{dim}_{block}_{dtype.name}"
    return [
        Entry(f"qk_{label}", lambda: paged_attention.qk_matmul_program(heads, dim, block, dtype)),
        Entry(
            f"softmax_prepare_{label}",
            lambda: paged_attention.softmax_prepare_program(heads, block, dtype),
            {"valid": valid},
        ),
        Entry(f"pv_{label}", lambda: paged_attention.pv_matmul_program(heads, dim, block, dtype), {"valid": valid}),
    ]


def _update(heads: int, dim: int, first: int, last: int) -> Entry:
    name = f"update_{heads}x{dim}_first{first}_last{last}"
    flags = {"flags": np.array([first, last], np.int64)}
    return Entry(name, lambda: paged_attention.online_update_program(heads, dim), flags)


def _batch(group: int, kv_heads: int, dim: int, block: int, dtype: Any) -> Entry:
    """Sequences of three blocks, of none and of one, in a shuffled cache: blocks first, last, both and neither."""
    lengths = [2 * block + 1, 0, block]
    sizes = {"batch": 3, "heads": group * kv_heads, "kv_heads": kv_heads, "head_dim": dim, "block_size": block}
    return Entry(
        f"paged_attention_{group}x{kv_heads}x{dim}_{block}_{dtype.name}",
        lambda: paged_attention_program(**sizes, blocks=5, blocks_per_sequence=3, dtype=dtype),
        {"context_lens": lengths, "block_table": [[4, 1, 2], [-1, -1, -1], [0, -1, -1]], "config": dim**-0.5},
    )


SUITE: tuple[Entry, ...] = (
    _batch(3, 2, 64, 16, pl.FP16),
    _batch(16, 1, 16, 32, pl.FP32),
    _batch(1, 2, 32, 16, pl.BF16),
    *_attention(16, 16, 16, pl.FP32, 16),
    *_attention(3, 64, 64, pl.FP16, 37),
    *_attention(9, 128, 128, pl.BF16, 128),
    *(_update(9, 48, first, last) for first in (0, 1) for last in (0, 1)),
    Entry("add_fp32", lambda: vector_add.vector_add_program(64, 48, pl.FP32)),
    Entry("add_fp16", lambda: vector_add.vector_add_program(48, 33, pl.FP16)),
    Entry("swish_gate", lambda: fused.swish_gate_program(13, 70)),
    Entry("softmax", lambda: softmax.softmax_program(37, 100)),
    Entry("layer_norm", lambda: layer_norm.layer_norm_program(24, 96)),
    Entry("matmul_fp16", lambda: matmul.matmul_program(128, 192, 64, pl.FP16)),
    Entry("matmul_bf16", lambda: matmul.matmul_program(64, 128, 96, pl.BF16, (32, 64, 48))),
    Entry("dag", lambda: dag.dag_program(32, 40)),
)
