"""An exact judge of small kernels' placement, for tests: every path is executed on bytes that remember who wrote them.

It knows a handful of ops by heart, not by the op table, and shares nothing with what it judges. Loops run 0 to 2
times whatever their bounds, branches go both ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from ptodsl.ir.nodes import Block, For, Function, If, Literal, Op, Operand, Value, Yield
from ptodsl.ir.types import TileType

Token = tuple[int, int]
"""The number of the execution that wrote a byte, and which of its bytes it is."""

Contents = tuple[Token, ...] | None
"""What a value is, byte by byte; None where it is undefined."""


@dataclass
class Choices:
    """Decisions of one run; `runs` gives every sequence of them."""

    taken: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    position: int = 0

    def choose(self, options: int) -> int:
        """The decision at the next point, the first option where it is new."""
        if self.position == len(self.taken):
            self.taken.append((0, options))
        self.position += 1
        return self.taken[self.position - 1][0]

    def advance(self) -> bool:
        """Go on to the next sequence; False after the last."""
        while self.taken and self.taken[-1][0] + 1 == self.taken[-1][1]:
            self.taken.pop()
        if not self.taken:
            return False
        option, options = self.taken.pop()
        self.taken.append((option + 1, options))
        self.position = 0
        return True


def reads_lost_bytes(function: Function, limit: int = 2000) -> bool | None:
    """Whether on some path an operand's bytes do not hold what its value is; None with more paths than can be tried."""
    choices = Choices()
    for _ in range(limit):
        if _Run(choices).finds_lost(function.body):
            return True
        if not choices.advance():
            return False
    return None


class _Run:
    """One execution."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.numbers: Iterator[int] = count()
        self.bytes: dict[tuple[object, int], Token] = {}
        self.values: dict[Value, Contents] = {}
        self.lost = False

    def finds_lost(self, body: Block) -> bool:
        self.block(body)
        return self.lost

    def block(self, block: Block) -> Sequence[Operand]:
        for statement in block.statements:
            match statement:
                case Op():
                    self.op(statement)
                case If():
                    branch = (statement.then, statement.orelse)[self.choices.choose(2)]
                    self.bind(statement.results, self.block(branch))
                case For():
                    self.bind(statement.carried, statement.initial)
                    for _ in range(self.choices.choose(3)):
                        self.bind(statement.carried, self.block(statement.body))
                    self.bind(statement.results, statement.carried)
                case Yield():
                    return statement.values
                case _:
                    pass
        return ()

    def bind(self, names: Sequence[Value], operands: Sequence[Operand]) -> None:
        contents = [self.values.get(operand) if isinstance(operand, Value) else None for operand in operands]
        self.values.update(zip(names, contents, strict=True))

    def op(self, op: Op) -> None:
        match op.name:
            case "create_tile":
                self.values[op.result] = None
            case "slice":
                self.slice(op)
            case "row_sum":
                (source,), (scratch,) = op.operands
                self.read(source)
                left = self.write(scratch)
                assert isinstance(scratch, Value)
                if self.values[scratch] is not None:
                    self.values[scratch] = left
                self.define(op.result)
            case "reshape":
                (source,) = op.operands[0]
                assert isinstance(source, Value)
                self.values[op.result] = self.values[source]
            case "load":
                self.define(op.result)
            case "store":
                self.read(op.operands[0][0])
            case _:
                for group in op.operands:
                    for operand in group:
                        self.read(operand)
                self.define(op.result)

    def slice(self, op: Op) -> None:
        """Whole rows from a known one on."""
        (source,), (row, _), _ = op.operands
        assert isinstance(source, Value)
        assert isinstance(row, Literal)
        assert isinstance(source.type, TileType)
        assert isinstance(op.result.type, TileType)
        contents = self.values[source]
        start = int(row.value) * source.type.shape[1] * 4
        self.values[op.result] = contents and contents[start : start + op.result.type.nbytes]

    def read(self, operand: Operand) -> None:
        if isinstance(operand, Value) and isinstance(operand.type, TileType):
            contents = self.values[operand]
            held = tuple(self.bytes.get(byte, (-1, 0)) for byte in _bytes(operand.type))
            self.lost |= contents is not None and contents != held

    def define(self, value: Value) -> None:
        self.values[value] = self.write(value)

    def write(self, where: Operand) -> tuple[Token, ...]:
        assert isinstance(where, Value)
        assert isinstance(where.type, TileType)
        number = next(self.numbers)
        places = _bytes(where.type)
        tokens = tuple((number, index) for index in range(len(places)))
        self.bytes.update(zip(places, tokens, strict=True))
        return tokens


def _bytes(tile: TileType) -> list[tuple[object, int]]:
    assert tile.offset is not None
    return [(tile.memory, byte) for byte in range(tile.offset, tile.offset + tile.nbytes)]
