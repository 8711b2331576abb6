"""The directions of tensor parameters: as written, else as the body shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ptodsl.ir.effects import effects
from ptodsl.ir.nodes import Direction, Function, Program, Value
from ptodsl.ir.types import TensorType


def with_directions(function: Function, program: Program, *, complete: bool) -> Function:
    """The function with every direction filled in; `program` holds its callees. What is written is checked later.

    Of a function that could not be built completely nobody knows what it stores: callers may leave out all tensors.
    """
    if complete:
        return _with_directions(function, effects(function, program))
    values = (parameter.value for parameter in function.parameters)
    return _with_directions(function, {value: Direction.OUT for value in values if isinstance(value.type, TensorType)})


def _with_directions(function: Function, found: Mapping[Value, Direction]) -> Function:
    parameters = tuple(
        parameter if parameter.written else replace(parameter, direction=found.get(parameter.value, Direction.IN))
        for parameter in function.parameters
    )
    return replace(function, parameters=parameters)
