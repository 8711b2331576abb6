"""Strides: of dense tensors, and those that calls pass for the parameters of kernels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from ptodsl.ir.nodes import Call, For, Function, FunctionKind, If, Op, Operand, Program, Statement, Value
from ptodsl.ir.rewrite import walk, yielded
from ptodsl.ir.types import TensorType
from ptodsl.ops.row import Legal
from ptodsl.ops.table import row_of

Strides: TypeAlias = tuple[int, ...]
"""The distance to the next element in each dim, in elements."""

_Known: TypeAlias = "dict[Operand, frozenset[Strides]]"


def contiguous_strides(shape: Sequence[int]) -> Strides:
    """The strides of a dense row-major array, in elements."""
    strides = [1] * len(shape)
    for dim in range(len(shape) - 2, -1, -1):
        strides[dim] = strides[dim + 1] * shape[dim + 1]
    return tuple(strides)


def is_consecutive(window: Sequence[int], strides: Strides) -> bool:
    """Whether the elements of a window follow each other without a gap."""
    dense = contiguous_strides(window)
    return all(size == 1 or a == b for size, a, b in zip(window, strides, dense, strict=True))


def is_even(window: Sequence[int], strides: Strides) -> bool:
    """Whether one stride leads from each row of a window to the next, rows being all dims but the last."""
    dims = [(size, stride) for size, stride in zip(window[:-1], strides[:-1], strict=True) if size != 1]
    return all(outer == size * inner for (_, outer), (size, inner) in pairwise(dims))


def reshaped(strides: Strides, source: Sequence[int], target: Sequence[int]) -> Strides | None:
    """The strides of the same bytes under another shape; None where there are none, and data would have to move."""
    dense = contiguous_strides(target)
    if is_consecutive(source, strides):
        return dense
    kept = [(size, stride) for size, stride in zip(source, strides, strict=True) if size != 1]
    if [size for size, _ in kept] != [size for size in target if size != 1]:
        return None
    rest = iter(kept)
    return tuple(stride if size == 1 else next(rest)[1] for size, stride in zip(target, dense, strict=True))


def passed_strides(program: Program) -> Mapping[str, Mapping[str, frozenset[Strides]]]:
    """By kernel and parameter, the strides of the tensors that calls pass; of a dense one where nothing calls it."""
    passed: dict[str, dict[str, frozenset[Strides]]] = {function.name: {} for function in program.functions}
    for caller in program.functions:
        if caller.kind is FunctionKind.ORCHESTRATION:
            known = tensor_strides(caller)
            for call in walk(caller.body):
                if isinstance(call, Call):
                    _enter(passed[call.callee], program.function(call.callee), call, known)
    return passed


def strided_parameters(program: Program) -> dict[str, frozenset[str]]:
    """By kernel, the parameters that some call passes a tensor with gaps for: their strides are arguments."""
    passed = passed_strides(program)
    return {
        function.name: frozenset(
            parameter.value.name
            for parameter in function.tensors
            if not _is_dense(parameter.value, passed[function.name].get(parameter.value.name, frozenset()))
        )
        for function in program.functions
    }


def _enter(passed: dict[str, frozenset[Strides]], callee: Function, call: Call, known: _Known) -> None:
    for parameter, argument in zip(callee.parameters, call.arguments, strict=True):
        if argument in known:
            name = parameter.value.name
            passed[name] = passed.get(name, frozenset()) | known[argument]


def _is_dense(value: Value, strides: frozenset[Strides]) -> bool:
    assert isinstance(value.type, TensorType)
    shape = value.type.shape
    dense = contiguous_strides(shape)
    return all(size == 1 or a == b for one in strides for size, a, b in zip(shape, one, dense, strict=True))


def tensor_strides(entry: Function) -> _Known:
    """The strides that each tensor of an orchestration may have; loops are gone through until nothing is new."""
    known: _Known = {parameter.value: _dense(parameter.value) for parameter in entry.tensors}
    before = -1
    while (now := sum(map(len, known.values()))) != before:
        before = now
        for statement in walk(entry.body):
            for value, source in _sources(statement):
                found = _dense(value) if source is value else known.get(source, frozenset())
                if isinstance(statement, Op) and row_of(statement).legal is Legal.RESHAPE:
                    found = _reshaped(found, source, value)
                known[value] = known.get(value, frozenset()) | found
    return known


def _reshaped(strides: frozenset[Strides], source: Operand, result: Value) -> frozenset[Strides]:
    """The strides after a reshape; a mistaken one, and one of a view of another rank, count as dense."""
    assert isinstance(source, Value)
    before, after = _shape(source), _shape(result)
    fitting = (one if len(one) == len(before) else contiguous_strides(before) for one in strides)
    return frozenset(reshaped(one, before, after) or contiguous_strides(after) for one in fitting)


def _dense(value: Value) -> frozenset[Strides]:
    return frozenset({contiguous_strides(_shape(value))})


def _shape(tensor: Value) -> tuple[int, ...]:
    assert isinstance(tensor.type, TensorType)
    return tensor.type.shape


def _sources(statement: Statement) -> Iterator[tuple[Value, Operand]]:
    """The tensors that a statement defines, each with one that it may be or is a window of; a new one with itself."""
    pairs: list[tuple[Value, Operand]] = []
    match statement:
        case Op(results=(result,), operands=operands):
            pairs.append((result, operands[0][0] if operands and operands[0] else result))
        case If():
            for block in (statement.then, statement.orelse):
                pairs += zip(statement.results, yielded(block), strict=True)
        case For():
            for values in (statement.initial, yielded(statement.body)):
                pairs += zip(statement.carried, values, strict=True)
                pairs += zip(statement.results, values, strict=True)
        case _:
            pass
    return ((value, source) for value, source in pairs if isinstance(value.type, TensorType))
