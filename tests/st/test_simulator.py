"""The suite through the CPU simulation of the official header library: its C++ compiles there, and means the same.

Needs PTO_ISA_ROOT, a checkout of the library, whose templates take seconds to compile.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ptodsl import driver
from ptodsl.errors import PtoError
from ptodsl.ir.dtypes import BF16, DType
from ptodsl.ir.nodes import Program
from ptodsl.ir.rewrite import values_of
from ptodsl.ir.types import ErrorType
from ptodsl.runtime.targets import PTO_ISA
from ptodsl.runtime.toolchains import compiler_for, missing
from ptodsl.testing import assert_close
from tests.st.suite import SUITE, Entry


def _why_not() -> str:
    """Why the simulation cannot be used; empty if it can."""
    for headers in PTO_ISA.headers:
        if problem := missing(headers):
            return f"{problem}: {headers.install}"
    return "" if compiler_for(PTO_ISA)[0] is not None else f"no compiler for it: {PTO_ISA.install}"


WHY_NOT = _why_not()

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)]


def dtypes_of(program: Program) -> frozenset[DType]:
    """Every dtype of a program."""
    values = (value for function in program.functions for value in values_of(function))
    return frozenset(value.type.dtype for value in values if not isinstance(value.type, ErrorType))


def _of(*, refused: bool) -> pytest.MarkDecorator:
    """The entries that the simulation computes wrongly, or the others."""
    entries = [entry for entry in SUITE if (BF16 in dtypes_of(entry.program())) is refused]
    return pytest.mark.parametrize("entry", entries, ids=lambda entry: entry.name)


def _left_behind(result: Any, arguments: list[np.ndarray]) -> list[np.ndarray]:
    """The results, and the arguments after."""
    return [*(result if isinstance(result, tuple) else (result,)), *arguments]


@_of(refused=False)
def test_simulation_gives_what_the_interpreter_does(entry: Entry) -> None:
    program, arguments = entry.program(), entry.arguments(seed=2)
    given, wanted = ([array.copy() for array in arguments] for _ in range(2))
    compiled = driver.compile(program, target=PTO_ISA.name)
    found = _left_behind(compiled(*given), given)
    expected = _left_behind(driver.interpret(program, *wanted), wanted)
    for one, other in zip(found, expected, strict=True):
        assert_close(one, other, dtypes=dtypes_of(program), name=entry.name)


@_of(refused=True)
def test_bf16_is_refused_with_the_reason(entry: Entry) -> None:
    with pytest.raises(PtoError, match="bfloat16 an alias of half") as caught:
        driver.compile(entry.program(), target=PTO_ISA.name)
    assert [mistake.code for mistake in caught.value.diagnostics] == ["E0604"]
