"""What a message tells the user to write, in the user's own words."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from typing_extensions import assert_never

from ptodsl.diagnostics import source_text
from ptodsl.ir.dtypes import BOOL, INDEX, DType
from ptodsl.ir.nodes import Literal, Operand, Value
from ptodsl.ir.span import Span
from ptodsl.ir.types import ErrorType, ScalarType, TensorType, TileType, Type
from ptodsl.ops.site import Conversion, dtype_of, type_of
from ptodsl.passes.origins import Origins

MAX_LENGTH = 48
"""Characters of source that a remedy repeats."""

SIMPLE = (ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.Constant)
"""Expressions that stand beside an operator without parentheses."""


def written(operand: Operand) -> str:
    """An operand as the user wrote it: its name, else the expression."""
    if isinstance(operand, Value) and operand.name.isidentifier():
        return operand.name
    return str(operand.value) if isinstance(operand, Literal) else written_at(operand.span)


def written_at(span: Span) -> str:
    """The expression at a place; dots where it is long, or none."""
    text = source_text(span)
    return "..." if _expression(text) is None or len(text) > MAX_LENGTH else text


def _expression(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None


def converted(text: str, given: DType, wanted: DType) -> str:
    """An expression of one dtype made one of another; BOOL is no number and is compared for or chosen by."""
    if wanted is BOOL:
        beside = text if isinstance(_expression(text), SIMPLE) else f"({text})"
        return f"{beside} != {'0.0' if given.is_float else '0'}"
    if given is not BOOL:
        return f"pl.cast({text}, pl.{wanted})"
    number = f"1 if {text} else 0"
    return number if wanted is INDEX else f"pl.cast({number}, pl.{wanted})"


def declaration(type_: Type) -> str:
    """The annotation that declares a type."""
    match type_:
        case ScalarType():
            return f"pl.Scalar[pl.{type_.dtype}]"
        case TensorType():
            return f"pl.Tensor[{list(type_.shape)}, pl.{type_.dtype}]"
        case TileType():
            return f"pl.Tile[{list(type_.shape)}, pl.{type_.dtype}]"
        case ErrorType():
            return "..."
        case _:
            assert_never(type_)


def for_operands(conversion: Conversion, about: tuple[Operand, ...], origins: Origins) -> str:
    """How to make dtypes agree in an op: the cast to write, and the declaration to change instead."""
    operand, target = conversion
    given = dtype_of(operand)
    tensors = [other for other in about if isinstance(type_of(other), TensorType)]
    choice = "cast one of them, e.g." if len(about) > 1 and not tensors and BOOL not in (given, target) else "write"
    cast = f"{choice} `{converted(written(operand), given, target)}`"
    changed, dtype = (tensors[0], given) if tensors else (operand, target)
    parameter = origins.parameter(changed) if len(about) > 1 else None
    return cast if parameter is None else f"{cast}, or declare `{parameter.name}` as {dtype}"


def for_annotation(name: str, value: Span, declared: Type, given: Type, parameters: Iterable[Value]) -> str:
    """How to make a value have its written type; `parameters` are those that it has its dtype from."""
    if isinstance(declared, ErrorType) or isinstance(given, ErrorType) or declared.dtype is given.dtype:
        return f"declare `{name}` as `{declaration(given)}`"
    ways = [f"declare `{parameter.name}` as {declared.dtype}" for parameter in parameters]
    ways.append(f"write `{converted(written_at(value), given.dtype, declared.dtype)}`")
    return f"{', '.join(ways)}, or declare `{name}` as {given.dtype}"


def for_argument(name: str, argument: Span, declared: Type, given: Type) -> str:
    """How to make an argument have its parameter's type."""
    declare = f"declare the parameter `{name}` as `{declaration(given)}`"
    if isinstance(declared, ScalarType) and isinstance(given, ScalarType):
        return f"pass `{converted(written_at(argument), given.dtype, declared.dtype)}`, or {declare}"
    if isinstance(declared, TensorType) and isinstance(given, TensorType):
        return f"pass a tensor of that type, or {declare}"
    return f"pass {'a scalar' if isinstance(declared, ScalarType) else 'a tensor'}"
