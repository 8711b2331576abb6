"""The pass that gives every tile a memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from ptodsl.errors import Diagnostic, Note
from ptodsl.errors.memory import CoreDiffers, CoresMixed, MemoryRefused
from ptodsl.ir.cores import pipe_of
from ptodsl.ir.hardware import Core, Memory
from ptodsl.ir.nodes import Function, Op, Operand, Program, Statement, Value
from ptodsl.ir.rewrite import Rewriter, retyped, walk
from ptodsl.ir.span import Span
from ptodsl.ir.types import TileType
from ptodsl.machine import Architecture
from ptodsl.ops.row import OperandRow
from ptodsl.ops.table import row_of
from ptodsl.passes.base import over_kernels
from ptodsl.passes.dead_carries import without_dead_carries
from ptodsl.passes.joins import is_tile
from ptodsl.passes.places import Places, Use, makes_tile, readable_by_move
from ptodsl.passes.routes import Routes


@dataclass(frozen=True)
class InferMemory:
    """Every tile of a kernel gets a memory, and moves stand wherever an op reads from another one.

    Needs: IR as the frontend built it, types checked; memories that the user wrote are in the types.
    Gives: a memory in every tile type; every operand in a memory that its op reads; each kernel on one kind of core;
    no loop carry and no merge of branches that nothing reads.
    Raises: E0401 to E0405.
    """

    name: ClassVar[str] = "infer_memory"

    def run(self, program: Program, architecture: Architecture) -> Program:
        """The program, its kernels placed in memories."""
        return over_kernels(program, lambda function, mistakes: _infer(function, architecture, mistakes))


def _infer(function: Function, architecture: Architecture, mistakes: list[Diagnostic]) -> Function:
    core = one_core(function, architecture, {})
    if core is not None:
        mistakes.append(core)
        return function
    before = len(mistakes)
    function = without_dead_carries(function)
    placed = retyped(function, Places(function, architecture, mistakes).types())
    if len(mistakes) > before:
        return function
    moved = Moves(architecture, mistakes).function(placed)
    core = one_core(moved, architecture, owners(architecture)) if len(mistakes) == before else None
    mistakes += [core] if core is not None else []
    return moved


def owners(architecture: Architecture) -> dict[Memory, Core]:
    """The core of each memory that only one kind of core works on."""
    return {memory: core for memory in architecture.memories if (core := architecture.owner(memory)) is not None}


def one_core(function: Function, architecture: Architecture, owner: Mapping[Memory, Core]) -> Diagnostic | None:
    """What is wrong with the cores that a kernel's ops need, and its tiles by `owner`; None where one core runs all."""
    first: dict[Core, Op] = {}
    for core, op in _cores_used(function, architecture, owner):
        if function.core not in (None, core):
            assert function.core is not None
            return CoreDiffers(
                op.span,
                kernel=function.name,
                declared=function.core.value,
                needed=core.value,
                op=row_of(op).label,
            )
        first.setdefault(core, op)
    if len(first) < 2:
        return None
    (core, op), (other_core, other) = first.items()
    return CoresMixed(
        other.span,
        [Note(f"{core.value} core", op.span)],
        kernel=function.name,
        first=core.value,
        other=row_of(op).label,
        second=other_core.value,
        op=row_of(other).label,
    )


def _cores_used(
    function: Function, architecture: Architecture, owner: Mapping[Memory, Core]
) -> Iterator[tuple[Core, Op]]:
    """Each op that only one kind of core can run, by its pipe or by the memory of a tile, with that kind."""
    for statement in walk(function.body):
        if isinstance(statement, Op) and (pipe := pipe_of(statement, architecture)) is not None:
            core = architecture.core_of(pipe) or next(_owners(statement, owner), None)
            if core is not None:
                yield core, statement


def _owners(op: Op, owner: Mapping[Memory, Core]) -> Iterator[Core]:
    for operand in (*(operand for group in op.operands for operand in group), *op.results):
        if isinstance(operand, Value) and isinstance(operand.type, TileType):
            core = None if operand.type.memory is None else owner.get(operand.type.memory)
            if core is not None:
                yield core


@dataclass
class Moves:
    """Puts a move before each op that reads a tile from elsewhere, one for all such ops of a block."""

    architecture: Architecture
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
        if not isinstance(operand, Value) or not is_tile(operand):
            return operand
        use = Use(op, row, operand)
        readable = self._readable(use)
        return operand if _memory(operand) in readable else self._bring(use, readable, moves)

    def _readable(self, use: Use) -> tuple[Memory, ...]:
        """The memories that an operand may lie in, those that are moved from in one step included."""
        if makes_tile(use.op) and row_of(use.op).transfer:
            return readable_by_move(use, _memory(use.op.result), self.architecture)
        return use.row.memories

    def _bring(self, use: Use, readable: tuple[Memory, ...], moves: list[Op]) -> Value:
        """The tile in a memory that the op reads, the moves that this takes added; a mistake where no way leads."""
        type_ = use.value.type
        assert isinstance(type_, TileType)
        source = _memory(use.value)
        path = None if use.shares else Routes(self.architecture).route(source, readable, type_.dtype)
        if path is None:
            self.mistakes.append(refusal(use, readable, self.architecture))
            return use.value
        value = use.value
        for memory in path:
            value = self._step(value, memory, use.op.span, moves)
        return value

    def _step(self, value: Value, memory: Memory, span: Span, moves: list[Op]) -> Value:
        known = self._rewriter.recall((value, memory))
        if known is not None:
            return known
        assert isinstance(value.type, TileType)
        moved = Value(f"{value.name}_{memory.value}", replace(value.type, memory=memory), span)
        moves.append(Op("move", ((value,),), {}, (moved,), span))
        self._rewriter.remember((value, memory), moved)
        return moved


def refusal(use: Use, readable: tuple[Memory, ...], architecture: Architecture) -> MemoryRefused:
    """The mistake of an operand that cannot be brought to where its op reads."""
    memory = _memory(use.value)
    starts = [other for other in _starts(use, readable, architecture) if other is not memory]
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


def _starts(use: Use, readable: tuple[Memory, ...], architecture: Architecture) -> Iterator[Memory]:
    """The memories that tiles are loaded into and reach a use from."""
    assert isinstance(use.value.type, TileType)
    for memory in architecture.memories:
        route = Routes(architecture).route(memory, readable, use.value.type.dtype)
        if route is not None and architecture.move(Memory.GM, memory) is not None:
            yield memory


def _memory(value: Value) -> Memory:
    assert isinstance(value.type, TileType)
    assert value.type.memory is not None
    return value.type.memory
