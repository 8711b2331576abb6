"""Rows: whole tensors, in orchestrations."""

from __future__ import annotations

from ptodsl.ops import infer_scalars
from ptodsl.ops.movement import OFFSETS, SIZES
from ptodsl.ops.row import (
    Arity,
    AttributeKind,
    AttributeRow,
    Effect,
    Family,
    Legal,
    OperandKind,
    OperandRow,
    OpRow,
    Syntax,
)

ROWS: tuple[OpRow, ...] = (
    OpRow(
        name="create_tensor",
        family=Family.TENSOR,
        doc="A fresh buffer in global memory; its contents are undefined.",
        example="s = pl.create_tensor([16, 128], pl.FP32)",
        infer=infer_scalars.create_tensor,
        attributes=(
            AttributeRow("shape", AttributeKind.SHAPE, required=True),
            AttributeRow("dtype", AttributeKind.DTYPE, required=True),
        ),
        names=("create_tensor",),
        emit="create_tensor",
        numpy="create_tensor",
    ),
    OpRow(
        name="read",
        family=Family.TENSOR,
        doc="One element of a tensor as a scalar of its dtype, once the tasks that write it are done.",
        example="n = pl.tensor.read(lens, [b])",
        infer=infer_scalars.read,
        operands=(
            OperandRow("tensor", OperandKind.TENSOR),
            OperandRow("offsets", OperandKind.SCALAR, Arity.MANY, Syntax.BRACKETS, keyword="indices"),
        ),
        names=("read",),
        emit="read",
        numpy="read",
    ),
    OpRow(
        name="dim",
        family=Family.TENSOR,
        doc="An extent of a tensor, as INDEX.",
        example="n = pl.tensor.dim(a, 0)",
        infer=infer_scalars.dim,
        operands=(OperandRow("tensor", OperandKind.TENSOR, effect=Effect.NONE),),
        attributes=(AttributeRow("axis", AttributeKind.INT, required=True),),
        names=("dim",),
        emit="dim",
        numpy="dim",
    ),
    OpRow(
        name="view",
        family=Family.TENSOR,
        doc="A window of a tensor as a tensor over the same bytes.",
        example="k = pl.tensor.view(cache, [128, 64], [row, 0])",
        infer=infer_scalars.view,
        operands=(OperandRow("tensor", OperandKind.TENSOR, effect=Effect.NONE), OFFSETS),
        attributes=(SIZES,),
        names=("view", "slice"),
        forms=(("tensor", "sizes", "offsets"),),
        view_of="tensor",
        emit="view",
        numpy="view",
    ),
    OpRow(
        name="tensor.reshape",
        family=Family.TENSOR,
        doc="The same bytes under another shape; a view with gaps between its rows only gains or loses dims of size 1.",
        example="k = pl.tensor.reshape(page, [128, 64])",
        infer=infer_scalars.reshape,
        operands=(OperandRow("tensor", OperandKind.TENSOR, effect=Effect.NONE),),
        attributes=(AttributeRow("shape", AttributeKind.SHAPE, required=True),),
        names=("reshape",),
        view_of="tensor",
        legal=Legal.RESHAPE,
        emit="tensor_reshape",
        numpy="tensor_reshape",
    ),
    OpRow(
        name="write",
        family=Family.TENSOR,
        doc="A scalar into one element of a tensor of its dtype, once the tasks that touch it are done; gives the "
        "tensor.",
        example="counts = pl.tensor.write(counts, [b], n)",
        infer=infer_scalars.write,
        operands=(
            OperandRow("tensor", OperandKind.TENSOR, effect=Effect.WRITE),
            OperandRow("offsets", OperandKind.SCALAR, Arity.MANY, Syntax.BRACKETS, keyword="indices"),
            OperandRow("scalar", OperandKind.SCALAR, like="tensor", keyword="value"),
        ),
        names=("write",),
        emit="write",
        numpy="write",
    ),
)
