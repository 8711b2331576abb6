"""Annotations as types of the IR."""

from __future__ import annotations

import ast
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast, get_args, get_origin

from ptodsl.errors.names import AnnotationRefused, NameUnknown
from ptodsl.frontend.entities import represented
from ptodsl.frontend.state import Mistake, State
from ptodsl.ir.dtypes import DType
from ptodsl.ir.nodes import Direction
from ptodsl.ir.span import Span
from ptodsl.ir.types import LARGEST, ScalarType, TensorType, TileType, Type, bytes_of, tile
from ptodsl.language.directions import InOut, Out
from ptodsl.language.types import Scalar, Tensor, Tile, Written

_DIRECTIONS: Mapping[object, Direction] = {Out: Direction.OUT, InOut: Direction.INOUT}
_TYPES = "`pl.Tensor[[dims], dtype]`, `pl.Tile[[rows, columns], dtype]` or `pl.Scalar[dtype]`"
MAX_RANK = 5


@dataclass(frozen=True)
class Declared:
    """A type that the user wrote, and the direction with it, if any."""

    type: Type
    direction: Direction | None = None


def evaluated(state: State, node: ast.expr, given: object = None) -> object:
    """The object that an annotation is: as Python evaluated it, else worked out from its text."""
    if given is not None and not isinstance(given, str):
        return given
    match node:
        case ast.Constant(value=str() as text):
            node = _parsed(state, node, text)
        case _:
            pass
    code = compile(ast.Expression(node), state.source.file, "eval")
    try:
        return eval(code, state.names.globals, state.names.for_annotations())
    except NameError as error:
        how = "import it at the top of the file, or define it in the function or class around this one before it"
        raise state.fail(NameUnknown, state.span(node), name=error.name, how=how) from None
    except Exception as error:
        raise _refused(state, state.span(node), f"the annotation raises {type(error).__name__}: {error}") from None


def _parsed(state: State, node: ast.expr, text: str) -> ast.expr:
    """The expression inside quotes; its nodes stand where the string does."""
    try:
        inner = ast.parse(text, mode="eval").body
    except SyntaxError:
        raise _refused(state, state.span(node), f"`{text}` is no type") from None
    for part in ast.walk(inner):
        ast.copy_location(part, node)
    return inner


def declared(state: State, annotation: object, span: Span) -> Declared:
    """The type and the direction that an annotation says."""
    match annotation:
        case Written() if annotation.form in _DIRECTIONS:
            return _directed(state, annotation, span)
        case Written() if annotation.form is Tensor:
            return Declared(TensorType(*_shape_and_dtype(state, annotation, span)))
        case Written() if annotation.form is Tile:
            return Declared(_tile(state, *_shape_and_dtype(state, annotation, span), span))
        case Written() if annotation.form is Scalar:
            return Declared(ScalarType(_dtype(state, annotation.item, span)))
        case DType():
            return Declared(ScalarType(annotation))
        case _:
            raise _refused(state, span, f"{_named(annotation)} is no type of the language")


def results(state: State, annotation: object, span: Span) -> tuple[Type, ...]:
    """The types of a function's results: none, one, or those of a `tuple[...]`."""
    if annotation is None or annotation is type(None):
        return ()
    args = get_args(annotation) if get_origin(annotation) is tuple else _sequence(annotation)
    several: Sequence[object] = args or (annotation,)
    return tuple(declared(state, one, span).type for one in several)


def _directed(state: State, annotation: Written, span: Span) -> Declared:
    inner = declared(state, annotation.item, span)
    if inner.direction is not None or not isinstance(inner.type, TensorType):
        raise _refused(state, span, "only a tensor has a direction, and only one", "scalars and tiles are always read")
    return Declared(inner.type, _DIRECTIONS[annotation.form])


def _shape_and_dtype(state: State, annotation: Written, span: Span) -> tuple[tuple[int, ...], DType]:
    """What stands in the brackets of a tensor or tile."""
    item = annotation.item
    items = () if isinstance(item, list) else _sequence(item)
    if len(items) != 2:
        raise _refused(state, span, f"{_named(annotation)} does not name a shape and a dtype")
    shape, dtype = _shape(state, items[0], span), _dtype(state, items[1], span)
    if bytes_of(shape, dtype) > LARGEST:
        problem = f"{_named(items[0])} of {dtype} has more bytes than an address reaches"
        raise _refused(state, span, problem, f"use smaller dims: a tensor or tile has at most {LARGEST} bytes")
    return shape, dtype


def _tile(state: State, shape: tuple[int, ...], dtype: DType, span: Span) -> TileType:
    if len(shape) != 2:
        raise _refused(
            state, span, f"a tile has two dims, this has {len(shape)}", "write `pl.Tile[[rows, columns], dtype]`"
        )
    return tile((shape[0], shape[1]), dtype)


def _sequence(value: object) -> Sequence[object]:
    """The items of a list or tuple; none where it is neither."""
    return cast("Sequence[object]", value) if isinstance(value, (list, tuple)) else ()


def _shape(state: State, shape: object, span: Span) -> tuple[int, ...]:
    extents = _sequence(shape)
    if not 1 <= len(extents) <= MAX_RANK:
        raise _refused(
            state, span, f"{_named(shape)} is no shape", f"a shape is a list of 1 to {MAX_RANK} dims, `[16, 64]`"
        )
    for extent in extents:
        if isinstance(extent, bool) or not isinstance(extent, numbers.Integral) or int(extent) < 1:
            raise _refused(
                state, span, f"{_named(extent)} is no dim", "a dim is an int of at least 1 that is known here"
            )
    return tuple(int(cast("int", extent)) for extent in extents)


def _dtype(state: State, dtype: object, span: Span) -> DType:
    if not isinstance(dtype, DType):
        raise _refused(
            state, span, f"{_named(dtype)} is no dtype", "write one of `pl.FP32`, `pl.FP16`, `pl.INT32`, ..."
        )
    return dtype


def _named(value: object) -> str:
    return f"`{value.__name__}`" if isinstance(value, type) else f"`{represented(value)}`"


def _refused(state: State, span: Span, problem: str, how: str = f"write {_TYPES}") -> Mistake:
    return state.fail(AnnotationRefused, span, problem=problem, how=how)
