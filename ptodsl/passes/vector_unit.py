"""What the vector unit can compute with, and the cast to write where it cannot."""

from __future__ import annotations

from collections.abc import Iterable

from ptodsl.errors import Diagnostic
from ptodsl.errors.memory import ConversionMissing, VectorDTypeRefused
from ptodsl.ir.dtypes import DTYPES, DType
from ptodsl.ir.hardware import Pipe
from ptodsl.ir.nodes import Op, Operand, Value
from ptodsl.ir.types import TileType
from ptodsl.machine import Architecture
from ptodsl.ops.row import OpRow
from ptodsl.ops.table import row_of
from ptodsl.passes.conversions import embeds, steps

MOVABLE = frozenset(dtype for dtype in DTYPES.values() if dtype.size < 8)
"""What the unit takes where it computes nothing: elements up to 4 bytes. Source: the checks of TMOV, TEXPANDS, TEXTRACT
and TTRANS in the public header library 9.1.0."""


def dtype_mistake(op: Op, architecture: Architecture) -> Diagnostic | None:
    """What is wrong with the dtype that an op computes with or converts; None where the unit has it."""
    row = row_of(op)
    reads = [operand for group in op.operands for operand in group]
    source = _first_tile([*reads, *op.results])
    if source is None or row.pipe is not Pipe.V:
        return None
    target = op.attributes.get("dtype")
    if isinstance(target, DType) and _first_tile(reads) is not None:
        return _conversion_mistake(op, source, target, architecture)
    if source not in dtypes_of(row, architecture):
        return _arithmetic_mistake(op, source, architecture)
    return None


def dtypes_of(row: OpRow, architecture: Architecture) -> frozenset[DType]:
    """What the first tile of an op other than a conversion may hold on an architecture."""
    defined = row.dtypes or frozenset(DTYPES.values())
    if row.pipe is not Pipe.V:
        return defined
    unit = architecture.vector_dtypes if row.computes else MOVABLE
    return defined & unit & architecture.narrower.get(row.instruction, unit)


def _first_tile(operands: Iterable[Operand]) -> DType | None:
    """The dtype of the first tile among operands."""
    for operand in operands:
        if isinstance(operand, Value) and isinstance(operand.type, TileType):
            return operand.type.dtype
    return None


def _conversion_mistake(op: Op, source: DType, target: DType, architecture: Architecture) -> Diagnostic | None:
    if source is target or steps(source, target, architecture) is not None:
        return None
    has = " or ".join(f"`pl.{dtype}`" for dtype in architecture.conversions.get(source, ()))
    return ConversionMissing(
        op.span,
        source=source,
        target=target,
        arch=architecture.name,
        how=f"choose the way through another dtype, where it may round twice: {source} converts to {has}"
        if has
        else f"keep the data in another dtype: {source} converts to nothing here",
    )


def _arithmetic_mistake(op: Op, source: DType, architecture: Architecture) -> Diagnostic:
    row = row_of(op)
    dtypes = dtypes_of(row, architecture) & architecture.vector_dtypes
    target = _best(source, dtypes, architecture)
    casts = "use another dtype" if target is None else f"convert it first with `pl.cast(..., pl.{target})`"
    names = ", ".join(sorted(dtype.label for dtype in dtypes))
    return VectorDTypeRefused(
        op.span, op=row.label, dtype=source, arch=architecture.name, how=f"{casts}; it computes with {names}"
    )


def _best(source: DType, targets: Iterable[DType], architecture: Architecture) -> DType | None:
    """The dtype to convert to: one that holds every value if there is one, nearest, widest."""
    ways = [(dtype, path) for dtype in targets if (path := steps(source, dtype, architecture)) is not None]
    order = [(not embeds(source, dtype), len(path), -dtype.bits, dtype.name, dtype) for dtype, path in ways]
    return min(order, key=lambda way: way[:4])[4] if order else None
