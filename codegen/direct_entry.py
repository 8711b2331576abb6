"""The entry of a program of one task: a plain call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ptodsl.codegen.control import dtype_of
from ptodsl.codegen.entry import EntryEmitter
from ptodsl.codegen.lines import Line
from ptodsl.ir.nodes import Call, Op, Operand, Program, Value
from ptodsl.ir.types import ScalarType, TensorType
from ptodsl.ops.site import type_of


class DirectEntry(EntryEmitter):
    """The entry of a program of one task on its caller's tensors: they stay in their slots, the task is a call."""

    def __init__(self, program: Program, tasks: Mapping[str, str], strided: Mapping[str, frozenset[str]]) -> None:
        super().__init__(program, tasks, strided)
        self._slots: dict[Operand, str] = {}

    def body(self) -> Iterator[Line]:
        """Scalar parameters, the task, success."""
        yield from self.parameters()
        yield from self.block(1, self.program.entry.body)
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
        callee = self.program.function(call.callee)
        slots = [self._slots[a] if a in self._slots else self.scalar_slot(a) for a in call.arguments]
        name = self.scope.name(f"{callee.name}_slots")
        yield Line(depth, "slots", {"name": name, "slots": slots}, call.span)
        yield Line(depth, "instruction", {"mnemonic": self.tasks[callee.name], "operands": [name]}, call.span)


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
