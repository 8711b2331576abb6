"""Shapes that kernels are tried in, and a kernel being written for one of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from ptodsl.ir.dtypes import INDEX, DType
from ptodsl.ops.row import OpRow
from tests.st.op_cases import Array, Case, Define, Fill, Number, Tensor

Shape = tuple[int, int]


@dataclass(frozen=True)
class Form:
    """The shape of the tiles that an op is tried on, and how much of them is valid.

    `kept`: the operands are stored after the op too, so that its result cannot take over their bytes.
    """

    name: str
    shape: Shape
    part: Shape | None = None
    at_run_time: bool = False
    kept: bool = False

    @property
    def valid(self) -> Shape:
        """The rows and columns that have meaning."""
        return self.part or self.shape


ODD = Form("odd", (13, 37))
ROW = Form("row", (1, 70), (1, 45))
COLUMN = Form("column", (9, 1))
PART = Form("part", (12, 48), (7, 33))
RAGGED = Form("ragged", (12, 48), (5, 41), at_run_time=True, kept=True)

FORMS = (ODD, ROW, COLUMN, RAGGED)
ROWS_ONLY = (ODD, ROW, RAGGED)


def cut(array: Array, valid: Shape) -> Array:
    """The valid part of a matrix, which is a row or column where it has only one."""
    rows, columns = (min(extent, limit) for extent, limit in zip(valid, array.shape, strict=True))
    return array[:rows, :columns]


def window(valid: Shape) -> tuple[slice, slice]:
    """The valid part as an index."""
    return slice(valid[0]), slice(valid[1])


@dataclass
class Draft:
    """A kernel being written."""

    row: OpRow
    form: Form
    lines: list[str] = field(default_factory=list[str])
    inputs: list[Tensor] = field(default_factory=list[Tensor])
    outputs: list[Tensor] = field(default_factory=list[Tensor])
    numbers: list[Number] = field(default_factory=list[Number])

    def number(self, name: str, dtype: DType, literal: str) -> str:
        """A scalar that only run time knows."""
        if all(number.name != name for number in self.numbers):
            self.numbers.append(Number(name, dtype, literal))
        return name

    def extents(self, valid: Shape) -> tuple[str, str]:
        """The valid extents of a tile as the kernel writes them."""
        if not self.form.at_run_time:
            return str(valid[0]), str(valid[1])
        rows, columns = (
            "1" if extent == 1 else self.number(name, INDEX, str(extent))
            for name, extent in zip(("rows", "columns"), valid, strict=True)
        )
        return rows, columns

    def load(
        self, name: str, dtype: DType, shape: Shape | None = None, fill: Fill = Fill.HOSTILE, memory: str = ""
    ) -> str:
        """A tile of a new input, valid as far as the form says."""
        shape = shape or self.form.shape
        self.inputs.append(Tensor(name, shape, dtype, fill))
        arguments = [name, "[0, 0]", str(list(shape))]
        valid = self.valid_of(shape)
        if valid != shape:
            arguments.append(f"valid_shape=[{', '.join(self.extents(valid))}]")
        if memory:
            arguments.append(f"target_memory=pl.MemorySpace.{memory}")
        self.lines.append(f"{name}_tile = pl.load({', '.join(arguments)})")
        return f"{name}_tile"

    def valid_of(self, shape: Shape) -> Shape:
        """The valid part of a tile of the form's shape, or of a row or column beside it."""
        rows, columns = (min(extent, limit) for extent, limit in zip(self.form.valid, shape, strict=True))
        return rows, columns

    def define(self, name: str, expression: str) -> str:
        """A value with a name."""
        self.lines.append(f"{name} = {expression}")
        return name

    def store(self, value: str, name: str, shape: Shape, dtype: DType) -> None:
        """A tile to a new output."""
        self.outputs.append(Tensor(name, shape, dtype, Fill.POISON))
        self.lines.append(f"pl.store({value}, [0, 0], {name})")

    def keep(self) -> None:
        """Store every operand again, where the form says so."""
        for tensor in self.inputs if self.form.kept else ():
            rows, columns = tensor.shape
            self.store(f"{tensor.name}_tile", f"{tensor.name}_kept", (rows, columns), tensor.dtype)

    def case(self, define: Define, variant: str = "") -> Case:
        """The kernel."""
        return Case(
            self.row.name,
            variant or self.form.name,
            tuple(self.lines),
            tuple(self.inputs),
            tuple(self.outputs),
            define,
            tuple(self.numbers),
        )
