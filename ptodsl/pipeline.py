"""The way from the frontend's IR to placed, ordered and verified IR: one tuple, read top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ptodsl.ir.nodes import Function, FunctionKind, Program
from ptodsl.machine import ARCHITECTURES, Architecture
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

    Raises PtoError for what the user must mend.
    """
    verify_structure(program, FRONTEND)
    done = [Stage(FRONTEND, program)]
    for one in PASSES:
        if done[-1].name == until:
            break
        program = one.run(program, architecture)
        verify_structure(program, one.name)
        done.append(Stage(one.name, program))
    return done


def place(program: Program, architecture: Architecture) -> Program:
    """The placed and ordered program, verified."""
    return verified(stages(program, architecture)[-1].program, architecture)


def verified(placed: Program, architecture: Architecture) -> Program:
    """The same program, once every verifier has passed it."""
    for verify in VERIFIERS:
        verify(placed, architecture)
    return placed


def schedule(allocated: Program, architecture: Architecture) -> str:
    """What `insert_sync` plans for each kernel of a program whose tiles have addresses, in words."""
    kernels = (function for function in allocated.functions if function.kind is FunctionKind.KERNEL)
    return "\n".join(f"{kernel.name}\n" + _described(kernel, architecture) for kernel in kernels)


def _described(kernel: Function, architecture: Architecture) -> str:
    return "".join(f"  {line}\n" for line in describe(plan(kernel, architecture)))
