"""The body of one kernel as lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from typing_extensions import assert_never

from ptodsl.codegen import windows
from ptodsl.codegen.control import StatementEmitter, dtype_of
from ptodsl.codegen.lines import Line
from ptodsl.codegen.names import Scope
from ptodsl.codegen.variables import KernelVariables
from ptodsl.codegen.windows import Window
from ptodsl.errors import InternalError
from ptodsl.ir.nodes import Call, Function, Literal, Op, Operand, Value
from ptodsl.ir.span import Span
from ptodsl.ir.strides import contiguous_strides
from ptodsl.ir.types import Extent, ScalarType, TensorType, TileType
from ptodsl.ops import row as rows
from ptodsl.ops.elementwise import ROUNDING
from ptodsl.ops.extents import reshaped_valid
from ptodsl.ops.site import type_of
from ptodsl.ops.table import row_of
from ptodsl.ops.windows import window_of

ROUND_MODES = {mode: f"RoundMode::CAST_{mode.upper()}" for mode in ROUNDING}
"""The header's names of the rounding modes."""


_SETTERS: dict[tuple[int, ...], str] = {(0,): "SetValidRow", (1,): "SetValidCol", (0, 1): "SetValidShape"}
"""What sets the valid extents of some dims."""


class KernelEmitter(StatementEmitter):
    """Yields the lines of a kernel. `strided` are the parameters whose strides are arguments.

    A checked kernel is the same, and says besides what its instructions do not show.
    """

    variables: KernelVariables

    def __init__(self, function: Function, scope: Scope, strided: frozenset[str], *, is_checked: bool = False) -> None:
        super().__init__(scope, KernelVariables(function, scope))
        self.is_checked = is_checked
        self.function = function
        self.strided = strided
        self.windows: dict[str, str] = {}
        """Aliases of window types, by their C++ text."""
        self._forms: Mapping[str, Callable[[int, Op], Iterator[Line]]] = {
            "instruction": self._instruction,
            "cast": self._cast,
            "row_reduction": self._row_reduction,
            "load": self._load,
            "store": self._store,
            "extract": self._extract,
            "slice": self._nothing,
            "nothing": self._nothing,
            "flag": self._flag,
            "barrier": self._barrier,
            "scalar": self.scalar,
        }

    def body(self) -> list[Line]:
        """The statements, Return left out."""
        return list(self.block(1, self.function.body))

    def op(self, depth: int, op: Op) -> Iterator[Line]:
        """The lines of one op, by the form that its row names."""
        yield from self._valid_shapes(depth, op)
        yield from self._forms[row_of(op).emit](depth, op)

    def call(self, depth: int, call: Call) -> Iterator[Line]:
        """A kernel calls nothing."""
        raise InternalError(f"kernel `{self.function.name}` calls `{call.callee}`")

    def check_not_zero(self, depth: int, what: str, operand: Operand, span: Span) -> Iterator[Line]:
        """A kernel cannot stop: a checked one tells."""
        if self.is_checked and not isinstance(operand, Literal):
            yield self._said(depth, "not_zero", [f'"{what}"', self.spell(operand)], span)

    def _said(self, depth: int, what: str, operands: list[str], span: Span) -> Line:
        """A line of checked kernels alone."""
        return Line(depth, "instruction", {"mnemonic": f"pto::checked::{what}", "operands": operands}, span)

    def cpp_type(self, value: Value) -> str | None:
        """Scalars are assigned; tiles stay where they are."""
        return value.type.dtype.cpp if isinstance(value.type, ScalarType) else None

    def _operands(self, op: Op) -> list[str]:
        return [self.spell(operand) for group in op.operands for operand in group]

    # Valid shapes that run time decides

    def _valid_shapes(self, depth: int, op: Op) -> Iterator[Line]:
        """Gives the result's variable its extents where its type leaves them open."""
        for result in op.results:
            if isinstance(result.type, TileType):
                yield from self._set_valid(depth, result, self._extents(op), op.span)

    def _set_valid(self, depth: int, value: Value, extents: tuple[str, str], span: Span) -> Iterator[Line]:
        variable = self.variables.tile(value)
        dims = variable.spelling.dynamic
        if dims:
            arguments = ", ".join(extents[dim] for dim in dims)
            yield Line(
                depth, "set_valid", {"tile": variable.name, "setter": _SETTERS[dims], "extents": arguments}, span
            )

    def extent(self, value: Value, dim: int) -> str:
        """A tile's valid extent as C++ text: its number, or a question to the tile."""
        known = self.variables.tile(value).spelling.valid[dim]
        if known is not None:
            return str(known)
        return f"{self.variables.name(value)}.GetValid{('Row', 'Col')[dim]}()"

    def _extents(self, op: Op) -> tuple[str, str]:
        """The valid extents of an op's result as C++ text, by its row's rule."""
        type_ = op.result.type
        assert isinstance(type_, TileType)
        first, second = row_of(op).valid
        return self._extent_by_rule(op, first, type_, 0), self._extent_by_rule(op, second, type_, 1)

    def _extent_by_rule(self, op: Op, rule: rows.ExtentRule, type_: TileType, dim: int) -> str:
        if type_.valid[dim] is not None:
            return str(type_.valid[dim])
        match rule:
            case rows.Of(operand, source_dim):
                return self.extent(self._tile(op, operand), source_dim)
            case rows.Whole():
                return str(type_.shape[dim])
            case rows.Given():
                return self.spell(op.operands[row_of(op).operand_index("valid")][dim])
            case rows.Reshaped():
                return self._reshaped_extent(self._tile(op, "source"), type_, dim)
            case _:
                assert_never(rule)

    def _reshaped_extent(self, source: Value, type_: TileType, dim: int) -> str:
        """A turned row or column has its extents exchanged."""
        assert isinstance(source.type, TileType)
        marks: tuple[Extent, Extent] = (-1, -2)
        mark = reshaped_valid(marks, source.type.shape, type_.shape)[dim]
        return self.extent(source, 0 if mark == -1 else 1)

    def _tile(self, op: Op, operand: str) -> Value:
        (value,) = op.operands[row_of(op).operand_index(operand)]
        assert isinstance(value, Value)
        return value

    # Forms of statements, by `emit` of the op's row

    def _nothing(self, depth: int, op: Op) -> Iterator[Line]:
        return iter(())

    def _instruction(self, depth: int, op: Op) -> Iterator[Line]:
        operands = [self.spell(result) for result in op.results] + self._operands(op)
        yield self._instruction_line(depth, op, operands)

    def _cast(self, depth: int, op: Op) -> Iterator[Line]:
        mode = ROUND_MODES[str(op.attributes.get("mode", default_rounding(op)))]
        operands = [self.spell(op.result), *self._operands(op), mode, "SaturationMode::ON"]
        yield self._instruction_line(depth, op, operands)

    def _row_reduction(self, depth: int, op: Op) -> Iterator[Line]:
        """A reduction of rows; the header wants as many physical rows in its source as in the column."""
        source = op.operands[0][0]
        assert isinstance(source, Value)
        assert isinstance(op.result.type, TileType)
        assert op.result.type.physical is not None
        rows = op.result.type.physical[0]
        operands = [self.spell(op.result), self.variables.with_rows(source, rows), *self._operands(op)[1:]]
        yield from self._overlaid_valid(depth, source, operands[1], op.span)
        yield self._instruction_line(depth, op, operands)

    def _overlaid_valid(self, depth: int, source: Value, overlay: str, span: Span) -> Iterator[Line]:
        """The extents of a tile over another's bytes are the other's."""
        dims = self.variables.tile(source).spelling.dynamic
        if overlay != self.spell(source) and dims:
            extents = ", ".join(self.extent(source, dim) for dim in dims)
            yield Line(depth, "set_valid", {"tile": overlay, "setter": _SETTERS[dims], "extents": extents}, span)

    def _extract(self, depth: int, op: Op) -> Iterator[Line]:
        source, (row, column), _ = op.operands
        yield self._instruction_line(depth, op, [self.spell(op.result), *map(self.spell, (*source, row, column))])

    def _instruction_line(self, depth: int, op: Op, operands: list[str], template: str = "") -> Line:
        arguments = {"mnemonic": row_of(op).instruction + template, "operands": operands}
        return Line(depth, "instruction", arguments, op.span)

    def _flag(self, depth: int, op: Op) -> Iterator[Line]:
        yield Line(depth, "flag", {"function": op.name, **op.attributes}, op.span)

    def _barrier(self, depth: int, op: Op) -> Iterator[Line]:
        yield Line(depth, "barrier", op.attributes, op.span)

    # Transfers from and to global memory

    def _load(self, depth: int, op: Op) -> Iterator[Line]:
        (tensor,), offsets, _ = op.operands
        type_ = op.result.type
        sizes = op.attributes["sizes"]
        assert isinstance(type_, TileType)
        assert isinstance(sizes, tuple)
        view = self._window(depth, op, tensor, offsets, sizes, op.result)
        yield view
        yield self._instruction_line(depth, op, [self.spell(op.result), str(view.arguments["name"])])

    def _store(self, depth: int, op: Op) -> Iterator[Line]:
        (tile,), (tensor,), offsets = op.operands
        type_, target = type_of(tile), type_of(tensor)
        assert isinstance(tile, Value)
        assert isinstance(type_, TileType)
        assert isinstance(target, TensorType)
        view = self._window(depth, op, tensor, offsets, window_of(op, target), tile)
        yield view
        name = str(view.arguments["name"])
        atomic = f"<decltype({self.spell(tile)}), decltype({name}), AtomicType::AtomicAdd>"
        yield self._instruction_line(depth, op, [name, self.spell(tile)], atomic if op.attributes.get("atomic") else "")

    def _window(
        self, depth: int, op: Op, tensor: Operand, offsets: tuple[Operand, ...], sizes: tuple[int, ...], tile: Value
    ) -> Line:
        """The declaration of a transfer's window."""
        assert isinstance(tensor, Value)
        assert isinstance(tile.type, TileType)
        handle = self.variables.handle(tensor)
        assert isinstance(handle.type, TensorType)
        assert tile.type.layout is not None
        base = self.variables.name(handle)
        strides = self.strides(handle)
        extents = (self.extent(tile, 0), self.extent(tile, 1))
        view = windows.window(handle.type, sizes, strides, extents, tile.type.layout)
        name = self.scope.name(f"{base}_window")
        pointer = windows.address(base, offsets, strides, self.spell)
        arguments = {"type": self._window_alias(view), "name": name, "pointer": pointer, **_constructor(view)}
        return Line(depth, "window", arguments, op.span)

    def _window_alias(self, view: Window) -> str:
        """The alias of a window's type: `WindowFp32_16x64`."""
        text = str(view.spelling)
        if text not in self.windows:
            self.windows[text] = self.scope.name(view.spelling.alias)
        return self.windows[text]

    def strides(self, tensor: Value) -> list[str]:
        """The strides of a parameter as C++ text, in elements; run-time ones are arguments but for the innermost."""
        assert isinstance(tensor.type, TensorType)
        known = contiguous_strides(tensor.type.shape)
        if tensor.name not in self.strided:
            return [str(stride) for stride in known]
        base = self.variables.name(tensor)
        return [*(f"{base}_s{dim}" for dim in range(len(known) - 1)), "1"]


def default_rounding(op: Op) -> str:
    """The rounding of a cast that names none: to zero from float to integer, else to nearest even."""
    source, target = dtype_of(op.operands[0][0]), op.attributes["dtype"]
    return "trunc" if source.is_float and not getattr(target, "is_float", False) else "rint"


def _constructor(view: Window) -> dict[str, str]:
    """The arguments of a window's constructor beyond the pointer, only where run time gives extents or strides."""
    shape = f"{view.spelling.shape}({', '.join(view.extents)})" if None in view.spelling.sizes else ""
    stride = f"{view.spelling.stride}({', '.join(view.strides)})" if None in view.spelling.strides else ""
    if stride and not shape:
        shape = f"{view.spelling.shape}()"
    return {"shape": shape, "stride": stride}
