"""Where a value comes from, for messages: its definition, and the parameter at the end of the chain."""

from __future__ import annotations

from ptodsl.errors import Note
from ptodsl.ir.nodes import Function, Literal, Op, Operand, Value
from ptodsl.ir.rewrite import walk
from ptodsl.ir.types import ErrorType, Type


def spelled(type_: Type) -> str:
    """A type as messages name it: its dtype, with the shape of a tile or tensor."""
    match type_:
        case ErrorType():
            return "unknown"
        case _:
            shape = getattr(type_, "shape", None)
            return f"{type_.dtype}{list(shape)}" if shape is not None else str(type_.dtype)


class Origins:
    """The definitions of a function's values."""

    def __init__(self, function: Function) -> None:
        self._definitions = {
            result: statement
            for statement in walk(function.body)
            if isinstance(statement, Op)
            for result in statement.results
        }
        self._parameters = {parameter.value for parameter in function.parameters}

    def note(self, operand: Operand) -> Note:
        """What an operand is and where it was made: `FP32[16, 64], from parameter `a``."""
        if isinstance(operand, Literal):
            return Note(f"{operand.dtype}, a literal", operand.span)
        parameter = self._parameter(operand)
        text = spelled(operand.type)
        if parameter is operand:
            return Note(f"{text}, parameter `{operand.name}`", operand.span)
        return Note(text if parameter is None else f"{text}, from parameter `{parameter.name}`", operand.span)

    def _parameter(self, value: Value) -> Value | None:
        """The parameter whose dtype a value has: through ops that have one operand of that dtype first."""
        while value not in self._parameters:
            statement = self._definitions.get(value)
            first = next((group[0] for group in statement.operands if group), None) if statement else None
            if not isinstance(first, Value) or _dtype(first) != _dtype(value):
                return None
            value = first
        return value


def _dtype(value: Value) -> object:
    return None if isinstance(value.type, ErrorType) else value.type.dtype
