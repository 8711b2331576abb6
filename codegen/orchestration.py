"""The program's entry as lines: tensors, tasks, and what can go wrong at run time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ptodsl.codegen.control import StatementEmitter, dtype_of
from ptodsl.codegen.lines import Line
from ptodsl.codegen.names import Scope
from ptodsl.codegen.variables import Variables, loop_variables
from ptodsl.codegen.windows import contiguous_strides
from ptodsl.ir.dtypes import DType
from ptodsl.ir.nodes import Call, Direction, Function, FunctionKind, Literal, Op, Operand, Program, Value
from ptodsl.ir.results import provided_tensors
from ptodsl.ir.rewrite import walk
from ptodsl.ir.span import Span
from ptodsl.ir.types import ScalarType, TensorType
from ptodsl.ops.site import type_of
from ptodsl.ops.table import row_of

TENSOR = "ptodsl::Tensor"


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
    """The views of a function whose elements are not all in a row, and what they flow into."""
    if function.kind is not FunctionKind.ORCHESTRATION:
        return set()
    views: set[Operand] = set()
    for statement in walk(function.body):
        if isinstance(statement, Op) and statement.name == "view":
            source = statement.operands[0][0]
            if source in views or not _is_dense(type_of(source), statement.result.type):
                views.add(statement.result)
    return views


def _is_dense(whole: object, part: object) -> bool:
    """Whether a window of a dense tensor is dense: all of every dim after the first that has more than one element."""
    assert isinstance(whole, TensorType)
    assert isinstance(part, TensorType)
    strides = contiguous_strides(whole.shape)
    dense = contiguous_strides(part.shape)
    return all(size == 1 or stride == wanted for size, stride, wanted in zip(part.shape, strides, dense, strict=True))


class OrchestrationEmitter(StatementEmitter):
    """Yields the lines of `ptodsl_run`; `messages` are its run-time errors, numbered from 1."""

    def __init__(self, program: Program, tasks: Mapping[str, str], strided: Mapping[str, frozenset[str]]) -> None:
        scope = Scope([*tasks.values(), *(function.name for function in program.functions), "run"])
        super().__init__(scope, Variables(program.entry, scope, loop_variables(program.entry)))
        self._program = program
        self._tasks = tasks
        self._strided = strided
        self._provided = {value: slot for slot, value in enumerate(provided_tensors(program.entry))}
        self.messages: list[tuple[str, Span]] = []
        self._forms: Mapping[str, Callable[[int, Op], Iterator[Line]]] = {
            "scalar": self.scalar,
            "create_tensor": self._create,
            "read": self._read,
            "dim": self._dim,
            "view": self._view,
        }

    def body(self) -> Iterator[Line]:
        """The whole body of the entry."""
        yield Line(1, "run", {})
        for slot, parameter in enumerate(self._program.entry.parameters):
            yield self._parameter(slot, parameter.value)
        yield from self.block(1, self._program.entry.body)
        yield Line(1, "finish", {})

    def op(self, depth: int, op: Op) -> Iterator[Line]:
        """The lines of one op, by the form that its row names; a divisor is checked first."""
        if op.name in ("scalar.floordiv", "scalar.mod"):
            yield from self._guard_divisor(depth, op)
        yield from self._forms[row_of(op).emit](depth, op)

    def cpp_type(self, value: Value) -> str | None:
        """Scalars and tensors are assigned."""
        return value.type.dtype.cpp if isinstance(value.type, ScalarType) else TENSOR

    def _parameter(self, slot: int, value: Value) -> Line:
        name = self.spell(value)
        if isinstance(value.type, TensorType):
            text = f"ptodsl::argument<{value.type.dtype.cpp}>(args[{slot}], {_braced(value.type.shape)})"
            return self._define(1, TENSOR, name, text, value.span)
        assert isinstance(value.type, ScalarType)
        if value.type.dtype.is_float:
            self.helpers.add("slot")
        return self._define(1, value.type.dtype.cpp, name, from_slot(value.type.dtype, slot), value.span)

    def _create(self, depth: int, op: Op) -> Iterator[Line]:
        """A result that the launch provides has a slot; another tensor is the run's own."""
        type_ = op.result.type
        assert isinstance(type_, TensorType)
        shape = _braced(type_.shape)
        if op.result in self._provided:
            slot = len(self._program.entry.parameters) + self._provided[op.result]
            text = f"ptodsl::argument<{type_.dtype.cpp}>(args[{slot}], {shape})"
        else:
            text = f"run.create_tensor<{type_.dtype.cpp}>({shape})"
        yield self._define(depth, TENSOR, self.spell(op.result), text, op.span)

    def _read(self, depth: int, op: Op) -> Iterator[Line]:
        (tensor,), offsets = op.operands
        yield from self._guard(depth, op, tensor, offsets, None)
        dtype = dtype_of(tensor)
        indices = _braced([self.spell(offset) for offset in offsets])
        text = f"{self.spell(tensor)}.read<{dtype.cpp}>({indices})"
        yield self._define(depth, dtype.cpp, self.spell(op.result), text, op.span)

    def _dim(self, depth: int, op: Op) -> Iterator[Line]:
        tensor, axis = op.operands[0][0], op.attributes["axis"]
        type_ = type_of(tensor)
        assert isinstance(type_, TensorType)
        assert isinstance(axis, int)
        text = f"{self.spell(tensor)}.dim({axis % type_.rank})"
        yield self._define(depth, dtype_of(op.result).cpp, self.spell(op.result), text, op.span)

    def _view(self, depth: int, op: Op) -> Iterator[Line]:
        (tensor,), offsets = op.operands
        sizes = op.attributes["sizes"]
        assert isinstance(sizes, tuple)
        yield from self._guard(depth, op, tensor, offsets, sizes)
        text = f"{self.spell(tensor)}.view({_braced([self.spell(o) for o in offsets])}, {_braced(sizes)})"
        yield self._define(depth, TENSOR, self.spell(op.result), text, op.span)

    def call(self, depth: int, call: Call) -> Iterator[Line]:
        """A task: its slots, and which tensors it reads and writes."""
        callee = self._program.function(call.callee)
        slots: list[str] = []
        accesses: list[str] = []
        for parameter, argument in zip(callee.parameters, call.arguments, strict=True):
            slots += self._slots(callee, parameter.value, argument)
            if isinstance(parameter.value.type, TensorType):
                verb = "reads" if parameter.direction is Direction.IN else "writes"
                accesses.append(f"ptodsl::{verb}({self.spell(argument)})")
        message = self._message(f"arguments of `{callee.name}` overlap, and it writes to one of them", call.span)
        arguments = {"task": self._tasks[callee.name], "slots": slots, "accesses": accesses, "message": message}
        yield Line(depth, "submit", arguments, call.span)

    def _slots(self, callee: Function, parameter: Value, argument: Operand) -> list[str]:
        """What one argument takes in the task's slots."""
        text = self.spell(argument)
        if isinstance(parameter.type, TensorType):
            strides = range(parameter.type.rank - 1) if parameter.name in self._strided[callee.name] else ()
            return [f"{text}.slot()", *(f"{text}.stride({dim})" for dim in strides)]
        if dtype_of(argument).is_float:
            self.helpers.add("bits")
            return [f"ptodsl_bits({text})"]
        return [f"static_cast<int64_t>({text})"]

    def _message(self, text: str, span: Span) -> int:
        self.messages.append((text, span))
        return len(self.messages)

    def _guard(
        self, depth: int, op: Op, tensor: Operand, offsets: Sequence[Operand], sizes: tuple[int, ...] | None
    ) -> Iterator[Line]:
        """Stops the program where a window or element that run time chose is not in the tensor."""
        chosen = [offset for offset in offsets if not isinstance(offset, Literal)]
        if not chosen:
            return
        type_ = type_of(tensor)
        assert isinstance(type_, TensorType)
        what = "element" if sizes is None else f"window of {list(sizes)}"
        places = ", ".join(f"{{{index}}}" for index in range(len(offsets)))
        name = tensor.name if isinstance(tensor, Value) else ""
        message = self._message(f"the {what} at [{places}] is not in `{name}` of {list(type_.shape)}", op.span)
        indices = [self.spell(offset) for offset in offsets]
        arguments = _braced(indices) if sizes is None else f"{_braced(indices)}, {_braced(sizes)}"
        condition = f"!{self.spell(tensor)}.contains({arguments})"
        self.helpers.add("fail")
        yield Line(depth, "guard", {"condition": condition, "arguments": [message, *indices]}, op.span)

    def _guard_divisor(self, depth: int, op: Op) -> Iterator[Line]:
        divisor = op.operands[1][0]
        if not isinstance(divisor, Literal):
            message = self._message("division by zero", op.span)
            condition = f"{self.spell(divisor)} == 0"
            self.helpers.add("fail")
            yield Line(depth, "guard", {"condition": condition, "arguments": [message]}, op.span)


def from_slot(dtype: DType, slot: int) -> str:
    """The scalar in a slot of `args`: floats by bit pattern, BOOL as 0 or 1, integers by value."""
    if dtype.is_float:
        return f"ptodsl_slot<{dtype.cpp}>(args[{slot}])"
    return f"static_cast<{dtype.cpp}>(args[{slot}])"


def _braced(items: Sequence[object]) -> str:
    return "{" + ", ".join(map(str, items)) + "}"
