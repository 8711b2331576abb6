"""What a running function knows: its values, and the memories of the core that it runs on."""

from __future__ import annotations

from dataclasses import dataclass, field

from ptodsl.interpreter.memory import Memories
from ptodsl.interpreter.values import Binding, Datum, Placed, Scalar, Tensor, Tile, undefined_tile
from ptodsl.ir.nodes import For, Literal, Operand, Value
from ptodsl.ir.span import Span
from ptodsl.ir.types import TileType


@dataclass
class Frame:
    """One call of a function. A tile with an offset is bytes of a memory, any other is an array of its own."""

    memories: Memories | None
    poison: int
    calls: tuple[Span, ...] = ()
    """The calls that led here, the first one first."""
    loops: list[tuple[For, int]] = field(default_factory=list[tuple[For, int]])
    """The loops that are running, the outer first, and the number each is at."""
    _bindings: dict[Value, Binding] = field(default_factory=dict[Value, Binding])

    def binding(self, operand: Operand) -> Binding:
        """What stands for an operand; a placed tile stays where it is."""
        return operand.value if isinstance(operand, Literal) else self._bindings[operand]

    def bind(self, value: Value, binding: Binding) -> None:
        """From here on, `value` is that."""
        self._bindings[value] = binding

    def scalar(self, operand: Operand) -> Scalar:
        """The number that an operand is."""
        binding = self.binding(operand)
        assert not isinstance(binding, (Tile, Tensor, Placed))
        return binding

    def read(self, operand: Operand) -> Datum:
        """The contents of an operand now."""
        binding = self.binding(operand)
        if not isinstance(binding, Placed):
            return binding
        assert isinstance(operand, Value)
        memories, type_ = self._place(operand)
        return memories.read(type_, binding.valid)

    def define(self, value: Value, datum: Datum, written: bool) -> None:
        """Makes a result; `written` says whether an instruction puts its contents into memory."""
        if not isinstance(datum, Tile) or not _is_placed(value):
            self.bind(value, datum)
            return
        memories, type_ = self._place(value)
        if written:
            memories.write(type_, datum)
        self.bind(value, Placed(datum.valid))

    def clobber(self, operand: Operand) -> None:
        """Leaves a scratch tile undefined."""
        assert isinstance(operand, Value)
        assert isinstance(operand.type, TileType)
        binding = self.binding(operand)
        if isinstance(binding, Placed):
            memories, type_ = self._place(operand)
            memories.clobber(type_)
        elif isinstance(binding, Tile):
            self.bind(operand, undefined_tile(binding.valid, operand.type.dtype, self.poison))

    def _place(self, value: Value) -> tuple[Memories, TileType]:
        assert isinstance(value.type, TileType)
        assert self.memories is not None, "placed IR is run for an architecture"
        return self.memories, value.type


def _is_placed(value: Value) -> bool:
    return isinstance(value.type, TileType) and value.type.offset is not None
