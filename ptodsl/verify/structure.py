"""The structural verifier: what must hold of any program after a stage, whatever it computes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from typing_extensions import assert_never

from ptodsl.errors import Diagnostic, Note, PtoError
from ptodsl.errors.names import (
    StructureBlock,
    StructureCall,
    StructureDefinition,
    StructureDominance,
    StructureFlow,
    StructureFunction,
    StructureStage,
)
from ptodsl.ir.dtypes import INDEX
from ptodsl.ir.hardware import Pipe
from ptodsl.ir.nodes import (
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
    Program,
    Return,
    Statement,
    Value,
    Yield,
)
from ptodsl.ir.rewrite import operands_of, results_of
from ptodsl.ir.types import ErrorType, ScalarType, TensorType, TileType, Type
from ptodsl.ops.site import type_of
from ptodsl.verify.rows import mistakes_of
from ptodsl.verify.stages import STAGES, Stage, problems_of

_ENDS = (Return, Yield)
"""What a block ends in."""


def verify_structure(program: Program, stage: str) -> None:
    """Check what must hold after the stage of that name; `STAGES` lists them.

    Raises PtoError with every violation: IR may be written by hand.
    """
    mistakes = list(_program_mistakes(program, STAGES[stage]))
    if mistakes:
        raise PtoError(mistakes)


def _program_mistakes(program: Program, stage: Stage) -> Iterator[Diagnostic]:
    known: dict[str, Function] = {}
    defined: set[Value] = set()
    for function in program.functions:
        if function.name in known:
            problem = f"two functions are called `{function.name}`"
            how = "rename one of them"
            yield StructureFunction(function.span, problem=problem, label="the second", how=how)
        yield from _FunctionVerifier(function, known, defined, stage).mistakes()
        known[function.name] = function


class _FunctionVerifier:
    """Walks one function once; a value is visible from its definition to the end of its block."""

    def __init__(self, function: Function, known: Mapping[str, Function], defined: set[Value], stage: Stage) -> None:
        self._function = function
        self._known = known
        self._defined = defined
        self._stage = stage
        self._visible: set[Value] = set()
        self._scope: list[Value] = []
        self._sound: set[TileType] = set()

    def mistakes(self) -> Iterator[Diagnostic]:
        """Every violation, in the order of the text."""
        yield from self._signature()
        yield from self._define(parameter.value for parameter in self._function.parameters)
        yield from self._block(self._function.body, None)
        if self._stage.order and self._function.kind is FunctionKind.KERNEL:
            yield from self._last_barrier()

    def _signature(self) -> Iterator[Diagnostic]:
        function = self._function
        for parameter in function.parameters:
            type_ = parameter.value.type
            if isinstance(type_, TileType):
                yield self._refused(parameter.value, "is a tile", "pass a tensor and load it")
            if not isinstance(type_, TensorType | ErrorType) and parameter.direction is not Direction.IN:
                yield self._refused(parameter.value, "is an output and no tensor", "declare only tensors `out`")
        if function.core is not None and function.kind is not FunctionKind.KERNEL:
            problem = f"the orchestration `{function.name}` runs on no core of the chip"
            yield StructureFunction(function.span, problem=problem, label="has a core", how="leave `core` out")

    def _refused(self, parameter: Value, what: str, how: str) -> Diagnostic:
        problem = f"parameter `%{parameter.name}` {what}"
        return StructureFunction(parameter.span, problem=problem, label=str(parameter.type), how=how)

    def _define(self, values: Iterable[Value]) -> Iterator[Diagnostic]:
        for value in values:
            if value in self._defined:
                yield StructureDefinition(value.span, name=f"%{value.name}")
            self._defined.add(value)
            self._visible.add(value)
            self._scope.append(value)
            if isinstance(value.type, TileType) and value.type not in self._sound:
                yield from self._tile(value, value.type)
            elif isinstance(value.type, ErrorType) and self._stage.types:
                yield self._unsettled(value, f"`%{value.name}` still has no type", "error")

    def _tile(self, value: Value, type_: TileType) -> Iterator[Diagnostic]:
        """The fields of a tile's type; types without fault are looked at once."""
        problems = list(problems_of(type_, self._stage))
        for problem in problems:
            yield self._unsettled(value, f"the tile `%{value.name}` is not right: {problem}", str(type_))
        if not problems:
            self._sound.add(type_)

    def _unsettled(self, value: Value, problem: str, label: str) -> Diagnostic:
        how = "give the program that the pass before leaves, or let the passes fill it in"
        return StructureStage(value.span, stage=self._stage.name, problem=problem, label=label, how=how)

    def _block(self, block: Block, results: int | None, *arriving: Value) -> Iterator[Diagnostic]:
        """A block that sees `arriving`; it yields a value for each result, a function's body (None) returns."""
        outside = len(self._scope)
        yield from self._define(arriving)
        end = Return if results is None else Yield
        for number, statement in enumerate(block.statements, 1):
            if isinstance(statement, _ENDS) and (number < len(block.statements) or type(statement) is not end):
                word = type(statement).__name__.lower()
                yield StructureBlock(statement.span, problem=f"`{word}` stands where its block does not end")
            yield from self._statement(statement)
        yield from self._end(block, end, results)
        self._visible.difference_update(self._scope[outside:])
        del self._scope[outside:]

    def _end(self, block: Block, end: type[Return | Yield], results: int | None) -> Iterator[Diagnostic]:
        last = block.statements[-1] if block.statements else None
        if not isinstance(last, end):
            span = self._function.span if last is None else last.span
            yield StructureBlock(span, problem=f"the block does not end in `{end.__name__.lower()}`")
        elif isinstance(last, Yield) and len(last.values) != results:
            problem = f"the block yields {len(last.values)} values, its statement has {results} results"
            yield _flow(last, problem, "", "yield one value for each result")

    def _statement(self, statement: Statement) -> Iterator[Diagnostic]:
        for operand in operands_of(statement):
            if isinstance(operand, Value) and operand not in self._visible:
                op = statement.name if isinstance(statement, Op) else type(statement).__name__.lower()
                defined = (Note("defined here", operand.span),)
                yield StructureDominance(statement.span, defined, op=op, name=f"%{operand.name}")
        match statement:
            case Op():
                yield from mistakes_of(statement, self._function, self._stage)
            case Call():
                yield from self._call(statement)
            case If():
                yield from self._if(statement)
            case For():
                yield from self._for(statement)
            case Return():
                yield from self._return(statement)
            case Yield():
                pass
            case _:
                assert_never(statement)
        yield from self._define(results_of(statement))

    def _if(self, statement: If) -> Iterator[Diagnostic]:
        for block in (statement.then, statement.orelse):
            yield from self._block(block, len(statement.results))
            yield from self._agree(_yield_of(block), statement.results)

    def _for(self, statement: For) -> Iterator[Diagnostic]:
        counts = {len(statement.initial), len(statement.carried), len(statement.results)}
        if len(counts) > 1:
            problem = "the loop's initial values, carried values and results differ in number"
            yield _flow(statement, problem, "", "give each carried value one of both")
        if statement.index.type != ScalarType(INDEX):
            yield _flow(statement, "the loop's index is no INDEX", str(statement.index.type), "make it an INDEX")
        if isinstance(statement.step, Literal) and not statement.step.value:
            yield _flow(statement, "the loop's step is 0", "never ends", "step by a positive or a negative number")
        yield from self._block(statement.body, len(statement.results), statement.index, *statement.carried)
        for values in (statement.initial, _yield_of(statement.body), statement.results):
            yield from self._agree(values, statement.carried)

    def _agree(self, given: Sequence[Operand], wanted: Sequence[Value]) -> Iterator[Diagnostic]:
        """What flows into a value has its type, and from infer_memory on its place."""
        for operand, value in zip(given, wanted, strict=False):
            type_ = type_of(operand)
            if self._stage.types and not _same(type_, value.type, placed=self._stage.memory):
                problem = f"`%{value.name}` is {value.type}, what flows into it {type_}"
                how = "make both the same type; on chip, the same bytes"
                yield StructureFlow(operand.span, problem=problem, label=str(type_), how=how)

    def _call(self, call: Call) -> Iterator[Diagnostic]:
        callee = self._known.get(call.callee)
        if self._function.kind is not FunctionKind.ORCHESTRATION:
            yield _wrong(call, "a kernel cannot call", "in a kernel", "call it from an orchestration")
        if callee is None or callee.kind is not FunctionKind.KERNEL:
            problem = f"no kernel `{call.callee}` stands before this call"
            yield _wrong(call, problem, "not known here", f"define `kernel @{call.callee}` above")
            return
        parameters = [parameter.value for parameter in callee.parameters]
        if len(parameters) != len(call.arguments):
            problem = f"`{callee.name}` has {len(parameters)} parameters, the call {len(call.arguments)} arguments"
            yield _wrong(call, problem, "", "pass one for each, provided outputs too")
        for parameter, argument in zip(parameters, call.arguments, strict=False):
            type_ = type_of(argument)
            if self._stage.types and not _same(type_, parameter.type, placed=False):
                problem = f"parameter `{parameter.name}` of `{callee.name}` is {parameter.type}, its argument {type_}"
                yield _wrong(call, problem, str(type_), f"pass a {parameter.type}")

    def _return(self, statement: Return) -> Iterator[Diagnostic]:
        wanted = self._function.results
        if len(statement.values) != len(wanted):
            problem = f"`{self._function.name}` declares {len(wanted)} results, this returns {len(statement.values)}"
            yield _flow(statement, problem, "", "return one tensor for each")
        for value, type_ in zip(statement.values, wanted, strict=False):
            given = type_of(value)
            if self._stage.types and not _same(given, type_, placed=False):
                problem = f"`{self._function.name}` declares {type_}, this returns {given}"
                yield _flow(statement, problem, str(given), "change one of them")

    def _last_barrier(self) -> Iterator[Diagnostic]:
        """Before a kernel returns, everything that it has started is done."""
        match self._function.body.statements:
            case [*_, Op(name="pipe_barrier", attributes=attributes), Return()] if (
                attributes.get("pipe") == Pipe.ALL.value and "pair" not in attributes
            ):
                return
            case _:
                problem = f"the kernel `{self._function.name}` returns without waiting for all pipes"
                how = "end it with `pipe_barrier all`"
                span = self._function.span
                yield StructureStage(span, stage=self._stage.name, problem=problem, label="", how=how)


def _flow(statement: Statement, problem: str, label: str, how: str) -> Diagnostic:
    return StructureFlow(statement.span, problem=problem, label=label, how=how)


def _wrong(call: Call, problem: str, label: str, how: str) -> Diagnostic:
    return StructureCall(call.span, problem=problem, label=label, how=how)


def _yield_of(block: Block) -> tuple[Operand, ...]:
    """What a block yields; nothing where it does not end as it should."""
    last = block.statements[-1] if block.statements else None
    return last.values if isinstance(last, Yield) else ()


def _same(given: Type, wanted: Type, *, placed: bool) -> bool:
    """Whether a value may flow where a type is wanted; a run-time valid extent takes any."""
    if given == wanted:
        return True
    match (given, wanted):
        case (ErrorType(), _) | (_, ErrorType()):
            return True
        case (TileType(), TileType()):
            extents = all(b is None or a == b for a, b in zip(given.valid, wanted.valid, strict=True))
            agree = given.shape == wanted.shape and given.dtype is wanted.dtype and extents
            return agree and (not placed or replace(given, valid=wanted.valid) == wanted)
        case _:
            return False
