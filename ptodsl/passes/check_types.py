"""The pass `check_types`: the only place that reports types that do not agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import assert_never

from ptodsl.errors import Diagnostic, Note, PtoError
from ptodsl.errors.types import AnnotationDiffers, ArgumentDiffers, BranchesDiffer, ConditionRefused, ResultDiffers
from ptodsl.ir.dtypes import BOOL, INDEX, DType
from ptodsl.ir.nodes import Block, Call, For, Function, If, Op, Operand, Program, Return, Statement, Value, Yield
from ptodsl.ir.rewrite import walk
from ptodsl.ir.types import ErrorType, ScalarType, TensorType, TileType, Type
from ptodsl.machine import Architecture
from ptodsl.ops.site import Refused, Site, type_of
from ptodsl.ops.table import row_of
from ptodsl.passes.origins import Origins, spelled


@dataclass(frozen=True)
class CheckTypes:
    """Applies every op's typing rule again and compares calls, branches, annotations and results.

    Needs structurally sound IR of any stage. Gives the same program. Raises PtoError with every E02 of the program.
    """

    name: ClassVar[str] = "check_types"

    def run(self, program: Program, architecture: Architecture | None = None) -> Program:
        """The same program, once its types agree."""
        mistakes = [mistake for function in program.functions for mistake in _Checker(program, function).mistakes()]
        if mistakes:
            raise PtoError(mistakes)
        return program


class _Checker:
    """The mistakes of one function."""

    def __init__(self, program: Program, function: Function) -> None:
        self._program = program
        self._function = function
        self._origins = Origins(function)

    def mistakes(self) -> Iterator[Diagnostic]:
        """Every mistake, in the order of the text."""
        for statement in walk(self._function.body):
            yield from self._statement(statement)

    def _statement(self, statement: Statement) -> Iterator[Diagnostic]:
        match statement:
            case Op():
                yield from self._op(statement)
            case Call():
                yield from self._call(statement)
            case If():
                yield from self._if(statement)
            case For():
                yield from self._for(statement)
            case Return():
                yield from self._return(statement)
            case Yield():
                return
            case _:
                assert_never(statement)

    def _op(self, op: Op) -> Iterator[Diagnostic]:
        row = row_of(op)
        if row.infer is None or any(_is_error(operand) for group in op.operands for operand in group):
            return
        try:
            given = row.infer(Site(row, op.operands, op.attributes, op.span))
        except Refused as refused:
            yield self._with_origins(refused)
            return
        for result in op.results:
            if not _agree(result.type, given):
                yield AnnotationDiffers(
                    op.span,
                    self._notes(op),
                    name=result.name,
                    declared=spelled(result.type),
                    given=spelled(given),
                    how=_annotation_remedy(result.type, given),
                )

    def _notes(self, op: Op) -> list[Note]:
        """Where the operands come from that decide an op's type: its tiles and tensors."""
        operands = [operand for group in op.operands for operand in group]
        return [self._origins.note(o) for o in operands if isinstance(type_of(o), (TileType, TensorType))]

    def _with_origins(self, refused: Refused) -> Diagnostic:
        mistake = refused.diagnostic
        notes = [*mistake.notes, *(self._origins.note(operand) for operand in refused.about)]
        return type(mistake)(mistake.span, notes, **mistake.fields)

    def _call(self, call: Call) -> Iterator[Diagnostic]:
        callee = self._program.function(call.callee)
        spans = call.argument_spans or (call.span,) * len(call.arguments)
        for parameter, argument, span in zip(callee.parameters, call.arguments, spans, strict=True):
            given, declared = type_of(argument), parameter.value.type
            if not _agree(declared, given):
                yield ArgumentDiffers(
                    span,
                    [
                        Note(f"declared {spelled(declared)} here", parameter.value.span),
                        *([self._origins.note(argument)] if isinstance(argument, Value) else []),
                    ],
                    parameter=parameter.value.name,
                    callee=call.callee,
                    given=spelled(given),
                    declared=spelled(declared),
                    how=_argument_remedy(parameter.value.name, declared, given),
                )

    def _if(self, statement: If) -> Iterator[Diagnostic]:
        yield from self._condition(statement.condition)
        for block in (statement.then, statement.orelse):
            yield from self._leaving(block, statement.results, [value.type for value in statement.results])

    def _condition(self, operand: Operand) -> Iterator[Diagnostic]:
        given = type_of(operand)
        if isinstance(given, ErrorType) or (isinstance(given, ScalarType) and _is_condition(given.dtype)):
            return
        how = "compare it with a number" if isinstance(given, ScalarType) else "branch on a scalar"
        yield ConditionRefused(operand.span, given=spelled(given), how=how)

    def _for(self, statement: For) -> Iterator[Diagnostic]:
        for bound in (statement.start, statement.stop, statement.step):
            given = type_of(bound)
            if not isinstance(given, ErrorType) and not (isinstance(given, ScalarType) and given.dtype.is_integer):
                yield AnnotationDiffers(
                    bound.span,
                    name="a bound of pl.range",
                    declared=str(INDEX),
                    given=spelled(given),
                    how="use an integer scalar",
                )
        carried = [value.type for value in statement.carried]
        yield from _compare(statement.carried, statement.initial, carried)
        yield from self._leaving(statement.body, statement.carried, carried)

    def _leaving(self, block: Block, names: Sequence[Value], types: Sequence[Type]) -> Iterator[Diagnostic]:
        last = block.statements[-1]
        assert isinstance(last, Yield)
        yield from _compare(names, last.values, types)

    def _return(self, statement: Return) -> Iterator[Diagnostic]:
        declared, given = self._function.results, [type_of(operand) for operand in statement.values]
        if len(declared) != len(given):
            yield ResultDiffers(
                statement.span,
                index=f"count of `{self._function.name}`",
                function=self._function.name,
                declared=f"{len(declared)} results",
                given=f"{len(given)}",
                how="return one tensor for each declared result",
            )
            return
        for index, (wanted, got) in enumerate(zip(declared, given, strict=True)):
            if not _agree(wanted, got):
                spans = self._function.result_spans
                yield ResultDiffers(
                    statement.span,
                    [Note(f"declared {spelled(wanted)} here", spans[index])] if spans else [],
                    index=index,
                    function=self._function.name,
                    declared=spelled(wanted),
                    given=spelled(got),
                    how="change the declared result, or return the tensor it means",
                )


def _compare(names: Sequence[Value], operands: Sequence[Operand], types: Sequence[Type]) -> Iterator[Diagnostic]:
    """What joins under one name has one type."""
    for name, operand, wanted in zip(names, operands, types, strict=True):
        given = type_of(operand)
        if not _agree(wanted, given, merged=True):
            yield BranchesDiffer(operand.span, name=name.name, left=spelled(wanted), right=spelled(given))


def _is_error(operand: Operand) -> bool:
    return isinstance(type_of(operand), ErrorType)


def _is_condition(dtype: DType) -> bool:
    return dtype is BOOL or dtype.is_integer


def _agree(wanted: Type, given: Type, *, merged: bool = False) -> bool:
    """Whether two types are one as far as users write them; placement takes no part.

    Where paths join, a tile whose valid extents differ has run-time extents after.
    """
    if isinstance(wanted, ErrorType) or isinstance(given, ErrorType):
        return True
    if isinstance(wanted, TileType) and isinstance(given, TileType):
        extents = all(a == b or (merged and a is None) for a, b in zip(wanted.valid, given.valid, strict=True))
        return wanted.shape == given.shape and wanted.dtype is given.dtype and extents
    return wanted == given


def _annotation_remedy(declared: Type, given: Type) -> str:
    if isinstance(declared, ErrorType) or isinstance(given, ErrorType):
        return ""
    if declared.dtype is not given.dtype:
        return (
            f"convert with `pl.cast(..., pl.{declared.dtype})`, declare it {given.dtype}, or change where it comes from"
        )
    return f"declare it {spelled(given)}"


def _argument_remedy(name: str, declared: Type, given: Type) -> str:
    if isinstance(declared, ScalarType) and isinstance(given, ScalarType):
        if declared.dtype is BOOL:
            return f"pass `{name} != 0`, or declare the parameter {given.dtype}"
        if given.dtype is BOOL:
            return "pass `1 if flag else 0`, or declare the parameter BOOL"
        return f"convert with `pl.cast(..., pl.{declared.dtype})`, or declare the parameter {given.dtype}"
    if isinstance(declared, TensorType) and isinstance(given, TensorType):
        return f"pass a tensor of {spelled(declared)}, or declare the parameter {spelled(given)}"
    return f"pass {'a scalar' if isinstance(declared, ScalarType) else 'a tensor'}"
