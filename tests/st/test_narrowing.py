"""FP32 accumulators stored to 16-bit tensors: rounded once, to nearest even, by interpreter and library alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ptodsl.language as pl
from ptodsl import driver
from ptodsl.errors import PtoError
from ptodsl.ir.dtypes import BF16, FP16, FP32, DType
from ptodsl.machine import ARCHITECTURES
from ptodsl.runtime.results import numpy_dtype

M, N, STEP, STEPS = 16, 32, 16, 3
K = STEP * STEPS


def product(dtype: DType, narrow: DType) -> Any:
    """One matmul, its accumulator stored as it is."""

    @pl.function
    def kernel(
        a: pl.Tensor[[M, K], dtype], b: pl.Tensor[[K, N], dtype], c: pl.Tensor[[M, N], narrow]
    ) -> pl.Tensor[[M, N], narrow]:
        return pl.store(pl.matmul(pl.load(a, [0, 0], [M, K]), pl.load(b, [0, 0], [K, N])), [0, 0], c)

    return kernel


def accumulated(dtype: DType, narrow: DType) -> Any:
    """A matmul before the loop, the others inside it: the accumulator is carried."""

    @pl.function
    def kernel(
        a: pl.Tensor[[M, K], dtype], b: pl.Tensor[[K, N], dtype], c: pl.Tensor[[M, N], narrow]
    ) -> pl.Tensor[[M, N], narrow]:
        total = pl.matmul(pl.load(a, [0, 0], [M, STEP]), pl.load(b, [0, 0], [STEP, N]))
        for k in pl.range(STEP, K, STEP):
            total = pl.matmul_acc(total, pl.load(a, [0, k], [M, STEP]), pl.load(b, [k, 0], [STEP, N]))
        return pl.store(total, [0, 0], c)

    return kernel


def chosen(dtype: DType, narrow: DType) -> Any:
    """The accumulator comes from either branch of an `if`, at first from a tile of L0C that nothing has written."""

    @pl.function
    def kernel(
        a: pl.Tensor[[M, K], dtype], b: pl.Tensor[[K, N], dtype], c: pl.Tensor[[M, N], narrow]
    ) -> pl.Tensor[[M, N], narrow]:
        total = pl.create_tile([M, N], pl.FP32, target_memory=pl.MemorySpace.L0C)
        for k in pl.range(0, K, STEP):
            y = pl.load(b, [k, 0], [STEP, N])
            if k == 0:
                x = pl.load(a, [0, k], [M, STEP])
                total = pl.matmul(x, y)
            else:
                x = pl.load(a, [0, k], [M, STEP])
                total = pl.matmul_acc(total, x, y)
        return pl.store(total, [0, 0], c)

    return kernel


def integers(dtype: DType, narrow: DType, seed: int) -> tuple[list[Any], Any]:
    """Factors whose sums of products are exact in FP32, many of them halfway between two numbers of `narrow`."""
    random = np.random.default_rng(seed)
    most = 31 if narrow is FP16 else 15
    arrays = [random.integers(-most, most, shape, endpoint=True) for shape in ((M, K), (K, N))]
    exact = arrays[0] @ arrays[1]
    return [array.astype(numpy_dtype(dtype)) for array in arrays], exact


def ties(exact: Any, narrow: DType) -> int:
    """How many integers lie halfway between two numbers of a dtype."""
    unit = np.ldexp(1.0, np.frexp(exact)[1] - 1 - narrow.mantissa)
    return int(np.sum(np.abs(exact) % unit == unit / 2))


CASES = (
    *(
        (accumulated, dtype, narrow, arch)
        for dtype in (FP32, FP16, BF16)
        for narrow in (FP16, BF16)
        for arch in ARCHITECTURES
    ),
    *((build, dtype, dtype, "a2a3") for build in (product, chosen) for dtype in (FP16, BF16)),
)


@pytest.mark.parametrize(("build", "dtype", "narrow", "arch"), CASES)
def test_accumulator_is_rounded_once_to_nearest_even(build: Any, dtype: DType, narrow: DType, arch: str) -> None:
    kernel = build(dtype, narrow)
    arguments, exact = integers(dtype, narrow, seed=dtype.bits + narrow.mantissa)
    assert ties(exact, narrow) > 10, "these inputs would not tell one rounding from another"
    expected = exact.astype(np.float32).astype(numpy_dtype(narrow))
    assert driver.interpret(kernel, *arguments).tobytes() == expected.tobytes()
    assert driver.compile(kernel, arch)(*arguments).tobytes() == expected.tobytes()


@pytest.mark.parametrize("narrow", [FP16, BF16], ids=str)
def test_sums_beyond_the_dtype_have_one_meaning(narrow: DType) -> None:
    kernel = product(FP32, narrow)
    random = np.random.default_rng(0)
    arguments = [
        np.ldexp(random.uniform(-1, 1, shape), random.integers(0, 64, shape)).astype(np.float32)
        for shape in ((M, K), (K, N))
    ]
    found = driver.compile(kernel)(*arguments)
    assert np.isinf(found.astype(np.float32)).any() or narrow is BF16
    assert found.tobytes() == driver.interpret(kernel, *arguments).tobytes()


def test_tile_of_the_vector_unit_is_not_narrowed_by_a_store() -> None:
    @pl.function
    def kernel(a: pl.Tensor[[M, N], pl.FP32], c: pl.Tensor[[M, N], pl.FP16]) -> pl.Tensor[[M, N], pl.FP16]:
        t = pl.load(a, [0, 0], [M, N])
        u = t + t
        return pl.store(u, [0, 0], c)

    with pytest.raises(PtoError, match="E0201") as caught:
        driver.program_of(kernel)
    (mistake,) = caught.value.diagnostics
    assert mistake.label == "a tile of FP32 into a tensor of FP16"
    assert mistake.help == "write `pl.cast(u, pl.FP16)`, or declare `c` as FP32"
