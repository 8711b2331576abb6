"""One op of the table applied by the interpreter, without a program around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptodsl.interpreter.application import Application
from ptodsl.interpreter.kernels import kernel
from ptodsl.interpreter.values import Datum, Tile, defined_tile, numpy_dtype
from ptodsl.ir.dtypes import INDEX, DType
from ptodsl.ir.nodes import AttributeValue, Literal, Op, Operand, Value
from ptodsl.ir.span import Span
from ptodsl.ir.types import TileType, Type
from ptodsl.ops.row import OpRow
from ptodsl.ops.site import Site
from ptodsl.ops.table import ROWS

HERE = Span("<test>", 1, 0, 1, 1)
POISON = 0xFF

Array = NDArray[Any]


def tile_value(shape: tuple[int, int], dtype: DType) -> Value:
    """A tile operand whose valid shape only run time knows."""
    return Value("x", TileType(shape, dtype, (None, None)), HERE)


def apply(
    name: str,
    operands: Mapping[str, tuple[Operand, Datum]],
    attributes: Mapping[str, AttributeValue] | None = None,
    integers: Mapping[str, tuple[int, ...]] | None = None,
) -> Datum:
    """The result of an op: its operands by name with their values, groups of INDEX numbers by name."""
    row = ROWS[name]
    groups: dict[str, tuple[tuple[Operand, ...], tuple[Datum, ...]]] = {
        key: ((operand,), (datum,)) for key, (operand, datum) in operands.items()
    }
    for key, numbers in (integers or {}).items():
        groups[key] = (tuple(Literal(number, INDEX, HERE) for number in numbers), numbers)
    written = tuple(groups.get(operand.name, ((), ())) for operand in row.operands)
    nodes, data = tuple(group for group, _ in written), tuple(group for _, group in written)
    op = Op(name, nodes, attributes or {}, (Value("r", result_type(row, nodes, attributes or {}), HERE),), HERE)
    with np.errstate(all="ignore"):
        result = kernel(row.numpy)(Application(op, row, data, POISON))
    assert result is not None
    return result


def result_type(
    row: OpRow, operands: tuple[tuple[Operand, ...], ...], attributes: Mapping[str, AttributeValue]
) -> Type:
    """What the row's typing rule says; a refusal is a mistake in the test."""
    assert row.infer is not None
    return row.infer(Site(row, operands, attributes, HERE))


def apply_to_tiles(
    name: str,
    tiles: Mapping[str, Array],
    dtype: DType,
    attributes: Mapping[str, AttributeValue] | None = None,
    scalars: Mapping[str, float] | None = None,
) -> Tile:
    """An op on wholly valid, wholly defined tiles of one dtype, and scalars of it."""
    operands: dict[str, tuple[Operand, Datum]] = {}
    for key, array in tiles.items():
        rows, columns = array.shape
        operands[key] = (tile_value((rows, columns), dtype), defined_tile(array))
    for key, number in (scalars or {}).items():
        operands[key] = (Literal(number, dtype, HERE), number)
    result = apply(name, operands, attributes)
    assert isinstance(result, Tile)
    return result


def samples(dtype: DType, shape: tuple[int, ...], seed: int) -> Array:
    """Random elements of a dtype: of every size for integers, a few units around zero and far out for floats."""
    generator = np.random.default_rng(seed)
    if dtype.is_float:
        exponents = generator.integers(-6, 6, shape)
        return np.ldexp(generator.uniform(-1, 1, shape), exponents).astype(numpy_dtype(dtype))
    least, greatest = dtype.range
    return generator.integers(least, greatest, shape, numpy_dtype(dtype).type, endpoint=True)


def specials(dtype: DType) -> Array:
    """The elements at the edges of a dtype."""
    if not dtype.is_float:
        least, greatest = dtype.range
        return np.array([0, 1, least, greatest, least + 1, greatest - 1], numpy_dtype(dtype))
    kind = numpy_dtype(dtype)
    largest = np.ldexp(2.0 - np.ldexp(1.0, -dtype.mantissa), (1 << (dtype.exponent - 1)) - 1)
    smallest = np.ldexp(1.0, 2 - (1 << (dtype.exponent - 1)) - dtype.mantissa)
    numbers = [0.0, 1.0, 3.0, largest, smallest, np.inf]
    return np.array([*numbers, *(-number for number in numbers), np.nan], np.float64).astype(kind)


def bits(array: Array) -> Array:
    """Elements as unsigned integers, every NaN as one, so that equality is equality of bits."""
    kind = array.dtype
    is_float = kind.kind not in "iub"
    plain = np.ascontiguousarray(array)
    if is_float:
        plain = np.where(np.isnan(plain.astype(np.float64)), np.array(np.nan, kind), plain)
    return plain.view(f"u{kind.itemsize}")
