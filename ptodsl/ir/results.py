"""The buffers that an orchestration's results are."""

from __future__ import annotations

from ptodsl.errors import InternalError
from ptodsl.ir.nodes import Function, Op, Return, Value
from ptodsl.ir.rewrite import walk
from ptodsl.ir.types import TensorType


def returned_tensors(entry: Function) -> tuple[Value, ...]:
    """The handles that an orchestration returns, in order: its parameters and tensors that it creates."""
    last = entry.body.statements[-1]
    assert isinstance(last, Return)
    handles = tuple(operand for operand in last.values if isinstance(operand, Value))
    if len(handles) != len(last.values) or not all(isinstance(handle.type, TensorType) for handle in handles):
        raise InternalError(f"`{entry.name}` returns something that is no tensor")
    return handles


def provided_tensors(entry: Function) -> tuple[Value, ...]:
    """The results that a launch provides, in the order of their slots."""
    created = {op.result for op in walk(entry.body) if isinstance(op, Op) and op.name == "create_tensor"}
    return tuple(handle for handle in returned_tensors(entry) if handle in created)
