"""The way from the frontend's IR to placed, ordered and verified IR: one tuple, read top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ptodsl.errors import PassRefused, PtoError
from ptodsl.ir.nodes import Function, FunctionKind, Op, Program
from ptodsl.ir.printer import print_program
from ptodsl.ir.rewrite import walk
from ptodsl.machine import ARCHITECTURES, Architecture
from ptodsl.ops.row import Family
from ptodsl.ops.table import row_of
from ptodsl.passes.allocate import Allocate
from ptodsl.passes.base import Pass
from ptodsl.passes.check_outputs import CheckOutputs
from ptodsl.passes.check_types import CheckTypes
from ptodsl.passes.infer_memory import InferMemory
from ptodsl.passes.insert_sync import InsertSync
from ptodsl.passes.legalize import Legalize
from ptodsl.passes.sync.description import describe
from ptodsl.passes.sync.plan import plan
from ptodsl.verify.placement import verify_placement
from ptodsl.verify.stages import asks_more
from ptodsl.verify.structure import verify_structure
from ptodsl.verify.sync import verify_sync

CHECKS: tuple[Pass, ...] = (CheckTypes(), CheckOutputs())
"""What decoration already runs: what is wrong for every architecture."""

PLACEMENT: tuple[Pass, ...] = (InferMemory(), Legalize(), Allocate(), InsertSync())
"""From values to addresses and flags, for one architecture."""

PASSES: tuple[Pass, ...] = CHECKS + PLACEMENT

VERIFIERS: tuple[Callable[[Program, Architecture], object], ...] = (verify_placement, verify_sync)
"""What judges the placed program, independently of the passes that made it."""

FRONTEND = "frontend"
"""The name of the stage before the first pass."""

STAGES: tuple[str, ...] = (FRONTEND, *(one.name for one in PASSES))


@dataclass(frozen=True)
class Stage:
    """A program after a pass."""

    name: str
    program: Program


def check(program: Program) -> None:
    """Raises PtoError for what is wrong with a program whatever the architecture."""
    verify_structure(program, FRONTEND)
    for one in CHECKS:
        one.run(program, next(iter(ARCHITECTURES.values())))


def stages(program: Program, architecture: Architecture, until: str = STAGES[-1]) -> list[Stage]:
    """The program after each pass up to `until`, its structure verified between any two.

    Raises PtoError for what the user must mend, PassRefused for what a pass must not have made.
    """
    verify_structure(program, FRONTEND)
    done = [Stage(FRONTEND, program)]
    by_hand = _ordered_by_hand(program)
    for one in PASSES:
        if done[-1].name == until:
            break
        made = one.run(program, architecture)
        if made is not program or asks_more(one.name, done[-1].name):
            _judge(verify_structure, made, one.name, one.name, its_own=one is not PASSES[-1] or not by_hand)
        program = made
        done.append(Stage(one.name, program))
    return done


def place(program: Program, architecture: Architecture) -> Program:
    """The placed and ordered program, proven."""
    return proven(stages(program, architecture), architecture)


def proven(done: Sequence[Stage], architecture: Architecture) -> Program:
    """The program of the last stage, once every verifier has passed it.

    Raises PtoError for what is wrong with kernels that the user ordered by hand, PassRefused for all else: nobody but
    the passes placed the tiles and ordered the other kernels.
    """
    placed, by_hand = done[-1].program, _ordered_by_hand(done[0].program)
    _judge(verify_placement, placed, architecture, "allocate", its_own=True)
    if by_hand:
        ours = tuple(function for function in placed.functions if function.name not in by_hand)
        _judge(verify_sync, replace(placed, functions=ours), architecture, "insert_sync", its_own=True)
    _judge(verify_sync, placed, architecture, "insert_sync", its_own=not by_hand)
    return placed


def verified(placed: Program, architecture: Architecture) -> Program:
    """The same program, whoever placed it, once every verifier has passed it. Raises PtoError."""
    for verify in VERIFIERS:
        verify(placed, architecture)
    return placed


_Given = TypeVar("_Given")


def _judge(
    verify: Callable[[Program, _Given], object], program: Program, given: _Given, made: str, *, its_own: bool
) -> None:
    """Passes a program to a verifier; what that refuses of a pass's own making is no mistake of the user's."""
    try:
        verify(program, given)
    except PtoError as error:
        if not its_own:
            raise
        raise PassRefused(verify.__name__, made, print_program(program), error) from error


def _ordered_by_hand(program: Program) -> frozenset[str]:
    """The kernels that have flags or barriers before any pass could have put them there."""
    return frozenset(
        function.name
        for function in program.functions
        if any(isinstance(op, Op) and row_of(op).family is Family.SYNC for op in walk(function.body))
    )


def schedule(allocated: Program, architecture: Architecture) -> str:
    """What `insert_sync` plans for each kernel of a program whose tiles have addresses, in words."""
    kernels = (function for function in allocated.functions if function.kind is FunctionKind.KERNEL)
    return "\n".join(f"{kernel.name}\n" + _described(kernel, architecture) for kernel in kernels)


def _described(kernel: Function, architecture: Architecture) -> str:
    return "".join(f"  {line}\n" for line in describe(plan(kernel, architecture)))
