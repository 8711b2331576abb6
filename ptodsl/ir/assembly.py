"""Nodes from the pieces of IR text: names become values, words what they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from typing_extensions import assert_never

from ptodsl.errors import Diagnostic, Note, PtoError
from ptodsl.errors.names import TextAttribute, TextNesting, TextOperands, TextOpUnknown, TextRedefined, TextYield
from ptodsl.ir.application import Application
from ptodsl.ir.dtypes import INDEX
from ptodsl.ir.forms import form_of
from ptodsl.ir.hardware import Core
from ptodsl.ir.mistakes import Mistakes
from ptodsl.ir.nodes import (
    Block,
    Call,
    Direction,
    For,
    Function,
    FunctionKind,
    If,
    Op,
    Operand,
    Parameter,
    Program,
    Return,
    Statement,
    Value,
    Yield,
)
from ptodsl.ir.scopes import Scopes
from ptodsl.ir.span import Span
from ptodsl.ir.syntax import (
    Attribute,
    BlockText,
    CallText,
    Definition,
    ForText,
    FunctionText,
    IfText,
    OpText,
    ParameterText,
    Piece,
    Place,
    ProgramText,
    StatementText,
)
from ptodsl.ir.type_text import LiteralReader, TypeReader
from ptodsl.ir.types import ErrorType, ScalarType, Type
from ptodsl.ops.row import OpRow
from ptodsl.ops.table import ROWS

MAX_DEPTH = 100
"""Nested blocks that the parser follows: as many as Python's own has levels of indentation."""

MAX_LOOPS = 40
"""Nested loops that it follows, more than Python's compiler takes: some passes walk them over and over."""


_VALUE = re.compile(r"%\w+")

CORES = {core.value: core for core in Core}


class Assembly:
    """Builds one program and collects every mistake on the way."""

    def __init__(self, file: str, whole: Span) -> None:
        self._file = file
        self._whole = whole
        self._errors = Mistakes()
        self._types = TypeReader(file, self._errors)

    def program(self, text: ProgramText) -> Program:
        """The program; PtoError where something in it does not read."""
        functions: dict[str, Function] = {}
        for function in text.functions:
            built = self._function(function)
            if built.name in functions:
                first = Note("the first definition", functions[built.name].span)
                self._errors.append(TextRedefined(built.span, (first,), name=function.name.text))
            functions[built.name] = built
        if self._errors:
            raise PtoError(self._errors)
        return Program(text.name.name, tuple(functions.values()), self._whole)

    def _function(self, text: FunctionText) -> Function:
        body = _Body(self._file, self._errors, self._types)
        parameters = tuple(map(body.parameter, text.parameters))
        return Function(
            name=text.name.name,
            kind=FunctionKind(text.kind.text),
            parameters=parameters,
            results=tuple(map(self._types.read, text.results)),
            body=body.function_block(text.body),
            span=text.kind.place.to(text.name.place).span(self._file),
            core=self._core(text.attributes),
            result_spans=tuple(piece.place.span(self._file) for piece in text.results),
        )

    def _core(self, attributes: Iterable[Attribute]) -> Core | None:
        """`core=` behind the parameters; a function has no other attribute."""
        core: Core | None = None
        for name, value in attributes:
            known = CORES.get(value.text) if name.text == "core=" else None
            if known is None or core is not None:
                problem = f"a function has one attribute, `core`, which is {' or '.join(CORES)}"
                span = name.place.span(self._file)
                self._errors.append(TextAttribute(span, problem=problem, label="not it", how="write `core=cube`, say"))
            core = known
        return core


class _Body:
    """Builds the statements of one function."""

    def __init__(self, file: str, errors: list[Diagnostic], types: TypeReader) -> None:
        self._file = file
        self._errors = errors
        self._types = types
        self._literals = LiteralReader(file, errors)
        self._scopes = Scopes(file, errors)
        self._depth = 0
        self._loops = 0

    def parameter(self, text: ParameterText) -> Parameter:
        value = self._scopes.define(text.value, self._types.read(text.type))
        if text.direction is None:
            return Parameter(value)
        return Parameter(value, Direction(text.direction.text), written=True)

    def function_block(self, text: BlockText) -> Block:
        statements = tuple(map(self._statement, text.statements))
        assert text.end is not None
        return Block((*statements, Return(self._operands(text.end.values), self._span(text.end.place))))

    def _span(self, place: Place) -> Span:
        return place.span(self._file)

    def _operand(self, piece: Piece) -> Operand:
        return self._scopes.find(piece) if _VALUE.fullmatch(piece.text) else self._literals.read(piece)

    def _operands(self, pieces: Iterable[Piece]) -> tuple[Operand, ...]:
        return tuple(map(self._operand, pieces))

    def _statement(self, text: StatementText) -> Statement:
        match text:
            case OpText():
                return self._op(text)
            case CallText():
                return self._call(text)
            case IfText():
                return self._if(text)
            case ForText():
                return self._for(text)
            case _:
                assert_never(text)

    def _call(self, text: CallText) -> Call:
        spans = tuple(self._span(piece.place) for piece in text.arguments)
        return Call(text.callee.name, self._operands(text.arguments), self._span(text.place), spans)

    def _op(self, text: OpText) -> Op:
        row = ROWS.get(text.op.text)
        if row is None:
            self._unknown_op(text.op)
            return Op(text.op.text, (), {}, self._op_results(text), self._span(text.place))
        application = Application(text, row, self._file, self._errors, self._operand)
        operands, attributes = application.operands(), application.attributes()
        if not len(text.results) == len(text.types) == int(row.has_result):
            self._complain_results(text, row)
        return Op(row.name, operands, attributes, self._op_results(text), self._span(text.place))

    def _unknown_op(self, op: Piece) -> None:
        near = get_close_matches(op.text, ROWS, n=3)
        how = f"did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else "see the list of ops"
        self._errors.append(TextOpUnknown(self._span(op.place), op=op.text, how=how))

    def _complain_results(self, text: OpText, row: OpRow) -> None:
        given = f"{_count(len(text.results), 'result')} and {_count(len(text.types), 'type')}"
        problem = f"has {_count(int(row.has_result), 'result')}, each with its type; this has {given}"
        span = self._span(text.op.place)
        self._errors.append(TextOperands(span, op=row.name, problem=problem, label=given, form=form_of(row)))

    def _op_results(self, text: OpText) -> tuple[Value, ...]:
        """The values defined; one whose type is not written agrees with everything."""
        types = [*map(self._types.read, text.types), *(ErrorType() for _ in text.results)]
        return tuple(map(self._scopes.define, text.results, types))

    def _block(self, text: BlockText | None, results: int, header: Span) -> Block:
        """A block that yields as many operands as its statement has results; one left out yields nothing."""
        self._depth += 1
        if self._depth == MAX_DEPTH:
            raise PtoError([*self._errors, TextNesting(header, what="block", limit=MAX_DEPTH)])
        with self._scopes.block():
            statements = () if text is None else tuple(map(self._statement, text.statements))
            end = self._yield(text, results, header)
        self._depth -= 1
        return Block((*statements, end))

    def _yield(self, text: BlockText | None, results: int, header: Span) -> Yield:
        """What ends a block; the bare `yield` is not written."""
        end = text.end if text is not None else None
        span = header if text is None else self._span(text.close if text.end is None else text.end.place)
        pieces = () if end is None else end.values
        if len(pieces) != results:
            given, needed = _count(len(pieces), "value"), _count(results, "result")
            self._errors.append(TextYield(span, given=given, needed=needed))
        return Yield(self._operands(pieces), span)

    def _if(self, text: IfText) -> If:
        span = self._span(text.place)
        condition = self._operand(text.condition)
        then = self._block(text.then, len(text.results), span)
        orelse = self._block(text.orelse, len(text.results), span)
        results = tuple(self._result(result, None) for result in text.results)
        return If(condition, then, orelse, results, span)

    def _for(self, text: ForText) -> For:
        span = self._span(text.place)
        self._loops += 1
        if self._loops == MAX_LOOPS:
            raise PtoError([*self._errors, TextNesting(span, what="loop", limit=MAX_LOOPS)])
        start, stop, step = map(self._operand, text.bounds)
        initial = self._operands(carry.initial for carry in text.carries)
        if len(text.carries) != len(text.results):
            given, needed = _count(len(text.carries), "carried value"), _count(len(text.results), "result")
            self._errors.append(TextYield(span, given=given, needed=needed))
        with self._scopes.block():
            index = self._scopes.define(text.counter, ScalarType(INDEX))
            carried = tuple(self._scopes.define(carry.value, self._types.read(carry.type)) for carry in text.carries)
            body = self._block(text.body, len(text.carries), span)
        self._loops -= 1
        results = tuple(self._result(result, value.type) for result, value in zip(text.results, carried, strict=False))
        return For(index, start, stop, step, carried, initial, body, results, span)

    def _result(self, text: Definition, unsaid: Type | None) -> Value:
        """A result of a branch or a loop; that of a loop has its carried value's type where none is written."""
        written = unsaid if text.type is None else self._types.read(text.type)
        assert written is not None, "the grammar wants the type of a branch's result"
        return self._scopes.define(text.value, written)


def _count(number: int, thing: str) -> str:
    return f"{number or 'no'} {thing}{'' if number == 1 else 's'}"
