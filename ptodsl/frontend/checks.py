"""The checks that decorating a program runs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from ptodsl.errors import Diagnostic, PtoError
from ptodsl.ir.nodes import Call, Program
from ptodsl.ir.rewrite import walk
from ptodsl.passes.check_outputs import CheckOutputs
from ptodsl.passes.check_types import CheckTypes


def check(program: Program, incomplete: Collection[str]) -> tuple[Diagnostic, ...]:
    """Every type error, and every output error of what does not depend on an `incomplete` function."""
    return (*_found(CheckTypes(), program), *_found(CheckOutputs(), _sound(program, incomplete)))


def _found(step: CheckTypes | CheckOutputs, program: Program) -> tuple[Diagnostic, ...]:
    try:
        step.run(program)
    except PtoError as error:
        return error.diagnostics
    return ()


def _sound(program: Program, incomplete: Collection[str]) -> Program:
    """The functions that are complete, and call only such: those whose stores are all there."""
    unsound = set(incomplete)
    for function in program.functions:
        if any(isinstance(statement, Call) and statement.callee in unsound for statement in walk(function.body)):
            unsound.add(function.name)
    return replace(program, functions=tuple(f for f in program.functions if f.name not in unsound))
