"""Which buffers a tensor value may stand for, and where in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ptodsl.ir.boxes import Box, Interval, Linear, LinearForms, constant
from ptodsl.ir.nodes import For, Function, If, Op, Operand, Statement, Value
from ptodsl.ir.rewrite import walk, yielded
from ptodsl.ir.types import TensorType
from ptodsl.ops.table import row_of


class Handle(NamedTuple):
    """A buffer (a parameter or a fresh tensor) and the place in it where a tensor starts; None: somewhere."""

    root: Value
    origin: tuple[Linear, ...] | None

    def box(self, window: Box) -> Box | None:
        """A window of the tensor as a window of the buffer; None where its place is not known."""
        if self.origin is None or len(self.origin) != len(window):
            return None
        return tuple(
            Interval(start.plus(interval.start), interval.size)
            for start, interval in zip(self.origin, window, strict=True)
        )


Handles = dict[Value, frozenset[Handle]]


def handles_of(function: Function, forms: LinearForms) -> Handles:
    """The buffers that each tensor value of a function may be."""
    tensors = [parameter.value for parameter in function.parameters if isinstance(parameter.value.type, TensorType)]
    handles: Handles = {tensor: frozenset({_fresh(tensor)}) for tensor in tensors}
    statements = list(walk(function.body))
    before: Handles = {}
    while handles != before:
        before = dict(handles)
        for statement in statements:
            _note(statement, handles, forms)
    return handles


def _fresh(tensor: Value) -> Handle:
    assert isinstance(tensor.type, TensorType)
    return Handle(tensor, (constant(0),) * tensor.type.rank)


def _note(statement: Statement, handles: Handles, forms: LinearForms) -> None:
    """Learn what the values are that a statement defines."""
    match statement:
        case Op(results=(Value(type=TensorType()) as result,)):
            handles[result] = _result(statement, result, handles, forms)
        case If():
            for branch in (statement.then, statement.orelse):
                _join(statement.results, yielded(branch), handles)
        case For():
            for operands in (statement.initial, yielded(statement.body)):
                _join(statement.carried, operands, handles)
                _join(statement.results, operands, handles)
        case _:
            pass


def _result(op: Op, result: Value, handles: Handles, forms: LinearForms) -> frozenset[Handle]:
    """A view is in its source's buffers; anything else is a buffer of its own."""
    row = row_of(op)
    if not row.view_of:
        return frozenset({_fresh(result)})
    position = row.operand_index(row.view_of)
    (source,), offsets = op.operands[position], op.operands[position + 1]
    assert isinstance(source, Value)
    return frozenset(_moved(handle, offsets, forms) for handle in handles.get(source, ()))


def _moved(handle: Handle, offsets: Sequence[Operand], forms: LinearForms) -> Handle:
    if handle.origin is None or len(handle.origin) != len(offsets):
        return Handle(handle.root, None)
    moved = (start.plus(forms.of(offset)) for start, offset in zip(handle.origin, offsets, strict=True))
    return Handle(handle.root, tuple(moved))


def _join(values: Iterable[Value], operands: Iterable[Operand], handles: Handles) -> None:
    """What flows together may be either; where it starts is then no longer known."""
    for value, operand in zip(values, operands, strict=False):
        if isinstance(value.type, TensorType) and isinstance(operand, Value):
            joined = handles.get(value, frozenset()) | handles.get(operand, frozenset())
            somewhere = frozenset(Handle(handle.root, None) for handle in joined)
            handles[value] = joined if len(joined) == 1 else somewhere
