"""IR as text; `parser.parse` reads it back to an equal program."""

from __future__ import annotations

from collections.abc import Iterable

from typing_extensions import assert_never

from ptodsl.ir.dtypes import DType
from ptodsl.ir.literals import float_text, literal_text
from ptodsl.ir.naming import Names, unique_names
from ptodsl.ir.nodes import (
    AttributeValue,
    Block,
    Call,
    Direction,
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
from ptodsl.ir.span import Span
from ptodsl.ops.row import OpRow, Syntax
from ptodsl.ops.table import ROWS

VERSION = 1
"""Of the text form: `ptodsl-ir VERSION` is its first line."""

ABSENT = "_"
"""Stands for an operand that is left out while a later one is there."""

_INDENT = "  "


def print_program(program: Program, *, spans: bool = False) -> str:
    """The program as text; with `spans`, where each statement came from stands behind it as a comment."""
    functions = "".join(f"\n{print_function(function, spans=spans)}" for function in program.functions)
    return f"ptodsl-ir {VERSION}\nprogram @{program.name}\n{functions}"


def print_function(function: Function, *, spans: bool = False) -> str:
    """One function as text."""
    return _FunctionPrinter(function, spans=spans).text()


def print_attribute(value: AttributeValue) -> str:
    """The value of an attribute as text."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return float_text(value)
        case str():
            return value
        case DType():
            return value.name
        case tuple():
            return f"[{', '.join(map(str, value))}]"
        case _:
            assert_never(value)


class _FunctionPrinter:
    """Prints one function; the names that it gives are those of `naming.unique_names`."""

    def __init__(self, function: Function, *, spans: bool) -> None:
        self._function = function
        self._spans = spans
        self._names = Names()
        self._lines: list[str] = []

    def text(self) -> str:
        """The function, each line ended."""
        self._name_all()
        self._line(0, self._header(), self._function.span)
        self._block(self._function.body, 1)
        self._line(0, "}")
        return "\n".join(self._lines) + "\n"

    def _name_all(self) -> None:
        for value in unique_names(self._function):
            self._names.of(value)

    def _line(self, depth: int, text: str, span: Span | None = None) -> None:
        where = f"  // {span.file}:{span.line}:{span.column + 1}" if self._spans and span is not None else ""
        self._lines.append(f"{_INDENT * depth}{text}{where}")

    def _header(self) -> str:
        function = self._function
        parameters = ", ".join(map(self._parameter, function.parameters))
        core = f" core={function.core.value}" if function.core is not None else ""
        results = f" -> ({', '.join(map(str, function.results))})" if function.results else ""
        return f"{function.kind.value} @{function.name}({parameters}){core}{results} {{"

    def _parameter(self, parameter: Parameter) -> str:
        direction = "" if parameter.direction is Direction.IN else f"{parameter.direction.value} "
        return f"{self._value(parameter.value)}: {direction}{parameter.value.type}"

    def _value(self, value: Value) -> str:
        return f"%{self._names.of(value)}"

    def _operand(self, operand: Operand) -> str:
        match operand:
            case Value():
                return self._value(operand)
            case Literal():
                return literal_text(operand.value, operand.dtype)
            case _:
                assert_never(operand)

    def _operands(self, operands: Iterable[Operand]) -> str:
        return ", ".join(map(self._operand, operands))

    def _block(self, block: Block, depth: int) -> None:
        for statement in block.statements:
            self._statement(statement, depth)

    def _statement(self, statement: Statement, depth: int) -> None:
        match statement:
            case Op():
                self._line(depth, self._op(statement), statement.span)
            case Call():
                text = f"call @{statement.callee}({self._operands(statement.arguments)})"
                self._line(depth, text, statement.span)
            case If():
                self._if(statement, depth)
            case For():
                self._for(statement, depth)
            case Yield():
                if statement.values:
                    self._line(depth, f"yield {self._operands(statement.values)}", statement.span)
            case Return():
                self._line(depth, f"return {self._operands(statement.values)}".rstrip(), statement.span)
            case _:
                assert_never(statement)

    def _op(self, op: Op) -> str:
        row = ROWS[op.name]
        results = f"{', '.join(map(self._value, op.results))} = " if op.results else ""
        arguments = ", ".join((*self._items(row, op), *_positional(row, op)))
        named = "".join(
            f" {attribute.name}={print_attribute(op.attributes[attribute.name])}"
            for attribute in row.attributes
            if attribute.name in op.attributes and not attribute.positional
        )
        types = f" : {', '.join(str(value.type) for value in op.results)}" if op.results else ""
        return f"{results}{op.name}{' ' if arguments else ''}{arguments}{named}{types}"

    def _items(self, row: OpRow, op: Op) -> list[str]:
        """The operands as text, what belongs to one in brackets behind it."""
        plain: list[str] = []
        trailing: list[str] = []
        for operand, group in zip(row.operands, op.operands, strict=True):
            match operand.syntax:
                case Syntax.PLAIN:
                    plain += map(self._operand, group) if group else (ABSENT,)
                case Syntax.BRACKETS:
                    plain[-1] += f"[{self._operands(group)}]" if group else ""
                case Syntax.VALID:
                    trailing += (f"valid [{self._operands(group)}]",) if group else ()
                case _:
                    assert_never(operand.syntax)
        while plain and plain[-1] == ABSENT:
            plain.pop()
        return plain + trailing

    def _if(self, statement: If, depth: int) -> None:
        self._line(depth, f"if {self._operand(statement.condition)} {{", statement.span)
        self._block(statement.then, depth + 1)
        if statement.results or not _is_empty(statement.orelse):
            self._line(depth, "} else {")
            self._block(statement.orelse, depth + 1)
        results = ", ".join(f"{self._value(value)}: {value.type}" for value in statement.results)
        self._line(depth, f"}} -> ({results})" if results else "}")

    def _for(self, statement: For, depth: int) -> None:
        bounds = " to ".join(map(self._operand, (statement.start, statement.stop)))
        head = f"for {self._value(statement.index)} = {bounds} step {self._operand(statement.step)}"
        carries = ", ".join(map(self._carry, statement.carried, statement.initial))
        self._line(depth, f"{head} carry ({carries}) {{" if carries else f"{head} {{", statement.span)
        self._block(statement.body, depth + 1)
        results = ", ".join(map(self._loop_result, statement.carried, statement.results))
        self._line(depth, f"}} -> ({results})" if results else "}")

    def _carry(self, carried: Value, initial: Operand) -> str:
        return f"{self._value(carried)} = {self._operand(initial)}: {carried.type}"

    def _loop_result(self, carried: Value, result: Value) -> str:
        """The type is that of the carried value and stays unsaid; said only where a program is malformed."""
        return self._value(result) if result.type == carried.type else f"{self._value(result)}: {result.type}"


def _is_empty(block: Block) -> bool:
    return all(isinstance(statement, Yield) and not statement.values for statement in block.statements)


def _positional(row: OpRow, op: Op) -> list[str]:
    return [
        print_attribute(op.attributes[attribute.name])
        for attribute in row.attributes
        if attribute.positional and attribute.name in op.attributes
    ]
