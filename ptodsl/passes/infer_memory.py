"""The pass that gives every tile a memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ptodsl.errors import Diagnostic
from ptodsl.ir.nodes import Function, Program
from ptodsl.ir.rewrite import retyped
from ptodsl.machine import Architecture
from ptodsl.passes.base import over_kernels
from ptodsl.passes.dead_carries import without_dead_carries
from ptodsl.passes.moves import Moves
from ptodsl.passes.one_core import mixed_cores, owners
from ptodsl.passes.places import Places
from ptodsl.passes.routes import Routes


@dataclass(frozen=True)
class InferMemory:
    """Every tile of a kernel gets a memory, and moves stand wherever an op reads from another one.

    Needs: IR as the frontend built it, types checked; memories that the user wrote are in the types.
    Gives: a memory in every tile type; every operand in a memory that its op reads; each kernel on one kind of core;
    no loop carry and no merge of branches that nothing reads.
    Raises: E0401 to E0405.
    """

    name: ClassVar[str] = "infer_memory"

    def run(self, program: Program, architecture: Architecture) -> Program:
        """The program, its kernels placed in memories."""
        return over_kernels(program, lambda function, mistakes: _infer(function, architecture, mistakes))


def _infer(function: Function, architecture: Architecture, mistakes: list[Diagnostic]) -> Function:
    core = mixed_cores(function, architecture, {})
    if core is not None:
        mistakes.append(core)
        return function
    before = len(mistakes)
    function = without_dead_carries(function)
    routes = Routes(architecture)
    placed = retyped(function, Places(function, routes, mistakes).types())
    if len(mistakes) > before:
        return function
    moved = Moves(routes, mistakes).function(placed)
    core = mixed_cores(moved, architecture, owners(architecture)) if len(mistakes) == before else None
    mistakes += [core] if core is not None else []
    return moved
