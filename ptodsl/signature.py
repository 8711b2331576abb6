"""The launch signature of a program: what the runtime must know of its orchestration."""

from __future__ import annotations

from ptodsl.errors import PtoError
from ptodsl.errors.names import EntryUnclear
from ptodsl.ir.nodes import Direction, FunctionKind, Parameter, Program, Value
from ptodsl.ir.results import returned_tensors
from ptodsl.ir.types import ScalarType, TensorType
from ptodsl.runtime.signature import Access, ScalarSlot, Signature, Slot, TensorSlot

_ACCESS = {Direction.IN: Access.READ, Direction.OUT: Access.WRITE, Direction.INOUT: Access.READ_WRITE}


def signature_of(program: Program) -> Signature:
    """The parameters of the orchestration in order, and its results: parameters, or buffers that a launch provides.

    Raises PtoError where there is no orchestration to start from, or more than one.
    """
    check_entry(program)
    entry = program.entry
    positions = {parameter.value: index for index, parameter in enumerate(entry.parameters)}
    results = tuple(
        positions[handle] if handle in positions else _provided(handle) for handle in returned_tensors(entry)
    )
    return Signature(program.name, tuple(_slot(parameter) for parameter in entry.parameters), results)


def check_entry(program: Program) -> None:
    """Raises E0120 unless a program has one orchestration; those of the frontend have."""
    entries = [function for function in program.functions if function.kind is FunctionKind.ORCHESTRATION]
    if len(entries) != 1:
        how = "write one `orchestration` that calls the kernels"
        where, count = entries[-1].span if entries else None, f"{len(entries) or 'no'} orchestrations"
        raise PtoError([EntryUnclear(where, program=program.name, count=count, how=how)])


def _provided(handle: Value) -> TensorSlot:
    assert isinstance(handle.type, TensorType)
    return TensorSlot(handle.name, handle.type.shape, handle.type.dtype, Access.WRITE, handle.span)


def _slot(parameter: Parameter) -> Slot:
    value = parameter.value
    if isinstance(value.type, ScalarType):
        return ScalarSlot(value.name, value.type.dtype, value.span)
    assert isinstance(value.type, TensorType)
    return TensorSlot(value.name, value.type.shape, value.type.dtype, _ACCESS[parameter.direction], value.span)
