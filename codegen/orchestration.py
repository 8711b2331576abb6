"""The program's entry as lines: what tasks run, on what, and what can go wrong at run time."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from ptodsl.codegen.control import StatementEmitter, dtype_of
from ptodsl.codegen.lines import Line
from ptodsl.codegen.names import Scope
from ptodsl.codegen.variables import Variables, loop_variables
from ptodsl.errors import InternalError
from ptodsl.ir.dtypes import INDEX, DType
from ptodsl.ir.nodes import Call, Direction, For, Function, Literal, Op, Operand, Program, Value
from ptodsl.ir.results import provided_tensors
from ptodsl.ir.rewrite import operands_of, results_of, walk
from ptodsl.ir.span import Span
from ptodsl.ir.types import ScalarType, TensorType
from ptodsl.ops.row import Legal
from ptodsl.ops.site import type_of
from ptodsl.ops.table import row_of

DIVISIONS = ("scalar.floordiv", "scalar.mod")


class EntryEmitter(StatementEmitter):
    """What both forms of an entry share; `messages` are its run-time errors, numbered from 1."""

    def __init__(self, program: Program, tasks: Mapping[str, str], strided: Mapping[str, frozenset[str]]) -> None:
        scope = Scope([*tasks.values(), *(function.name for function in program.functions), "run", "slots"])
        super().__init__(scope, Variables(program.entry, scope, loop_variables(program.entry)))
        self._program = program
        self._tasks = tasks
        self._strided = strided
        self._provided = {value: slot for slot, value in enumerate(provided_tensors(program.entry))}
        self.messages: list[tuple[str, Span]] = []
        self._forms: Mapping[str, Callable[[int, Op], Iterator[Line]]] = {
            "scalar": self.scalar,
            "create_tensor": self.create,
            "read": self._read,
            "dim": self._dim,
            "view": self.view,
            "tensor_reshape": self.reshape,
            "write": self.write,
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
    def view(self, depth: int, op: Op) -> Iterator[Line]:
        """A window of a tensor."""

    @abstractmethod
    def reshape(self, depth: int, op: Op) -> Iterator[Line]:
        """A tensor under another shape."""

    @abstractmethod
    def write(self, depth: int, op: Op) -> Iterator[Line]:
        """A number into an element of a tensor."""

    @abstractmethod
    def element(self, tensor: Operand, indices: Sequence[str]) -> str:
        """One element of a tensor."""

    @abstractmethod
    def outside(self, tensor: Operand, indices: Sequence[str], sizes: Sequence[int] | None) -> str:
        """The condition that a window, or the element at some indices, is not in a tensor."""

    def op(self, depth: int, op: Op) -> Iterator[Line]:
        """The lines of one op, by the form that its row names; a divisor is checked first."""
        if op.name in DIVISIONS:
            yield from self._guard_divisor(depth, op)
        yield from self._forms[row_of(op).emit](depth, op)

    def parameters(self) -> Iterator[Line]:
        """The definitions of the entry's parameters."""
        for slot, parameter in enumerate(self._program.entry.parameters):
            if isinstance(parameter.value.type, TensorType):
                yield from self.tensor(slot, parameter.value)
            else:
                yield self._scalar_parameter(slot, parameter.value)

    def provided_slot(self, value: Value) -> int | None:
        """The slot of a result that the launch provides; None for any other tensor."""
        if value not in self._provided:
            return None
        return len(self._program.entry.parameters) + self._provided[value]

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

    def _guard_divisor(self, depth: int, op: Op) -> Iterator[Line]:
        divisor = op.operands[1][0]
        if not isinstance(divisor, Literal):
            message = self.message("division by zero", op.span)
            yield self._stop(depth, f"{self.spell(divisor)} == 0", [message], op.span)

    def _stop(self, depth: int, condition: str, arguments: Sequence[object], span: Span) -> Line:
        self.helpers.add("fail")
        return Line(depth, "guard", {"condition": condition, "arguments": arguments}, span)


class DirectEntry(EntryEmitter):
    """The entry of a program of one task on its caller's tensors: they stay in their slots, the task is a call."""

    def __init__(self, program: Program, tasks: Mapping[str, str], strided: Mapping[str, frozenset[str]]) -> None:
        super().__init__(program, tasks, strided)
        self._slots: dict[Operand, str] = {}

    def body(self) -> Iterator[Line]:
        """Scalar parameters, the task, success."""
        yield from self.parameters()
        yield from self.block(1, self._program.entry.body)
        if not self.messages:
            yield Line(1, "ignore", {"name": "error"})
        yield Line(1, "succeed", {})

    def tensor(self, slot: int, value: Value) -> Iterator[Line]:
        """Nothing: the slot itself is what tasks take."""
        self._slots[value] = f"args[{slot}]"
        return iter(())

    def create(self, depth: int, op: Op) -> Iterator[Line]:
        """A provided result stands in its slot."""
        slot = self.provided_slot(op.result)
        assert slot is not None
        return self.tensor(slot, op.result)

    def view(self, depth: int, op: Op) -> Iterator[Line]:
        """Programs with views have the other form."""
        raise InternalError(f"a view in the plain entry of `{self._program.name}`")

    def reshape(self, depth: int, op: Op) -> Iterator[Line]:
        """Programs with other shapes have the other form."""
        raise InternalError(f"a reshape in the plain entry of `{self._program.name}`")

    def write(self, depth: int, op: Op) -> Iterator[Line]:
        """Programs that write elements have the other form."""
        raise InternalError(f"a write in the plain entry of `{self._program.name}`")

    def cpp_type(self, value: Value) -> str | None:
        """Scalars are assigned."""
        return dtype_of(value).cpp if isinstance(value.type, ScalarType) else None

    def element(self, tensor: Operand, indices: Sequence[str]) -> str:
        """Read through the slot's pointer."""
        type_ = type_of(tensor)
        assert isinstance(type_, TensorType)
        pointer = f"reinterpret_cast<const {type_.dtype.cpp}*>({self._slots[tensor]})"
        return f"{pointer}[{_linear(indices, type_.shape)}]"

    def outside(self, tensor: Operand, indices: Sequence[str], sizes: Sequence[int] | None) -> str:
        """Each index against its extent."""
        type_ = type_of(tensor)
        assert isinstance(type_, TensorType)
        return " || ".join(f"{i} < 0 || {i} >= {extent}" for i, extent in zip(indices, type_.shape, strict=True))

    def call(self, depth: int, call: Call) -> Iterator[Line]:
        """A task: its slots in an array of their own."""
        callee = self._program.function(call.callee)
        slots = [self._slots[a] if a in self._slots else self.scalar_slot(a) for a in call.arguments]
        name = self.scope.name(f"{callee.name}_slots")
        yield Line(depth, "slots", {"name": name, "slots": slots}, call.span)
        yield Line(depth, "instruction", {"mnemonic": self._tasks[callee.name], "operands": [name]}, call.span)


class TaskEntry(EntryEmitter):
    """The entry of any other program: tensors have descriptors, and tasks are submitted."""

    TENSOR = "ptodsl::Tensor"

    def __init__(self, program: Program, tasks: Mapping[str, str], strided: Mapping[str, frozenset[str]]) -> None:
        super().__init__(program, tasks, strided)
        parameters = program.entry.tensors
        self._inputs = {parameter.value for parameter in parameters if parameter.direction is Direction.IN}
        self._links = frozenset(_links(program.entry))
        self._chains: dict[Operand, str] = {}

    def spell(self, operand: Operand) -> str:
        """A view that only the reshape behind it takes stands in that one's expression."""
        return self._chains[operand] if operand in self._chains else super().spell(operand)

    def body(self) -> Iterator[Line]:
        """The run, the parameters, the tasks."""
        yield Line(1, "run", {})
        yield from self.parameters()
        yield from self.block(1, self._program.entry.body)
        yield Line(1, "finish", {})

    def cpp_type(self, value: Value) -> str | None:
        """Scalars and tensors are assigned."""
        return dtype_of(value).cpp if isinstance(value.type, ScalarType) else self.TENSOR

    def tensor(self, slot: int, value: Value) -> Iterator[Line]:
        """The descriptor of what the caller passed; nothing waits for what the program only reads."""
        assert isinstance(value.type, TensorType)
        maker = "ptodsl::input" if value in self._inputs else "run.argument"
        text = f"{maker}<{value.type.dtype.cpp}>(args[{slot}], {_braced(value.type.shape)})"
        yield self._define(1, self.TENSOR, self.spell(value), text, value.span)

    def create(self, depth: int, op: Op) -> Iterator[Line]:
        """A result that the launch provides has a slot; another tensor is the run's own."""
        slot = self.provided_slot(op.result)
        if slot is not None:
            yield from self.tensor(slot, op.result)
            return
        type_ = op.result.type
        assert isinstance(type_, TensorType)
        text = f"run.create_tensor<{type_.dtype.cpp}>({_braced(type_.shape)})"
        yield self._define(depth, self.TENSOR, self.spell(op.result), text, op.span)

    def view(self, depth: int, op: Op) -> Iterator[Line]:
        """A window of a tensor, once it is known to be inside."""
        (tensor,), offsets = op.operands
        sizes = op.attributes["sizes"]
        assert isinstance(sizes, tuple)
        yield from self.guard(depth, op, tensor, offsets, sizes)
        text = f"{self.spell(tensor)}.view({_braced([self.spell(o) for o in offsets])}, {_braced(sizes)})"
        yield from self._linked(depth, op, text)

    def reshape(self, depth: int, op: Op) -> Iterator[Line]:
        """The same bytes under another shape."""
        type_ = op.result.type
        assert isinstance(type_, TensorType)
        text = f"{self.spell(op.operands[0][0])}.reshape({_braced(type_.shape)})"
        yield from self._linked(depth, op, text)

    def _linked(self, depth: int, op: Op, text: str) -> Iterator[Line]:
        """A descriptor of its own, unless it is a link of a chain."""
        if op.result in self._links:
            self._chains[op.result] = text
        else:
            yield self._define(depth, self.TENSOR, self.spell(op.result), text, op.span)

    def write(self, depth: int, op: Op) -> Iterator[Line]:
        """An element, once it is known to be inside and the tasks that touch it are done."""
        (tensor,), offsets, (scalar,) = op.operands
        yield from self.guard(depth, op, tensor, offsets, None)
        indices = _braced([self.spell(offset) for offset in offsets])
        callee = f"run.write<{dtype_of(tensor).cpp}>"
        operands = [self.spell(tensor), indices, self.spell(scalar)]
        yield Line(depth, "instruction", {"mnemonic": callee, "operands": operands}, op.span)

    def element(self, tensor: Operand, indices: Sequence[str]) -> str:
        """Read once the tasks that write it are done."""
        return f"run.read<{dtype_of(tensor).cpp}>({self.spell(tensor)}, {_braced(indices)})"

    def outside(self, tensor: Operand, indices: Sequence[str], sizes: Sequence[int] | None) -> str:
        """A question to the descriptor."""
        window = "" if sizes is None else f", {_braced(sizes)}"
        return f"!{self.spell(tensor)}.contains({_braced(indices)}{window})"

    def call(self, depth: int, call: Call) -> Iterator[Line]:
        """A task: its slots, and which tensors it reads and writes."""
        callee = self._program.function(call.callee)
        slots: list[str] = []
        accesses: list[str] = []
        for parameter, argument in zip(callee.parameters, call.arguments, strict=True):
            slots += self._argument(callee, parameter.value, argument)
            if isinstance(parameter.value.type, TensorType):
                verb = "reads" if parameter.direction is Direction.IN else "writes"
                accesses.append(f"ptodsl::{verb}({self.spell(argument)})")
        message = self.message(f"arguments of `{callee.name}` overlap, and it writes to one of them", call.span)
        arguments = {"task": self._tasks[callee.name], "slots": slots, "accesses": accesses, "message": message}
        yield Line(depth, "submit", arguments, call.span)

    def _argument(self, callee: Function, parameter: Value, argument: Operand) -> list[str]:
        """What one argument takes in the task's slots: a pointer and its run-time strides, or a number."""
        if not isinstance(parameter.type, TensorType):
            return [self.scalar_slot(argument)]
        text = self.spell(argument)
        strides = range(parameter.type.rank - 1) if parameter.name in self._strided[callee.name] else ()
        return [f"{text}.slot()", *(f"{text}.stride({dim})" for dim in strides)]


def entry_emitter(program: Program, tasks: Mapping[str, str], strided: Mapping[str, frozenset[str]]) -> EntryEmitter:
    """The form of entry that a program needs."""
    form = DirectEntry if _is_direct(program.entry) else TaskEntry
    return form(program, tasks, strided)


def _is_direct(entry: Function) -> bool:
    """Whether there is one task at most, every tensor is an argument or a provided result, and none is written here."""
    statements = list(walk(entry.body))
    tasks = sum(isinstance(statement, Call) for statement in statements)
    made = {r for s in statements for r in results_of(s) if isinstance(r.type, TensorType)}
    is_repeated = any(
        isinstance(call, Call) for loop in statements if isinstance(loop, For) for call in walk(loop.body)
    )
    is_written = any(isinstance(s, Op) and not s.results for s in statements)
    return tasks <= 1 and not is_repeated and not is_written and made <= set(provided_tensors(entry))


def _links(entry: Function) -> Iterator[Value]:
    """The views and reshapes whose only use is the reshape that follows them."""
    uses = Counter(operand for statement in walk(entry.body) for operand in operands_of(statement))
    for first, second in pairwise(walk(entry.body)):
        match first, second:
            case Op(results=(Value(type=TensorType()) as result,)), Op(operands=((operand,), *_)):
                reshapes = row_of(second).legal is Legal.RESHAPE
                if row_of(first).view_of and reshapes and operand is result and uses[result] == 1:
                    yield result
            case _:
                pass


def from_slot(dtype: DType, slot: int) -> str:
    """The scalar in a slot of `args`: floats by bit pattern, BOOL as 0 or 1, integers by value."""
    if dtype.is_float:
        return f"ptodsl_slot<{dtype.cpp}>(args[{slot}])"
    return f"args[{slot}]" if dtype.cpp == INDEX.cpp else f"static_cast<{dtype.cpp}>(args[{slot}])"


def _linear(indices: Sequence[str], shape: Sequence[int]) -> str:
    """The position of an element of a dense tensor: `(i * 4 + j) * 8 + k`, known parts folded."""
    text = ""
    for index, extent in zip(indices, shape, strict=True):
        if text.isdigit() and index.isdigit():
            text = str(int(text) * extent + int(index))
        elif text in ("", "0"):
            text = index
        else:
            scaled = f"{text} * {extent}" if " " not in text else f"({text}) * {extent}"
            text = scaled if index == "0" else f"{scaled} + {index}"
    return text


def _braced(items: Sequence[object]) -> str:
    return "{" + ", ".join(map(str, items)) + "}"
