"""When each value of a function is live, over all paths, as ranges on one line of points.

Statement number p reads at point 2p and writes at 2p + 1. A loop reads its initial values at its head and its yielded
ones at its end, and writes what it carries at its head, its results at its end; a value from outside that its body
reads is live from head to end. A branch of an `if` lies before the other on the line, so the ranges of a value that
both or one of them read may have gaps. Parameters are written at ENTRY.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from typing_extensions import assert_never

from ptodsl.ir.nodes import Block, Call, For, Function, If, Op, Operand, Return, Statement, Value, Yield
from ptodsl.ir.rewrite import operands_of

Range = tuple[int, int]
"""First and last point, both included."""

ENTRY = -1
"""The point before the first statement."""


def merged(ranges: Iterable[Range]) -> list[Range]:
    """Ranges in order, those that touch or overlap made one."""
    result: list[Range] = []
    for start, end in sorted(ranges):
        if result and start <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def united(first: list[Range], second: list[Range]) -> list[Range]:
    """Two merged lists as one: the longer of the two, changed, so that many joins cost no more than their lists."""
    many, few = (first, second) if len(first) >= len(second) else (second, first)
    for start, end in few:
        begin = stop = _first_after(many, start - 1)
        while stop < len(many) and many[stop][0] <= end + 1:
            stop += 1
        met = [(start, end), *many[begin:stop]]
        many[begin:stop] = [(min(first for first, _ in met), max(last for _, last in met))]
    return many


def intersect(first: list[Range], second: list[Range]) -> bool:
    """Whether two merged lists have a point in common."""
    many, few = (first, second) if len(first) >= len(second) else (second, first)
    for start, end in few:
        index = _first_after(many, start)
        if index < len(many) and many[index][0] <= end:
            return True
    return False


def _first_after(ranges: list[Range], point: int) -> int:
    """The index of the first range that does not end before a point."""
    index = bisect_left(ranges, (point, point))
    return index - 1 if index and ranges[index - 1][1] >= point else index


@dataclass
class LiveRanges:
    """The live ranges of the values of one function."""

    of: dict[Value, list[Range]]
    points: dict[Statement, int]
    """The point at which each statement reads."""
    statements: list[Statement]
    """Statement p of the line; the end of a loop or branch is its last Yield once more."""

    def at(self, point: int) -> Statement:
        """The statement that reads or writes at a point."""
        return self.statements[point // 2]

    def last_use(self, value: Value) -> Statement:
        """The statement behind which, in the text, a value is not needed: its last reader, else its definition."""
        return self.at(self.of[value][-1][1])


LateRead = Callable[[Op, int, Value], bool]
"""Whether operand group number i of an op must stay intact while the op writes."""


def _never(_op: Op, _index: int, _operand: Value) -> bool:
    return False


def live_ranges(function: Function, late: LateRead = _never) -> LiveRanges:
    """The live ranges of a function's values; `late` tells which operands may not share bytes with the result."""
    numbering = _Numbering()
    numbering.block(function.body)
    walk = _Walk(numbering, late)
    walk.function(function)
    ranges = {value: merged(found) for value, found in walk.ranges.items()}
    return LiveRanges(ranges, numbering.points, numbering.statements)


@dataclass
class _Numbering:
    """Gives every statement its point."""

    points: dict[Statement, int] = field(default_factory=dict[Statement, int])
    ends: dict[Statement, int] = field(default_factory=dict[Statement, int])
    """The point at which a loop reads what it yields, and a branch ends."""
    statements: list[Statement] = field(default_factory=list[Statement])

    def block(self, block: Block) -> None:
        for statement in block.statements:
            self.points[statement] = self._next(statement)
            match statement:
                case For():
                    self.block(statement.body)
                    self.ends[statement] = self._next(statement.body.statements[-1])
                case If():
                    self.block(statement.then)
                    self.block(statement.orelse)
                    self.ends[statement] = self._next(statement.orelse.statements[-1])
                case Op() | Call() | Yield() | Return():
                    pass
                case _:
                    assert_never(statement)

    def _next(self, statement: Statement) -> int:
        self.statements.append(statement)
        return 2 * (len(self.statements) - 1)


@dataclass
class _Walk:
    """Goes from the last statement to the first; `_open` holds what is live, with the last point that reads it."""

    numbering: _Numbering
    late: LateRead
    ranges: dict[Value, list[Range]] = field(default_factory=dict[Value, "list[Range]"])
    _open: dict[Value, int] = field(default_factory=dict[Value, int])
    _opened: list[Value] = field(default_factory=list[Value])
    """The values that the block being walked has made live."""

    def function(self, function: Function) -> None:
        self.block(function.body)
        self._write_all((parameter.value for parameter in function.parameters), ENTRY)

    def block(self, block: Block) -> None:
        for statement in reversed(block.statements):
            match statement:
                case Op():
                    self._op(statement)
                case If():
                    self._branch(statement)
                case For():
                    self._loop(statement)
                case Yield() | Return() | Call():
                    self._read_all(operands_of(statement), self.numbering.points[statement])
                case _:
                    assert_never(statement)

    def _op(self, op: Op) -> None:
        point = self.numbering.points[op]
        self._write_all(op.results, point + 1)
        for index, group in enumerate(op.operands):
            for operand in group:
                if isinstance(operand, Value):
                    self._read(operand, point + self.late(op, index, operand))

    def _branch(self, branch: If) -> None:
        self._write_all(branch.results, self.numbering.ends[branch] + 1)
        entered: list[Value] = []
        for block in (branch.orelse, branch.then):
            start = self.numbering.points[block.statements[0]]
            for value in self._inside(block):
                self._close(value, start)
                entered.append(value)
        self._read_all((*entered, branch.condition), self.numbering.points[branch])

    def _loop(self, loop: For) -> None:
        head, end = self.numbering.points[loop], self.numbering.ends[loop]
        self._write_all(loop.results, end + 1)
        last = loop.body.statements[-1]
        inside = self._inside(loop.body, also=operands_of(last), at=end)
        self._write_all((loop.index, *loop.carried), head + 1)
        for value in inside:
            if value in self._open:
                self._open[value] = end
                self._opened.append(value)
        self._read_all(operands_of(loop), head)

    def _inside(self, block: Block, also: Iterable[Operand] = (), at: int = 0) -> list[Value]:
        """Walks a block; gives the values that are live at its start and were not at its end."""
        outer, self._opened = self._opened, []
        self._read_all(also, at)
        self.block(block)
        entered, self._opened = self._opened, outer
        return [value for value in dict.fromkeys(entered) if value in self._open]

    def _read_all(self, operands: Iterable[Operand], point: int) -> None:
        for operand in operands:
            if isinstance(operand, Value):
                self._read(operand, point)

    def _read(self, value: Value, point: int) -> None:
        if value not in self._open:
            self._open[value] = point
            self._opened.append(value)
        elif self._open[value] < point:
            self._open[value] = point

    def _write_all(self, values: Iterable[Value], point: int) -> None:
        for value in values:
            self._open.setdefault(value, point)
            self._close(value, point)

    def _close(self, value: Value, start: int) -> None:
        self.ranges.setdefault(value, []).append((start, self._open.pop(value)))
