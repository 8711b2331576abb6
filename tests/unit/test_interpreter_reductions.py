"""Reductions in the order that every execution has, against a loop over elements; products within their bound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ptodsl.interpreter.values import Tile, defined_tile, numpy_dtype
from ptodsl.ir.dtypes import BF16, FP16, FP32, INT8, INT32, DType
from ptodsl.ops.row import Family, OpRow
from ptodsl.ops.table import ROWS
from tests.application import Array, apply, apply_to_tiles, bits, samples, specials, tile_value

LANES = 16
SHAPES = [(1, 1), (3, 5), (2, 16), (5, 17), (1, 31), (4, 128), (33, 200)]


def add(a: Any, b: Any) -> Any:
    return a + b


def larger(a: Any, b: Any) -> Any:
    return a if np.isnan(a) or a > b else b


def smaller(a: Any, b: Any) -> Any:
    return a if np.isnan(a) or a < b else b


FOLDS: dict[str, tuple[Callable[[Any, Any], Any], float, Callable[[DType], float]]] = {
    "sum": (add, 0.0, lambda _: 0),
    "max": (larger, -np.inf, lambda dtype: dtype.range[0]),
    "min": (smaller, np.inf, lambda dtype: dtype.range[1]),
}


def row_total(row: list[Any], name: str, dtype: DType) -> Any:
    """One row through 16 lanes, element by element."""
    fold, neutral, neutral_integer = FOLDS[name]
    start = np.float32(neutral) if dtype.is_float else neutral_integer(dtype)
    lanes = [start] * LANES
    for index, element in enumerate(row):
        lanes[index % LANES] = fold(lanes[index % LANES], element)
    for half in (8, 4, 2, 1):
        lanes = [fold(lanes[lane], lanes[lane + half]) for lane in range(half)]
    return lanes[0]


def column_total(column: list[Any], name: str) -> Any:
    fold, _, _ = FOLDS[name]
    total = column[0]
    for element in column[1:]:
        total = fold(total, element)
    return total


def numbers(source: Array, dtype: DType) -> list[list[Any]]:
    """FP32 scalars, or Python integers."""
    if dtype.is_float:
        return [list(row) for row in source.astype(np.float32)]
    listed: list[list[Any]] = source.tolist()
    return listed


def in_dtype(totals: list[Any], dtype: DType) -> Array:
    if dtype.is_float:
        return np.array(totals, np.float32).astype(numpy_dtype(dtype))
    least, _ = dtype.range
    return np.array([(total - least) % (1 << dtype.bits) + least for total in totals], numpy_dtype(dtype))


def cases() -> list[Any]:
    return [
        pytest.param(row, dtype, shape, id=f"{row.name}-{dtype.name}-{shape[0]}x{shape[1]}")
        for row in ROWS.values()
        if row.family is Family.REDUCTION
        for dtype in sorted(row.dtypes, key=lambda dtype: dtype.name)
        for shape in SHAPES
    ]


@pytest.mark.parametrize(("row", "dtype", "shape"), cases())
def test_reductions_have_the_order_of_their_row(row: OpRow, dtype: DType, shape: tuple[int, int]) -> None:
    source = samples(dtype, shape, seed=shape[1])
    direction, _, name = row.name.partition("_")
    with np.errstate(all="ignore"):
        if direction == "row":
            wanted = in_dtype([row_total(line, name, dtype) for line in numbers(source, dtype)], dtype)[:, np.newaxis]
        else:
            columns = [list(column) for column in zip(*numbers(source, dtype), strict=True)]
            wanted = in_dtype([column_total(column, name) for column in columns], dtype)[np.newaxis]
    result = apply_to_tiles(row.name, {"source": source}, dtype)
    np.testing.assert_array_equal(bits(result.data), bits(wanted))


def test_the_order_of_a_row_sum_shows() -> None:
    """The samples tell the lanes from a plain loop and from numpy's own order."""
    source = samples(FP32, (64, 200), seed=0)
    result = apply_to_tiles("row_sum", {"source": source}, FP32).data[:, 0]
    in_order = np.array([column_total(list(row), "sum") for row in source], np.float32)
    assert (result != in_order).any()
    assert (result != source.sum(axis=1)).any()


@pytest.mark.parametrize("name", ["row_max", "row_min", "col_max", "col_min", "row_sum", "col_sum"])
def test_reductions_give_nan_where_one_element_is(name: str) -> None:
    source = samples(FP32, (20, 20), seed=9)
    source[3, 17] = np.nan
    totals = apply_to_tiles(name, {"source": source}, FP32).data.ravel()
    assert np.isnan(totals).nonzero()[0].tolist() == [3 if name.startswith("row") else 17]


@pytest.mark.parametrize("columns", [3, 16, 32])
def test_a_row_sum_starts_from_plus_zero_and_a_column_sum_from_its_first_row(columns: int) -> None:
    source = np.full((2, columns), -0.0, np.float32)
    assert not np.signbit(apply_to_tiles("row_sum", {"source": source}, FP32).data).any()
    assert np.signbit(apply_to_tiles("col_sum", {"source": source}, FP32).data).all()


@pytest.mark.parametrize("name", ["row_max", "row_min"])
def test_of_equal_zeros_a_row_gives_the_one_that_lane_order_says(name: str) -> None:
    """Lane k takes the second of itself and lane k + 8, so the zero of lane 15 comes out."""
    source = np.zeros((2, 16), np.float32)
    source[0, 15] = -0.0
    source[1, :15] = -0.0
    assert np.signbit(apply_to_tiles(name, {"source": source}, FP32).data[:, 0]).tolist() == [True, False]


@pytest.mark.parametrize("dtype", [FP32, FP16, BF16, INT8], ids=lambda dtype: dtype.name)
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 7, 5), (16, 128, 64)])
def test_products_are_within_their_bound(dtype: DType, shape: tuple[int, int, int]) -> None:
    m, k, n = shape
    left, right = samples(dtype, (m, k), seed=1), samples(dtype, (k, n), seed=2)
    operands = {
        "left": (tile_value((m, k), dtype), defined_tile(left)),
        "right": (tile_value((k, n), dtype), defined_tile(right)),
    }
    product = apply("matmul", operands)
    assert isinstance(product, Tile)
    exact = left.astype(np.float64) @ right.astype(np.float64)
    magnitude = np.abs(left.astype(np.float64)) @ np.abs(right.astype(np.float64))
    bound = ROWS["matmul"].numerics.ulp * 2.0**-24 * magnitude if dtype.is_float else 0
    assert product.data.dtype == numpy_dtype(FP32 if dtype.is_float else INT32)
    assert (np.abs(product.data - exact) <= bound).all()

    accumulator = (tile_value((m, n), FP32 if dtype.is_float else INT32), product)
    doubled = apply("matmul_acc", {"accumulator": accumulator, **operands})
    assert isinstance(doubled, Tile)
    assert (np.abs(doubled.data - 2 * exact) <= 2 * bound).all()


def test_integer_accumulators_wrap() -> None:
    ones = np.ones((1, 1), np.int8)
    operands = {
        "accumulator": (tile_value((1, 1), INT32), defined_tile(np.array([[2**31 - 1]], np.int32))),
        "left": (tile_value((1, 1), INT8), defined_tile(ones)),
        "right": (tile_value((1, 1), INT8), defined_tile(ones)),
    }
    result = apply("matmul_acc", operands)
    assert isinstance(result, Tile)
    assert result.data.tolist() == [[-(2**31)]]


def test_products_of_specials_are_those_of_ieee() -> None:
    values = specials(FP32)
    result = apply_to_tiles("matmul", {"left": values[:, np.newaxis], "right": values[np.newaxis]}, FP32)
    with np.errstate(all="ignore"):
        wanted = values[:, np.newaxis] * values
    np.testing.assert_array_equal(np.isnan(result.data), np.isnan(wanted))
    np.testing.assert_array_equal(np.isinf(result.data), np.isinf(wanted))
