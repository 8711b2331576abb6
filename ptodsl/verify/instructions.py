"""A kernel as the sync verifier reads it: every instruction with its pipe, its accesses and its place in loops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeAlias

from typing_extensions import assert_never

from ptodsl.errors import Diagnostic
from ptodsl.errors.sync import NotModelled
from ptodsl.ir.hardware import Core, Memory, Pipe
from ptodsl.ir.nodes import Block, Call, For, Function, If, Op, Return, Statement, Value, Yield
from ptodsl.ir.rewrite import values_of
from ptodsl.ir.types import TensorType, TileType
from ptodsl.machine import Architecture
from ptodsl.ops.row import Effect, Family, OperandKind, OpRow
from ptodsl.ops.table import ROWS
from ptodsl.verify.access import Access, Reader, Unplaced
from ptodsl.verify.handles import Handles
from ptodsl.verify.linear import Forms
from ptodsl.verify.pending import Flag

Step: TypeAlias = tuple[If | For, int]
"""A statement that holds an instruction, and which of its blocks does."""


@dataclass(frozen=True, eq=False, slots=True)
class Instruction:
    """An op, or a part of one, that is issued to a pipe.

    Its accesses are those of the kernel from `first` on; `order` counts ops in printed order.
    """

    op: Op
    row: OpRow
    pipe: Pipe
    accesses: tuple[Access, ...]
    first: int
    order: int
    path: tuple[Step, ...]


@dataclass
class Kernel:
    """The instructions of a kernel, and for each access the instruction that makes it."""

    function: Function
    core: Core = Core.VECTOR
    instructions: dict[Op, tuple[Instruction, ...]] = field(default_factory=dict[Op, "tuple[Instruction, ...]"])
    """What is issued for each op: one instruction, or its parts, in order."""
    accesses: list[Access] = field(default_factory=list[Access])
    owners: list[Instruction] = field(default_factory=list[Instruction])
    ends: list[int] = field(default_factory=list[int])
    """How many accesses there are up to the end of each statement of the body."""
    scopes: dict[Value, tuple[Step, ...]] = field(default_factory=dict[Value, "tuple[Step, ...]"])
    """Where each scalar that an offset may name is defined."""
    flags: dict[Op, Flag] = field(default_factory=dict[Op, Flag])
    """Every set and every wait, in printed order."""
    ahead: dict[Op, int] = field(default_factory=dict[Op, int])
    """How many instructions are printed before a set or a wait."""
    barriers: dict[Op, Pipe] = field(default_factory=dict[Op, Pipe])
    findings: list[Diagnostic] = field(default_factory=list[Diagnostic])

    def all_instructions(self) -> Iterator[Instruction]:
        """Every instruction, in printed order."""
        return chain.from_iterable(self.instructions.values())


def read_kernel(function: Function, architecture: Architecture) -> Kernel:
    """The kernel; what no row describes is among its findings."""
    kernel = Kernel(function)
    reader = Reader(architecture, Handles.of(function), Forms({}))
    listing = _Listing(kernel, reader)
    for statement in function.body.statements:
        listing.statement(statement, ())
        kernel.ends.append(len(kernel.accesses))
    kernel.core = function.core or _core(kernel, architecture)
    return kernel


@dataclass(frozen=True)
class _Listing:
    """Walks a kernel once, in printed order."""

    kernel: Kernel
    reader: Reader
    flags: dict[object, Flag] = field(default_factory=dict[object, Flag])
    """Each flag by the words that it is written with."""

    def block(self, block: Block, path: tuple[Step, ...]) -> None:
        for statement in block.statements:
            self.statement(statement, path)

    def statement(self, statement: Statement, path: tuple[Step, ...]) -> None:
        match statement:
            case Op():
                self._op(statement, path)
            case If():
                self._define(statement.results, path)
                self.block(statement.then, (*path, (statement, 0)))
                self.block(statement.orelse, (*path, (statement, 1)))
            case For():
                inner = (*path, (statement, 0))
                self._define(statement.results, path)
                self._define((statement.index, *statement.carried), inner)
                self.block(statement.body, inner)
            case Call():
                self._refuse("call", statement, "a kernel calls nothing")
            case Yield() | Return():
                pass
            case _:
                assert_never(statement)

    def _define(self, values: tuple[Value, ...], path: tuple[Step, ...]) -> None:
        self.kernel.scopes.update(dict.fromkeys(values, path))

    def _refuse(self, name: str, statement: Op | Call, why: str) -> None:
        self.kernel.findings.append(NotModelled(statement.span, op=name, why=why))

    def _op(self, op: Op, path: tuple[Step, ...]) -> None:
        self._define(op.results, path)
        row = ROWS.get(op.name)
        if row is None:
            self._refuse(op.name, op, "no row of the op table describes it")
        elif row.family is Family.SYNC:
            self._sync(op)
        elif row.pipe is None and not row.transfer:
            self._no_instruction(op, row)
        else:
            self._instruction(op, row, path)

    def _no_instruction(self, op: Op, row: OpRow) -> None:
        """A scalar, or a tile seen otherwise: only what offsets are made of matters."""
        if _touches(op, row):
            self._refuse(row.label, op, "it is no instruction of a pipe")
        else:
            self.reader.forms.define(op)

    def _sync(self, op: Op) -> None:
        if op.name == "pipe_barrier":
            self.kernel.barriers[op] = Pipe(op.attributes["pipe"])
            return
        source, target, event = op.attributes["source"], op.attributes["target"], op.attributes["event"]
        flag = self.flags.get((source, target, event))
        if flag is None:
            assert isinstance(event, int)
            flag = self.flags[source, target, event] = Flag(Pipe(source), Pipe(target), event)
        self.kernel.flags[op] = flag
        self.kernel.ahead[op] = len(self.kernel.instructions)

    def _instruction(self, op: Op, row: OpRow, path: tuple[Step, ...]) -> None:
        try:
            pipes = self.reader.pipes(op, row)
            accesses = tuple(self.reader.accesses(op, row))
        except Unplaced as tile:
            self._refuse(row.label, op, f"the tile `{tile}` has no address yet")
            return
        if not pipes:
            self._refuse(row.label, op, f"{self.reader.architecture.name} has no such transfer")
            return
        order = len(self.kernel.instructions)
        self.kernel.instructions[op] = tuple(self._issued(op, row, pipe, accesses, order, path) for pipe in pipes)

    def _issued(
        self, op: Op, row: OpRow, pipe: Pipe, accesses: tuple[Access, ...], order: int, path: tuple[Step, ...]
    ) -> Instruction:
        """An op, or a part of it: any of its accesses may be any part's."""
        instruction = Instruction(op, row, pipe, accesses, len(self.kernel.accesses), order, path)
        self.kernel.accesses.extend(accesses)
        self.kernel.owners.extend([instruction] * len(accesses))
        return instruction


def _touches(op: Op, row: OpRow) -> bool:
    """Whether an op without a pipe reads data or makes a tensor: neither has an order that is known."""
    groups = zip(row.operands, op.operands, strict=True)
    data = (operand for operand, group in groups if group and operand.kind in _DATA)
    tensors = any(isinstance(result.type, TensorType) for result in op.results)
    return tensors or any(operand.effect is not Effect.NONE for operand in data)


_DATA = (OperandKind.TILE, OperandKind.TENSOR)


def _core(kernel: Kernel, architecture: Architecture) -> Core:
    """The core that the kernel's pipes ask for; where none decides, a vector core if it has tiles in UB."""
    for pipe in dict.fromkeys(instruction.pipe for instruction in kernel.all_instructions()):
        core = architecture.core_of(pipe)
        if core is not None:
            return core
    memories = {value.type.memory for value in values_of(kernel.function) if isinstance(value.type, TileType)}
    return Core.VECTOR if Memory.UB in memories or not memories else Core.CUBE
