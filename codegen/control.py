"""Control flow and scalars as lines: what kernels and orchestrations share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from typing_extensions import assert_never

from ptodsl.codegen.lines import Line
from ptodsl.codegen.literals import literal
from ptodsl.codegen.names import Scope
from ptodsl.codegen.scalars import expression, helpers
from ptodsl.codegen.variables import Variables
from ptodsl.ir.dtypes import INDEX, DType
from ptodsl.ir.nodes import Block, Call, For, If, Literal, Op, Operand, Return, Statement, Value, Yield
from ptodsl.ir.span import Span
from ptodsl.ir.types import ErrorType, ScalarType
from ptodsl.ops.site import type_of


def dtype_of(operand: Operand) -> DType:
    """The dtype of an operand of checked IR."""
    type_ = type_of(operand)
    assert not isinstance(type_, ErrorType)
    return type_.dtype


_LONG_STEP = 1 << 31
"""Of a loop. With shorter ones an index that runs over has been counted for years; with longer ones it is at once."""


DIVISIONS = ("scalar.floordiv", "scalar.mod")

DIVISOR, STEP = "the divisor", "the step of a loop"
"""What must not be 0, in words."""


class StatementEmitter(ABC):
    """Yields the lines of a function's statements; subclasses know its ops and calls."""

    def __init__(self, scope: Scope, variables: Variables) -> None:
        self.scope = scope
        self.variables = variables
        self.helpers: set[str] = set()
        """Functions of the preamble that the lines call."""

    @abstractmethod
    def op(self, depth: int, op: Op) -> Iterator[Line]:
        """The lines of an op."""

    @abstractmethod
    def call(self, depth: int, call: Call) -> Iterator[Line]:
        """The lines of a call."""

    @abstractmethod
    def cpp_type(self, value: Value) -> str | None:
        """The C++ type of a variable that branches and loops assign to; None for a value that stays where it is."""

    @abstractmethod
    def check_not_zero(self, depth: int, what: str, operand: Operand, span: Span) -> Iterator[Line]:
        """The lines that tell where a number is 0 which must not be; none for one that is known."""

    def spell(self, operand: Operand) -> str:
        """An operand as C++ text."""
        return literal(operand) if isinstance(operand, Literal) else self.variables.name(operand)

    def block(self, depth: int, block: Block) -> Iterator[Line]:
        """The lines of a block; what it yields or returns is its holder's affair."""
        for statement in block.statements:
            yield from self._statement(depth, statement)

    def _statement(self, depth: int, statement: Statement) -> Iterator[Line]:
        match statement:
            case Op():
                yield from self.op(depth, statement)
            case Call():
                yield from self.call(depth, statement)
            case If():
                yield from self._if(depth, statement)
            case For():
                yield from self._for(depth, statement)
            case Return() | Yield():
                return
            case _:
                assert_never(statement)

    def scalar(self, depth: int, op: Op) -> Iterator[Line]:
        """A scalar op: a constant of its value; a divisor of integers is checked first."""
        type_ = op.result.type
        assert isinstance(type_, ScalarType)
        operands = [operand for group in op.operands for operand in group]
        dtypes = [dtype_of(operand) for operand in operands]
        if op.name in DIVISIONS and dtypes[1].is_integer:
            yield from self.check_not_zero(depth, DIVISOR, operands[1], op.span)
        self.helpers.update(helpers(op, dtypes))
        text = expression(op, [_atom(self.spell(operand)) for operand in operands], dtypes)
        arguments = {"type": f"const {type_.dtype.cpp}", "name": self.spell(op.result), "value": text}
        yield Line(depth, "define", arguments, op.span)

    def _if(self, depth: int, statement: If) -> Iterator[Line]:
        for result in statement.results:
            if (cpp := self.cpp_type(result)) is not None:
                yield Line(depth, "declare", {"type": cpp, "name": self.spell(result)}, statement.span)
        yield Line(depth, "if_", {"condition": self.spell(statement.condition)}, statement.span)
        yield from self.block(depth + 1, statement.then)
        yield from self._leave(depth + 1, statement.then, statement.results)
        orelse = [
            *self.block(depth + 1, statement.orelse),
            *self._leave(depth + 1, statement.orelse, statement.results),
        ]
        if orelse:
            yield Line(depth, "else_", {})
            yield from orelse
        yield Line(depth, "close", {})

    def _for(self, depth: int, statement: For) -> Iterator[Line]:
        yield from self.check_not_zero(depth, STEP, statement.step, statement.span)
        for carried, initial in zip(statement.carried, statement.initial, strict=True):
            if (cpp := self.cpp_type(carried)) is not None:
                arguments = {"type": cpp, "name": self.spell(carried), "value": self.spell(initial)}
                yield Line(depth, "define", arguments, statement.span)
        yield Line(depth, "for_", self._loop_header(statement), statement.span)
        yield from self.block(depth + 1, statement.body)
        yield from self._leave(depth + 1, statement.body, statement.carried)
        yield Line(depth, "close", {})

    def _loop_header(self, statement: For) -> dict[str, str]:
        index, stop, step = self.spell(statement.index), self.spell(statement.stop), self.spell(statement.step)
        up, down = f"{index} < {stop}", f"{index} > {stop}"
        condition, following = f"{step} > 0 ? {up} : {step} < 0 && {down}", f"{index} += {step}"
        if isinstance(statement.step, Literal):
            condition = up if int(statement.step.value) > 0 else down
        if not isinstance(statement.step, Literal) or abs(statement.step.value) >= _LONG_STEP:
            following = f"{index} = __builtin_add_overflow({index}, {step}, &{index}) ? {stop} : {index}"
        start = self.spell(statement.start)
        return {"type": INDEX.cpp, "index": index, "start": start, "condition": condition, "following": following}

    def _leave(self, depth: int, block: Block, targets: tuple[Value, ...]) -> Iterator[Line]:
        """Assigns what a block yields to the variables that take it: all at once, as the IR means it."""
        last = block.statements[-1]
        assert isinstance(last, Yield)
        moves = [
            (target, cpp, self.spell(operand))
            for target, operand in zip(targets, last.values, strict=True)
            if (cpp := self.cpp_type(target)) is not None and not self.variables.same(target, operand)
        ]
        written = {self.spell(target) for target, _, _ in moves}
        if len(moves) > 1 and any(text in written for _, _, text in moves):
            saved = [(target, cpp, self.scope.name(f"next_{self.spell(target)}")) for target, cpp, _ in moves]
            for (_, cpp, name), (_, _, text) in zip(saved, moves, strict=True):
                yield self._define(depth, cpp, name, text, last.span)
            moves = saved
        for target, _, text in moves:
            yield Line(depth, "assign", {"name": self.spell(target), "value": text}, last.span)

    def _define(self, depth: int, cpp: str, name: str, value: str, span: Span) -> Line:
        return Line(depth, "define", {"type": f"const {cpp}", "name": name, "value": value}, span)


def _atom(text: str) -> str:
    """A negative constant in parentheses, so that it can stand in any expression."""
    return f"({text})" if text.startswith("-") else text
