"""The whole op table as programs: for each architecture and dtype, the kernels of every row that takes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from ptodsl.ir.dtypes import DTYPES, FP16, FP32, INDEX, INT8, INT64, DType
from ptodsl.ir.nodes import Program
from ptodsl.machine import A2A3, ARCHITECTURES, Architecture
from ptodsl.ops import infer, infer_scalars
from ptodsl.ops.row import Family, Infer, OpRow
from ptodsl.ops.table import ROWS
from ptodsl.passes.vector_unit import dtypes_of as taken_by
from tests.st import op_movement, op_recipes, op_scalars
from tests.st.op_cases import Array, Case, arguments, named, program
from tests.st.op_recipes import Recipe

RECIPES: Mapping[Infer, Recipe] = {
    infer.unary: op_recipes.unary,
    infer.binary: op_recipes.binary,
    infer.with_scalar: op_recipes.with_scalar,
    infer.cast: op_recipes.cast,
    infer.row_reduction: op_recipes.row_reduction,
    infer.column_reduction: op_recipes.column_reduction,
    infer.row_expansion: op_recipes.row_expansion,
    infer.column_expansion: op_recipes.column_expansion,
    infer.matmul: op_recipes.matmul,
    infer.matmul_acc: op_recipes.matmul_acc,
    infer.load: op_movement.load,
    infer.store: op_movement.store,
    infer.move: op_movement.move,
    infer.created: op_movement.created,
    infer.slice_: op_movement.slice_,
    infer.set_validshape: op_movement.set_validshape,
    infer.reshape: op_movement.reshape,
    infer.transpose: op_movement.transpose,
}
"""How kernels are made for a row, by its typing rule."""

SCALAR_RECIPES: Mapping[Infer, Recipe] = {
    infer.cast: op_scalars.cast,
    infer_scalars.scalar_arithmetic: op_scalars.arithmetic,
    infer_scalars.scalar_floored: op_scalars.arithmetic,
    infer_scalars.scalar_division: op_scalars.division,
    infer_scalars.scalar_comparison: op_scalars.comparison,
    infer_scalars.scalar_unary: op_scalars.unary,
    infer_scalars.condition: op_scalars.condition,
    infer_scalars.create_tensor: op_scalars.create_tensor,
    infer_scalars.read: op_scalars.read,
    infer_scalars.dim: op_scalars.dim,
    infer_scalars.view: op_scalars.view,
    infer_scalars.reshape: op_scalars.reshape,
    infer_scalars.write: op_scalars.write,
}
"""The same for scalars and whole tensors."""

TRIED = tuple(row for row in ROWS.values() if row.family is not Family.SYNC)
"""Every row but those that order pipes, of which each placed kernel has some."""


def is_of_tiles(row: OpRow) -> bool:
    """Whether the row stands in kernels alone."""
    return row.family not in (Family.SCALAR, Family.TENSOR)


def recipe_of(row: OpRow) -> Recipe:
    """The recipe of a row."""
    recipes = RECIPES if is_of_tiles(row) else SCALAR_RECIPES
    assert row.infer is not None
    assert row.infer in recipes, (
        f"no test covers `{row.name}`: its typing rule `{row.infer.__name__}` has no recipe; "
        f"write one beside {op_recipes.__file__} and enter it in the table of {__file__}"
    )
    return recipes[row.infer]


def dtypes_of(row: OpRow, architecture: Architecture) -> tuple[DType, ...]:
    """The dtypes of its first tile, number or tensor that an architecture has the row for."""
    if not is_of_tiles(row):
        return tuple(row.dtypes or DTYPES.values())
    taken = frozenset(DTYPES.values()) if row.infer is infer.cast else taken_by(row, architecture)
    return tuple(dtype for dtype in DTYPES.values() if dtype in taken - {INDEX})


REPRESENTATIVES = frozenset({FP32, FP16, INT8, INT64})
"""One dtype of each size: what only moves bytes is tried in full on these."""


def cases_of(row: OpRow, dtype: DType, architecture: Architecture) -> Iterable[Case]:
    """The kernels for a row and dtype: all, or every third where dtypes of a size are alike."""
    cases = recipe_of(row)(row, dtype, architecture)
    moves = is_of_tiles(row) and row.numerics.exact and not row.computes and row.infer is not infer.cast
    return islice(cases, None, None, 3 if moves and dtype not in REPRESENTATIVES else 1)


def is_new(row: OpRow, dtype: DType, architecture: Architecture) -> bool:
    """Whether an architecture has a row for a dtype otherwise than the first architecture, or alone."""
    special = is_of_tiles(row) and (row.family is Family.MATRIX or row.infer is infer.cast)
    return architecture is A2A3 or special or (row.computes and dtype not in dtypes_of(row, A2A3))


@dataclass(frozen=True)
class Batch:
    """The kernels of one dtype, in one program."""

    arch: str
    dtype: DType

    @property
    def architecture(self) -> Architecture:
        """What its kernels are placed for."""
        return ARCHITECTURES[self.arch]

    @property
    def label(self) -> str:
        """Its name in reports."""
        return f"{self.arch}-{self.dtype.name}"

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """The kernels."""
        rows = [
            row
            for row in TRIED
            if self.dtype in dtypes_of(row, self.architecture) and is_new(row, self.dtype, self.architecture)
        ]
        return named(case for row in rows for case in cases_of(row, self.dtype, self.architecture))

    @cached_property
    def program(self) -> Program:
        """The frontend's IR of all of them."""
        return program(self.cases, self.label)

    def arguments(self) -> list[Array]:
        """Fresh arguments, the same every time."""
        return arguments(self.cases)


BATCHES = tuple(batch for arch in ARCHITECTURES for dtype in DTYPES.values() if (batch := Batch(arch, dtype)).cases)
