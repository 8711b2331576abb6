"""Which C++ variable holds each value of a kernel.

Values that a branch, a loop or a tied result makes one share a variable. A tile that is one of several views of some
bytes has a variable of its own, assigned to the same address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ptodsl.codegen.names import Scope
from ptodsl.codegen.tile_types import TileSpelling
from ptodsl.ir.nodes import For, Function, If, Op, Operand, Value, Yield
from ptodsl.ir.rewrite import values_of, walk
from ptodsl.ir.span import Span
from ptodsl.ir.types import Extent, ScalarType, TensorType, TileType
from ptodsl.ops.table import row_of

PADS = {"zero": "Zero", "min": "Min", "max": "Max"}


@dataclass(frozen=True)
class TileVariable:
    """A declared tile: its name, its type, the byte offset it is assigned to, where it is first made."""

    name: str
    spelling: TileSpelling
    offset: int
    span: Span


class Variables:
    """The variables of one function, by value; `joined` are pairs of values that one variable holds."""

    def __init__(self, function: Function, scope: Scope, joined: Iterable[tuple[Value, Value]]) -> None:
        self._groups = Groups()
        for left, right in joined:
            self._groups.join(left, right)
        self._members: dict[Value, list[Value]] = {}
        for value in values_of(function):
            self._members.setdefault(self._groups.root(value), []).append(value)
        origins = _origins(function)
        self._names = {root: scope.name(_named(group, origins)) for root, group in self._members.items()}

    def name(self, value: Value) -> str:
        """The variable of a value."""
        return self._names[self._groups.root(value)]

    def same(self, left: Operand, right: Operand) -> bool:
        """Whether two operands are one variable."""
        return (
            isinstance(left, Value) and isinstance(right, Value) and self._groups.root(left) is self._groups.root(right)
        )


class KernelVariables(Variables):
    """The variables of a kernel: tiles are declared once, tensors are its parameters."""

    def __init__(self, function: Function, scope: Scope) -> None:
        super().__init__(function, scope, _same_in_kernel(function))
        self._scope = scope
        self._overlays: dict[tuple[str, int], TileVariable] = {}
        self._pads: dict[Value, str] = {}
        for statement in walk(function.body):
            if isinstance(statement, Op) and statement.name == "fillpad":
                self._pads[statement.result] = PADS[str(statement.attributes.get("pad", "zero"))]
        self._tiles = {
            root: self._tile_variable(root, group)
            for root, group in self._members.items()
            if isinstance(root.type, TileType)
        }

    def _tile_variable(self, root: Value, group: list[Value]) -> TileVariable:
        types = [value.type for value in group if isinstance(value.type, TileType)]
        valid = (_merged([type_.valid[0] for type_ in types]), _merged([type_.valid[1] for type_ in types]))
        pad = next((self._pads[value] for value in group if value in self._pads), "")
        first = types[0]
        assert first.offset is not None
        return TileVariable(self._names[root], TileSpelling(first, valid, pad), first.offset, root.span)

    def tile(self, value: Value) -> TileVariable:
        """The variable of a tile."""
        return self._tiles[self._groups.root(value)]

    def with_rows(self, value: Value, rows: int) -> str:
        """A tile's variable, or one over the same bytes that has so many physical rows; only valid ones are touched."""
        tile = self.tile(value)
        type_ = tile.spelling.type
        assert type_.physical is not None
        if type_.physical[0] == rows:
            return tile.name
        key = (tile.name, rows)
        if key not in self._overlays:
            spelling = replace(tile.spelling, type=replace(type_, physical=(rows, type_.physical[1])))
            self._overlays[key] = replace(tile, name=self._scope.name(f"{tile.name}_rows"), spelling=spelling)
        return self._overlays[key].name

    def tiles(self) -> tuple[TileVariable, ...]:
        """Every tile variable, in order of first definition."""
        return (*self._tiles.values(), *self._overlays.values())

    def handle(self, value: Value) -> Value:
        """The parameter that a tensor handle stands for."""
        return self._groups.root(value)


def _named(group: list[Value], origins: Mapping[Value, str]) -> str:
    """The first name that the user gave one of these values; `t_exp` for the unnamed result of an `exp`."""
    given = next((value.name for value in group if value.name and not value.name.isdigit()), None)
    return given or f"t_{origins.get(group[0], 'value')}"


def _origins(function: Function) -> dict[Value, str]:
    """The op that defines each value, by the last word of its name."""
    return {
        result: statement.name.rpartition(".")[2]
        for statement in walk(function.body)
        if isinstance(statement, Op)
        for result in statement.results
    }


def loop_variables(function: Function) -> Iterator[tuple[Value, Value]]:
    """What a loop carries is its result too."""
    for statement in walk(function.body):
        if isinstance(statement, For):
            yield from zip(statement.carried, statement.results, strict=True)


def _merged(extents: list[Extent]) -> Extent:
    """One extent for all members; run time's where they differ."""
    return extents[0] if all(extent == extents[0] for extent in extents) else None


def _same_in_kernel(function: Function) -> Iterator[tuple[Value, Value]]:
    """Pairs of values that one variable holds, the earlier definition first."""
    yield from loop_variables(function)
    for statement in walk(function.body):
        match statement:
            case Op():
                tied = row_of(statement).tied
                if tied:
                    yield _value(statement.operands[row_of(statement).operand_index(tied)][0]), statement.result
            case If():
                for block in (statement.then, statement.orelse):
                    yield from _yielded(block.statements[-1], statement.results)
            case For():
                for initial, carried in zip(statement.initial, statement.carried, strict=True):
                    if not isinstance(carried.type, ScalarType):
                        yield _value(initial), carried
                yield from _yielded(statement.body.statements[-1], statement.carried)
            case _:
                pass


def _yielded(last: object, targets: tuple[Value, ...]) -> Iterator[tuple[Value, Value]]:
    """Tiles and tensors leave a block in the variable that takes them; scalars are assigned."""
    assert isinstance(last, Yield)
    for operand, target in zip(last.values, targets, strict=True):
        if isinstance(target.type, (TileType, TensorType)):
            yield _value(operand), target


def _value(operand: Operand) -> Value:
    assert isinstance(operand, Value)
    return operand


class Groups:
    """Union-find; the root of a group is its member defined first."""

    def __init__(self) -> None:
        self._parent: dict[Value, Value] = {}

    def root(self, value: Value) -> Value:
        """The representative of a value's group."""
        while (parent := self._parent.get(value, value)) is not value:
            self._parent[value] = self._parent.get(parent, parent)
            value = parent
        return value

    def join(self, earlier: Value, later: Value) -> None:
        """Puts two values into one group."""
        self._parent[self.root(later)] = self.root(earlier)
