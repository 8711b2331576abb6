"""The pass that makes every statement one that the instructions of an architecture can execute."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from typing_extensions import assert_never

from ptodsl.errors import Diagnostic, Note
from ptodsl.errors.memory import ColumnRefused, LayoutsDiffer, ScratchTooSmall
from ptodsl.ir.hardware import Layout
from ptodsl.ir.nodes import (
    AttributeValue,
    Block,
    Call,
    For,
    Function,
    If,
    Op,
    Operand,
    Program,
    Return,
    Statement,
    Value,
    Yield,
)
from ptodsl.ir.rewrite import Rewriter, yielded
from ptodsl.ir.strides import Strides, passed_strides
from ptodsl.ir.tiles import tile_of
from ptodsl.ir.types import TileType
from ptodsl.machine import Architecture
from ptodsl.ops.row import OperandRow, OpRow
from ptodsl.ops.table import result_of, row_of
from ptodsl.passes.base import over_kernels
from ptodsl.passes.columns import Columns
from ptodsl.passes.layouts import formed, is_column
from ptodsl.passes.multiples import Multiples
from ptodsl.passes.rules import legal_form
from ptodsl.passes.scratch import scratch_type, shared
from ptodsl.passes.vector_unit import dtype_mistake


@dataclass(frozen=True)
class Legalize:
    """Every tile gets its physical shape and layout, and every op operands that its instruction takes.

    Needs: a memory in every tile type.
    Gives: physical shapes and layouts; columns reshaped to rows where an instruction needs rows, and back; scratch
    operands; slices that are views, others as `extract`; conversions that the architecture has.
    Raises: E0411 to E0418.
    """

    name: ClassVar[str] = "legalize"

    def run(self, program: Program, architecture: Architecture) -> Program:
        """The program, its kernels legal."""
        passed = passed_strides(program)
        return over_kernels(
            program,
            lambda kernel, mistakes: Legalizer(kernel, architecture, mistakes, passed[kernel.name]).legalized(),
        )


@dataclass
class Legalizer:
    """Legalizes one kernel, statement by statement; what it cannot is added to `mistakes`."""

    function: Function
    architecture: Architecture
    mistakes: list[Diagnostic]
    passed: Mapping[str, Collection[Strides]]
    """The strides that calls pass, by parameter."""
    rewriter: Rewriter = field(init=False)
    columns: Columns = field(init=False)
    multiples: Multiples = field(init=False)

    def __post_init__(self) -> None:
        self.rewriter = Rewriter(self._transform, self._enter)
        self.columns = Columns(self.architecture, self.rewriter)
        self.multiples = Multiples.of(self.function)

    def legalized(self) -> Function:
        """The legal kernel."""
        self.mistakes += shared(self.function)
        return self.rewriter.function(self.function)

    def _enter(self, statement: Statement) -> None:
        """Forms what a loop carries as its initial values are."""
        if isinstance(statement, For):
            for initial, carried, result in zip(statement.initial, statement.carried, statement.results, strict=True):
                layout = type_.layout if (type_ := tile_of(initial)) is not None else None
                self.formed(carried, layout)
                self.formed(result, layout)

    def formed(self, value: Value, layout: Layout | None = None) -> Value:
        """The successor of a tile, physical shape and layout filled in; any other value as it is."""
        if not isinstance(value.type, TileType):
            return value
        return self.rewriter.retype(value, formed(value.type, self.architecture, layout))

    def _transform(self, statement: Statement) -> Iterable[Statement]:
        match statement:
            case Op():
                after = self._op(statement)
            case For():
                after = [self._loop(statement)]
            case If():
                after = [self._branch(statement)]
            case Yield(values=values) | Return(values=values):
                after = [replace(statement, values=self._present(values, statement))]
            case Call():
                after = [statement]
            case _:
                assert_never(statement)
        before, self.columns.before = self.columns.before, []
        return (*before, *after)

    def _loop(self, loop: For) -> For:
        self._agree(loop.body, loop.carried)
        return replace(loop, initial=self._present(loop.initial, loop))

    def _branch(self, branch: If) -> If:
        """The branch with its results formed as the first side's values are."""
        first = yielded(branch.then)
        for value, result in zip(first, branch.results, strict=True):
            self.formed(result, type_.layout if (type_ := tile_of(value)) is not None else None)
        results = tuple(self.rewriter.value(value) for value in branch.results)
        self._agree(branch.orelse, results)
        return replace(branch, results=results)

    def _agree(self, block: Block, targets: tuple[Value, ...]) -> None:
        """The values that leave a block have the layouts of those that they become."""
        for value, target in zip(yielded(block), targets, strict=True):
            has, needs = tile_of(value), tile_of(target)
            if has is not None and needs is not None and has.layout is not needs.layout:
                assert isinstance(value, Value)
                self.mistakes.append(_layouts_differ(value, has, target, needs))

    def _present(self, operands: tuple[Operand, ...], at: Statement) -> tuple[Operand, ...]:
        """Operands in the form that their types say."""
        return tuple(self.columns.as_column(operand, at.span) for operand in operands)

    def _op(self, op: Op) -> list[Statement]:
        """What stands in the place of an op."""
        self.note(dtype_mistake(op, self.architecture))
        return legal_form(self, op)

    def note(self, mistake: Diagnostic | None) -> None:
        """Keeps a mistake, if there is one."""
        if mistake is not None:
            self.mistakes.append(mistake)

    def plain(self, op: Op) -> list[Statement]:
        """An op as its row has it: columns as rows where all its tiles are columns, or where it needs rows."""
        row = row_of(op)
        if not _is_elementwise(op):
            self.mistakes += self._columns_refused(op, row)
        operands = tuple(
            tuple(self._operand(operand, operand_row, op) for operand in group)
            for operand_row, group in zip(row.operands, op.operands, strict=True)
        )
        operands = self._scratched(op, row, operands)
        return [self.finished(op if operands == op.operands else replace(op, operands=operands))]

    def _columns_refused(self, op: Op, row: OpRow) -> list[Diagnostic]:
        """A mistake for each operand that must be rows and is a column of more than one element."""
        return [
            _column_refused(op, operand_row, type_)
            for operand_row, group in zip(row.operands, op.operands, strict=True)
            for operand in group
            if Layout.ND in operand_row.layouts
            and (type_ := tile_of(operand)) is not None
            and is_column(type_)
            and type_.shape[0] > 1
        ]

    def _operand(self, operand: Operand, row: OperandRow, op: Op) -> Operand:
        as_form = self.columns.as_row if Layout.ND in row.layouts else self.columns.as_column
        return as_form(operand, op.span)

    def _scratched(
        self, op: Op, row: OpRow, operands: tuple[tuple[Operand, ...], ...]
    ) -> tuple[tuple[Operand, ...], ...]:
        """The operands with a temporary where the row has one: the user's, checked, or a new one."""
        return tuple(
            group
            if operand_row.scratch is None
            else (self._scratch(op, row, operand_row, group, tile_of(operands[0][0])),)
            for operand_row, group in zip(row.operands, operands, strict=True)
        )

    def _scratch(
        self, op: Op, row: OpRow, operand: OperandRow, given: tuple[Operand, ...], source: TileType | None
    ) -> Operand:
        assert source is not None
        assert operand.scratch is not None
        type_ = scratch_type(operand.scratch, source, self.architecture)
        if not given:
            scratch = Value("tmp", type_, op.span)
            attributes: dict[str, AttributeValue] = {"shape": type_.shape, "dtype": type_.dtype}
            self.columns.before.append(Op("create_tile", (), attributes, (scratch,), op.span))
            return scratch
        has = tile_of(given[0])
        assert has is not None
        if has.nbytes < type_.nbytes:
            self.mistakes.append(ScratchTooSmall(op.span, op=row.label, needed=type_.nbytes, given=has.nbytes))
        return given[0]

    def finished(self, op: Op) -> Op:
        """The op with its result formed; a column that it makes as a row stands for that row."""
        if not op.results or not isinstance(op.result.type, TileType):
            return op
        layout = self._result_layout(op)
        if is_column(op.result.type) and layout is Layout.ND:
            return replace(op, results=(self._row_of(op.result),))
        return replace(op, results=(self.formed(op.result, layout),))

    def _result_layout(self, op: Op) -> Layout | None:
        """The layout that the row gives its result, a view's that of its source; None for the memory's own."""
        row = row_of(op)
        if row.view_of:
            source = tile_of(op.operands[row.operand_index(row.view_of)][0])
            assert source is not None
            return source.layout
        result = result_of(op)
        return result.layout if result is not None else None

    def _row_of(self, column: Value) -> Value:
        """A new row that holds what a column, the result of an op, should: the column stands for it."""
        column = self.formed(column)
        type_ = tile_of(column)
        assert type_ is not None
        row = Value(column.name, self.columns.row_type(type_), column.span)
        self.columns.stand_for(column, row)
        return row


def _is_elementwise(op: Op) -> bool:
    """Whether all tiles of an op have one shape and are rows, so that it may as well work on the turned ones."""
    row = row_of(op)
    if not op.results or row.result is None or row.result.layout is not Layout.ND:
        return False
    result = tile_of(op.result)
    return all(
        Layout.ND in operand_row.layouts and result is not None and type_.shape == result.shape
        for operand_row, group in zip(row.operands, op.operands, strict=True)
        for operand in group
        if (type_ := tile_of(operand)) is not None
    )


def _layouts_differ(value: Value, has: TileType, target: Value, needs: TileType) -> Diagnostic:
    assert has.layout is not None
    assert needs.layout is not None
    first, second = needs.layout.value, has.layout.value
    note = Note(f"{second} comes from here", value.span)
    return LayoutsDiffer(target.span, [note], name=target.name, first=first, second=second)


def _column_refused(op: Op, operand: OperandRow, type_: TileType) -> Diagnostic:
    rows = type_.shape[0]
    return ColumnRefused(
        op.span,
        op=row_of(op).label,
        operand=operand.name,
        shape=f"[{rows}, 1]",
        how=f"`pl.reshape` it to the row [1, {rows}], or use an elementwise op, which takes columns as they are",
    )
