"""Strides: of dense tensors, and which kernel parameters need run-time ones."""

from __future__ import annotations

from collections.abc import Sequence

from ptodsl.ir.nodes import Call, Function, FunctionKind, Op, Operand, Program
from ptodsl.ir.rewrite import walk
from ptodsl.ir.types import TensorType, Type
from ptodsl.ops.site import type_of


def contiguous_strides(shape: Sequence[int]) -> tuple[int, ...]:
    """The strides of a dense row-major array, in elements."""
    strides = [1] * len(shape)
    for dim in range(len(shape) - 2, -1, -1):
        strides[dim] = strides[dim + 1] * shape[dim + 1]
    return tuple(strides)


def strided_parameters(program: Program) -> dict[str, frozenset[str]]:
    """By kernel, the parameters that some call passes a strided view for: their strides are arguments."""
    strided: dict[str, set[str]] = {function.name: set() for function in program.functions}
    for function in program.functions:
        views = _strided_views(function)
        for statement in walk(function.body):
            if isinstance(statement, Call):
                callee = program.function(statement.callee)
                for parameter, argument in zip(callee.parameters, statement.arguments, strict=True):
                    if argument in views:
                        strided[callee.name].add(parameter.value.name)
    return {name: frozenset(parameters) for name, parameters in strided.items()}


def _strided_views(function: Function) -> set[Operand]:
    """The views of an orchestration whose elements are not all in a row."""
    if function.kind is not FunctionKind.ORCHESTRATION:
        return set()
    views: set[Operand] = set()
    for statement in walk(function.body):
        if isinstance(statement, Op) and statement.name == "view":
            source = statement.operands[0][0]
            if source in views or not _is_dense(type_of(source), statement.result.type):
                views.add(statement.result)
    return views


def _is_dense(whole: Type, part: Type) -> bool:
    """Whether a window of a dense tensor is dense: all of every dim after the first that has more than one element."""
    assert isinstance(whole, TensorType)
    assert isinstance(part, TensorType)
    pairs = zip(part.shape, contiguous_strides(whole.shape), contiguous_strides(part.shape), strict=True)
    return all(size == 1 or stride == dense for size, stride, dense in pairs)
