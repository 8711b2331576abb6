"""Rows: transfers between memories, and tiles made from nothing."""

from __future__ import annotations

from ptodsl.ir.hardware import Layout, Memory, Pipe
from ptodsl.ops import infer
from ptodsl.ops.row import (
    GIVEN,
    WHOLE,
    Arity,
    AttributeKind,
    AttributeRow,
    Effect,
    Family,
    Legal,
    Of,
    OperandKind,
    OperandRow,
    OpRow,
    ResultRow,
    Syntax,
)

OFFSETS = OperandRow(
    "offsets", OperandKind.SCALAR, Arity.MANY, Syntax.BRACKETS, also=("offset",), doc="one for each dim, in elements"
)
VALID = OperandRow(
    "valid",
    OperandKind.SCALAR,
    Arity.MANY,
    Syntax.VALID,
    keyword="valid_shape",
    doc="the rows and columns that have meaning; the rest is undefined",
)
SIZES = AttributeRow(
    "sizes", AttributeKind.SHAPE, required=True, keyword="shapes", also=("shape",), doc="one for each dim, in elements"
)
_SHAPE = AttributeRow("shape", AttributeKind.SHAPE, required=True)
_DTYPE = AttributeRow("dtype", AttributeKind.DTYPE, required=True)

ROWS: tuple[OpRow, ...] = (
    OpRow(
        name="load",
        family=Family.MOVEMENT,
        doc="A window of a tensor as a tile; its rows are all sizes but the last, multiplied.",
        example="x = pl.load(a, [0, 0], [16, 64])",
        infer=infer.load,
        operands=(OperandRow("tensor", OperandKind.TENSOR), OFFSETS, VALID),
        attributes=(
            SIZES,
            AttributeRow(
                "transpose",
                AttributeKind.FLAG,
                default=False,
                result=ResultRow((Memory.L1,), Layout.ZN),
                doc="give the window turned; into L1 only, no data moves",
            ),
        ),
        result=ResultRow((Memory.UB, Memory.L1)),
        names=("load",),
        forms=(("tensor", "offsets", "sizes", "valid"),),
        places=True,
        transfer=True,
        valid=GIVEN,
        legal=Legal.WINDOW,
        instruction="TLOAD",
        emit="load",
        numpy="load",
    ),
    OpRow(
        name="store",
        family=Family.MOVEMENT,
        doc="The valid part of a tile into a window of a tensor; gives the tensor. From L0C, FP32 may become 16-bit.",
        example="out = pl.store(x, [0, 0], out)",
        infer=infer.store,
        operands=(
            OperandRow("source", OperandKind.TILE, memories=(Memory.UB, Memory.L0C), keyword="tile"),
            OperandRow("tensor", OperandKind.TENSOR, effect=Effect.WRITE, also=("output_tensor",)),
            OFFSETS,
        ),
        attributes=(
            AttributeRow("sizes", AttributeKind.SHAPE, keyword="shapes", doc="the window; the tile's shape by default"),
            AttributeRow("atomic", AttributeKind.FLAG, default=False, doc="add to what is there"),
        ),
        names=("store", "l0c_store"),
        forms=(("source", "offsets", "tensor"), ("source", "offsets", "sizes", "tensor")),
        transfer=True,
        legal=Legal.WINDOW,
        instruction="TSTORE",
        emit="store",
        numpy="store",
    ),
    OpRow(
        name="move",
        family=Family.MOVEMENT,
        doc="The same tile in another memory, or a copy within UB.",
        example="a = pl.move(x, target_memory=pl.MemorySpace.L0A)",
        infer=infer.move,
        operands=(OperandRow("source", OperandKind.TILE, memories=(Memory.UB, Memory.L1, Memory.L0C)),),
        result=ResultRow((Memory.UB, Memory.L1, Memory.L0A, Memory.L0B)),
        names=("move",),
        places=True,
        transfer=True,
        valid=(Of("source", 0), Of("source", 1)),
        instruction="TMOV",
        numpy="move",
    ),
    OpRow(
        name="create_tile",
        family=Family.CREATION,
        doc="A tile whose contents are undefined.",
        example="t = pl.create_tile([16, 64], pl.FP32)",
        infer=infer.created,
        attributes=(_SHAPE, _DTYPE),
        result=ResultRow((Memory.UB, Memory.L1, Memory.L0A, Memory.L0B, Memory.L0C)),
        names=("create_tile",),
        places=True,
        valid=WHOLE,
        emit="nothing",
        numpy="create_tile",
    ),
    OpRow(
        name="full",
        family=Family.CREATION,
        doc="A tile with one value everywhere.",
        example="z = pl.full([16, 64], pl.FP32, 0.0)",
        infer=infer.created,
        operands=(OperandRow("scalar", OperandKind.SCALAR, like="dtype", keyword="value"),),
        attributes=(_SHAPE, _DTYPE),
        result=ResultRow((Memory.UB,)),
        names=("full",),
        forms=(("shape", "dtype", "scalar"),),
        pipe=Pipe.V,
        valid=WHOLE,
        instruction="TEXPANDS",
        numpy="full",
    ),
)
