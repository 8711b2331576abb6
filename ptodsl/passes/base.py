"""What a pass is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, Protocol

from ptodsl.errors import Diagnostic, PtoError
from ptodsl.ir.nodes import Function, FunctionKind, Program
from ptodsl.machine import Architecture


class Pass(Protocol):
    """A step of the pipeline: a frozen dataclass, its fields its options."""

    name: ClassVar[str]

    def run(self, program: Program, architecture: Architecture) -> Program:
        """The program after the step; raises `PtoError` with every mistake of the user's that the step finds."""
        ...


KernelStep = Callable[[Function, "list[Diagnostic]"], Function]


def over_kernels(program: Program, step: KernelStep) -> Program:
    """The program with every kernel passed through `step`, whose mistakes are raised together at the end."""
    mistakes: list[Diagnostic] = []
    functions = tuple(
        step(function, mistakes) if function.kind is FunctionKind.KERNEL else function for function in program.functions
    )
    if mistakes:
        raise PtoError(mistakes)
    return replace(program, functions=functions)
