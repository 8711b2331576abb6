"""Kernels against torch doing the same, both on one thread and on the same tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ptodsl import driver
from ptodsl.benchmarks.generated import product, program_from
from ptodsl.benchmarks.measurement import Measurement, Skipped, least
from ptodsl.ir.dtypes import FP16, FP32, DType
from ptodsl.kernels import paged_attention
from ptodsl.testing.comparison import assert_close

if TYPE_CHECKING:
    from torch import Tensor

HEADS, HEAD_DIM, BLOCK, VALID = 16, 128, 128, 100
SIZE = 128
SCALE = 0.0884
TOLERANCE = 2e-3


@dataclass(frozen=True)
class Case:
    """A program, the arguments of both sides, and what torch does with them."""

    name: str
    program: Any
    arguments: tuple[Any, ...]
    reference: Callable[..., Any]


def kernels(rounds: int) -> Iterator[Measurement | Skipped]:
    """Each kernel; both sides give the same numbers before they are timed."""
    try:
        import torch
    except ImportError:
        yield Skipped("kernels against torch", "torch is not installed: pip install 'ptodsl[torch]'")
        return
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        cases = list(_cases())
        compiled = driver.compile_all(case.program for case in cases)
        yield from (_measured(case, program, rounds) for case, program in zip(cases, compiled, strict=True))
    finally:
        torch.set_num_threads(threads)


def _measured(case: Case, program: Any, rounds: int) -> Measurement:
    expected, found = case.reference(*_clones(case)), program(*_clones(case))
    for index, (x, r) in enumerate(zip(as_tuple(found), as_tuple(expected), strict=True)):
        assert_close(x, r, atol=TOLERANCE, rtol=TOLERANCE, name=f"{case.name}, result {index}")
    ours, torchs = _clones(case), _clones(case)
    seconds, baseline = least([lambda: program(*ours), lambda: case.reference(*torchs)], rounds)
    return Measurement(case.name, seconds, "torch, one thread", baseline)


def _clones(case: Case) -> list[Any]:
    return [a if isinstance(a, int | float) else a.clone() for a in case.arguments]


def as_tuple(results: object) -> tuple[object, ...]:
    """What a program or torch gave, one result too."""
    return cast("tuple[object, ...]", results) if isinstance(results, tuple) else (results,)


def _cases() -> Iterator[Case]:
    import torch

    a, b, c = torch.randn(SIZE, SIZE), torch.randn(SIZE, SIZE), torch.empty(SIZE, SIZE)
    name = f"matmul {SIZE}x{SIZE}x{SIZE} FP32"
    yield Case(name, program_from(product(SIZE), "Product"), (a, b, c), _product)
    for dtype in (FP32, FP16):
        yield from _attention(dtype)
    yield _update()


def _product(a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    import torch

    return torch.mm(a, b, out=c)


def _scores(q: Tensor, k: Tensor) -> Tensor:
    return q.float().mm(k.float().T)


def _attention(dtype: DType) -> Iterator[Case]:
    """The three kernels that depend on the dtype; results in FP32 as theirs."""
    import torch

    narrow: torch.dtype = getattr(torch, dtype.numpy)
    q, k, v = (torch.randn(rows, HEAD_DIM).to(narrow) for rows in (HEADS, BLOCK, BLOCK))
    s, p = torch.randn(HEADS, BLOCK), torch.rand(HEADS, BLOCK).to(narrow)

    def softmax_prepare(s: Tensor, scale: float, valid: int) -> tuple[Tensor, ...]:
        scaled = s.masked_fill(torch.arange(BLOCK) >= valid, torch.finfo(torch.float32).min) * scale
        m = scaled.amax(1, keepdim=True)
        p = (scaled - m).exp().to(narrow)
        return p, m, p.float().sum(1, keepdim=True)

    def pv(p: Tensor, v: Tensor, valid: int) -> Tensor:
        return torch.mm(p[:, :valid].float(), v[:valid].float())

    qk_name = f"qk_matmul {HEADS}x{HEAD_DIM}x{BLOCK} {dtype.label}"
    qk_program = paged_attention.qk_matmul_kernel(HEADS, HEAD_DIM, BLOCK, dtype)
    yield Case(qk_name, qk_program, (q, k), _scores)
    softmax_name = f"softmax_prepare {HEADS}x{BLOCK} {dtype.label}"
    softmax_program = paged_attention.softmax_prepare_kernel(HEADS, BLOCK, dtype)
    yield Case(softmax_name, softmax_program, (s, SCALE, VALID), softmax_prepare)
    pv_name = f"pv_matmul {HEADS}x{BLOCK}x{HEAD_DIM} {dtype.label}"
    yield Case(pv_name, paged_attention.pv_matmul_kernel(HEADS, HEAD_DIM, BLOCK, dtype), (p, v, VALID), pv)


def _update() -> Case:
    """The last block: it merges and divides."""
    import torch

    columns = [torch.rand(HEADS, 1) + 0.5 for _ in range(4)]
    rows = [torch.randn(HEADS, HEAD_DIM) for _ in range(2)]

    def online_update(
        mij: Tensor, lij: Tensor, new: Tensor, mi: Tensor, li: Tensor, oi: Tensor, is_first: bool, is_last: bool
    ) -> tuple[Tensor, ...]:
        assert is_last > is_first
        m = torch.maximum(mi, mij)
        alpha, beta = (mi - m).exp(), (mij - m).exp()
        mi.copy_(m)
        li.copy_(alpha * li + beta * lij)
        oi.copy_(oi * alpha + new * beta)
        return mi, li, oi, oi / li

    arguments = (columns[0], columns[1], rows[0], columns[2], columns[3], rows[1], False, True)
    name = f"online_update {HEADS}x{HEAD_DIM} FP32"
    return Case(name, paged_attention.online_update_kernel(HEADS, HEAD_DIM), arguments, online_update)
