"""Whether one kind of core runs a whole kernel, by the pipes of its ops and the memories of its tiles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ptodsl.errors import Diagnostic, Note
from ptodsl.errors.memory import CoreDiffers, CoresMixed
from ptodsl.ir.cores import pipe_of
from ptodsl.ir.hardware import Core, Memory
from ptodsl.ir.nodes import Function, Op, Value
from ptodsl.ir.rewrite import walk
from ptodsl.ir.types import TileType
from ptodsl.machine import Architecture
from ptodsl.ops.table import row_of


def owners(architecture: Architecture) -> dict[Memory, Core]:
    """The core of each memory that only one kind of core works on."""
    return {memory: core for memory in architecture.memories if (core := architecture.owner(memory)) is not None}


def mixed_cores(function: Function, architecture: Architecture, owner: Mapping[Memory, Core]) -> Diagnostic | None:
    """What is wrong with the cores that a kernel's ops need, and its tiles by `owner`; None where one core runs all."""
    first: dict[Core, Op] = {}
    for core, op in _cores_used(function, architecture, owner):
        if function.core not in (None, core):
            assert function.core is not None
            return CoreDiffers(
                op.span,
                kernel=function.name,
                declared=function.core.value,
                needed=core.value,
                op=row_of(op).label,
            )
        first.setdefault(core, op)
    if len(first) < 2:
        return None
    (core, op), (other_core, other) = first.items()
    return CoresMixed(
        other.span,
        [Note(f"{core.value} core", op.span)],
        kernel=function.name,
        first=core.value,
        other=row_of(op).label,
        second=other_core.value,
        op=row_of(other).label,
    )


def _cores_used(
    function: Function, architecture: Architecture, owner: Mapping[Memory, Core]
) -> Iterator[tuple[Core, Op]]:
    """Each op that only one kind of core can run, by its pipe or by the memory of a tile, with that kind."""
    for statement in walk(function.body):
        if isinstance(statement, Op) and (pipe := pipe_of(statement, architecture)) is not None:
            core = architecture.core_of(pipe) or next(_owners(statement, owner), None)
            if core is not None:
                yield core, statement


def _owners(op: Op, owner: Mapping[Memory, Core]) -> Iterator[Core]:
    for operand in (*(operand for group in op.operands for operand in group), *op.results):
        if isinstance(operand, Value) and isinstance(operand.type, TileType):
            core = None if operand.type.memory is None else owner.get(operand.type.memory)
            if core is not None:
                yield core
