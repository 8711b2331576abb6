"""Decode attention of three layers of SmolLM2-135M, block by block through four compiled kernels.

The data are real: queries, keys and values of one prompt of 445 tokens, 9 query heads sharing 3 KV heads, and the
attention output in float64. Run by `make demo`.
"""

from __future__ import annotations

import math
import runpy
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import ptodsl
import ptodsl.language as pl

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from docs.examples import paged_attention as kernels  # noqa: E402
from ptodsl import driver  # noqa: E402

LAYERS = (0, 14, 29)
BLOCK_SIZES = (16, 64, 128)
DTYPES = {"FP16": pl.FP16, "FP32": pl.FP32}
TOLERANCE = 2e-3
"""|x - r| <= TOLERANCE * (1 + |r|): the keys and values of the data are FP16."""


@dataclass(frozen=True)
class Attention:
    """The four programs for one block size and dtype."""

    block_size: int
    dtype: str
    qk: Any
    softmax: Any
    pv: Any
    update: Any


def compiled(block_size: int, dtype: str, heads: int, head_dim: int) -> Attention:
    """The four kernels for a group of query heads; their C++ is compiled side by side."""
    made = driver.compile_all(
        [
            kernels.qk_matmul_program(heads, head_dim, block_size, DTYPES[dtype]),
            kernels.softmax_prepare_program(heads, block_size, DTYPES[dtype]),
            kernels.pv_matmul_program(heads, head_dim, block_size, DTYPES[dtype]),
            kernels.online_update_program(heads, head_dim),
        ]
    )
    return Attention(block_size, dtype, *made)


def blocks(keys: np.ndarray, block_size: int) -> Iterator[tuple[np.ndarray, int]]:
    """The pages of a cache of [tokens, head_dim] and how many slots each fills; the rest of the last one is NaN."""
    for start in range(0, len(keys), block_size):
        part = keys[start : start + block_size]
        page = np.full((block_size, keys.shape[1]), np.nan, dtype=keys.dtype)
        page[: len(part)] = part
        yield page, len(part)


def decode(attention: Attention, query: np.ndarray, keys: np.ndarray, values: np.ndarray, scale: float) -> np.ndarray:
    """The attention of one group of query heads [H, D] over its KV head's [tokens, D]."""
    heads, head_dim = query.shape
    m = np.zeros((heads, 1), np.float32)
    l = np.zeros((heads, 1), np.float32)  # noqa: E741
    o = np.zeros((heads, head_dim), np.float32)
    config = np.array([scale], np.float32)
    result = o
    count = math.ceil(len(keys) / attention.block_size)
    for index, ((k, filled), (v, _)) in enumerate(
        zip(blocks(keys, attention.block_size), blocks(values, attention.block_size), strict=True)
    ):
        valid = np.array([filled], np.int64)
        flags = np.array([index == 0, index == count - 1], np.int64)
        scores = attention.qk(query, k)
        p, mij, lij = attention.softmax(scores, config, valid)
        m, l, o, result = attention.update(mij, lij, attention.pv(p, v, valid), m, l, o, flags)  # noqa: E741
    return result


def layer_error(attention: Attention, data: Any, layer: int) -> float:
    """The largest |x - r| / (1 + |r|) of one layer, every query head."""
    dtype = np.float16 if attention.dtype == "FP16" else np.float32
    query, expected = data[f"layer{layer}_q"].astype(dtype), data[f"layer{layer}_out"]
    keys, values = data[f"layer{layer}_k"].astype(dtype), data[f"layer{layer}_v"].astype(dtype)
    group = len(query) // len(keys)
    found = np.concatenate(
        [
            decode(
                attention, np.ascontiguousarray(query[head * group : (head + 1) * group]), k, v, float(data["scale"])
            )
            for head, (k, v) in enumerate(zip(keys, values, strict=True))
        ]
    )
    return float(np.max(np.abs(found - expected) / (1 + np.abs(expected))))


def real_data() -> list[Attention]:
    """Runs every layer with every block size and dtype, prints the errors, and gives what was compiled."""
    data = np.load(HERE / "smollm2_attention.npz")
    (kv_heads, tokens, head_dim), heads = data["layer0_k"].shape, len(data["layer0_q"])
    print(f"SmolLM2-135M, {heads} query heads on {kv_heads} KV heads, head_dim {head_dim}, {tokens} tokens\n")
    print("  dtype  block  layer   largest error   time")
    made: list[Attention] = []
    for dtype in DTYPES:
        for block_size in BLOCK_SIZES:
            attention = compiled(block_size, dtype, heads // kv_heads, head_dim)
            made.append(attention)
            for layer in LAYERS:
                start = time.perf_counter()
                error = layer_error(attention, data, layer)
                elapsed = 1e3 * (time.perf_counter() - start)
                print(f"  {dtype:5}  {block_size:5}  {layer:5}   {error:13.2e}   {elapsed:5.1f} ms")
                if not error <= TOLERANCE:
                    raise SystemExit(f"layer {layer} is off by {error:.2e}, more than {TOLERANCE:.0e}")
    return made


def kernel_table(attentions: list[Attention]) -> None:
    """Each kernel on random input against the interpreter."""
    print("\n  kernel            arguments                                     largest error   time")
    generator = np.random.default_rng(0)
    for attention in attentions:
        for program in (attention.qk, attention.softmax, attention.pv, attention.update):
            print(f"  {_row(program, generator)}")


def _row(program: Any, generator: np.random.Generator) -> str:
    arguments = [_random(slot, generator) for slot in program.signature.parameters]
    expected = ptodsl.interpret(program.program, *[a.copy() for a in arguments])
    found = program(*[a.copy() for a in arguments])
    elapsed = min(_timed(program, [a.copy() for a in arguments]) for _ in range(20))
    pairs = zip(_tuple(found), _tuple(expected), strict=True)
    error = max(float(np.max(np.abs(x.astype(np.float64) - r) / (1 + np.abs(r.astype(np.float64))))) for x, r in pairs)
    shapes = " ".join(f"{slot.dtype}{list(slot.shape)}" for slot in program.signature.parameters[:3])
    return f"{program.tasks[0].kernel:16}  {shapes:44}  {error:13.2e}   {1e6 * elapsed:5.1f} us"


def _random(slot: Any, generator: np.random.Generator) -> np.ndarray:
    if slot.name == "valid":
        return np.array([7], np.int64)
    if slot.name == "flags":
        return np.array([0, 1], np.int64)
    values = generator.random(slot.shape, np.float32) + 0.5
    return values.astype(slot.dtype.numpy)


def _timed(program: Any, arguments: list[np.ndarray]) -> float:
    start = time.perf_counter()
    program(*arguments)
    return time.perf_counter() - start


def _tuple(results: Any) -> tuple[Any, ...]:
    return results if isinstance(results, tuple) else (results,)


def refused_mistake() -> None:
    """Compiles `mistake.py`, which must be refused, and shows what its author sees."""
    try:
        runpy.run_path(str(HERE / "mistake.py"))
    except ptodsl.PtoError as error:
        print(f"\nA mistake, as its author sees it:\n\n{error}")
    else:
        raise SystemExit("the mistake was not refused")


def main() -> None:
    """The demo."""
    attentions = real_data()
    kernel_table(attentions[:1] + attentions[-1:])
    folder = Path("build") / "demo"
    example = attentions[-1].softmax
    example.save(folder)
    print(f"\nThe C++ of the last softmax_prepare: {folder / next(iter(example.sources))}")
    print(f"\nIts memory map:\n\n{example.memory_map}")
    refused_mistake()
    print("\nThe same kernels inside the whole model, which answers two prompts: make demo-model")


if __name__ == "__main__":
    main()
