"""Which tiles of a kernel share bytes, and where a copy must stand because they cannot.

Views and tied results are on their source's bytes whatever happens. What enters a loop or leaves a branch shares the
bytes of what it becomes unless both would be live together; then it is copied at the edge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ptodsl.ir.liveness import LiveRanges, Range, intersect, live_ranges, united
from ptodsl.ir.nodes import Block, Function, Op, Statement, Value
from ptodsl.ir.rewrite import blocks_of, values_of, walk
from ptodsl.ir.tiles import is_tile, tile_type
from ptodsl.ops.table import row_of
from ptodsl.passes.disjoint import DisjointSets
from ptodsl.passes.joins import Join, JoinKind, joins
from ptodsl.passes.views import Views


@dataclass
class Buffers:
    """The tiles of one kernel, parted into buffers; each buffer is known by one of its tiles, its leader."""

    function: Function
    views: Views
    live: LiveRanges
    sets: DisjointSets
    ranges: dict[Value, list[Range]]
    """The live ranges of each buffer, by leader."""
    sizes: dict[Value, int]
    """The bytes of each buffer, by leader."""
    clashes: list[Join]
    """The joins whose two tiles are live together: each needs a copy."""

    @classmethod
    def of(cls, function: Function) -> Buffers:
        """The buffers of a kernel whose tiles have physical shapes."""
        views = Views.of(function)
        live = live_ranges(function, lambda op, index, value: not may_take_over(op, index, value, views))
        sets = DisjointSets()
        sets.add_all(value for value in values_of(function) if is_tile(value))
        ranges = {value: list(live.of.get(value, ())) for value in sets.leaders()}
        sizes = {value: views.offset[value] + tile_type(value).nbytes for value in ranges}
        buffers = cls(function, views, live, sets, ranges, sizes, [])
        buffers._join_all()
        return buffers

    def clash(self, join: Join) -> bool:
        """Whether two tiles cannot share bytes: they would not start at one byte, or are live together."""
        source, target = self.sets.find(join.source), self.sets.find(join.target)
        if join.kind is JoinKind.CARRY and self.views.offset[join.source] != self.views.offset[join.target]:
            return True
        return source is not target and intersect(self.ranges[source], self.ranges[target])

    def join(self, first: Value, second: Value) -> None:
        """One buffer out of two."""
        first, second = self.sets.find(first), self.sets.find(second)
        if first is not second:
            self.sets.join(first, second)
            self.ranges[first] = united(self.ranges[first], self.ranges.pop(second))
            self.sizes[first] = max(self.sizes[first], self.sizes.pop(second))

    def _join_all(self) -> None:
        found = list(joins(self.function.body))
        for join in found:
            if join.kind is JoinKind.VIEW:
                self.join(join.source, join.target)
        for join in found:
            if join.kind is JoinKind.EXIT:
                self.join(join.source, join.target)
        for join in found:
            if join.kind is JoinKind.TIED:
                self._join_unless_clash(join)
        depths = dict(statement_depths(self.function.body))
        carries = (join for join in found if join.kind is JoinKind.CARRY)
        for join in sorted(carries, key=lambda join: -depths[join.at]):
            self._join_unless_clash(join)
        self._take_over()

    def _join_unless_clash(self, join: Join) -> None:
        if self.clash(join):
            self.clashes.append(join)
        else:
            self.join(join.source, join.target)

    def _take_over(self) -> None:
        """Results take over the bytes of an operand that dies there, where the op works in place."""
        for op in walk(self.function.body):
            if not isinstance(op, Op):
                continue
            for index in _inplace(op):
                (operand,) = op.operands[index]
                if isinstance(operand, Value) and may_take_over(op, index, operand, self.views):
                    self._take_over_one(op, operand)

    def _take_over_one(self, op: Op, operand: Value) -> None:
        """The result on the operand's bytes; where that cannot be, the two overlap nowhere."""
        source, result = self.sets.find(operand), self.sets.find(op.result)
        if source is result:
            return
        if self.sizes[source] == self.sizes[result] and not intersect(self.ranges[source], self.ranges[result]):
            self.join(source, result)
        else:
            point = self.live.points[op]
            self.ranges[source] = united(self.ranges[source], [(point, point + 1)])


def _inplace(op: Op) -> list[int]:
    """The operand groups whose bytes the result of an op may take over, in the row's order."""
    row = row_of(op)
    return [row.operand_index(name) for name in row.inplace]


def may_take_over(op: Op, index: int, operand: Value, views: Views) -> bool:
    """Whether the result of an op may lie on an operand's bytes: it works in place, element on element."""
    row = row_of(op)
    name = row.operands[index].name
    if not op.results:
        return True
    if name in (row.view_of, row.tied):
        return True
    if name not in row.inplace:
        return False
    source, result = tile_type(operand), tile_type(op.result)
    same = (source.physical, source.layout, source.dtype.size) == (result.physical, result.layout, result.dtype.size)
    return same and views.offset[operand] == 0


def statement_depths(block: Block, depth: int = 0) -> Iterator[tuple[Statement, int]]:
    """Each statement of a block with the number of blocks around it."""
    for statement in block.statements:
        yield statement, depth
        for inner in blocks_of(statement):
            yield from statement_depths(inner, depth + 1)
