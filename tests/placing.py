"""Kernels as text, taken through the passes that place them."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from ptodsl.errors import Diagnostic, PtoError
from ptodsl.ir.compare import difference
from ptodsl.ir.nodes import Op, Program
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from ptodsl.ir.rewrite import walk
from ptodsl.machine import A2A3, Architecture
from ptodsl.passes.allocate import Allocate
from ptodsl.passes.base import Pass
from ptodsl.passes.infer_memory import InferMemory
from ptodsl.passes.legalize import Legalize
from ptodsl.verify.placement import verify_placement
from ptodsl.verify.structure import verify_structure

INFER: tuple[Pass, ...] = (InferMemory(),)
LEGAL: tuple[Pass, ...] = (InferMemory(), Legalize())
PLACED: tuple[Pass, ...] = (InferMemory(), Legalize(), Allocate())


def kernel(parameters: str, body: str) -> Program:
    """A program of one kernel without results."""
    lines = indent(dedent(body).strip("\n"), "  ")
    return parse(f"ptodsl-ir 1\nprogram @P\n\nkernel @k({parameters}) {{\n{lines}\n  return\n}}\n", "kernel.ir")


def after(passes: tuple[Pass, ...], program: Program, architecture: Architecture = A2A3) -> Program:
    """The program after passes; what each gives reads back to itself, and what the last places is verified."""
    for one in passes:
        program = one.run(program, architecture)
        verify_structure(program, one.name)
        assert difference(parse(print_program(program)), program) is None, one.name
    if passes is PLACED:
        verify_placement(program, architecture)
    return program


def body(program: Program) -> list[str]:
    """The statements of the only kernel, without its `return`."""
    lines = print_program(program).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("kernel"))
    return [line[2:] for line in lines[start + 1 : -2]]


def lines(passes: tuple[Pass, ...], parameters: str, text: str, architecture: Architecture = A2A3) -> list[str]:
    """The statements of a kernel after passes."""
    return body(after(passes, kernel(parameters, text), architecture))


def ops(program: Program) -> list[str]:
    """The names of the ops of the only kernel, in order."""
    return [statement.name for statement in walk(program.functions[0].body) if isinstance(statement, Op)]


def mistakes(
    passes: tuple[Pass, ...], parameters: str, text: str, architecture: Architecture = A2A3
) -> tuple[Diagnostic, ...]:
    """What the passes refuse a kernel for."""
    with pytest.raises(PtoError) as caught:
        after(passes, kernel(parameters, text), architecture)
    assert all(mistake.help for mistake in caught.value.diagnostics), "every mistake has a remedy"
    assert str(caught.value)
    return caught.value.diagnostics


def mistake(passes: tuple[Pass, ...], parameters: str, text: str, architecture: Architecture = A2A3) -> Diagnostic:
    """The only thing that the passes refuse a kernel for."""
    (only,) = mistakes(passes, parameters, text, architecture)
    return only
