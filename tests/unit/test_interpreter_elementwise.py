"""Every elementwise and expansion row against a definition of its own: doubles rounded twice, integers modulo 2^n."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from ptodsl.interpreter.kernels import kernel
from ptodsl.interpreter.values import numpy_dtype
from ptodsl.ir.dtypes import BF16, FP16, FP32, INT8, INT16, INT32, DType
from ptodsl.ops.row import Family, OpRow
from ptodsl.ops.table import ROWS
from tests.application import Array, apply_to_tiles, bits, samples, specials


def larger(a: Any, b: Any) -> Any:
    """Python's own comparison; the second of equals, NaN over all."""
    return a if a != a or a > b else b  # noqa: PLR0124  # NaN is what differs from itself


def smaller(a: Any, b: Any) -> Any:
    return a if a != a or a < b else b  # noqa: PLR0124  # NaN is what differs from itself


def quotient(a: Any, b: Any) -> Any:
    """IEEE division; of integers towards zero, by 0 giving 0."""
    if isinstance(a, float):
        return float(np.divide(a, b))
    if b == 0:
        return 0
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def rectified(x: Any) -> Any:
    """NaN is not less than zero; minus zero is not more."""
    return x if x > 0 or x != x else type(x)(0)  # noqa: PLR0124  # NaN is what differs from itself


def inverse_root(x: float) -> Any:
    """Two steps, each rounded to FP32."""
    return quotient(1.0, float(np.float32(np.sqrt(np.float64(x)))))


DEFINITIONS: dict[str, Callable[..., Any]] = {
    "neg": operator.neg,
    "abs": abs,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "rsqrt": inverse_root,
    "recip": partial(quotient, 1.0),
    "relu": rectified,
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": quotient,
    "max": larger,
    "min": smaller,
}
"""What an op gives for Python numbers, before it is rounded or wrapped."""

ALIASES = {"maximum": "max", "minimum": "min", "maxs": "max", "mins": "min"}


def definition_of(name: str) -> Callable[..., Any]:
    stem = name.removeprefix("row_expand_").removeprefix("col_expand_")
    stem = ALIASES.get(stem, stem)
    return DEFINITIONS[stem] if stem in DEFINITIONS else DEFINITIONS[stem.removesuffix("s")]


def rounded(number: Any, dtype: DType) -> Any:
    """A Python number in a dtype: floats through FP32, integers modulo 2^n."""
    kind = numpy_dtype(dtype).type
    if dtype.is_float:
        return kind(np.float32(number))
    least, _ = dtype.range
    return kind((number - least) % (1 << dtype.bits) + least)


def expected(name: str, dtype: DType, *operands: Array) -> Array:
    """The definition, element by element."""
    definition = definition_of(name)
    arrays = np.broadcast_arrays(*(operand.astype(np.float64 if dtype.is_float else object) for operand in operands))
    columns = [array.ravel().tolist() for array in arrays]
    with np.errstate(all="ignore"):
        results = [rounded(definition(*numbers), dtype) for numbers in zip(*columns, strict=True)]
    return np.array(results, numpy_dtype(dtype)).reshape(arrays[0].shape)


def cases(*families: Family, operands: tuple[str, ...]) -> list[Any]:
    """Row and dtype of each row with these operands (scratch aside)."""
    return [
        pytest.param(row, dtype, id=f"{row.name}-{dtype.name}")
        for row in ROWS.values()
        if row.family in families and row.computes
        if tuple(operand.name for operand in row.operands if operand.name != "scratch") == operands
        for dtype in sorted(row.dtypes, key=lambda dtype: dtype.name)
    ]


def assert_agree(row: OpRow, dtype: DType, actual: Array, wanted: Array) -> None:
    """The same bits where the row says exact, within its bound elsewhere."""
    assert actual.dtype == numpy_dtype(dtype)
    if row.numerics.exact:
        np.testing.assert_array_equal(bits(actual), bits(wanted))
        return
    finite = np.isfinite(wanted.astype(np.float64))
    np.testing.assert_array_equal(bits(actual[~finite]), bits(wanted[~finite]))
    given, ideal = actual[finite].astype(np.float64), wanted[finite].astype(np.float64)
    least = np.ldexp(1.0, 2 - (1 << (dtype.exponent - 1)))
    unit = np.ldexp(np.maximum(np.abs(ideal), least), -dtype.mantissa)
    assert (np.abs(given - ideal) <= row.numerics.ulp * unit).all()


def grid(values: Array) -> tuple[Array, Array]:
    """Every pair of values, as two tiles."""
    left, right = np.meshgrid(values, values)
    return left, right


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_every_row_names_a_kernel(row: OpRow) -> None:
    assert callable(kernel(row.numpy))


def test_an_unknown_kernel_is_refused() -> None:
    with pytest.raises(AttributeError):
        kernel("no_such_function")


@pytest.mark.parametrize(("row", "dtype"), cases(Family.ELEMENTWISE, operands=("source",)))
def test_unary_rows_give_their_definition(row: OpRow, dtype: DType) -> None:
    for source in (samples(dtype, (7, 33), seed=1), specials(dtype)[np.newaxis]):
        result = apply_to_tiles(row.name, {"source": source}, dtype)
        assert_agree(row, dtype, result.data, expected(row.name, dtype, source))


@pytest.mark.parametrize(("row", "dtype"), cases(Family.ELEMENTWISE, operands=("left", "right")))
def test_binary_rows_give_their_definition(row: OpRow, dtype: DType) -> None:
    for left, right in (
        (samples(dtype, (5, 65), seed=2), samples(dtype, (5, 65), seed=3)),
        grid(specials(dtype)),
    ):
        result = apply_to_tiles(row.name, {"left": left, "right": right}, dtype)
        assert_agree(row, dtype, result.data, expected(row.name, dtype, left, right))


@pytest.mark.parametrize(("row", "dtype"), cases(Family.ELEMENTWISE, operands=("source", "scalar")))
def test_rows_with_a_scalar_give_their_definition(row: OpRow, dtype: DType) -> None:
    source = np.concatenate([samples(dtype, (300,), seed=4), specials(dtype)])[np.newaxis]
    for scalar in [*samples(dtype, (3,), seed=5), *specials(dtype)]:
        number = float(scalar) if dtype.is_float else int(scalar)
        result = apply_to_tiles(row.name, {"source": source}, dtype, scalars={"scalar": number})
        assert_agree(row, dtype, result.data, expected(row.name, dtype, source, np.array(scalar)))


@pytest.mark.parametrize(("row", "dtype"), cases(Family.EXPANSION, operands=("source", "vector")))
def test_expansions_repeat_their_vector(row: OpRow, dtype: DType) -> None:
    source = samples(dtype, (9, 40), seed=6)
    vector = samples(dtype, (9, 1) if row.name.startswith("row") else (1, 40), seed=7)
    vector.flat[2] = 0
    result = apply_to_tiles(row.name, {"source": source, "vector": vector}, dtype)
    assert_agree(row, dtype, result.data, expected(row.name, dtype, source, vector))


@pytest.mark.parametrize("dtype", [FP16, BF16])
def test_16_bit_floats_round_once(dtype: DType) -> None:
    """1 / 3 in the dtype twice rounded differs from once for some operand: every step in FP32 tells."""
    source = np.arange(1, 2049, dtype=np.float32).astype(numpy_dtype(dtype))[np.newaxis]
    result = apply_to_tiles("rsqrt", {"source": source}, dtype)
    root = np.sqrt(source.astype(np.float32))
    once: Array = np.reciprocal(root).astype(source.dtype)
    twice: Array = np.reciprocal(root.astype(source.dtype).astype(np.float32)).astype(source.dtype)
    np.testing.assert_array_equal(bits(result.data), bits(once))
    assert (bits(result.data) != bits(twice)).any()


def test_relu_keeps_nan_and_makes_zeros_positive() -> None:
    source = np.array([[-0.0, np.nan, -np.inf, np.inf, -1.0]], np.float32)
    result = apply_to_tiles("relu", {"source": source}, FP32)
    np.testing.assert_array_equal(bits(result.data), bits(np.array([[0.0, np.nan, 0.0, np.inf, 0.0]], np.float32)))


@pytest.mark.parametrize("dtype", [INT8, INT16, INT32])
def test_integers_wrap(dtype: DType) -> None:
    least, greatest = dtype.range
    source = np.array([[greatest, least]], numpy_dtype(dtype))
    result = apply_to_tiles("adds", {"source": source}, dtype, scalars={"scalar": 1})
    assert result.data.tolist() == [[least, least + 1]]
