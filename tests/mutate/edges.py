"""The original def-use edges with other addresses: whether on some path an operand's bytes do not hold what it means,
or an instruction writes what it reads.

Kernels are executed path by path, every byte a token that says which execution wrote it and which of its bytes it is.
Loops go round 0 to 2 times, branches both ways, whatever the bounds and conditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptodsl.ir.hardware import Memory
from ptodsl.ir.nodes import Block, For, Function, If, Op, Operand, Value, Yield
from ptodsl.ir.tiles import is_tile, tile_type
from ptodsl.ops.row import Effect, OpRow
from ptodsl.ops.table import row_of
from tests.enumerate_placement import Choices

Tokens = NDArray[Any]

PATHS = 400
"""Paths that are tried at most, the longest loops last."""


def loses_an_edge(function: Function, moved: Mapping[Value, int]) -> bool:
    """Whether some operand reads what its definition has not written, with some tiles moved by so many bytes."""
    choices = Choices()
    for _ in range(PATHS):
        if _Run(choices, moved).is_lost_in(function.body):
            return True
        if not choices.advance():
            return False
    return False


@dataclass
class _Run:
    """One execution; `_means` is what each tile is, byte by byte, None where it is undefined."""

    choices: Choices
    moved: Mapping[Value, int]
    _bytes: dict[Memory, Tokens] = field(default_factory=dict[Memory, Tokens])
    _means: dict[Value, Tokens | None] = field(default_factory=dict[Value, "Tokens | None"])
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _lost: bool = False

    def is_lost_in(self, body: Block) -> bool:
        """Whether an operand of the body is not there when it is read."""
        self._block(body)
        return self._lost

    def _block(self, block: Block) -> Sequence[Operand]:
        for statement in block.statements:
            match statement:
                case Op():
                    self._op(statement, row_of(statement))
                case If():
                    taken = (statement.then, statement.orelse)[self.choices.choose(2)]
                    self._bind(statement.results, self._block(taken))
                case For():
                    self._bind(statement.carried, statement.initial)
                    for _ in range(self.choices.choose(3)):
                        self._bind(statement.carried, self._block(statement.body))
                    self._bind(statement.results, statement.carried)
                case Yield():
                    return statement.values
                case _:
                    pass
        return ()

    def _bind(self, names: Sequence[Value], operands: Sequence[Operand]) -> None:
        meanings = [self._means.get(operand) if isinstance(operand, Value) else None for operand in operands]
        self._means.update(zip(names, meanings, strict=True))

    def _op(self, op: Op, row: OpRow) -> None:
        if row.view_of:
            self._view(op, row)
        elif row.pipe is not None or row.transfer:
            self._lost |= self._overlaps(op, row)
            for effect, touch in ((Effect.READ, self._read), (Effect.SCRATCH, self._write)):
                for slot, group in zip(row.operands, op.operands, strict=True):
                    for operand in group:
                        if slot.effect is effect and isinstance(operand, Value) and is_tile(operand):
                            touch(operand)
            self._means.update({result: self._write(result) for result in op.results if is_tile(result)})
        else:
            self._means.update({result: None for result in op.results if is_tile(result)})

    def _overlaps(self, op: Op, row: OpRow) -> bool:
        """Whether the op writes bytes that it reads; its result may have all those of an operand that it takes over."""
        reads = list(self._tiles(op, row, Effect.READ))
        written = [("", place) for _, place in self._tiles(op, row, Effect.SCRATCH)]
        written += [("result", self._span(result)) for result in op.results if is_tile(result)]
        taken = {*row.inplace, row.tied}
        return any(
            memory is other and _meet(bytes_, more) and not (what and name in taken and bytes_ == more)
            for name, (memory, bytes_) in reads
            for what, (other, more) in written
        )

    def _tiles(self, op: Op, row: OpRow, effect: Effect) -> Iterator[tuple[str, tuple[Memory, range]]]:
        """The operands of an effect that are tiles: the name of each in the row, and where it lies."""
        for slot, group in zip(row.operands, op.operands, strict=True):
            for operand in group:
                if slot.effect is effect and isinstance(operand, Value) and is_tile(operand):
                    yield slot.name, self._span(operand)

    def _span(self, tile: Value) -> tuple[Memory, range]:
        type_, start = tile_type(tile), _start(tile) + self.moved.get(tile, 0)
        assert type_.memory is not None
        return type_.memory, range(start, start + type_.nbytes)

    def _view(self, op: Op, row: OpRow) -> None:
        (source,) = op.operands[row.operand_index(row.view_of)]
        if isinstance(source, Value) and is_tile(source):
            meaning, start = self._means[source], _start(op.result) - _start(source)
            self._means[op.result] = None if meaning is None else meaning[start : start + tile_type(op.result).nbytes]

    def _read(self, tile: Value) -> None:
        meaning = self._means[tile]
        self._lost |= meaning is not None and not np.array_equal(self._place(tile), meaning)

    def _write(self, tile: Value) -> Tokens:
        size = tile_type(tile).nbytes
        tokens = (next(self._numbers) << 24) + np.arange(size, dtype=np.int64)
        self._place(tile)[:] = tokens
        return tokens

    def _place(self, tile: Value) -> Tokens:
        """The bytes of a tile where it lies now; a memory grows as far as any tile reaches."""
        memory, span = self._span(tile)
        known = self._bytes.get(memory, np.zeros(0, np.int64))
        if len(known) < span.stop:
            known = self._bytes[memory] = np.concatenate([known, np.zeros(span.stop - len(known), np.int64)])
        return known[span.start : span.stop]


def _meet(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop


def _start(tile: Value) -> int:
    start = tile_type(tile).offset
    assert start is not None
    return start
