"""All nodes of the IR, on one page.

    Program   ::= name Function*
    Function  ::= kind name Parameter* -> Type* Block
    Block     ::= Statement*
    Statement ::= Op | Call | If | For | Yield | Return
    Operand   ::= Value | Literal

Nodes are frozen and compared by identity: a Value *is* its object, its name only how it prints. A pass builds new
nodes and maps the values it replaced (`rewrite.Rewriter`). Every node carries the span it came from.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TypeAlias

from ptodsl.ir.dtypes import DType
from ptodsl.ir.hardware import Core
from ptodsl.ir.span import Span
from ptodsl.ir.types import TensorType, Type

AttributeValue: TypeAlias = bool | int | float | str | DType | tuple[int, ...]
"""What an attribute holds; a word from a fixed set (a rounding mode, a pipe) is a str."""


@dataclass(frozen=True, eq=False, slots=True)
class Value:
    """An SSA value: defined once, by a parameter, a statement, a loop or a branch."""

    name: str
    type: Type
    span: Span


@dataclass(frozen=True, eq=False, slots=True)
class Literal:
    """A compile-time scalar. `value` is exact in `dtype`: floats are already rounded to it."""

    value: int | float | bool
    dtype: DType
    span: Span


Operand: TypeAlias = Value | Literal


@dataclass(frozen=True, eq=False, slots=True)
class Op:
    """One application of a row of the op table.

    `operands` has one group per operand that the row declares, in its order: one element for a plain operand, none or
    one for an optional, any number for a variadic (offsets, valid extents). `attributes` holds every attribute that
    the row declares and that is not at its default.
    """

    name: str
    operands: tuple[tuple[Operand, ...], ...]
    attributes: Mapping[str, AttributeValue]
    results: tuple[Value, ...]
    span: Span

    @property
    def result(self) -> Value:
        """The only result."""
        (value,) = self.results
        return value


@dataclass(frozen=True, eq=False, slots=True)
class Call:
    """A task: a kernel applied to every one of its parameters, provided outputs too. It has no result.

    `argument_spans` are where the arguments are written, for messages; the call's own span for what was left out.
    """

    callee: str
    arguments: tuple[Operand, ...]
    span: Span
    argument_spans: tuple[Span, ...] = field(default=())


@dataclass(frozen=True, eq=False, slots=True)
class Block:
    """Statements in order; the last one is the block's Yield or, for a function's body, its Return."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, eq=False, slots=True)
class If:
    """Both branches end in a Yield of as many operands as there are results."""

    condition: Operand
    then: Block
    orelse: Block
    results: tuple[Value, ...]
    span: Span


@dataclass(frozen=True, eq=False, slots=True)
class For:
    """`index` runs from `start` (included) to `stop` (excluded) by `step`, a positive or negative INDEX.

    `carried` are the values that the body sees, `initial` what they are at first; the body's Yield gives the next
    ones, and `results` what they are at the end (`initial` for no iteration).
    """

    index: Value
    start: Operand
    stop: Operand
    step: Operand
    carried: tuple[Value, ...]
    initial: tuple[Operand, ...]
    body: Block
    results: tuple[Value, ...]
    span: Span


@dataclass(frozen=True, eq=False, slots=True)
class Yield:
    """The values that leave a branch or an iteration."""

    values: tuple[Operand, ...]
    span: Span


@dataclass(frozen=True, eq=False, slots=True)
class Return:
    """The end of a function: the tensor handles that its results are."""

    values: tuple[Operand, ...]
    span: Span


Statement: TypeAlias = Op | Call | If | For | Yield | Return


class Direction(enum.Enum):
    """What a function does to a tensor parameter."""

    IN = "in"
    OUT = "out"
    INOUT = "inout"


@dataclass(frozen=True, eq=False, slots=True)
class Parameter:
    """A parameter: its value, its direction, and whether the user wrote the direction down."""

    value: Value
    direction: Direction = Direction.IN
    written: bool = False


class FunctionKind(enum.Enum):
    """What a function is, by its word in IR text: code of one core, or the submission of tasks."""

    KERNEL = "kernel"
    ORCHESTRATION = "orchestration"


@dataclass(frozen=True, eq=False, slots=True)
class Function:
    """A kernel or an orchestration. `core` is what the user declared of a kernel; None: as its pipes tell.

    `result_spans` are where the declared results are written, for messages.
    """

    name: str
    kind: FunctionKind
    parameters: tuple[Parameter, ...]
    results: tuple[Type, ...]
    body: Block
    span: Span
    core: Core | None = None
    result_spans: tuple[Span, ...] = field(default=())

    @property
    def tensors(self) -> tuple[Parameter, ...]:
        """The parameters that are tensors."""
        return tuple(parameter for parameter in self.parameters if isinstance(parameter.value.type, TensorType))


@dataclass(frozen=True, eq=False, slots=True)
class Program:
    """Functions in order, each before those that call it."""

    name: str
    functions: tuple[Function, ...]
    span: Span

    def function(self, name: str) -> Function:
        """The function of that name; KeyError where there is none."""
        for function in self.functions:
            if function.name == name:
                return function
        raise KeyError(name)

    def __str__(self) -> str:
        """The program's text. The printer is looked up when asked for: it knows the op table, which knows nodes."""
        printer = import_module("ptodsl.ir.printer")
        text: str = printer.print_program(self)
        return text

    @property
    def entry(self) -> Function:
        """The orchestration that a launch runs: the only one."""
        (entry,) = (f for f in self.functions if f.kind is FunctionKind.ORCHESTRATION)
        return entry
