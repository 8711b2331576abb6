"""Which memory each group of tiles that share bytes lies in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ptodsl.errors import Diagnostic, Note
from ptodsl.errors.memory import MemoriesDiffer, TargetMemoryRefused
from ptodsl.ir.hardware import Memory
from ptodsl.ir.nodes import Function, Op, Value
from ptodsl.ir.rewrite import values_of, walk
from ptodsl.ir.tiles import is_tile, tile_type
from ptodsl.ir.types import TileType, Type
from ptodsl.ops.row import OperandRow
from ptodsl.ops.table import result_of, row_of
from ptodsl.passes.disjoint import DisjointSets
from ptodsl.passes.joins import joins
from ptodsl.passes.routes import Route, Routes


@dataclass(frozen=True)
class Use:
    """One tile operand of an op."""

    op: Op
    row: OperandRow
    value: Value

    @property
    def shares(self) -> bool:
        """Whether the op's result is this operand's bytes, so that no move may stand between."""
        row = row_of(self.op)
        return self.row.name in (row.view_of, row.tied)


@dataclass
class Group:
    """Tiles that share bytes: the ops that make them, and those that take them."""

    makers: list[Op] = field(default_factory=list[Op])
    uses: list[Use] = field(default_factory=list[Use])


def tile_uses(op: Op) -> list[Use]:
    """The tile operands of an op."""
    return [
        Use(op, row, operand)
        for row, group in zip(row_of(op).operands, op.operands, strict=True)
        for operand in group
        if is_tile(operand)
    ]


def makes_tile(op: Op) -> bool:
    """Whether an op has a tile as its result."""
    return bool(op.results) and is_tile(op.result)


def possible(op: Op) -> tuple[Memory, ...]:
    """The memories that an op may put its result in, written ones aside."""
    result = result_of(op)
    assert result is not None
    return result.memories


@dataclass
class Places:
    """Decides a memory for every tile of a kernel; what cannot be is added to `mistakes`."""

    function: Function
    routes: Routes
    mistakes: list[Diagnostic]
    _sets: DisjointSets = field(default_factory=DisjointSets)
    _groups: dict[Value, Group] = field(default_factory=dict[Value, Group])
    _decided: dict[Value, Memory] = field(default_factory=dict[Value, Memory])

    def types(self) -> dict[Value, Type]:
        """The type of every tile, its memory filled in."""
        self._collect()
        for leader in reversed(list(self._sets.leaders())):
            self._decided[leader] = self._decide(self._groups[leader])
        types: dict[Value, Type] = {}
        for leader in self._sets.leaders():
            for value in self._sets.members(leader):
                type_ = tile_type(value)
                types[value] = TileType(type_.shape, type_.dtype, type_.valid, self._decided[leader])
        return types

    def _collect(self) -> None:
        self._sets.add_all(value for value in values_of(self.function) if is_tile(value))
        for join in joins(self.function.body):
            self._sets.join(join.source, join.target)
        self._groups = {leader: Group() for leader in self._sets.leaders()}
        for statement in walk(self.function.body):
            if isinstance(statement, Op):
                if makes_tile(statement):
                    self._group(statement.result).makers.append(statement)
                for use in tile_uses(statement):
                    self._group(use.value).uses.append(use)

    def _group(self, value: Value) -> Group:
        return self._groups[self._sets.find(value)]

    def _decide(self, group: Group) -> Memory:
        """The memory that the makers allow and that the fewest moves lead from to all uses."""
        first, *others = self._agreed(group)
        return min((first, *others), key=lambda memory: self._cost(group.uses, memory)) if others else first

    def _agreed(self, group: Group) -> tuple[Memory, ...]:
        """The memories that every maker can write, in the order of the table."""
        agreed: tuple[Memory, ...] = ()
        source: Op | None = None
        for op in group.makers:
            allowed = self._allowed(op)
            both = tuple(memory for memory in agreed if memory in allowed) if source else allowed
            if not both:
                assert source is not None
                self._differ(source, agreed, op, allowed)
                return agreed
            if both != agreed:
                agreed, source = both, op
        return agreed

    def _allowed(self, op: Op) -> tuple[Memory, ...]:
        """The memories that an op may write to here: the written one, if there is one."""
        able, type_ = possible(op), tile_type(op.result)
        if type_.memory is None:
            return able
        if type_.memory not in able:
            self._refuse(op, type_.memory, able)
        return (type_.memory,)

    def _cost(self, uses: Iterable[Use], memory: Memory) -> tuple[int, int]:
        """How many uses a tile in a memory cannot reach, and how many moves it takes to reach the others."""
        routes = [self._route(use, memory) for use in uses]
        found = [route for route in routes if route is not None]
        return len(routes) - len(found), sum(map(len, found))

    def _route(self, use: Use, memory: Memory) -> Route | None:
        """The way from a memory to a use; None where none leads, or where bytes are shared and nothing may move."""
        readable = self._readable(use)
        if use.shares:
            return () if memory in readable else None
        return self.routes.route(memory, readable, tile_type(use.value).dtype)

    def _readable(self, use: Use) -> tuple[Memory, ...]:
        """The memories that a use reads from; a move whose target is decided needs the machine's move to it."""
        if makes_tile(use.op) and row_of(use.op).transfer:
            target = self._decided.get(self._sets.find(use.op.result))
            if target is not None:
                return readable_by_move(use, target, self.routes)
        return use.row.memories

    def _refuse(self, op: Op, memory: Memory, able: tuple[Memory, ...]) -> None:
        names = " or ".join(f"`pl.MemorySpace.{other.label}`" for other in able)
        how = f"a transposed window is read on its way into {names} only" if op.attributes.get("transpose") else ""
        self.mistakes.append(
            TargetMemoryRefused(
                op.span,
                op=row_of(op).label,
                memory=memory.label,
                how=how or f"write {names}, or leave it to be inferred",
            )
        )

    def _differ(self, first: Op, has: tuple[Memory, ...], second: Op, needs: tuple[Memory, ...]) -> None:
        note = Note(f"made in {has[0].label} here", first.span)
        how = f"make both in one memory: `{row_of(second).label}` writes to " + " or ".join(m.label for m in needs)
        self.mistakes.append(
            MemoriesDiffer(
                second.span, [note], name=second.result.name, first=has[0].label, second=needs[0].label, how=how
            )
        )


def readable_by_move(use: Use, target: Memory, routes: Routes) -> tuple[Memory, ...]:
    """The memories that the operand of a move to `target` may lie in."""
    sources = routes.moves_to(target, tile_type(use.value).dtype)
    return tuple(memory for memory in use.row.memories if memory in sources)
