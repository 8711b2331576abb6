"""Rows: products of tiles on the cube core."""

from __future__ import annotations

from ptodsl.ir.hardware import Layout, Memory, Pipe
from ptodsl.ops import infer
from ptodsl.ops.row import Family, Numerics, Of, OperandKind, OperandRow, OpRow, ResultRow

_LEFT = OperandRow("left", OperandKind.TILE, memories=(Memory.L0A,))
_RIGHT = OperandRow("right", OperandKind.TILE, memories=(Memory.L0B,))
_ALONG_K = Numerics(
    exact=False, ulp=1, accumulates=True, note="for each term along K: in order, one rounding a step (fma)"
)

ROWS: tuple[OpRow, ...] = (
    OpRow(
        name="matmul",
        family=Family.MATRIX,
        doc="The product of [M, K] and [K, N]; FP32 accumulates floats, INT32 accumulates INT8.",
        example="c = pl.matmul(a, b)",
        infer=infer.matmul,
        operands=(_LEFT, _RIGHT),
        result=ResultRow((Memory.L0C,), Layout.NZ),
        names=("matmul",),
        pipe=Pipe.M,
        dtypes=infer.FACTORS,
        valid=(Of("left", 0), Of("right", 1)),
        numerics=_ALONG_K,
        instruction="TMATMUL",
        numpy="matmul",
    ),
    OpRow(
        name="matmul_acc",
        family=Family.MATRIX,
        doc="An accumulator plus the product of [M, K] and [K, N], in the accumulator's bytes.",
        example="c = pl.matmul_acc(c, a, b)",
        infer=infer.matmul_acc,
        operands=(OperandRow("accumulator", OperandKind.TILE, memories=(Memory.L0C,)), _LEFT, _RIGHT),
        result=ResultRow((Memory.L0C,), Layout.NZ),
        names=("matmul_acc",),
        pipe=Pipe.M,
        valid=(Of("accumulator", 0), Of("accumulator", 1)),
        tied="accumulator",
        numerics=_ALONG_K,
        instruction="TMATMUL_ACC",
        numpy="matmul_acc",
    ),
)
