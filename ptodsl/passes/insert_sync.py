"""The pass that orders the pipes: flags between them, barriers within them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from ptodsl.ir.nodes import Function, FunctionKind, Op, Program
from ptodsl.ir.rewrite import walk
from ptodsl.machine import Architecture
from ptodsl.ops.row import Family
from ptodsl.ops.table import row_of
from ptodsl.passes.sync.placement import place
from ptodsl.passes.sync.plan import plan


@dataclass(frozen=True)
class InsertSync:
    """Orders every hazard of every kernel, with no flag or barrier to spare, and ends each with a barrier of all pipes.

    Needs tiles with addresses and temporaries that are explicit. Gives `set_flag`, `wait_flag` and `pipe_barrier`
    statements, those of one item under one number (`pair`). A kernel that already has such statements was ordered by
    hand and stays as it is. Raises nothing of the user's: an order that flags cannot express waits for all pipes.
    """

    name: ClassVar[str] = "insert_sync"

    def run(self, program: Program, architecture: Architecture) -> Program:
        """The program with its kernels ordered."""
        return replace(program, functions=tuple(_ordered(function, architecture) for function in program.functions))


def _ordered(function: Function, architecture: Architecture) -> Function:
    if function.kind is not FunctionKind.KERNEL or _is_ordered_by_hand(function):
        return function
    return place(function, plan(function, architecture))


def _is_ordered_by_hand(function: Function) -> bool:
    return any(isinstance(op, Op) and row_of(op).family is Family.SYNC for op in walk(function.body))
