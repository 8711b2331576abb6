"""Which windows of tensors a transfer can cover. Source: TLOAD and TSTORE of the public header library 9.1.0."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ptodsl.errors import Diagnostic
from ptodsl.errors.memory import WindowRefused
from ptodsl.ir.hardware import Memory
from ptodsl.ir.nodes import Op, Value
from ptodsl.ir.strides import Strides, contiguous_strides, is_consecutive, is_even
from ptodsl.ir.types import TensorType, TileType
from ptodsl.ops.table import row_of
from ptodsl.ops.windows import window_of
from ptodsl.passes.layouts import is_column

MAX_ROWS = 4095
"""Rows that one transfer between global memory and UB moves."""

MAX_STRIDE = 65535
"""Elements from one row to the next in a transfer into L1."""


def window_mistake(op: Op, passed: Mapping[str, Collection[Strides]]) -> Diagnostic | None:
    """What is wrong with the window of a load or store; None where the transfer can cover it.

    `passed` are the strides that calls pass, by parameter.
    """
    tensor, tile = _ends(op)
    window = window_of(op, tensor)
    if is_column(tile) and (mistake := _column_mistake(op, tensor, tile, passed)):
        return mistake
    needs_one_dim = is_column(tile) or tile.valid[0] != tile.shape[0]
    if needs_one_dim and not _is_even(op, tensor, window, passed):
        return _partial_mistake(op, tensor, window)
    if tile.memory is Memory.UB:
        return None if is_column(tile) else _rows_mistake(op, tile)
    return _fractal_mistake(op, tile, window) or _stride_mistake(op, tensor, tile, passed)


def move_mistake(op: Op) -> Diagnostic | None:
    """What is wrong with a move on chip, its tiles formed: TMOV keeps the physical shape. None for any other op."""
    row = row_of(op)
    if not row.transfer or row.window or not op.results:
        return None
    source, result = (value.type for value in (op.operands[0][0], op.result) if isinstance(value, Value))
    assert isinstance(source, TileType)
    assert isinstance(result, TileType)
    if source.physical == result.physical:
        return None
    assert source.memory is not None
    assert result.memory is not None
    shapes = f"{source.physical} and {result.physical}"
    return WindowRefused(
        op.span,
        op=row.label,
        label=shapes,
        problem=f"a tile {list(source.shape)} of {source.dtype} is padded to another shape in {result.memory.label} "
        f"than in {source.memory.label}",
        how="give it a shape of whole fractals, or `pl.store` it to a tensor and `pl.load` it from there into "
        f"{result.memory.label}",
    )


def _is_even(op: Op, tensor: TensorType, window: tuple[int, ...], passed: Mapping[str, Collection[Strides]]) -> bool:
    """Whether a window's rows are as one dim; a tensor whose strides only run time gives may have one dim of rows."""
    dense = contiguous_strides(tensor.shape)
    if any(strides != dense for strides in passed.get(_tensor_of(op).name, ())):
        return sum(size != 1 for size in window[:-1]) <= 1
    return is_even(window, dense)


def _partial_mistake(op: Op, tensor: TensorType, window: tuple[int, ...]) -> Diagnostic:
    return WindowRefused(
        op.span,
        op=row_of(op).label,
        label=f"rows of {list(window)}",
        problem=f"rows in more than one dim of {tensor} that no one stride known here leads through are transferred "
        "whole, and never as a column or in part",
        how="loop over the outer dims, with a valid extent for each",
    )


def _tensor_of(op: Op) -> Value:
    values = [value for group in op.operands for value in group if isinstance(value, Value)]
    return next(value for value in values if isinstance(value.type, TensorType))


def _ends(op: Op) -> tuple[TensorType, TileType]:
    values = [value for group in op.operands for value in group if isinstance(value, Value)]
    types = [value.type for value in (*values, *op.results)]
    tensor = next(type_ for type_ in types if isinstance(type_, TensorType))
    tile = next(type_ for type_ in types if isinstance(type_, TileType))
    return tensor, tile


def _column_mistake(
    op: Op, tensor: TensorType, tile: TileType, passed: Mapping[str, Collection[Strides]]
) -> Diagnostic | None:
    """A column is a run of elements, whatever tensor is passed."""
    dense, window, rows = contiguous_strides(tensor.shape), window_of(op, tensor), tile.shape[0]
    apart = [one for one in passed.get(_tensor_of(op).name, (dense,)) if not is_consecutive(window, one)]
    if not apart:
        return None
    where = tensor if dense in apart else f"a view that is passed as `{_tensor_of(op).name}`"
    return WindowRefused(
        op.span,
        op=row_of(op).label,
        label=f"{rows} rows of 1 element, {_distance(window, apart[0])} elements apart",
        problem=f"a column [{rows}, 1] must be {rows} consecutive elements, in {where} they are not",
        how=f"let the tensor end in a dim of 1, or transfer the window [1, {rows}] of a tensor laid out so and "
        f"`pl.reshape` between it and [{rows}, 1]",
    )


def _distance(window: tuple[int, ...], strides: Strides) -> int:
    """How far an element of a column is from the next."""
    return next(stride for size, stride in zip(reversed(window), reversed(strides), strict=True) if size != 1)


def _rows_mistake(op: Op, tile: TileType) -> Diagnostic | None:
    if tile.shape[0] <= MAX_ROWS:
        return None
    return WindowRefused(
        op.span,
        op=row_of(op).label,
        label=f"{tile.shape[0]} rows",
        problem=f"one transfer moves at most {MAX_ROWS} rows, this window has {tile.shape[0]}",
        how="split it, or use fewer and longer rows",
    )


def _fractal_mistake(op: Op, tile: TileType, window: tuple[int, ...]) -> Diagnostic | None:
    assert tile.memory is not None
    if sum(size != 1 for size in window[:-1]) > 1:
        return WindowRefused(
            op.span,
            op=row_of(op).label,
            label=f"sizes {list(window)}",
            problem=f"between GM and {tile.memory.label} at most one size besides the last may differ from 1",
            how="loop over the outer dims, or `pl.tensor.reshape` the tensor where its dims are contiguous",
        )
    return None


def _stride_mistake(
    op: Op, tensor: TensorType, tile: TileType, passed: Mapping[str, Collection[Strides]]
) -> Diagnostic | None:
    """Rows into L1 lie within reach of each other, whatever tensor is passed."""
    dense, window = contiguous_strides(tensor.shape), window_of(op, tensor)
    apart = {
        stride: strides
        for strides in passed.get(_tensor_of(op).name, (dense,))
        for size, stride in zip(window[:-1], strides[:-1], strict=True)
        if size != 1
    }
    distance = max(apart, default=0)
    if tile.memory is not Memory.L1 or distance <= MAX_STRIDE:
        return None
    where = tensor if apart[distance] == dense else f"a view that is passed as `{_tensor_of(op).name}`"
    return WindowRefused(
        op.span,
        op=row_of(op).label,
        label=f"rows {distance} elements apart",
        problem=f"rows of a window into L1 lie at most {MAX_STRIDE} elements apart, in {where} {distance}",
        how="use a tensor with shorter rows",
    )
