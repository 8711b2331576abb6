"""First = last: every row that computes, through every stage of the pipeline, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ptodsl import pipeline
from ptodsl.interpreter import run
from ptodsl.interpreter.values import numpy_dtype
from ptodsl.ir.dtypes import BF16, FP16, FP32, INT8, DType
from ptodsl.ir.nodes import Literal, Operand, Value
from ptodsl.ir.parser import parse
from ptodsl.ir.types import TensorType, TileType
from ptodsl.machine import A2A3, A5, ARCHITECTURES, Architecture
from ptodsl.ops.infer import ACCUMULATOR
from ptodsl.ops.row import OperandKind, OpRow
from ptodsl.ops.table import ROWS
from ptodsl.passes.vector_unit import dtypes_of
from tests.application import HERE, Array, bits, result_type, samples

ROWS_VALID, COLUMNS_VALID = 5, 33
SHAPE = (7, 40)


def operand_type(row: OpRow, name: str, dtype: DType) -> TileType:
    """A partly valid tile, whose valid rows only run time knows; a vector along one side of it."""
    if name != "vector":
        return TileType(SHAPE, dtype, (None, COLUMNS_VALID))
    if row.name.startswith("row"):
        return TileType((SHAPE[0], 1), dtype, (None, 1))
    return TileType((1, SHAPE[1]), dtype, (1, COLUMNS_VALID))


def valid_text(type_: TileType) -> str:
    return ", ".join("%n" if extent is None else str(extent) for extent in type_.valid)


def program_of(row: OpRow, dtype: DType) -> tuple[str, list[TileType], TileType]:
    """A kernel that loads the row's operands, applies it and stores the result, and the tiles it loads and stores."""
    tiles: list[TileType] = []
    groups: list[tuple[Operand, ...]] = []
    words: list[str] = []
    for operand in row.operands:
        if operand.kind is OperandKind.SCALAR:
            groups.append((Literal(3.0 if dtype.is_float else 3, dtype, HERE),))
            words.append(f"{3.0 if dtype.is_float else 3}:{dtype.name}")
        elif operand.name == "scratch":
            groups.append(())
        else:
            tiles.append(operand_type(row, operand.name, dtype))
            groups.append((Value(f"x{len(tiles)}", tiles[-1], HERE),))
            words.append(f"%x{len(tiles)}")
    result = result_type(row, tuple(groups), {})
    assert isinstance(result, TileType)
    statement = f"%y = {row.name} {', '.join(words)} : {result}"
    return text_of(statement, tiles, result), tiles, result


def text_of(statement: str, tiles: list[TileType], result: TileType) -> str:
    tensors = [f"%a{place}: {TensorType(tile.shape, tile.dtype)}" for place, tile in enumerate(tiles, 1)]
    stored = TensorType(result.shape, result.dtype)
    parameters = ", ".join([*tensors, "%n: index", f"%c: out {stored}"])
    names = ", ".join([*(f"%a{place}" for place in range(1, len(tiles) + 1)), "%n", "%c"])
    loads = [
        f"  %x{place} = load %a{place}[0, 0], valid [{valid_text(tile)}] sizes={list(tile.shape)} : {tile}\n"
        for place, tile in enumerate(tiles, 1)
    ]
    return f"""ptodsl-ir 1
program @P

kernel @k({parameters}) -> ({stored}) {{
{"".join(loads)}  {statement}
  store %y, %c[0, 0]
  return %c
}}

orchestration @main({parameters}) -> ({stored}) {{
  call @k({names})
  return %c
}}
"""


def cases() -> list[Any]:
    return [
        pytest.param(row, dtype, architecture, id=f"{row.name}-{dtype.name}-{architecture.name}")
        for architecture in ARCHITECTURES.values()
        for row in ROWS.values()
        if row.computes
        for dtype in sorted(dtypes_of(row, architecture), key=lambda dtype: dtype.name)
    ]


def assert_stages_agree(text: str, arguments: list[object], result: TileType, architecture: Architecture) -> None:
    """Every stage leaves the same bytes, what no store covers included."""
    outputs: list[tuple[str, Array]] = []
    for stage in pipeline.stages(parse(text), architecture):
        output = np.full(result.shape, 99, numpy_dtype(result.dtype))
        run(stage.program, [*arguments, output], architecture=architecture)
        outputs.append((stage.name, output))
    _, first = outputs[0]
    assert (first != 99).any()
    for name, output in outputs:
        np.testing.assert_array_equal(bits(output), bits(first), err_msg=f"after {name}")


@pytest.mark.parametrize(("row", "dtype", "architecture"), cases())
def test_every_stage_gives_the_bits_of_the_first(row: OpRow, dtype: DType, architecture: Architecture) -> None:
    text, tiles, result = program_of(row, dtype)
    arguments = [samples(tile.dtype, tile.shape, seed) for seed, tile in enumerate(tiles)]
    assert_stages_agree(text, [*arguments, ROWS_VALID], result, architecture)


@pytest.mark.parametrize("architecture", [A2A3, A5], ids=lambda architecture: architecture.name)
@pytest.mark.parametrize("dtype", [FP16, BF16, FP32, INT8], ids=lambda dtype: dtype.name)
def test_every_stage_gives_the_bits_of_the_first_product(dtype: DType, architecture: Architecture) -> None:
    """Odd sizes, one operand transposed, the depth partly valid: what is beyond it may hold anything."""
    name, total = dtype.name, ACCUMULATOR[dtype.name].name
    result = TileType((3, 29), ACCUMULATOR[dtype.name], (3, 29))
    parameters = f"%a: tensor<3x37x{name}>, %b: tensor<29x37x{name}>, %n: index, %c: out tensor<3x29x{total}>"
    text = f"""ptodsl-ir 1
program @P

kernel @k({parameters}) -> (tensor<3x29x{total}>) {{
  %l = load %a[0, 0], valid [3, %n] sizes=[3, 37] : tile<3x37x{name}, valid 3x?>
  %r = load %b[0, 0], valid [%n, 29] sizes=[29, 37] transpose=true : tile<37x29x{name}, valid ?x29>
  %p = matmul %l, %r : tile<3x29x{total}>
  %q = matmul_acc %p, %l, %r : tile<3x29x{total}>
  store %q, %c[0, 0]
  return %c
}}

orchestration @main({parameters}) -> (tensor<3x29x{total}>) {{
  call @k(%a, %b, %n, %c)
  return %c
}}
"""
    left, right = samples(dtype, (3, 37), 1), samples(dtype, (29, 37), 2)
    if dtype.is_float:
        left[:, 21:] = np.nan
    assert_stages_agree(text, [left, right, 21], result, architecture)
