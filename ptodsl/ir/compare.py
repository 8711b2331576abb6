"""Whether two programs are the same up to the names of their values, and where they first differ.

Spans take no part, nor does whether a direction was written down: both say where a fact came from, not what it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from ptodsl.ir.nodes import (
    AttributeValue,
    Block,
    Call,
    For,
    Function,
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
from ptodsl.ir.rewrite import operands_of


def equal(first: Program, second: Program) -> bool:
    """Whether two programs are the same up to renaming."""
    return difference(first, second) is None


def difference(first: Program, second: Program) -> str | None:
    """The first place where two programs differ, and how; None where they are the same up to renaming.

    The place is a path: function, then the number of the statement in each block, from 0.
    """
    if first.name != second.name:
        return f"program: name {first.name} and {second.name}"
    names = [function.name for function in first.functions], [function.name for function in second.functions]
    if names[0] != names[1]:
        return f"program: functions {names[0]} and {names[1]}"
    pairs = zip(first.functions, second.functions, strict=True)
    return next((found for pair in pairs for found in _Pair(*pair).all()), None)


class _Pair:
    """Two functions side by side; values correspond by where they are defined."""

    def __init__(self, first: Function, second: Function) -> None:
        self._first = first
        self._second = second
        self._partner: dict[Value, Value] = {}

    def all(self) -> Iterator[str]:
        """Every difference, in order; what follows one may follow from it."""
        first, second = self._first, self._second
        path = f"@{first.name}"
        yield from _unequal(path, "kind", first.kind.value, second.kind.value)
        yield from _unequal(path, "core", first.core, second.core)
        yield from _unequal(path, "results", _texts(first.results), _texts(second.results))
        yield from _unequal(path, "directions", _directions(first), _directions(second))
        yield from self._define(f"{path} parameters", _values(first.parameters), _values(second.parameters))
        yield from self._block(path, first.body, second.body)

    def _define(self, path: str, first: Sequence[Value], second: Sequence[Value]) -> Iterator[str]:
        yield from _unequal(path, "types", _texts(v.type for v in first), _texts(v.type for v in second))
        self._partner.update(zip(first, second, strict=False))

    def _block(self, path: str, first: Block, second: Block) -> Iterator[str]:
        for number, (a, b) in enumerate(zip_longest(first.statements, second.statements)):
            here = f"{path}/{number}"
            if a is None or b is None:
                missing = "first" if a is None else "second"
                yield f"{here}: the {missing} has no more statements"
                return
            yield from self._statement(here, a, b)

    def _statement(self, path: str, first: Statement, second: Statement) -> Iterator[str]:
        yield from _unequal(path, "statement", _kind(first), _kind(second))
        match (first, second):
            case (Op(), Op()):
                yield from self._operands(path, first, second)
                yield from _unequal(path, "groups", _sizes(first), _sizes(second))
                yield from _unequal(path, "attributes", _attributes(first), _attributes(second))
                yield from self._define(f"{path} results", first.results, second.results)
            case (If(), If()):
                yield from self._operands(path, first, second)
                yield from self._block(f"{path}/then", first.then, second.then)
                yield from self._block(f"{path}/else", first.orelse, second.orelse)
                yield from self._define(f"{path} results", first.results, second.results)
            case (For(), For()):
                yield from self._operands(path, first, second)
                yield from self._define(f"{path} index", (first.index,), (second.index,))
                yield from self._define(f"{path} carried", first.carried, second.carried)
                yield from self._block(f"{path}/body", first.body, second.body)
                yield from self._define(f"{path} results", first.results, second.results)
            case (Call() | Yield() | Return(), _):
                yield from self._operands(path, first, second)
            case _:
                return

    def _operands(self, path: str, first: Statement, second: Statement) -> Iterator[str]:
        pairs = enumerate(zip_longest(operands_of(first), operands_of(second)))
        for index, (a, b) in pairs:
            if a is None or b is None or not self._same(a, b):
                yield f"{path}: operand {index} is {_operand(a)} and {_operand(b)}"

    def _same(self, first: Operand, second: Operand) -> bool:
        match (first, second):
            case (Value(), Value()):
                return self._partner.get(first) is second
            case (Literal(), Literal()):
                return first.dtype is second.dtype and _bits(first.value) == _bits(second.value)
            case _:
                return False


def _unequal(path: str, what: str, first: object, second: object) -> Iterator[str]:
    if first != second:
        yield f"{path}: {what} {first} and {second}"


def _kind(statement: Statement) -> str:
    match statement:
        case Op():
            return statement.name
        case Call():
            return f"call @{statement.callee}"
        case _:
            return type(statement).__name__.lower()


def _values(parameters: Sequence[Parameter]) -> list[Value]:
    return [parameter.value for parameter in parameters]


def _directions(function: Function) -> list[str]:
    return [parameter.direction.value for parameter in function.parameters]


def _texts(items: Iterable[object]) -> list[str]:
    return [str(item) for item in items]


def _sizes(op: Op) -> list[int]:
    return [len(group) for group in op.operands]


def _attributes(op: Op) -> dict[str, tuple[str, AttributeValue | tuple[float, float]]]:
    """Attributes with their kind, so that `true` is not 1, floats by their bits."""
    return {
        name: (type(value).__name__, _bits(value) if isinstance(value, float) else value)
        for name, value in op.attributes.items()
    }


def _bits(value: float) -> tuple[float, float]:
    """A number as its magnitude and sign: -0.0 is not 0.0, and NaN is itself."""
    number = float(value) if not isinstance(value, int) else value
    sign = math.copysign(1.0, number)
    return (-1.0, sign) if math.isnan(number) else (abs(number), sign)


def _operand(operand: Operand | None) -> str:
    match operand:
        case None:
            return "missing"
        case Value():
            return f"%{operand.name}"
        case Literal():
            return f"{operand.value}:{operand.dtype.name}"
