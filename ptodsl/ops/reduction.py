"""Rows: reductions of rows and columns, and arithmetic of a tile with a column or a row."""

from __future__ import annotations

from ptodsl.ir.dtypes import FP16, FP32, INT16, INT32
from ptodsl.ir.hardware import Layout, Pipe
from ptodsl.ops import infer
from ptodsl.ops.row import (
    Arity,
    Effect,
    Family,
    Numerics,
    Of,
    OperandKind,
    OperandRow,
    OpRow,
    ResultRow,
    ScratchShape,
    Whole,
)

_NUMBERS = frozenset({FP32, FP16, INT32, INT16})
_SOURCE = OperandRow("source", OperandKind.TILE, layouts=(Layout.ND,))
_TEMPORARY = OperandRow(
    "scratch",
    OperandKind.TILE,
    Arity.OPTIONAL,
    effect=Effect.SCRATCH,
    layouts=(Layout.ND,),
    keyword="tmp_tile",
    scratch=ScratchShape.LIKE_SOURCE,
    doc="a temporary of the source's shape; its contents are lost; provided where left out",
)
_LANES = Numerics(note="element i into lane i mod 16, lanes k and k + 8, 4, 2, 1; 16-bit floats in FP32, rounded once")
_ROW_BY_ROW = Numerics(note="row by row; 16-bit floats in FP32, rounded once")


def _row_reduction(name: str, instruction: str, doc: str) -> OpRow:
    return OpRow(
        name=name,
        family=Family.REDUCTION,
        doc=doc,
        example=f"m = pl.{name}(x)",
        infer=infer.row_reduction,
        operands=(_SOURCE, _TEMPORARY),
        result=ResultRow(layout=Layout.DN),
        names=(name,),
        pipe=Pipe.V,
        computes=True,
        dtypes=_NUMBERS,
        valid=(Of("source", 0), Whole()),
        numerics=_LANES,
        instruction=instruction,
        emit="row_reduction",
        numpy=name,
    )


def _column_reduction(name: str, instruction: str, doc: str) -> OpRow:
    return OpRow(
        name=name,
        family=Family.REDUCTION,
        doc=doc,
        example=f"m = pl.{name}(x)",
        infer=infer.column_reduction,
        operands=(_SOURCE,),
        result=ResultRow(layout=Layout.ND),
        names=(name,),
        pipe=Pipe.V,
        computes=True,
        dtypes=_NUMBERS,
        valid=(Whole(), Of("source", 1)),
        numerics=_ROW_BY_ROW,
        instruction=instruction,
        numpy=name,
    )


def _row_expansion(name: str, instruction: str, doc: str, numpy: str) -> OpRow:
    return OpRow(
        name=f"row_expand_{name}",
        family=Family.EXPANSION,
        doc=doc,
        example=f"y = pl.row_expand_{name}(x, column)",
        infer=infer.row_expansion,
        operands=(
            _SOURCE,
            OperandRow("vector", OperandKind.TILE, layouts=(Layout.DN,)),
            OperandRow(
                "scratch",
                OperandKind.TILE,
                Arity.OPTIONAL,
                effect=Effect.SCRATCH,
                layouts=(Layout.ND,),
                scratch=ScratchShape.ROW_BLOCKS,
                hidden=True,
                doc="never written by users: the form without it uses hidden bytes of UB on A2/A3",
            ),
        ),
        result=ResultRow(layout=Layout.ND),
        names=(f"row_expand_{name}",),
        forms=(("source", "vector"),),
        pipe=Pipe.V,
        computes=True,
        dtypes=_NUMBERS,
        valid=(Of("source", 0), Of("source", 1)),
        inplace=("source",),
        instruction=instruction,
        numpy=numpy,
    )


def _column_expansion(name: str, instruction: str, doc: str, numpy: str) -> OpRow:
    return OpRow(
        name=f"col_expand_{name}",
        family=Family.EXPANSION,
        doc=doc,
        example=f"y = pl.col_expand_{name}(x, row)",
        infer=infer.column_expansion,
        operands=(_SOURCE, OperandRow("vector", OperandKind.TILE, layouts=(Layout.ND,))),
        result=ResultRow(layout=Layout.ND),
        names=(f"col_expand_{name}",),
        pipe=Pipe.V,
        computes=True,
        dtypes=_NUMBERS,
        valid=(Of("source", 0), Of("source", 1)),
        inplace=("source",),
        instruction=instruction,
        numpy=numpy,
    )


_OPERATIONS = (
    ("add", "ADD", "plus", "add"),
    ("sub", "SUB", "minus", "subtract"),
    ("mul", "MUL", "times", "multiply"),
    ("div", "DIV", "divided by", "divide"),
    ("max", "MAX", "or the larger", "maximum"),
    ("min", "MIN", "or the smaller", "minimum"),
)

ROWS: tuple[OpRow, ...] = (
    _row_reduction("row_sum", "TROWSUM", "The sum of each row, as a column."),
    _row_reduction("row_max", "TROWMAX", "The largest element of each row, as a column."),
    _row_reduction("row_min", "TROWMIN", "The smallest element of each row, as a column."),
    _column_reduction("col_sum", "TCOLSUM", "The sum of each column, as a row."),
    _column_reduction("col_max", "TCOLMAX", "The largest element of each column, as a row."),
    _column_reduction("col_min", "TCOLMIN", "The smallest element of each column, as a row."),
    *(
        _row_expansion(name, f"TROWEXPAND{suffix}", f"Each element {words} that of its row in a column.", numpy)
        for name, suffix, words, numpy in _OPERATIONS
    ),
    *(
        _column_expansion(name, f"TCOLEXPAND{suffix}", f"Each element {words} that of its column in a row.", numpy)
        for name, suffix, words, numpy in _OPERATIONS
    ),
)
