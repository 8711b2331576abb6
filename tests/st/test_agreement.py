"""Every kernel of the suite means the same at every stage, in the library, and to the verifiers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from ptodsl import driver, pipeline
from ptodsl.ir.compare import difference
from ptodsl.ir.nodes import Op, Program
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from ptodsl.ir.rewrite import walk
from ptodsl.machine import ARCHITECTURES
from ptodsl.ops.table import row_of
from ptodsl.testing import assert_close
from tests.st.suite import SUITE, Entry

everything = pytest.mark.parametrize("entry", SUITE, ids=lambda entry: entry.name)
both = pytest.mark.parametrize("arch", list(ARCHITECTURES))


def _copies(arguments: Sequence[Any]) -> list[Any]:
    return [argument.copy() for argument in arguments]


def _outputs(result: Any, arguments: Sequence[Any]) -> list[np.ndarray]:
    """The results, and the arguments after: what a program leaves behind."""
    return [*(result if isinstance(result, tuple) else (result,)), *arguments]


def _is_exact(program: Program) -> bool:
    ops = (s for function in program.functions for s in walk(function.body) if isinstance(s, Op))
    return all(row_of(op).numerics.exact for op in ops)


@everything
@both
def test_every_stage_gives_the_first_one_s_bits(entry: Entry, arch: str) -> None:
    program, arguments = entry.program(), entry.arguments()
    first = _copies(arguments)
    wanted = _outputs(driver.interpret(program, *first), first)
    for stage in pipeline.STAGES[1:]:
        later = _copies(arguments)
        found = _outputs(driver.interpret(program, *later, after=stage, arch=arch), later)
        for a, b in zip(found, wanted, strict=True):
            assert a.tobytes() == b.tobytes(), f"after {stage} the interpreter's answer changes"


@everything
@both
def test_the_library_agrees_with_the_interpreter(entry: Entry, arch: str) -> None:
    program, arguments = entry.program(), entry.arguments(seed=1)
    wanted_in, found_in = _copies(arguments), _copies(arguments)
    wanted = _outputs(driver.interpret(program, *wanted_in), wanted_in)
    found = _outputs(driver.compile(program, arch, poison=True).launch.run(found_in, {}, poison=True), found_in)
    for a, b in zip(found, wanted, strict=True):
        if _is_exact(program):
            assert a.tobytes() == b.tobytes()
        else:
            assert_close(a, b, name=entry.name)


@everything
@both
def test_text_of_every_stage_reads_back(entry: Entry, arch: str) -> None:
    for stage in pipeline.stages(entry.program(), ARCHITECTURES[arch]):
        text = print_program(stage.program)
        again = parse(text)
        assert print_program(again) == text
        assert difference(stage.program, again) is None


@everything
def test_emission_is_deterministic(entry: Entry) -> None:
    assert driver.emit(entry.build()) == driver.emit(entry.build())
