"""Which buffers a tensor value may stand for, and where in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ptodsl.ir.boxes import Box, Interval, Linear, LinearForms, constant
from ptodsl.ir.nodes import For, Function, If, Op, Operand, Statement, Value
from ptodsl.ir.rewrite import walk, yielded
from ptodsl.ir.types import TensorType
from ptodsl.ops.row import Legal
from ptodsl.ops.table import row_of


class Handle(NamedTuple):
    """A buffer (a parameter or a fresh tensor) and the place in it where a tensor starts; None: somewhere.

    `dims` are the dims of the buffer that those of the tensor run along; None for one of size 1 that a reshape added.
    """

    root: Value
    origin: tuple[Linear, ...] | None
    dims: tuple[int | None, ...] = ()

    def box(self, window: Box) -> Box | None:
        """A window of the tensor as a window of the buffer; None where its place is not known."""
        if self.origin is None or len(self.dims) != len(window):
            return None
        box = [Interval(start, 1) for start in self.origin]
        for dim, interval in zip(self.dims, window, strict=True):
            if dim is not None:
                box[dim] = Interval(self.origin[dim].plus(interval.start), interval.size)
        return tuple(box)

    def moved(self, offsets: Sequence[Linear]) -> Handle:
        """A view of the tensor that starts at these offsets."""
        if self.origin is None or len(self.dims) != len(offsets):
            return Handle(self.root, None)
        origin = list(self.origin)
        for dim, offset in zip(self.dims, offsets, strict=True):
            if dim is not None:
                origin[dim] = origin[dim].plus(offset)
        return Handle(self.root, tuple(origin), self.dims)

    def reshaped(self, source: Sequence[int], target: Sequence[int]) -> Handle:
        """The tensor under another shape, whose place is known if only dims of size 1 come and go."""
        kept = [(size, dim) for size, dim in zip(source, self.dims, strict=False) if size != 1]
        if self.origin is None or [size for size, _ in kept] != [size for size in target if size != 1]:
            return Handle(self.root, None)
        rest = iter(kept)
        return Handle(self.root, self.origin, tuple(None if size == 1 else next(rest)[1] for size in target))


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
    return Handle(tensor, (constant(0),) * tensor.type.rank, tuple(range(tensor.type.rank)))


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
    (source,) = op.operands[position]
    assert isinstance(source, Value)
    found = handles.get(source, frozenset())
    if row.legal is Legal.RESHAPE:
        return frozenset(handle.reshaped(_shape(source), _shape(result)) for handle in found)
    offsets = [forms.of(offset) for offset in op.operands[position + 1]]
    return frozenset(handle.moved(offsets) for handle in found)


def _shape(tensor: Value) -> tuple[int, ...]:
    assert isinstance(tensor.type, TensorType)
    return tensor.type.shape


def _join(values: Iterable[Value], operands: Iterable[Operand], handles: Handles) -> None:
    """What flows together may be either; where it starts is then no longer known."""
    for value, operand in zip(values, operands, strict=False):
        if isinstance(value.type, TensorType) and isinstance(operand, Value):
            joined = handles.get(value, frozenset()) | handles.get(operand, frozenset())
            somewhere = frozenset(Handle(handle.root, None) for handle in joined)
            handles[value] = joined if len(joined) == 1 else somewhere
