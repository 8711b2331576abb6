"""Moves that bring tiles to the memories that ops read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ptodsl.errors import Diagnostic, Note
from ptodsl.errors.memory import MemoryRefused
from ptodsl.ir.hardware import Memory
from ptodsl.ir.nodes import Function, Op, Operand, Statement, Value
from ptodsl.ir.rewrite import Rewriter
from ptodsl.ir.span import Span
from ptodsl.ir.tiles import is_tile, tile_type
from ptodsl.ops.row import OperandRow
from ptodsl.ops.table import row_of
from ptodsl.passes.places import Use, makes_tile, readable_by_move
from ptodsl.passes.routes import Routes


@dataclass
class Moves:
    """Puts a move before each op that reads a tile from elsewhere, one for all such ops of a block."""

    routes: Routes
    mistakes: list[Diagnostic]
    _rewriter: Rewriter = field(init=False)

    def __post_init__(self) -> None:
        self._rewriter = Rewriter(self._transform)

    def function(self, function: Function) -> Function:
        """The function with moves."""
        return self._rewriter.function(function)

    def _transform(self, statement: Statement) -> Iterable[Statement]:
        if not isinstance(statement, Op):
            return (statement,)
        moves: list[Op] = []
        operands = tuple(
            tuple(self._operand(statement, row, operand, moves) for operand in group)
            for row, group in zip(row_of(statement).operands, statement.operands, strict=True)
        )
        if operands == statement.operands:
            return (statement,)
        return (*moves, replace(statement, operands=operands))

    def _operand(self, op: Op, row: OperandRow, operand: Operand, moves: list[Op]) -> Operand:
        """What the op reads in place of an operand; the moves that make it are added."""
        if not is_tile(operand):
            return operand
        use = Use(op, row, operand)
        readable = self._readable(use)
        return operand if _memory(operand) in readable else self._bring(use, readable, moves)

    def _readable(self, use: Use) -> tuple[Memory, ...]:
        """The memories that an operand may lie in, those that are moved from in one step included."""
        if makes_tile(use.op) and row_of(use.op).transfer:
            return readable_by_move(use, _memory(use.op.result), self.routes)
        return use.row.memories

    def _bring(self, use: Use, readable: tuple[Memory, ...], moves: list[Op]) -> Value:
        """The tile in a memory that the op reads, the moves that this takes added; a mistake where no way leads."""
        source, dtype = _memory(use.value), tile_type(use.value).dtype
        path = None if use.shares else self.routes.route(source, readable, dtype)
        if path is None:
            self.mistakes.append(_refusal(use, readable, self.routes))
            return use.value
        value = use.value
        for memory in path:
            value = self._step(value, memory, use.op.span, moves)
        return value

    def _step(self, value: Value, memory: Memory, span: Span, moves: list[Op]) -> Value:
        known = self._rewriter.recall((value, memory))
        if known is not None:
            return known
        moved = Value(f"{value.name}_{memory.value}", replace(tile_type(value), memory=memory), span)
        moves.append(Op("move", ((value,),), {}, (moved,), span))
        self._rewriter.remember((value, memory), moved)
        return moved


def _refusal(use: Use, readable: tuple[Memory, ...], routes: Routes) -> MemoryRefused:
    """The mistake of an operand that cannot be brought to where its op reads."""
    memory, architecture = _memory(use.value), routes.architecture
    starts = [other for other in _starts(use, readable, routes) if other is not memory]
    if starts and architecture.move(Memory.GM, memory) is not None:
        names = " or ".join(f"`pl.MemorySpace.{other.label}`" for other in starts)
        how = f"no move leads there from {memory.label}: make the tile in {names}, e.g. with `target_memory=`"
    else:
        how = (
            f"on {architecture.name} no move leads there from {memory.label}: `pl.store` the tile to a tensor and "
            "`pl.load` it from there, in another kernel if that runs on the other core"
        )
    return MemoryRefused(
        use.op.span,
        [Note(f"`{use.value.name}` is made here", use.value.span)],
        op=row_of(use.op).label,
        operand=use.row.name,
        allowed=" or ".join(other.label for other in readable or use.row.memories),
        memory=memory.label,
        how=how,
    )


def _starts(use: Use, readable: tuple[Memory, ...], routes: Routes) -> Iterator[Memory]:
    """The memories that tiles are loaded into and reach a use from."""
    for memory in routes.architecture.memories:
        route = routes.route(memory, readable, tile_type(use.value).dtype)
        if route is not None and routes.architecture.move(Memory.GM, memory) is not None:
            yield memory


def _memory(value: Value) -> Memory:
    memory = tile_type(value).memory
    assert memory is not None
    return memory
