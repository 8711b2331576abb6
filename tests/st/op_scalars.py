"""How kernels and orchestrations are made for the rows of scalars and of whole tensors."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from ptodsl.ir.dtypes import BOOL, DTYPES, FP32, INDEX, INT32, DType, Kind
from ptodsl.machine import Architecture
from ptodsl.ops import infer_scalars
from ptodsl.ops.row import Infer, OpRow
from tests.st import op_definitions as definitions
from tests.st.op_cases import Array, Arrays, Case, Expected, Fill, Number, Tensor

SAMPLES = 12
"""How many pairs of numbers each op is tried on."""

WORD = 1 << 16
"""Whole numbers leave a kernel in words of 16 bits, four of them, each as an INT32 tile."""


class _Renamed(ast.NodeTransformer):
    """Puts names in the places of an example's operands, in order; the names of functions and dtypes stay."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = iter(names)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(next(self.names), ast.Load())

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Name(next(self.names), ast.Load())


def expression(row: OpRow, *names: str) -> str:
    """The row's example with other operands."""
    return ast.unparse(_Renamed(names).visit(ast.parse(row.example, mode="eval")))
