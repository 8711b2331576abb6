"""Judges placed IR that people write or edit: how far it is, then its form, its placement and its order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ptodsl.errors import Diagnostic, PtoError
from ptodsl.errors.memory import StageTooEarly
from ptodsl.errors.names import StructureShared
from ptodsl.errors.sync import NothingOrdered
from ptodsl.ir.nodes import Function, FunctionKind, Op, Program
from ptodsl.ir.rewrite import values_of, walk
from ptodsl.ir.types import TileType
from ptodsl.machine import Architecture
from ptodsl.ops.row import Family
from ptodsl.ops.table import ROWS
from ptodsl.verify.placement import verify_placement
from ptodsl.verify.structure import verify_structure
from ptodsl.verify.sync import Rules, verify_sync

_UNFILLED = (("frontend", "memory"), ("infer_memory", "layout"), ("legalize", "offset"))
"""The last stage whose tiles lack something, and what of their types is unfilled then."""


def is_written(program: Program) -> bool:
    """Whether a program's tiles have addresses already, as in text of a late stage."""
    tiles = (value.type for kernel in _kernels(program) for value in values_of(kernel))
    return any(isinstance(type_, TileType) and type_.offset is not None for type_ in tiles)


def verify_written(
    program: Program, architecture: Architecture, *, strict: bool = False, strict_flags: bool = False
) -> tuple[Diagnostic, ...]:
    """The notes on a placed and ordered program; raises PtoError with all that is wrong, whoever wrote it.

    By default as code that others wrote is judged; `strict` and `strict_flags` as in `verify_sync`.
    """
    early = [finding for kernel in _kernels(program) for finding in _unplaced(kernel)]
    if early:
        raise PtoError(early)
    notes: list[Diagnostic] = []
    errors = _raised(lambda: verify_structure(program, "allocate"), notes)
    # Where values do not share bytes that they must share, verify_placement says with which.
    errors = [error for error in errors if not isinstance(error, StructureShared)]
    if not errors:
        rules = Rules(strict, strict_flags)
        errors = _raised(lambda: verify_placement(program, architecture), notes)
        errors += [error for kernel in _kernels(program) for error in _unordered(kernel, architecture, rules, notes)]
    if errors:
        raise PtoError(errors)
    return tuple(notes)


def _unordered(
    kernel: Function, architecture: Architecture, rules: Rules, notes: list[Diagnostic]
) -> Iterator[Diagnostic]:
    """What is wrong with the order of one kernel; if it has none, that first."""
    alone = Program(kernel.name, (kernel,), kernel.span)
    errors = _raised(lambda: verify_sync(alone, architecture, **vars(rules)), notes)
    ops = (statement for statement in walk(kernel.body) if isinstance(statement, Op) and statement.name in ROWS)
    if errors and not any(ROWS[op.name].family is Family.SYNC for op in ops):
        yield NothingOrdered(kernel.span, kernel=kernel.name)
    yield from errors


def _raised(verify: Callable[[], object], notes: list[Diagnostic]) -> list[Diagnostic]:
    """What a verifier refuses; its notes go to `notes`."""
    try:
        found = verify()
    except PtoError as error:
        return list(error.diagnostics)
    notes += found if isinstance(found, tuple) else ()
    return []


def _kernels(program: Program) -> list[Function]:
    return [function for function in program.functions if function.kind is FunctionKind.KERNEL]


def _unplaced(kernel: Function) -> Iterator[Diagnostic]:
    """That the kernel is at an earlier stage; where only some tiles lack something, verify_placement names them."""
    tiles = [value.type for value in values_of(kernel) if isinstance(value.type, TileType)]
    for at, (stage, field) in enumerate(_UNFILLED):
        if tiles and all(getattr(tile, field) is None for tile in tiles):
            missing = ", ".join(name for _, name in _UNFILLED[at:])
            yield StageTooEarly(kernel.span, kernel=kernel.name, stage=stage, missing=missing)
            return
