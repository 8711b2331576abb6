"""`x[...]`: items of compile-time tuples, windows of tiles and tensors."""

from __future__ import annotations

import ast
from collections.abc import Callable

from ptodsl.errors.names import NotCompileTime, OperatorUndefined
from ptodsl.frontend import calls
from ptodsl.frontend.entities import Argument, Constant, Entity, Items, Number, describe, is_poison, items_of, number_of
from ptodsl.frontend.state import Mistake, State
from ptodsl.ir.nodes import FunctionKind, Value
from ptodsl.ir.types import TensorType, TileType

Evaluate = Callable[[State, ast.expr], Argument]


def lower(state: State, node: ast.Subscript, evaluate: Evaluate, label: str) -> Entity:
    """The entity that a subscript is."""
    owner = evaluate(state, node.value)
    if is_poison(owner.entity):
        return owner.entity
    items = items_of(owner.entity)
    if items is not None:
        return _item(state, node, items, evaluate)
    match owner.entity:
        case Value(type=TileType() | TensorType() as type_):
            return _window(state, node, owner, type_.shape, evaluate, label)
        case _:
            how = "tuples, tiles and tensors have items"
            operands = describe(owner.entity)
            raise state.fail(OperatorUndefined, state.span(node), operator="[]", operands=operands, how=how)


def _item(state: State, node: ast.Subscript, items: tuple[Entity, ...], evaluate: Evaluate) -> Entity:
    index = number_of(evaluate(state, node.slice).entity)
    if not isinstance(index, int) or not -len(items) <= index < len(items):
        what = f"the index of a tuple of {len(items)} items"
        how = f"write an int from {-len(items)} to {len(items) - 1}"
        raise state.fail(NotCompileTime, state.span(node.slice), what=what, given="not such an index", how=how)
    return items[index]


def _window(
    state: State, node: ast.Subscript, owner: Argument, shape: tuple[int, ...], evaluate: Evaluate, label: str
) -> Entity:
    """A window with one range a dim, whole where left out."""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    is_tensor = isinstance(owner.entity, Value) and isinstance(owner.entity.type, TensorType)
    if is_tensor and state.kind is FunctionKind.KERNEL:
        raise _refused(state, node, owner, "load the window: `pl.load(tensor, offsets, sizes)`")
    if len(parts) > len(shape) or not all(isinstance(part, ast.Slice) and part.step is None for part in parts):
        how = "write a range for each dim, `x[0:16, :]`; one element of a tensor is `pl.read(x, [i])`"
        raise _refused(state, node, owner, how)
    ranges = [_range(state, part, extent, evaluate) for part, extent in zip(parts, shape, strict=False)]
    ranges += [(Constant(0), Constant(extent)) for extent in shape[len(parts) :]]
    offsets, sizes = (Argument(Items(tuple(column)), state.span(node)) for column in zip(*ranges, strict=True))
    spelling = "view" if is_tensor else "slice"
    return calls.apply(state, spelling, (owner, sizes, offsets), {}, state.span(node), label)


def _range(state: State, part: ast.expr, extent: int, evaluate: Evaluate) -> tuple[Entity, Entity]:
    """Offset and size of `start:stop`."""
    assert isinstance(part, ast.Slice)
    start = evaluate(state, part.lower).entity if part.lower is not None else Constant(0)
    written = _written_size(state, part, evaluate)
    if written is not None:
        return start, written
    stop = evaluate(state, part.upper).entity if part.upper is not None else Constant(extent)
    first, last = _from_start(number_of(start), extent), _from_start(number_of(stop), extent)
    if first is None or last is None:
        how = "write `i:i + 16` with a compile-time size, or `pl.slice(x, [rows, columns], [i, j])`"
        raise state.fail(NotCompileTime, state.span(part), what="the size of a window", given="unknown size", how=how)
    return Constant(first), Constant(last - first)


def _written_size(state: State, part: ast.Slice, evaluate: Evaluate) -> Entity | None:
    """The size in `start:start + size`; None where the range is not written so."""
    start, stop = part.lower, part.upper
    if start is None or not isinstance(stop, ast.BinOp) or not isinstance(stop.op, ast.Add):
        return None
    for same, size in ((stop.left, stop.right), (stop.right, stop.left)):
        if ast.dump(same) == ast.dump(start):
            return evaluate(state, size).entity
    return None


def _from_start(bound: Number | None, extent: int) -> int | None:
    """A bound counted from the start, as Python counts negative ones."""
    if not isinstance(bound, int):
        return None
    return bound + extent if bound < 0 else bound


def _refused(state: State, node: ast.Subscript, owner: Argument, how: str) -> Mistake:
    operands = describe(owner.entity)
    return state.fail(OperatorUndefined, state.span(node), operator="[]", operands=operands, how=how)
