"""The program's entry as lines: what both of its forms share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence

from ptodsl.codegen.control import StatementEmitter, dtype_of
from ptodsl.codegen.lines import Line
from ptodsl.codegen.names import Scope
from ptodsl.codegen.variables import Variables, loop_variables
from ptodsl.ir.dtypes import INDEX, DType
from ptodsl.ir.nodes import Literal, Op, Operand, Program, Value
from ptodsl.ir.results import provided_tensors
from ptodsl.ir.span import Span
from ptodsl.ir.types import TensorType
from ptodsl.ops.site import type_of
from ptodsl.ops.table import row_of


class EntryEmitter(StatementEmitter):
    """What both forms of an entry share; `messages` are its run-time errors, numbered from 1."""

    def __init__(self, program: Program, tasks: Mapping[str, str], strided: Mapping[str, frozenset[str]]) -> None:
        scope = Scope([*tasks.values(), *(function.name for function in program.functions), "run", "slots"])
        super().__init__(scope, Variables(program.entry, scope, loop_variables(program.entry)))
        self.program = program
        self.tasks = tasks
        self.strided = strided
        self._provided = {value: slot for slot, value in enumerate(provided_tensors(program.entry))}
        self.messages: list[tuple[str, Span]] = []
        self.forms: dict[str, Callable[[int, Op], Iterator[Line]]] = {
            "scalar": self.scalar,
            "create_tensor": self.create,
            "read": self._read,
            "dim": self._dim,
        }

    @abstractmethod
    def body(self) -> Iterator[Line]:
        """The whole body of the entry."""

    @abstractmethod
    def tensor(self, slot: int, value: Value) -> Iterator[Line]:
        """The definition of a tensor that stands in a slot of `args`."""

    @abstractmethod
    def create(self, depth: int, op: Op) -> Iterator[Line]:
        """A tensor that the program makes or a launch provides."""

    @abstractmethod
    def element(self, tensor: Operand, indices: Sequence[str]) -> str:
        """One element of a tensor."""

    @abstractmethod
    def outside(self, tensor: Operand, indices: Sequence[str], sizes: Sequence[int] | None) -> str:
        """The condition that a window, or the element at some indices, is not in a tensor."""

    def op(self, depth: int, op: Op) -> Iterator[Line]:
        """The lines of one op, by the form that its row names."""
        yield from self.forms[row_of(op).emit](depth, op)

    def parameters(self) -> Iterator[Line]:
        """The definitions of the entry's parameters."""
        for slot, parameter in enumerate(self.program.entry.parameters):
            if isinstance(parameter.value.type, TensorType):
                yield from self.tensor(slot, parameter.value)
            else:
                yield self._scalar_parameter(slot, parameter.value)

    def provided_slot(self, value: Value) -> int | None:
        """The slot of a result that the launch provides; None for any other tensor."""
        if value not in self._provided:
            return None
        return len(self.program.entry.parameters) + self._provided[value]

    def _scalar_parameter(self, slot: int, value: Value) -> Line:
        dtype = dtype_of(value)
        if dtype.is_float:
            self.helpers.add("slot")
        return self._define(1, dtype.cpp, self.spell(value), from_slot(dtype, slot), value.span)

    def _read(self, depth: int, op: Op) -> Iterator[Line]:
        (tensor,), offsets = op.operands
        yield from self.guard(depth, op, tensor, offsets, None)
        text = self.element(tensor, [self.spell(offset) for offset in offsets])
        yield self._define(depth, dtype_of(tensor).cpp, self.spell(op.result), text, op.span)

    def _dim(self, depth: int, op: Op) -> Iterator[Line]:
        """Extents are known: shapes are static."""
        tensor, axis = type_of(op.operands[0][0]), op.attributes["axis"]
        assert isinstance(tensor, TensorType)
        assert isinstance(axis, int)
        yield self._define(depth, dtype_of(op.result).cpp, self.spell(op.result), str(tensor.shape[axis]), op.span)

    def scalar_slot(self, argument: Operand) -> str:
        """A scalar argument of a task as its slot holds it."""
        text = self.spell(argument)
        if dtype_of(argument).is_float:
            self.helpers.add("bits")
            return f"ptodsl_bits({text})"
        return text if dtype_of(argument).cpp == INDEX.cpp else f"static_cast<int64_t>({text})"

    def message(self, text: str, span: Span) -> int:
        """The number of a new run-time error."""
        self.messages.append((text, span))
        return len(self.messages)

    def guard(
        self, depth: int, op: Op, tensor: Operand, offsets: Sequence[Operand], sizes: tuple[int, ...] | None
    ) -> Iterator[Line]:
        """Stops the program where a window or element that run time chose is not in the tensor."""
        if all(isinstance(offset, Literal) for offset in offsets):
            return
        type_ = type_of(tensor)
        assert isinstance(type_, TensorType)
        what = "element" if sizes is None else f"window of {list(sizes)}"
        places = ", ".join(f"{{{index}}}" for index in range(len(offsets)))
        name = tensor.name if isinstance(tensor, Value) else ""
        message = self.message(f"the {what} at [{places}] is not in `{name}` of {list(type_.shape)}", op.span)
        indices = [self.spell(offset) for offset in offsets]
        yield self._stop(depth, self.outside(tensor, indices, sizes), [message, *indices], op.span)

    def check_not_zero(self, depth: int, what: str, operand: Operand, span: Span) -> Iterator[Line]:
        """Stops the program."""
        if not isinstance(operand, Literal):
            message = self.message(f"{what} is 0", span)
            yield self._stop(depth, f"{self.spell(operand)} == 0", [message], span)

    def _stop(self, depth: int, condition: str, arguments: Sequence[object], span: Span) -> Line:
        self.helpers.add("fail")
        return Line(depth, "guard", {"condition": condition, "arguments": arguments}, span)


def from_slot(dtype: DType, slot: int) -> str:
    """The scalar in a slot of `args`: floats by bit pattern, BOOL as 0 or 1, integers by value."""
    if dtype.is_float:
        return f"ptodsl_slot<{dtype.cpp}>(args[{slot}])"
    return f"args[{slot}]" if dtype.cpp == INDEX.cpp else f"static_cast<{dtype.cpp}>(args[{slot}])"
