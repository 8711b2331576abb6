"""The whole op table as programs: for each architecture and dtype, the kernels of every row that takes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ptodsl.ir.dtypes import DTYPES, INDEX, DType
from ptodsl.ir.hardware import Pipe
from ptodsl.ir.nodes import Program
from ptodsl.machine import ARCHITECTURES, Architecture
from ptodsl.ops import infer
from ptodsl.ops.row import Family, Infer, OpRow
from ptodsl.ops.table import ROWS
from ptodsl.passes.vector_unit import able
from tests.st import op_movement, op_recipes
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

TILES = tuple(row for row in ROWS.values() if row.family not in (Family.SCALAR, Family.TENSOR, Family.SYNC))
"""Rows of kernels. Those of synchronisation stand in every placed kernel."""


def recipe_of(row: OpRow) -> Recipe:
    """The recipe of a row."""
    assert row.infer in RECIPES, (
        f"no test covers `{row.name}`: its typing rule `{getattr(row.infer, '__name__', row.infer)}` has no recipe; "
        f"write one beside tests/st/op_recipes.py and enter it in RECIPES of {__file__}"
    )
    return RECIPES[row.infer]


def dtypes_of(row: OpRow, architecture: Architecture) -> tuple[DType, ...]:
    """The dtypes of its first tile that an architecture has the row for."""
    taken = (row.dtypes or frozenset(DTYPES.values())) - {INDEX}
    if row.computes:
        taken &= able(row.instruction, architecture)
    elif row.pipe is Pipe.V and row.infer is not infer.cast:
        taken = frozenset(dtype for dtype in taken if dtype.size < 8)
    return tuple(dtype for dtype in DTYPES.values() if dtype in taken)


@dataclass(frozen=True)
class Batch:
    """The kernels of one dtype, of one program."""

    arch: str
    dtype: DType
    family: Family

    @property
    def architecture(self) -> Architecture:
        """What its kernels are placed for."""
        return ARCHITECTURES[self.arch]

    @property
    def label(self) -> str:
        """Its name in reports."""
        return f"{self.arch}-{self.dtype.name}-{self.family.name.lower()}"

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """The kernels."""
        rows = (row for row in TILES if row.family is self.family and self.dtype in dtypes_of(row, self.architecture))
        return named(case for row in rows for case in recipe_of(row)(row, self.dtype, self.architecture))

    @cached_property
    def program(self) -> Program:
        """The frontend's IR of all of them."""
        return program(self.cases, self.label)

    def arguments(self) -> list[Array]:
        """Fresh arguments, the same every time."""
        return arguments(self.cases)


def _batches() -> Iterator[Batch]:
    for architecture in ARCHITECTURES.values():
        for dtype in DTYPES.values():
            for family in Family:
                batch = Batch(architecture.name, dtype, family)
                if any(row.family is family and dtype in dtypes_of(row, architecture) for row in TILES):
                    yield batch


BATCHES = tuple(_batches())
