"""Statements of ops against the rows of the op table."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import assert_never

from ptodsl.errors import Diagnostic
from ptodsl.errors.names import (
    StructureAttribute,
    StructureFunction,
    StructureMemory,
    StructureOp,
    StructureShared,
)
from ptodsl.ir.dtypes import DType
from ptodsl.ir.forms import form_of, wanted
from ptodsl.ir.hardware import Layout, Memory
from ptodsl.ir.nodes import AttributeValue, Function, FunctionKind, Op, Operand, Value
from ptodsl.ir.types import ErrorType, ScalarType, TensorType, TileType, Type
from ptodsl.machine import A2A3, ARCHITECTURES
from ptodsl.ops.row import Arity, AttributeKind, AttributeRow, Family, OperandKind, OperandRow, OpRow, ResultRow, Syntax
from ptodsl.ops.site import type_of
from ptodsl.ops.table import ROWS, result_of
from ptodsl.verify.stages import Stage

EVENTS = max(architecture.events for architecture in ARCHITECTURES.values())
"""Event ids that some architecture has."""

_OWN_LAYOUTS: dict[Memory, tuple[Layout, ...]] = {
    memory: tuple(dict.fromkeys(architecture.layout(memory) for architecture in ARCHITECTURES.values()))
    for memory, spec in A2A3.memories.items()
    if spec.block
}
"""The layouts of tiles in fractals, by memory, where their row does not say; rows and columns are free elsewhere."""

_KINDS: dict[OperandKind, tuple[type, ...]] = {
    OperandKind.TILE: (TileType, ErrorType),
    OperandKind.TENSOR: (TensorType, ErrorType),
    OperandKind.SCALAR: (ScalarType, ErrorType),
}
"""The types that an operand may have; one that is wrong already agrees with everything."""


def mistakes_of(op: Op, function: Function, stage: Stage) -> Iterator[Diagnostic]:
    """Everything in a statement that its row or the stage does not allow."""
    row = ROWS.get(op.name)
    if row is None:
        problem = "is not in the op table"
        yield StructureOp(op.span, op=op.name, problem=problem, label="unknown op", form="the list of ops")
        return
    if not _belongs(row, function.kind):
        problem = f"`{row.name}` does not belong into a {function.kind.value}"
        how = "kernels work on tiles and scalars, orchestrations on tensors and scalars"
        yield StructureFunction(op.span, problem=problem, label="not here", how=how)
    if len(op.operands) != len(row.operands):
        yield _op(op, row, f"has {len(op.operands)} groups of operands, not {len(row.operands)}")
        return
    yield from _operands(op, row, stage)
    yield from _results(op, row, stage)
    yield from _attributes(op, row)
    if stage.memory:
        yield from _shared(op, row, stage)


def _op(op: Op, row: OpRow, problem: str) -> Diagnostic:
    return StructureOp(op.span, op=row.name, problem=problem, label="", form=form_of(row))


def _belongs(row: OpRow, kind: FunctionKind) -> bool:
    match row.family:
        case Family.SCALAR:
            return True
        case Family.TENSOR:
            return kind is FunctionKind.ORCHESTRATION
        case _:
            return kind is FunctionKind.KERNEL


def _operands(op: Op, row: OpRow, stage: Stage) -> Iterator[Diagnostic]:
    for operand, group in zip(row.operands, op.operands, strict=True):
        if not _counts(operand, len(group)):
            yield _op(op, row, f"has {len(group)} operands as `{operand.name}`")
        if stage.layout and operand.scratch is not None and not operand.hidden and not group:
            yield _op(op, row, f"has no `{operand.name}`, which its instruction needs")
        for value in group:
            type_ = type_of(value)
            if not isinstance(type_, _KINDS[operand.kind]):
                yield _op(op, row, f"needs {operand.kind.value} as `{operand.name}`, {_spelled(value)} is {type_}")
            elif isinstance(type_, TileType) and stage.memory:
                yield from _place(op, row, f"`{operand.name}`", type_, operand.memories, operand.layouts, stage)


def _counts(operand: OperandRow, count: int) -> bool:
    """Whether a group may have that many operands; valid extents come in pairs."""
    match operand.arity:
        case Arity.ONE:
            return count == 1
        case Arity.OPTIONAL:
            return count <= 1
        case Arity.MANY:
            return operand.syntax is not Syntax.VALID or count in (0, 2)
        case _:
            assert_never(operand.arity)


def _place(
    op: Op,
    row: OpRow,
    what: str,
    type_: TileType,
    memories: tuple[Memory, ...],
    layouts: tuple[Layout, ...],
    stage: Stage,
) -> Iterator[Diagnostic]:
    """The memory and layout of a tile are among those that the row has for it."""
    if stage.memory and type_.memory is not None and type_.memory not in memories:
        allowed = " or ".join(memory.label for memory in memories)
        yield StructureMemory(op.span, op=row.name, what=what, allowed=allowed, given=type_.memory.label)
    if stage.layout and layouts and type_.layout is not None and type_.layout not in layouts:
        allowed = " or ".join(layout.value for layout in layouts)
        yield StructureMemory(op.span, op=row.name, what=what, allowed=f"layout {allowed}", given=type_.layout.value)


def _results(op: Op, row: OpRow, stage: Stage) -> Iterator[Diagnostic]:
    if len(op.results) != int(row.has_result):
        yield _op(op, row, f"has {len(op.results)} results, not {int(row.has_result)}")
    made = result_of(op)
    if made is None:
        return
    for result in op.results:
        if isinstance(result.type, TileType):
            layouts = _result_layouts(row, made, result.type.memory)
            yield from _place(op, row, "as result a tile", result.type, made.memories, layouts, stage)
        elif not isinstance(result.type, ErrorType):
            yield _op(op, row, f"gives a tile, {_spelled(result)} is {result.type}")


def _result_layouts(row: OpRow, made: ResultRow, memory: Memory | None) -> tuple[Layout, ...]:
    """The layouts that a result may have; none where any may be."""
    if made.layout is not None:
        return (made.layout,)
    return () if row.view_of or memory is None else _OWN_LAYOUTS.get(memory, ())


def _attributes(op: Op, row: OpRow) -> Iterator[Diagnostic]:
    if not op.attributes and not row.attributes:
        return
    rows = row.attribute_rows
    for name, value in op.attributes.items():
        if name not in rows:
            yield _attribute(op, row, f"there is no attribute `{name}`")
        elif not _fits(rows[name], value):
            yield _attribute(op, row, f"`{name}` is {wanted(rows[name])}, not `{value}`")
    for name, attribute in rows.items():
        if attribute.required and name not in op.attributes:
            yield _attribute(op, row, f"the attribute `{name}` is missing")
        elif name in op.attributes and not attribute.required and op.attributes[name] == attribute.default:
            yield _attribute(op, row, f"`{name}` is written though it is at its default")
    if row.family is Family.SYNC:
        yield from _flag(op, row)


def _attribute(op: Op, row: OpRow, problem: str) -> Diagnostic:
    return StructureAttribute(op.span, op=row.name, problem=problem, how=f"see `{form_of(row)}`")


def _fits(row: AttributeRow, value: AttributeValue) -> bool:
    """Whether a value is of an attribute's kind."""
    match row.kind:
        case AttributeKind.SHAPE:
            return isinstance(value, tuple) and all(type(extent) is int for extent in value)
        case AttributeKind.DTYPE:
            return isinstance(value, DType)
        case AttributeKind.WORD:
            return isinstance(value, str) and value in row.words
        case AttributeKind.FLAG:
            return isinstance(value, bool)
        case AttributeKind.INT:
            return type(value) is int
        case AttributeKind.NUMBER:
            return value in row.words if isinstance(value, str) else type(value) in (int, float)
        case _:
            assert_never(row.kind)


def _flag(op: Op, row: OpRow) -> Iterator[Diagnostic]:
    """A flag goes from one pipe to another, with an id that exists."""
    event, pair = op.attributes.get("event"), op.attributes.get("pair")
    if isinstance(event, int) and not 0 <= event < EVENTS:
        yield _attribute(op, row, f"there is no event {event}, ids are 0 to {EVENTS - 1}")
    if isinstance(pair, int) and pair < 0:
        yield _attribute(op, row, f"the item number {pair} is negative")
    if event is not None and op.attributes.get("source") == op.attributes.get("target"):
        yield _attribute(op, row, "a flag orders two different pipes")


def _shared(op: Op, row: OpRow, stage: Stage) -> Iterator[Diagnostic]:
    """A view's and an accumulation's result is in its operand's memory, from allocate on at its bytes."""
    for name in filter(None, (row.view_of, row.tied)):
        for operand in op.operands[row.operand_index(name)]:
            for result in op.results:
                problem = _apart(type_of(operand), result.type, stage, inside=not row.tied)
                if problem:
                    yield StructureShared(
                        op.span, op=row.name, what="the result", other=f"`{name}`", problem=problem, label=problem
                    )


def _apart(source: Type, result: Type, stage: Stage, *, inside: bool) -> str:
    """How two tiles are not the same bytes; one `inside` the other may start later."""
    if not (isinstance(source, TileType) and isinstance(result, TileType)):
        return ""
    if source.memory is not result.memory:
        return f"they are in {_memory(source)} and {_memory(result)}"
    if not stage.offset or source.offset is None or result.offset is None:
        return ""
    if source.physical is None or result.physical is None:
        return ""
    end = source.offset + (source.nbytes - result.nbytes if inside else 0)
    if not source.offset <= result.offset <= end:
        return f"they are at 0x{source.offset:x} and 0x{result.offset:x}"
    return ""


def _memory(type_: TileType) -> str:
    return "no memory" if type_.memory is None else type_.memory.label


def _spelled(operand: Operand) -> str:
    return f"`%{operand.name}`" if isinstance(operand, Value) else f"{operand.value}"
