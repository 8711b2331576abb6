"""Random well-formed programs: every op of the table, every kind of operand and attribute, nested control flow.

Statements obey the typing rules of their rows. `fill` decides how far the types of tiles are filled, by stage.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from hypothesis import strategies as st

from ptodsl.ir.dtypes import BOOL, DTYPES, FP16, FP32, INDEX, INT32, DType
from ptodsl.ir.hardware import Core, Layout, Memory
from ptodsl.ir.literals import rounded
from ptodsl.ir.nodes import (
    AttributeValue,
    Block,
    Call,
    Direction,
    For,
    Function,
    FunctionKind,
    If,
    Literal,
    Op,
    Operand,
    Parameter,
    Program,
    Return,
    Statement,
    Value,
    Yield,
)
from ptodsl.ir.span import Span
from ptodsl.ir.types import ScalarType, TensorType, TileType, Type
from ptodsl.ops.row import Arity, AttributeKind, AttributeRow, Family, OperandKind, OperandRow, OpRow, Syntax
from ptodsl.ops.site import Refused, Site
from ptodsl.ops.table import ROWS

HERE = Span("<random>", 1, 0, 1, 1)
NAMES = ("", "x", "x", "x_1", "0", "acc", "größe", "a b", "t.0", "for", "nan", "_")
SHAPES = ((16, 64), (64, 16), (16, 16), (16, 1), (1, 64), (64, 64))
TILE_DTYPES = (FP32, FP32, FP16, INT32)
SPECIAL = (0.0, -0.0, math.inf, -math.inf, math.nan, -math.nan, 5e-324, 1e-45, 6e-8, 0.1, 1e30, 65504.0, 1.0, -2.5)
WHOLES = (0, 1, -1, 7, 127, -128, 2**31 - 1, -(2**63), 2**63 - 1, 2**64 - 1)

Fill = Callable[[Random, TileType], TileType]


def unfilled(_: Random, type_: TileType) -> TileType:
    """As the frontend leaves it."""
    return type_


def filled(random: Random, type_: TileType) -> TileType:
    """As any later stage may leave it; the fields are random, so they are not legal on any machine."""
    stage = random.randrange(4)
    type_ = replace(type_, memory=random.choice(list(Memory))) if stage >= 1 else type_
    if stage >= 2:
        rows, columns = (extent + random.choice((0, 0, 3, 16)) for extent in type_.shape)
        type_ = replace(type_, physical=(rows, columns), layout=random.choice(list(Layout)))
    return type_.at(random.choice((0, 32, 4096, 2**40))) if stage == 3 else type_


def random_literal(random: Random, dtype: DType) -> Literal:
    """A literal that the dtype holds exactly, corner cases among them."""
    if dtype is BOOL:
        return Literal(random.random() < 0.5, dtype, HERE)
    if dtype.is_float:
        return Literal(rounded(random.choice((*SPECIAL, random.uniform(-9, 9))), dtype), dtype, HERE)
    low, high = dtype.range
    return Literal(min(max(random.choice((*WHOLES, random.randint(low, high))), low), high), dtype, HERE)


@dataclass
class RandomFunction:
    """Makes the statements of one function, each from values that reach it."""

    random: Random
    fill: Fill
    kind: FunctionKind
    kernels: Sequence[Function] = ()
    visible: list[Value] = field(default_factory=list[Value])

    def value(self, type_: Type) -> Value:
        """A new value, not yet visible."""
        return Value(self.random.choice(NAMES), type_, HERE)

    def function(self, name: str, size: int) -> Function:
        """A function of about `size` statements."""
        shapes = (*SHAPES, (512,), (2, 3, 4, 16, 64))
        tensors = [TensorType(self.random.choice(shapes), self.random.choice(TILE_DTYPES)) for _ in range(3)]
        tensors += [TensorType((64, 64), FP32), TensorType((16, 64), FP32)]
        types: list[Type] = [*tensors, *(ScalarType(self.random.choice(list(DTYPES.values()))) for _ in range(3))]
        parameters = [Parameter(self.value(type_), self._direction(type_)) for type_ in types]
        self.visible += [parameter.value for parameter in parameters]
        handles = [value for value in self.visible if isinstance(value.type, TensorType)]
        returned = tuple(self.random.sample(handles, self.random.randrange(3)))
        statements = [*self.statements(size, 0), Return(returned, HERE)]
        results = tuple(value.type for value in returned)
        core = self.random.choice((None, *Core)) if self.kind is FunctionKind.KERNEL else None
        return Function(name, self.kind, tuple(parameters), results, Block(tuple(statements)), HERE, core)

    def _direction(self, type_: Type) -> Direction:
        return self.random.choice(list(Direction)) if isinstance(type_, TensorType) else Direction.IN

    def statements(self, size: int, depth: int) -> list[Statement]:
        """Statements in order, what they define visible to the next."""
        made: list[Statement] = []
        for _ in range(size):
            roll = self.random.random()
            if roll < 0.1 and depth < 4:
                made.append(self.branch(min(size // 3, 6), depth))
            elif roll < 0.2 and depth < 4:
                made.append(self.loop(min(size // 3, 6), depth))
            elif roll < 0.3 and self.kernels:
                made += self.call(self.random.choice(self.kernels))
            elif (op := self.op(self.random.choice(self.rows()))) is not None:
                made.append(op)
        return made

    def rows(self) -> list[OpRow]:
        """The rows that the kind of function may have."""
        kernel = self.kind is FunctionKind.KERNEL
        return [row for row in ROWS.values() if row.family is Family.SCALAR or (row.family is Family.TENSOR) != kernel]

    def call(self, callee: Function) -> list[Statement]:
        """A call with an argument of each parameter's type, fresh tensors where there is none."""
        made: list[Statement] = []
        for type_ in [parameter.value.type for parameter in callee.parameters]:
            if isinstance(type_, TensorType) and all(value.type != type_ for value in self.visible):
                attributes: dict[str, AttributeValue] = {"shape": type_.shape, "dtype": type_.dtype}
                created = self.typed(ROWS["create_tensor"], (), attributes)
                made += [] if created is None else [created]
        arguments = tuple(self.operand_of(parameter.value.type) for parameter in callee.parameters)
        return [*made, Call(callee.name, arguments, HERE)]

    def operand_of(self, type_: Type) -> Operand:
        """A visible value of a type; a literal of a scalar type where there is none."""
        fitting = [value for value in self.visible if value.type == type_]
        if not fitting and isinstance(type_, ScalarType):
            return random_literal(self.random, type_.dtype)
        return self.random.choice(fitting)

    def condition(self) -> Operand:
        """A BOOL."""
        return self.operand_of(ScalarType(BOOL))

    def inside(self, size: int, depth: int, yielded: Sequence[Type], *new: Value) -> Block:
        """A block that sees `new` and yields values of the types, from inside where there are any."""
        outside = list(self.visible)
        self.visible += new
        statements = self.statements(size, depth + 1)
        values = tuple(self.random.choice([v for v in self.visible if v.type == type_]) for type_ in yielded)
        self.visible = outside
        return Block((*statements, Yield(values, HERE)))

    def some(self) -> list[Value]:
        """Up to two visible values."""
        return self.random.sample(self.visible, self.random.randrange(3))

    def branch(self, size: int, depth: int) -> If:
        """An `if` with or without results; without, the else is often empty."""
        types = [value.type for value in self.some()]
        condition = self.condition()
        then = self.inside(size, depth, types)
        orelse = self.inside(self.random.choice((0, size)), depth, types)
        results = tuple(map(self.value, types))
        self.visible += results
        return If(condition, then, orelse, results, HERE)

    def loop(self, size: int, depth: int) -> For:
        """A loop with or without carried values."""
        initial = self.some()
        start, stop = (self.operand_of(ScalarType(INDEX)) for _ in range(2))
        step = Literal(self.random.choice((1, 16, -1, 2**40)), INDEX, HERE)
        index, carried = self.value(ScalarType(INDEX)), tuple(self.value(value.type) for value in initial)
        body = self.inside(size, depth, [value.type for value in initial], index, *carried)
        results = tuple(self.value(value.type) for value in initial)
        self.visible += results
        return For(index, start, stop, step, carried, tuple(initial), body, results, HERE)

    def op(self, row: OpRow) -> Op | None:
        """A statement of a row; None where no operands at hand satisfy its rule."""
        for _ in range(20):
            groups: list[tuple[Operand, ...]] = []
            for operand in row.operands:
                groups.append(self.group(operand, groups))
            if any(
                len(group) != 1
                for operand, group in zip(row.operands, groups, strict=True)
                if operand.arity is Arity.ONE
            ):
                return None
            attributes = {a.name: v for a in row.attributes if (v := self.attribute(a, groups)) is not None}
            kept = {name: value for name, value in attributes.items() if value != row.attribute(name).default}
            turned_on_itself = "target" in kept and kept["source"] == kept["target"]
            if not turned_on_itself and (op := self.typed(row, tuple(groups), kept)) is not None:
                return op
        return None

    def typed(
        self, row: OpRow, groups: tuple[tuple[Operand, ...], ...], attributes: dict[str, AttributeValue]
    ) -> Op | None:
        """The statement with the types that its rule gives; None where the rule refuses."""
        if row.infer is None:
            return Op(row.name, groups, attributes, (), HERE)
        try:
            type_ = row.infer(Site(row, groups, attributes, HERE))
        except (Refused, KeyError):
            return None
        if not row.has_result:
            return Op(row.name, groups, attributes, (), HERE)
        result = self.value(self.fill(self.random, type_) if isinstance(type_, TileType) else type_)
        self.visible.append(result)
        return Op(row.name, groups, attributes, (result,), HERE)

    def group(self, row: OperandRow, before: Sequence[tuple[Operand, ...]]) -> tuple[Operand, ...]:
        """Operands for one group."""
        match row.syntax:
            case Syntax.BRACKETS:
                rank = 2
                if before and before[-1] and isinstance(before[-1][0], Value):
                    type_ = before[-1][0].type
                    rank = len(type_.shape) if isinstance(type_, TensorType | TileType) else 2
                return tuple(self.extent(0) for _ in range(rank))
            case Syntax.VALID:
                return tuple(self.extent(1) for _ in range(self.random.choice((0, 2))))
            case Syntax.PLAIN:
                return self.plain(row)

    def extent(self, least: int) -> Operand:
        """A small literal or a run-time INDEX."""
        indices = [value for value in self.visible if value.type == ScalarType(INDEX)]
        if indices and self.random.random() < 0.5:
            return self.random.choice(indices)
        return Literal(self.random.choice((least, 1, 8)), INDEX, HERE)

    def plain(self, row: OperandRow) -> tuple[Operand, ...]:
        """An operand that stands by itself; none for an optional one, half of the time."""
        if row.arity is Arity.OPTIONAL and self.random.random() < 0.5:
            return ()
        kinds = {OperandKind.TILE: TileType, OperandKind.TENSOR: TensorType, OperandKind.SCALAR: ScalarType}
        fitting: list[Operand] = [value for value in self.visible if isinstance(value.type, kinds[row.kind])]
        if row.kind is OperandKind.SCALAR and self.random.random() < 0.5:
            return (random_literal(self.random, self.random.choice(list(DTYPES.values()))),)
        return (self.random.choice(fitting),) if fitting else ()

    def attribute(self, row: AttributeRow, groups: Sequence[tuple[Operand, ...]]) -> AttributeValue | None:
        """A value of the attribute's kind; None to leave it out."""
        if not row.required and self.random.random() < 0.5:
            return None
        match row.kind:
            case AttributeKind.SHAPE:
                return self.shape(groups)
            case AttributeKind.DTYPE:
                return self.random.choice(TILE_DTYPES)
            case AttributeKind.WORD:
                return self.random.choice(row.words)
            case AttributeKind.FLAG:
                return self.random.random() < 0.5
            case AttributeKind.INT:
                return self.random.randrange(8) if row.name != "axis" else 0
            case AttributeKind.NUMBER:
                return (
                    self.random.choice((3, *SPECIAL)) if self.random.random() < 0.5 else self.random.choice(row.words)
                )

    def shape(self, groups: Sequence[tuple[Operand, ...]]) -> tuple[int, ...]:
        """Sizes of a window, whose rank the offsets tell, a shape of as many elements as the tile, or any."""
        rows, columns = self.random.choice(SHAPES)
        match groups:
            case [*_, [Value(type=TensorType() | TileType())], [*offsets]] | [
                _,
                [Value(type=TensorType())],
                [*offsets],
            ]:
                return (1,) * (len(offsets) - 2) + (rows, columns) if len(offsets) > 1 else (columns,)
            case [[Value(type=TileType(shape=(height, width)))]]:
                return self.random.choice(((width, height), (height, width), (1, height * width)))
            case _:
                return rows, columns


def random_program(seed: int, size: int = 12, fill: Fill = unfilled) -> Program:
    """Two kernels and an orchestration; the same for the same arguments."""
    random = Random(seed)
    kernels = tuple(
        RandomFunction(random, fill, FunctionKind.KERNEL).function(name, size) for name in ("first", "second")
    )
    entry = RandomFunction(random, fill, FunctionKind.ORCHESTRATION, kernels).function("main", size)
    return Program("Random", (*kernels, entry), HERE)


def programs(fill: Fill = unfilled) -> st.SearchStrategy[Program]:
    """Programs for property tests; smaller ones first."""
    return st.builds(random_program, st.integers(0, 2**32 - 1), st.integers(0, 24), st.just(fill))
