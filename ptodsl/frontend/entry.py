"""The orchestration of a program that is one kernel."""

from __future__ import annotations

from dataclasses import replace

from ptodsl.frontend.tasks import optional_from, returned
from ptodsl.ir.builder import Builder
from ptodsl.ir.nodes import Call, Function, FunctionKind, Operand, Parameter, Return, Value
from ptodsl.ir.types import TensorType

_NAMES = ("main", "main_")


def entry_for(kernel: Function) -> Function:
    """`@main`: the kernel's parameters without the outputs that may be left out, and its results."""
    builder = Builder()
    passed = tuple(_parameter(parameter) for parameter in kernel.parameters[: optional_from(kernel)])
    provided = tuple(_provided(builder, parameter) for parameter in kernel.parameters[len(passed) :])
    operands: tuple[Operand, ...] = (*(parameter.value for parameter in passed), *provided)
    builder.emit(Call(kernel.name, operands, kernel.span))
    successors = {parameter.value: operand for parameter, operand in zip(kernel.parameters, operands, strict=True)}
    results = tuple(successors.get(value, value) if isinstance(value, Value) else value for value in returned(kernel))
    builder.emit(Return(results, kernel.span))
    name = next(name for name in _NAMES if name != kernel.name)
    orchestration = FunctionKind.ORCHESTRATION
    spans = kernel.result_spans
    return Function(name, orchestration, passed, kernel.results, builder.finish(), kernel.span, None, spans)


def _parameter(parameter: Parameter) -> Parameter:
    """The same parameter with a value of its own."""
    return replace(parameter, value=replace(parameter.value))


def _provided(builder: Builder, parameter: Parameter) -> Operand:
    value = parameter.value
    assert isinstance(value.type, TensorType)
    return builder.create(value.type, value.span, value.name)
