"""The pass `check_types`: the only place that reports types that do not agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from typing_extensions import assert_never

from ptodsl.errors import Diagnostic, Note, PtoError
from ptodsl.errors.types import (
    AnnotationDiffers,
    ArgumentDiffers,
    BranchesDiffer,
    ConditionRefused,
    DTypeRefused,
    OperandKindWrong,
    ReshapeOfGaps,
    ResultCountDiffers,
    ResultDiffers,
)
from ptodsl.ir.dtypes import BOOL, INDEX
from ptodsl.ir.nodes import Call, For, Function, If, Op, Operand, Program, Return, Statement, Value, Yield
from ptodsl.ir.rewrite import operands_of, walk, yielded
from ptodsl.ir.span import Span
from ptodsl.ir.strides import Strides, reshaped, tensor_strides
from ptodsl.ir.types import ErrorType, ScalarType, TensorType, TileType, Type
from ptodsl.machine import Architecture
from ptodsl.ops.requirements import shape_text
from ptodsl.ops.row import Legal
from ptodsl.ops.site import Refused, Site, type_of
from ptodsl.ops.table import row_of
from ptodsl.passes import remedies
from ptodsl.passes.origins import Origins, dtype_spelled, is_provided, spelled


@dataclass(frozen=True)
class CheckTypes:
    """Applies every op's typing rule again, and compares calls, branches, loops, annotations and results.

    Needs structurally sound IR as the frontend builds it. Gives the same program. Raises PtoError with every E02 of
    the program; what depends on a value of ErrorType, whose mistake is reported where it was made, is passed over.
    """

    name: ClassVar[str] = "check_types"

    def run(self, program: Program, architecture: Architecture | None = None) -> Program:
        """The same program, once its types agree."""
        written = [function for function in program.functions if not is_provided(function)]
        mistakes = [mistake for function in written for mistake in _Checker(program, function).mistakes()]
        if mistakes:
            raise PtoError(mistakes)
        return program


class _Checker:
    """The mistakes of one function."""

    def __init__(self, program: Program, function: Function) -> None:
        self._program = program
        self._function = function

    @cached_property
    def _origins(self) -> Origins:
        return Origins(self._function)

    @cached_property
    def _strides(self) -> Mapping[Operand, frozenset[Strides]]:
        return tensor_strides(self._function)

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
        if row.infer is None or any(isinstance(type_of(operand), ErrorType) for operand in operands_of(op)):
            return
        try:
            given = row.infer(Site(row, op.operands, op.attributes, op.span))
        except Refused as refused:
            yield self._refused(refused)
        else:
            for result in op.results:
                if not _agree(result.type, given):
                    sources = [o for o in operands_of(op) if isinstance(type_of(o), TileType | TensorType)]
                    yield self._declared(result, given, op.span, *sources)
                elif isinstance(given, TensorType) and row.legal is Legal.RESHAPE:
                    yield from self._reshape(op, given)

    def _reshape(self, op: Op, given: TensorType) -> Iterator[Diagnostic]:
        """A tensor keeps its bytes where they are: what gaps are between them decides which shapes it can have."""
        source = op.operands[0][0]
        assert isinstance(source, Value)
        assert isinstance(source.type, TensorType)
        before, after = source.type.shape, given.shape
        for strides in sorted(self._strides.get(source, ())):
            if len(strides) == len(before) and reshaped(strides, before, after) is None:
                shapes = {"source": shape_text(before), "target": shape_text(after), "strides": shape_text(strides)}
                yield ReshapeOfGaps(op.span, [self._origins.note(source)], name=remedies.written(source), **shapes)
                return

    def _refused(self, refused: Refused) -> Diagnostic:
        """The mistake of a rule, with what the user calls its operands."""
        mistake, conversion = refused.diagnostic, refused.conversion
        notes, fields = [*mistake.notes], mistake.fields
        for operand in dict.fromkeys(refused.about):
            text = spelled(type_of(operand)) if conversion is None else dtype_spelled(type_of(operand))
            notes.append(self._origins.note(operand, text))
        if conversion is not None:
            fields = {**fields, "how": remedies.for_operands(conversion, refused.about, self._origins)}
        return type(mistake)(mistake.span, notes, **fields)

    def _declared(self, value: Value, given: Type, span: Span, *sources: Operand) -> Diagnostic:
        """The mistake of a value that does not have its written type; `sources` are what it is made of."""
        parameters = [self._origins.parameter(source) for source in sources]
        declarations = [
            one for one in parameters if one is not None and dtype_spelled(one.type) == dtype_spelled(given)
        ]
        how = remedies.for_annotation(value.name, span, value.type, given, declarations)
        fields = {"declared": spelled(value.type), "given": spelled(given), "how": how}
        return AnnotationDiffers(span, map(self._origins.note, sources), name=value.name, **fields)

    def _call(self, call: Call) -> Iterator[Diagnostic]:
        parameters = [parameter.value for parameter in self._program.function(call.callee).parameters]
        spans = call.argument_spans or (call.span,) * len(call.arguments)
        for parameter, argument, span in zip(parameters, call.arguments, spans, strict=True):
            if not _agree(parameter.type, type_of(argument)):
                yield self._argument(call, parameter, argument, span)

    def _argument(self, call: Call, parameter: Value, argument: Operand, span: Span) -> Diagnostic:
        given, declared = type_of(argument), parameter.type
        notes = [Note(f"declared {spelled(declared)} here", parameter.span)]
        return ArgumentDiffers(
            span,
            [*notes, self._origins.note(argument)] if isinstance(argument, Value) else notes,
            parameter=parameter.name,
            callee=call.callee,
            given=spelled(given),
            declared=spelled(declared),
            how=remedies.for_argument(parameter.name, span, declared, given),
        )

    def _if(self, statement: If) -> Iterator[Diagnostic]:
        yield from self._condition(statement.condition, statement.span)
        paths = zip(yielded(statement.then), yielded(statement.orelse), strict=True)
        for value, (then, orelse) in zip(statement.results, paths, strict=True):
            yield from self._joined(value, (then, "if the condition holds"), (orelse, "if it does not"))

    def _joined(self, value: Value, *arriving: tuple[Operand, str]) -> Iterator[Diagnostic]:
        """What arrives on two paths, each with its words, has one type, and the value has it too."""
        (left, _), (right, _) = arriving
        if not _joins(type_of(left), type_of(right)):
            before, after = (f"{spelled(type_of(operand))} {words}" for operand, words in arriving)
            notes = [self._origins.note(left)]
            yield BranchesDiffer(
                right.span, notes, name=value.name, left=before, right=after, label=spelled(type_of(right))
            )
            return
        others = [operand for operand in (left, right) if not _agree(value.type, type_of(operand), merged=True)]
        if others:
            yield self._declared(value, type_of(others[0]), others[0].span)

    def _condition(self, operand: Operand, span: Span) -> Iterator[Diagnostic]:
        given = type_of(operand)
        match given:
            case ErrorType():
                return
            case ScalarType(dtype=dtype):
                if dtype is BOOL or dtype.is_integer:
                    return
                how = f"write `{remedies.converted(remedies.written(operand), dtype, BOOL)}`"
            case _:
                how = "branch on a scalar: a tile or tensor has no truth of its own"
        yield ConditionRefused(span, [self._origins.note(operand)], given=spelled(given), how=how)

    def _for(self, loop: For) -> Iterator[Diagnostic]:
        for name, bound in (("start", loop.start), ("stop", loop.stop), ("step", loop.step)):
            yield from self._bound(name, bound)
        for result, carried, initial, last in zip(
            loop.results, loop.carried, loop.initial, yielded(loop.body), strict=True
        ):
            yield from self._joined(carried, (initial, "before the loop"), (last, "after an iteration"))
            if not _agree(result.type, carried.type):
                yield self._declared(result, carried.type, loop.span)

    def _bound(self, name: str, bound: Operand) -> Iterator[Diagnostic]:
        match type_of(bound):
            case ErrorType():
                return
            case ScalarType(dtype=dtype):
                if not dtype.is_integer:
                    how = f"write `{remedies.converted(remedies.written(bound), dtype, INDEX)}`"
                    yield DTypeRefused(bound.span, op="range", dtype=dtype, allowed=f"an integer as {name}", how=how)
            case type_:
                fields = {"needed": "a scalar", "given": spelled(type_), "how": "give an integer scalar"}
                yield OperandKindWrong(bound.span, op="range", operand=name, **fields)

    def _return(self, statement: Return) -> Iterator[Diagnostic]:
        function, given = self._function, statement.values
        spans = function.result_spans or (function.span,) * len(function.results)
        if len(function.results) != len(given):
            counts = {"declared": _results(len(function.results)), "given": _results(len(given))}
            yield ResultCountDiffers(statement.span, function=function.name, **counts)
            return
        for index, (wanted, operand, declared_at) in enumerate(zip(function.results, given, spans, strict=True)):
            if not _agree(wanted, type_of(operand)):
                notes = [Note(f"declared {spelled(wanted)} here", declared_at), self._origins.note(operand)]
                how = f"declare the result as `{remedies.declaration(type_of(operand))}`, or return what it means"
                types = {"declared": spelled(wanted), "given": spelled(type_of(operand)), "how": how}
                yield ResultDiffers(statement.span, notes, index=index, function=function.name, **types)


def _results(count: int) -> str:
    return f"{count or 'no'} result{'' if count == 1 else 's'}"


def _agree(wanted: Type, given: Type, *, merged: bool = False) -> bool:
    """Whether two types are one as far as users write them; placement takes no part.

    Where paths join, a tile whose valid extents differ has run-time extents after.
    """
    match wanted, given:
        case (ErrorType(), _) | (_, ErrorType()):
            return True
        case TileType(), TileType():
            extents = all(a == b or (merged and a is None) for a, b in zip(wanted.valid, given.valid, strict=True))
            return wanted.shape == given.shape and wanted.dtype is given.dtype and extents
        case _:
            return wanted == given


def _joins(left: Type, right: Type) -> bool:
    """Whether values of two types may go under one name: valid extents may differ."""
    match left, right:
        case TileType(), TileType():
            return left.shape == right.shape and left.dtype is right.dtype
        case _:
            return _agree(left, right)
