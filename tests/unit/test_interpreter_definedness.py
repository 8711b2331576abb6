"""Undefined elements travel, and are an error where they are used; windows and valid shapes that run time knows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ptodsl.errors import Diagnostic, PtoError
from ptodsl.errors.runtime import (
    UndefinedRead,
    UndefinedStored,
    ValidExtentOutside,
    ValidShapesDifferNow,
    WindowOutside,
)
from ptodsl.interpreter import run
from ptodsl.interpreter.faults import Fault
from ptodsl.interpreter.values import Tile
from ptodsl.ir.dtypes import FP32, DType
from ptodsl.ir.nodes import Literal, Operand
from ptodsl.ir.parser import parse
from ptodsl.ops.row import OperandKind, OpRow
from ptodsl.ops.table import ROWS
from tests.application import HERE, Array, apply, samples, tile_value

F = "tensor<8x16xfp32>"
T = "tile<8x16xfp32>"


def text_of(body: str, scalars: str = "%n: index", numbers: str = "%n") -> str:
    """A program of one kernel from `%a` to `%c`, with scalars passed through."""
    return f"""ptodsl-ir 1
program @P

kernel @k(%a: {F}, {scalars}, %c: out {F}) -> ({F}) {{
{body}
  return %c
}}

orchestration @main(%a: {F}, {scalars}, %c: out {F}) -> ({F}) {{
  call @k(%a, {numbers}, %c)
  return %c
}}
"""


def run_text(text: str, *numbers: int, seed: int = 0) -> tuple[Array, Array]:
    a = samples(FP32, (8, 16), seed)
    c = np.full((8, 16), 99, np.float32)
    run(parse(text), [a, *numbers, c])
    return a, c


def mistake_of(text: str, *numbers: int) -> Diagnostic:
    with pytest.raises(PtoError) as caught:
        run_text(text, *numbers)
    (mistake,) = caught.value.diagnostics
    return mistake


def line_of(mistake: Diagnostic, text: str) -> str:
    assert mistake.span is not None
    return text.splitlines()[mistake.span.line - 1].strip()


def test_an_undefined_tile_may_be_moved_and_computed_with_and_not_stored() -> None:
    text = text_of(
        f"""
  %t = create_tile shape=[8, 16] dtype=fp32 : {T}
  %u = move %t : {T}
  %v = adds %u, 1.0 : {T}
  store %v, %c[0, 0]
"""
    )
    mistake = mistake_of(text, 0)
    assert isinstance(mistake, UndefinedStored)
    assert line_of(mistake, text) == "store %v, %c[0, 0]"
    assert "[0, 0] of 128" in mistake.message
    assert "`v`" in mistake.notes[0].message


def test_what_is_not_used_may_be_undefined() -> None:
    body = f"""
  %t = create_tile shape=[8, 16] dtype=fp32 : {T}
  %z = full 0.0 shape=[8, 16] dtype=fp32 : {T}
  %f = scalar.gt %n, 0 : bool
  if %f {{
    yield %t
  }} else {{
    yield %z
  }} -> (%x: {T})
  store %x, %c[0, 0]
"""
    _, c = run_text(text_of(body), 0)
    assert (c == 0).all()
    assert isinstance(mistake_of(text_of(body), 1), UndefinedStored)


def test_a_partly_valid_tile_stores_its_valid_part() -> None:
    a, c = run_text(
        text_of(
            """
  %x = load %a[0, 0], valid [%n, 5] sizes=[8, 16] : tile<8x16xfp32, valid ?x5>
  %y = adds %x, 1.0 : tile<8x16xfp32, valid ?x5>
  store %y, %c[0, 0]
"""
        ),
        3,
    )
    np.testing.assert_array_equal(c[:3, :5], a[:3, :5] + np.float32(1))
    assert (c[3:] == 99).all()
    assert (c[:, 5:] == 99).all()


def test_elements_outside_the_valid_shape_are_undefined_until_filled() -> None:
    widened = """
  %x = load %a[0, 0], valid [%n, 16] sizes=[8, 16] : tile<8x16xfp32, valid ?x16>
  %y = {op} : tile<8x16xfp32>
  store %y, %c[0, 0]
"""
    mistake = mistake_of(text_of(widened.format(op="set_validshape %x, valid [8, 16]")), 6)
    assert isinstance(mistake, UndefinedStored)
    assert "[6, 0] of 32" in mistake.message
    a, c = run_text(text_of(widened.format(op="fillpad %x pad=min")), 6)
    np.testing.assert_array_equal(c[:6], a[:6])
    assert (c[6:] == -np.inf).all()


@pytest.mark.parametrize("name", ["row_sum", "row_max", "col_sum", "col_min"])
def test_reductions_see_only_the_valid_part(name: str) -> None:
    shape = "8x1" if name.startswith("row") else "1x16"
    valid = "?x1" if name.startswith("row") else "1x16"
    window = "8, 1" if name.startswith("row") else "1, 16"
    a, c = run_text(
        text_of(
            f"""
  %x = load %a[0, 0], valid [%n, 16] sizes=[8, 16] : tile<8x16xfp32, valid ?x16>
  %y = {name} %x : tile<{shape}xfp32, valid {valid}>
  store %y, %c[0, 0] sizes=[{window}]
"""
        ),
        5,
    )
    axis = 1 if name.startswith("row") else 0
    function = {"sum": np.add, "max": np.maximum, "min": np.minimum}[name[4:]]
    total: Array = function.reduce(a[:5].astype(np.float64), axis=axis)
    got = c[:5, 0] if axis else c[0]
    np.testing.assert_allclose(got, total, rtol=1e-5, atol=1e-5)


def test_a_product_with_an_undefined_factor_inside_its_valid_depth_is_undefined() -> None:
    left, right = samples(FP32, (4, 6), 1), samples(FP32, (6, 5), 2)
    known = np.ones((6, 5), np.bool_)
    known[3, 2] = False
    operands: dict[str, tuple[Operand, Any]] = {
        "left": (tile_value((4, 6), FP32), Tile(left, np.ones((4, 6), np.bool_))),
        "right": (tile_value((6, 5), FP32), Tile(right, known)),
    }
    product = apply("matmul", operands)
    assert isinstance(product, Tile)
    assert product.defined.all(axis=0).tolist() == [True, True, False, True, True]

    known = np.ones((4, 5), np.bool_)
    known[1, 4] = False
    accumulator = (tile_value((4, 5), FP32), Tile(product.data, known))
    total = apply("matmul_acc", {"accumulator": accumulator, **operands})
    assert isinstance(total, Tile)
    np.testing.assert_array_equal(total.defined, product.defined & known)


def test_factors_whose_valid_depths_differ_at_run_time_are_refused() -> None:
    left, right = samples(FP32, (4, 6), 1), samples(FP32, (5, 3), 2)
    operands: dict[str, tuple[Operand, Any]] = {
        "left": (tile_value((4, 8), FP32), Tile(left, np.ones((4, 6), np.bool_))),
        "right": (tile_value((8, 3), FP32), Tile(right, np.ones((5, 3), np.bool_))),
    }
    with pytest.raises(Fault) as caught:
        apply("matmul", operands)
    assert caught.value.mistake is ValidShapesDifferNow


@pytest.mark.parametrize(("op", "left", "right"), [("add", "%n, 16", "5, 16"), ("add", "8, %n", "8, 5")])
def test_valid_shapes_that_differ_at_run_time_are_refused(op: str, left: str, right: str) -> None:
    def type_of(extents: str) -> str:
        return "tile<8x16xfp32, valid " + extents.replace(", ", "x").replace("%n", "?") + ">"

    text = text_of(
        f"""
  %x = load %a[0, 0], valid [{left}] sizes=[8, 16] : {type_of(left)}
  %y = load %a[0, 0], valid [{right}] sizes=[8, 16] : {type_of(right)}
  %z = {op} %x, %y : {type_of(left)}
  store %z, %c[0, 0]
"""
    )
    run_text(text, 5)
    mistake = mistake_of(text, 4)
    assert isinstance(mistake, ValidShapesDifferNow)
    assert line_of(mistake, text).startswith("%z = add")


@pytest.mark.parametrize("extent", [0, -1, 9])
def test_a_valid_extent_outside_its_tile_is_refused(extent: int) -> None:
    text = text_of("  %x = load %a[0, 0], valid [%n, 16] sizes=[8, 16] : tile<8x16xfp32, valid ?x16>")
    assert isinstance(mistake_of(text, extent), ValidExtentOutside)


@pytest.mark.parametrize("offset", [-1, 5])
@pytest.mark.parametrize(
    "statement",
    [
        "%x = load %a[%n, 0] sizes=[4, 16] : tile<4x16xfp32>",
        "store %z, %c[%n, 0] sizes=[4, 16]",
        "%x = extract %t[%n, 0] sizes=[4, 16] : tile<4x16xfp32>",
        "%x = slice %t[%n, 0] sizes=[4, 16] : tile<4x16xfp32>",
    ],
)
def test_a_window_outside_its_tensor_or_tile_is_refused(statement: str, offset: int) -> None:
    text = text_of(
        f"""
  %z = full 0.0 shape=[4, 16] dtype=fp32 : tile<4x16xfp32>
  %t = full 0.0 shape=[8, 16] dtype=fp32 : {T}
  {statement}
"""
    )
    run_text(text, 4)
    mistake = mistake_of(text, offset)
    assert isinstance(mistake, WindowOutside)
    assert f"[{offset}, {offset + 4}) of an extent of 8" in mistake.message
    assert line_of(mistake, text) == statement


def test_only_the_valid_part_of_a_last_block_has_to_lie_in_the_tensor() -> None:
    text = text_of(
        """
  %x = load %a[%n, 0], valid [3, 16] sizes=[4, 16] : tile<4x16xfp32, valid 3x16>
  store %x, %c[%n, 0] sizes=[4, 16]
"""
    )
    a, c = run_text(text, 5)
    np.testing.assert_array_equal(c[5:], a[5:])
    assert isinstance(mistake_of(text, 6), WindowOutside)


def test_a_fault_names_the_iteration_and_the_call() -> None:
    text = text_of(
        """
  for %i = 0 to %n step 1 {
    %r = scalar.mul %i, 3 : index
    %x = load %a[%r, 0] sizes=[2, 16] : tile<2x16xfp32>
  }
"""
    )
    mistake = mistake_of(text, 4)
    notes = [note.message for note in mistake.notes]
    assert notes == ["in the iteration where `i` is 3", "called from here"]
    assert mistake.notes[1].span is not None
    assert text.splitlines()[mistake.notes[1].span.line - 1].strip() == "call @k(%a, %n, %c)"


def test_an_undefined_element_is_not_read() -> None:
    text = f"""ptodsl-ir 1
program @P

kernel @k(%c: out tensor<4xint32>) -> (tensor<4xint32>) {{
  %z = full 3:int32 shape=[1, 2] dtype=int32 : tile<1x2xint32>
  store %z, %c[0] sizes=[2]
  return %c
}}

orchestration @main(%n: index, %a: {F}) -> ({F}) {{
  %c = create_tensor shape=[4] dtype=int32 : tensor<4xint32>
  call @k(%c)
  %r = read %c[%n] : int32
  return %a
}}
"""
    a = np.zeros((8, 16), np.float32)
    run(parse(text), [1, a])
    with pytest.raises(PtoError) as caught:
        run(parse(text), [2, a])
    (mistake,) = caught.value.diagnostics
    assert isinstance(mistake, UndefinedRead)
    assert line_of(mistake, text) == "%r = read %c[%n] : int32"


def test_a_scratch_tile_is_undefined_after_its_op() -> None:
    body = """
  %x = load %a[0, 0] sizes=[8, 16] : tile<8x16xfp32>
  %t = load %a[0, 0] sizes=[8, 16] : tile<8x16xfp32>
  %m = row_max %x, %t : tile<8x1xfp32>
  store {what}, %c[0, 0] sizes={sizes}
"""
    run_text(text_of(body.format(what="%m", sizes="[8, 1]")), 0)
    assert isinstance(mistake_of(text_of(body.format(what="%t", sizes="[8, 16]")), 0), UndefinedStored)


def rows_of_tiles() -> list[OpRow]:
    """Rows that compute a tile from tiles, and scalars, of one dtype."""
    return [row for row in ROWS.values() if row.computes]


@pytest.mark.parametrize("row", rows_of_tiles(), ids=lambda row: row.name)
def test_an_undefined_element_spoils_what_depends_on_it_and_nothing_else(row: OpRow) -> None:
    """A tile's element spoils its own place, or what is reduced from it; a vector's all that it is repeated to."""
    dtype = sorted(row.dtypes, key=lambda dtype: -dtype.bits)[0]
    for spoiled in (operand.name for operand in row.operands if operand.kind is OperandKind.TILE):
        if spoiled == "scratch":
            continue
        result = apply_spoiled(row, dtype, spoiled)
        repeated = row.name[:3] if spoiled == "vector" else ""
        rows, columns = result.valid
        wanted = np.ones((rows, columns), np.bool_)
        wanted[
            slice(None) if rows == 1 or repeated == "col" else 2,
            slice(None) if columns == 1 or repeated == "row" else 3,
        ] = False
        np.testing.assert_array_equal(result.defined, wanted)


def apply_spoiled(row: OpRow, dtype: DType, spoiled: str) -> Tile:
    """The row on tiles of [5, 7] of which element [2, 3] of one (as far as it has one) is undefined."""
    operands: dict[str, tuple[Operand, Any]] = {}
    for operand in row.operands:
        if operand.kind is OperandKind.SCALAR:
            number = 2.0 if dtype.is_float else 2
            operands[operand.name] = (Literal(number, dtype, HERE), number)
        elif operand.name != "scratch":
            shape = {"vector": (5, 1) if row.name.startswith("row") else (1, 7)}.get(operand.name, (5, 7))
            defined = np.ones(shape, np.bool_)
            if operand.name == spoiled:
                defined[min(2, shape[0] - 1), min(3, shape[1] - 1)] = False
            operands[operand.name] = (tile_value(shape, dtype), Tile(samples(dtype, shape, 3), defined))
    result = apply(row.name, operands)
    assert isinstance(result, Tile)
    return result
