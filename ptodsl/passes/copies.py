"""Copies where tiles that enter a loop or leave a branch cannot share bytes with what they become."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from typing_extensions import assert_never

from ptodsl.errors import Diagnostic, InternalError, Note
from ptodsl.errors.memory import OldValueAlive
from ptodsl.ir.nodes import Block, Call, For, Function, If, Op, Operand, Return, Statement, Value, Yield
from ptodsl.ir.rewrite import operands_of
from ptodsl.ir.tiles import tile_type
from ptodsl.machine import Architecture
from ptodsl.passes.buffers import Buffers
from ptodsl.passes.joins import Join


def separated(function: Function, architecture: Architecture, mistakes: list[Diagnostic]) -> Buffers:
    """The buffers of a kernel, with copies inserted until no two tiles that share bytes are live together.

    Where a memory has no copy there is a mistake, and the buffers are those without copies.
    """
    buffers = Buffers.of(function)
    stuck = [join for join in buffers.clashes if not _has_copy(join, architecture)]
    mistakes += [old_value_alive(join, buffers) for join in stuck]
    if stuck or not buffers.clashes:
        return buffers
    copied = Buffers.of(Copies(buffers).function())
    if copied.clashes:
        names = ", ".join(join.target.name for join in copied.clashes)
        raise InternalError(f"copies in kernel `{function.name}` leave clashes at {names}")
    return copied


def _has_copy(join: Join, architecture: Architecture) -> bool:
    memory = tile_type(join.target).memory
    assert memory is not None
    return architecture.move(memory, memory) is not None


@dataclass
class Copies:
    """Puts the copies that the clashes of a kernel's buffers ask for."""

    buffers: Buffers
    _planned: dict[Statement, list[Join]] = field(default_factory=dict[Statement, "list[Join]"])

    def __post_init__(self) -> None:
        for join in self.buffers.clashes:
            self._planned.setdefault(join.at, []).append(join)

    def function(self) -> Function:
        """The kernel with copies."""
        return replace(self.buffers.function, body=self._block(self.buffers.function.body))

    def _block(self, block: Block) -> Block:
        statements: list[Statement] = []
        for statement in block.statements:
            clashes = self._planned.get(statement, [])
            moves, new = self._moves(clashes, statement) if clashes else ([], {})
            statements += [*moves, _handing_over(self._rebuilt(statement), new)]
        return Block(tuple(statements))

    def _rebuilt(self, statement: Statement) -> Statement:
        """The statement with copies in its blocks."""
        match statement:
            case For():
                return replace(statement, body=self._block(statement.body))
            case If():
                return replace(statement, then=self._block(statement.then), orelse=self._block(statement.orelse))
            case Op() | Call() | Yield() | Return():
                return statement
            case _:
                assert_never(statement)

    def _moves(self, clashes: list[Join], at: Statement) -> tuple[list[Op], dict[int, Value]]:
        """The copies of all clashes at a statement, as if done at once; gives what is handed over in each place.

        A copy waits until no other one still reads the buffer that it writes; where all wait in a circle, one of
        the sources goes to a temporary first.
        """
        moves: list[Op] = []
        new: dict[int, Value] = {}
        pending: list[tuple[Join, Value]] = [(join, join.source) for join in clashes]
        while pending:
            ready = next((item for item in pending if not self._overwrites(item[0], pending)), None)
            join, source = ready or pending[0]
            copy = Value(f"{join.source.name}_copy", tile_type(join.source), at.span)
            moves.append(Op("move", ((source,),), {}, (copy,), at.span))
            if ready:
                pending.remove(ready)
                new[join.index] = copy
            else:
                pending = [(other, copy if value is source else value) for other, value in pending]
        return moves, new

    def _overwrites(self, join: Join, pending: list[tuple[Join, Value]]) -> bool:
        """Whether the buffer that a clash is copied to is still the source of a copy; a temporary is in none."""
        sets = self.buffers.sets
        target = sets.find(join.target)
        return any(value is other.source and sets.find(value) is target for other, value in pending)


def _handing_over(statement: Statement, new: dict[int, Value]) -> Statement:
    """The statement with other values in the places that joins count."""
    if not new:
        return statement
    match statement:
        case For():
            return replace(statement, initial=_with(statement.initial, new))
        case Yield():
            return replace(statement, values=_with(statement.values, new))
        case Op():
            groups = tuple((new[i],) if i in new else group for i, group in enumerate(statement.operands))
            return replace(statement, operands=groups)
        case If() | Call() | Return():
            raise InternalError("nothing is copied at an `if`, a call or a return")
        case _:
            assert_never(statement)


def _with(operands: tuple[Operand, ...], new: dict[int, Value]) -> tuple[Operand, ...]:
    return tuple(new.get(index, operand) for index, operand in enumerate(operands))


def old_value_alive(join: Join, buffers: Buffers) -> Diagnostic:
    """The mistake of a clash in a memory without copies: which value is overwritten, and which use still needs it."""
    point = _first_common(buffers, join)
    old = next((value for value in _members(buffers, join) if _is_live_before(buffers, value, point)), join.source)
    type_ = tile_type(join.target)
    assert type_.memory is not None
    notes = [Note(f"`{old.name}` is made here", old.span)]
    use = _later_use(buffers, old, point)
    if use is not None:
        notes.append(Note(f"and still read here as `{old.name}`", use.span))
    return OldValueAlive(join.at.span, notes, name=join.target.name, old=old.name, memory=type_.memory.label)


def _members(buffers: Buffers, join: Join) -> list[Value]:
    sets = buffers.sets
    leaders = {sets.find(join.source), sets.find(join.target)}
    return [value for leader in leaders for value in sets.members(leader)]


def _first_common(buffers: Buffers, join: Join) -> int:
    """The first point at which the buffers of a join are both live."""
    first, second = (buffers.ranges[buffers.sets.find(value)] for value in (join.source, join.target))
    starts = [max(a[0], b[0]) for a in first for b in second if a[0] <= b[1] and b[0] <= a[1]]
    return min(starts, default=buffers.live.points[join.at])


def _is_live_before(buffers: Buffers, value: Value, point: int) -> bool:
    return any(start < point <= end for start, end in buffers.live.of.get(value, ()))


def _later_use(buffers: Buffers, value: Value, point: int) -> Statement | None:
    """The next statement that reads a value, in a loop that goes round perhaps an earlier one."""
    uses = [p for p, statement in enumerate(buffers.live.statements) if value in operands_of(statement)]
    later = [p for p in uses if 2 * p > point] or uses
    return buffers.live.statements[later[0]] if later else None
