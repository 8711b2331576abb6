"""The entry of a program of several tasks: tensors with descriptors, and a task graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from ptodsl.codegen.control import dtype_of
from ptodsl.codegen.entry import EntryEmitter
from ptodsl.codegen.lines import Line
from ptodsl.ir.nodes import Call, Direction, Function, Op, Operand, Program, Value
from ptodsl.ir.rewrite import operands_of, walk
from ptodsl.ir.types import ScalarType, TensorType
from ptodsl.ops.row import Legal
from ptodsl.ops.table import row_of


class TaskEntry(EntryEmitter):
    """The entry of any other program: tensors have descriptors, and tasks are submitted."""

    TENSOR = "ptodsl::Tensor"

    def __init__(self, program: Program, tasks: Mapping[str, str], strided: Mapping[str, frozenset[str]]) -> None:
        super().__init__(program, tasks, strided)
        parameters = program.entry.tensors
        self._inputs = {parameter.value for parameter in parameters if parameter.direction is Direction.IN}
        self._links = frozenset(_links(program.entry))
        self._chains: dict[Operand, str] = {}
        self.forms |= {"view": self._view, "tensor_reshape": self._reshape, "write": self._write}

    def spell(self, operand: Operand) -> str:
        """A view that only the reshape behind it takes stands in that one's expression."""
        return self._chains[operand] if operand in self._chains else super().spell(operand)

    def body(self) -> Iterator[Line]:
        """The run, the parameters, the tasks."""
        yield Line(1, "run", {})
        yield from self.parameters()
        yield from self.block(1, self.program.entry.body)
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

    def _view(self, depth: int, op: Op) -> Iterator[Line]:
        """A window of a tensor, once it is known to be inside."""
        (tensor,), offsets = op.operands
        sizes = op.attributes["sizes"]
        assert isinstance(sizes, tuple)
        yield from self.guard(depth, op, tensor, offsets, sizes)
        text = f"{self.spell(tensor)}.view({_braced([self.spell(o) for o in offsets])}, {_braced(sizes)})"
        yield from self._linked(depth, op, text)

    def _reshape(self, depth: int, op: Op) -> Iterator[Line]:
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

    def _write(self, depth: int, op: Op) -> Iterator[Line]:
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
        callee = self.program.function(call.callee)
        slots: list[str] = []
        accesses: list[str] = []
        for parameter, argument in zip(callee.parameters, call.arguments, strict=True):
            slots += self._argument(callee, parameter.value, argument)
            if isinstance(parameter.value.type, TensorType):
                verb = "reads" if parameter.direction is Direction.IN else "writes"
                accesses.append(f"ptodsl::{verb}({self.spell(argument)})")
        message = self.message(f"arguments of `{callee.name}` overlap, and it writes to one of them", call.span)
        arguments = {"task": self.tasks[callee.name], "slots": slots, "accesses": accesses, "message": message}
        yield Line(depth, "submit", arguments, call.span)

    def _argument(self, callee: Function, parameter: Value, argument: Operand) -> list[str]:
        """What one argument takes in the task's slots: a pointer and its run-time strides, or a number."""
        if not isinstance(parameter.type, TensorType):
            return [self.scalar_slot(argument)]
        text = self.spell(argument)
        strides = range(parameter.type.rank - 1) if parameter.name in self.strided[callee.name] else ()
        return [f"{text}.slot()", *(f"{text}.stride({dim})" for dim in strides)]


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


def _braced(items: Sequence[object]) -> str:
    return "{" + ", ".join(map(str, items)) + "}"
