"""The launch signature of a program: what the runtime must know of its orchestration."""

from __future__ import annotations

from ptodsl.ir.nodes import Direction, Parameter, Program, Value
from ptodsl.ir.results import returned_tensors
from ptodsl.ir.types import ScalarType, TensorType
from ptodsl.runtime.signature import Access, ScalarSlot, Signature, Slot, TensorSlot

_ACCESS = {Direction.IN: Access.READ, Direction.OUT: Access.WRITE, Direction.INOUT: Access.READ_WRITE}


def signature_of(program: Program) -> Signature:
    """The parameters of the orchestration in order, and its results: parameters, or buffers that a launch provides."""
    entry = program.entry
    positions = {parameter.value: index for index, parameter in enumerate(entry.parameters)}
    results = tuple(
        positions[handle] if handle in positions else _provided(handle) for handle in returned_tensors(entry)
    )
    return Signature(program.name, tuple(_slot(parameter) for parameter in entry.parameters), results)


def _provided(handle: Value) -> TensorSlot:
    assert isinstance(handle.type, TensorType)
    return TensorSlot(handle.name, handle.type.shape, handle.type.dtype, Access.WRITE, handle.span)


def _slot(parameter: Parameter) -> Slot:
    value = parameter.value
    if isinstance(value.type, ScalarType):
        return ScalarSlot(value.name, value.type.dtype, value.span)
    assert isinstance(value.type, TensorType)
    return TensorSlot(value.name, value.type.shape, value.type.dtype, _ACCESS[parameter.direction], value.span)
