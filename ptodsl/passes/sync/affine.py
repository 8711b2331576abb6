"""Scalars as linear forms of loop indices and of scalars that nothing is known of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ptodsl.ir.dtypes import DType
from ptodsl.ir.nodes import Block, For, Function, Literal, Op, Operand, Value
from ptodsl.ir.rewrite import blocks_of, results_of
from ptodsl.ir.types import ScalarType


@dataclass(frozen=True)
class Affine:
    """`constant` plus the sum of coefficient x value over `terms`; no coefficient is 0."""

    constant: int
    terms: frozenset[tuple[Value, int]] = frozenset()

    @property
    def values(self) -> Iterator[Value]:
        """The scalars that the form depends on."""
        return (value for value, _ in self.terms)

    def coefficient(self, value: Value) -> int:
        """How often a scalar occurs in the sum."""
        return next((coefficient for other, coefficient in self.terms if other is value), 0)

    def plus(self, other: Affine, factor: int = 1) -> Affine:
        """This form plus `factor` times another."""
        terms = dict(self.terms)
        for value, coefficient in other.terms:
            terms[value] = terms.get(value, 0) + factor * coefficient
        present = frozenset((value, coefficient) for value, coefficient in terms.items() if coefficient)
        return Affine(self.constant + factor * other.constant, present)

    def times(self, other: Affine) -> Affine | None:
        """The product with another form; None where neither is a constant."""
        if self.terms and other.terms:
            return None
        form, factor = (self, other.constant) if self.terms else (other, self.constant)
        return Affine(0).plus(form, factor)


def _add(left: Affine, right: Affine) -> Affine | None:
    return left.plus(right)


def _subtract(left: Affine, right: Affine) -> Affine | None:
    return left.plus(right, -1)


_BINARY: dict[str, Callable[[Affine, Affine], Affine | None]] = {
    "scalar.add": _add,
    "scalar.sub": _subtract,
    "scalar.mul": Affine.times,
}
_NEGATION = "scalar.neg"
_CAST = "scalar.cast"


@dataclass(frozen=True)
class Scalars:
    """What is known of every scalar of a function: its form, and the loops that it may change in."""

    forms: dict[Value, Affine] = field(default_factory=dict[Value, Affine])
    scopes: dict[Value, frozenset[For]] = field(default_factory=dict[Value, "frozenset[For]"])

    def form(self, operand: Operand) -> Affine:
        """The linear form of a scalar; the scalar itself where it has no other."""
        if isinstance(operand, Literal):
            return Affine(int(operand.value))
        return self.forms.get(operand) or Affine(0, frozenset({(operand, 1)}))

    def varies(self, value: Value, loop: For) -> bool:
        """Whether a value that occurs in a form may differ between iterations of a loop."""
        return loop in self.scopes.get(value, frozenset())


def scalars_of(function: Function) -> Scalars:
    """The linear forms of all integer scalars of a function."""
    scalars = Scalars()
    _enter(function.body, frozenset(), scalars)
    return scalars


def _enter(block: Block, loops: frozenset[For], scalars: Scalars) -> None:
    for statement in block.statements:
        for result in results_of(statement):
            scalars.scopes[result] = loops
        inside = loops
        if isinstance(statement, For):
            inside = loops | {statement}
            for value in (statement.index, *statement.carried):
                scalars.scopes[value] = inside
        if isinstance(statement, Op) and (form := _form(statement, scalars)) is not None:
            scalars.forms[statement.result] = form
        for inner in blocks_of(statement):
            _enter(inner, inside, scalars)


def _form(op: Op, scalars: Scalars) -> Affine | None:
    """The form of an op's result; None where it is not linear in its operands."""
    if not op.results or not _is_integer(op.result):
        return None
    forms = [scalars.form(operand) for group in op.operands for operand in group if _is_integer(operand)]
    if op.name in _BINARY and len(forms) == 2:
        return _BINARY[op.name](*forms)
    if op.name == _NEGATION:
        return Affine(0).plus(forms[0], -1)
    if op.name == _CAST and forms and _holds(op):
        return forms[0]
    return None


def _dtype(operand: Operand) -> DType | None:
    if isinstance(operand, Literal):
        return operand.dtype
    return operand.type.dtype if isinstance(operand.type, ScalarType) else None


def _is_integer(operand: Operand) -> bool:
    dtype = _dtype(operand)
    return dtype is not None and dtype.is_integer


def _holds(cast: Op) -> bool:
    """Whether a cast between integers keeps every value."""
    ((source,),) = cast.operands
    before, after = _dtype(source), _dtype(cast.result)
    if before is None or after is None:
        return False
    return after.range[0] <= before.range[0] and before.range[1] <= after.range[1]
