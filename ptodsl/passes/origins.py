"""What messages say of an operand: its type, how the user wrote it, and the parameter that it comes from."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import assert_never

from ptodsl.errors import Note
from ptodsl.ir.nodes import Call, For, Function, If, Literal, Op, Operand, Statement, Value
from ptodsl.ir.rewrite import operands_of, walk, yielded
from ptodsl.ir.types import ErrorType, ScalarType, TensorType, TileType, Type
from ptodsl.ops.requirements import shape_text
from ptodsl.ops.site import type_of


def spelled(type_: Type) -> str:
    """A type in a message: its dtype, with the shape of a tensor or tile, and a tile's valid shape if it is another."""
    match type_:
        case ErrorType():
            return "unknown"
        case ScalarType():
            return str(type_.dtype)
        case TensorType():
            return f"{type_.dtype}{shape_text(type_.shape)}"
        case TileType():
            valid = "" if type_.valid == type_.shape else f", valid {shape_text(type_.valid)}"
            return f"{type_.dtype}{shape_text(type_.shape)}{valid}"
        case _:
            assert_never(type_)


def dtype_spelled(type_: Type) -> str:
    """The dtype alone, where that is what a message is about."""
    return "unknown" if isinstance(type_, ErrorType) else str(type_.dtype)


def is_provided(function: Function) -> bool:
    """Whether the frontend wrote an orchestration, for a kernel whose place it has: its mistakes are the kernel's."""
    return any(
        isinstance(statement, Call) and statement.span == function.span for statement in function.body.statements
    )


class Origins:
    """Where the values of a function come from."""

    def __init__(self, function: Function) -> None:
        self._sources = {value: source for statement in walk(function.body) for value, source in _sources(statement)}
        self._parameters = {parameter.value for parameter in function.parameters}

    def note(self, operand: Operand, text: str = "") -> Note:
        """What an operand is and where it was made: `FP32[16, 64], from parameter `a``."""
        text = text or spelled(type_of(operand))
        if isinstance(operand, Literal):
            return Note(f"{text}, a literal", operand.span)
        parameter = self.parameter(operand)
        if parameter is operand:
            return Note(f"{text}, parameter `{operand.name}`", operand.span)
        return Note(text if parameter is None else f"{text}, from parameter `{parameter.name}`", operand.span)

    def parameter(self, operand: Operand) -> Value | None:
        """The parameter whose declaration gives an operand its dtype; None where something between converts."""
        dtype = dtype_spelled(type_of(operand))
        seen: set[Operand] = set()
        while isinstance(operand, Value) and operand not in seen and dtype_spelled(operand.type) == dtype:
            if operand in self._parameters:
                return operand
            seen.add(operand)
            operand = self._sources.get(operand, operand)
        return None


def _sources(statement: Statement) -> Iterator[tuple[Value, Operand]]:
    """For each value that a statement defines, the operand that it most likely has its dtype from."""
    match statement:
        case Op():
            yield from ((result, operand) for operand in operands_of(statement)[:1] for result in statement.results)
        case If():
            yield from zip(statement.results, yielded(statement.then), strict=False)
        case For():
            yield from zip(statement.carried, statement.initial, strict=False)
            yield from zip(statement.results, statement.initial, strict=False)
        case _:
            pass
