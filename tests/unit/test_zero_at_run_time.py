"""A step or a divisor that is 0 at run time: who tells, and how a kernel that does not goes on (docs/language.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ptodsl
import ptodsl.language as pl
from ptodsl.errors import PtoError
from ptodsl.runtime.checked_launch import CheckedLaunch

SIZE = 16
T = pl.Tensor[[SIZE, SIZE], pl.FP32]


@pl.program
class Stepping:
    """A loop in a kernel."""

    @pl.function
    def count(self, x: T, start: pl.Scalar[pl.INDEX], stop: pl.Scalar[pl.INDEX], step: pl.Scalar[pl.INT32]) -> T:
        """Adds 1 for each iteration."""
        t = pl.load(x, [0, 0], [SIZE, SIZE])
        for _ in pl.range(start, stop, step):
            t = t + 1.0
        return pl.store(t, [0, 0], x)


@pl.program
class Dividing:
    """Divisions in a kernel."""

    @pl.function
    def count(self, x: T, left: pl.Scalar[pl.INDEX], right: pl.Scalar[pl.INT32]) -> T:
        """Adds 1 so often as the quotient and the remainder say."""
        t = pl.load(x, [0, 0], [SIZE, SIZE])
        for _ in pl.range(left // right + left % right):
            t = t + 1.0
        return pl.store(t, [0, 0], x)


class Orchestrated:
    """The same in the orchestration."""

    @pl.program
    class Stepping:
        """A task for each iteration."""

        @pl.function
        def add(self, x: T) -> T:
            """One more."""
            return pl.store(pl.load(x, [0, 0], [SIZE, SIZE]) + 1.0, [0, 0], x)

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(self, x: T, start: pl.Scalar[pl.INDEX], stop: pl.Scalar[pl.INDEX], step: pl.Scalar[pl.INT32]) -> T:
            """Submits them."""
            for _ in pl.range(start, stop, step):
                x = self.add(x)
            return x

    @pl.program
    class Dividing:
        """As many tasks as a quotient says."""

        @pl.function
        def add(self, x: T) -> T:
            """One more."""
            return pl.store(pl.load(x, [0, 0], [SIZE, SIZE]) + 1.0, [0, 0], x)

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(self, x: T, left: pl.Scalar[pl.INDEX], right: pl.Scalar[pl.INT32]) -> T:
            """Submits them."""
            for _ in pl.range(left // right):
                x = self.add(x)
            return x


KERNELS = {
    "a loop up": (Stepping, (0, 4, 0), 4, (0, 4, 1)),
    "a loop down": (Stepping, (4, 0, 0), 4, (4, 0, -1)),
    "a division": (Dividing, (7, 0), 4, (7, 2)),
}
"""A program, arguments with the zero in them, and what is added with others."""

ORCHESTRATIONS = {
    "a loop up": (Orchestrated.Stepping, (0, 4, 0)),
    "a loop down": (Orchestrated.Stepping, (4, 0, 0)),
    "a division": (Orchestrated.Dividing, (7, 0)),
}


def zeros() -> Any:
    """What the programs add to."""
    return np.zeros((SIZE, SIZE), np.float32)


def codes(run: Callable[..., object], *scalars: int) -> set[str]:
    """The mistakes that a run raises."""
    with pytest.raises(PtoError) as raised:
        run(zeros(), *scalars)
    return {one.code for one in raised.value.diagnostics}


@pytest.mark.parametrize("name", KERNELS)
def test_kernel_goes_on_in_the_stated_way(name: str) -> None:
    program, scalars, count, others = KERNELS[name]
    compiled, x = ptodsl.compile(program), zeros()
    compiled(x, *scalars)
    assert (x == 0).all()
    compiled(x, *others)
    assert (x == count).all()


@pytest.mark.parametrize("name", KERNELS)
def test_checked_kernel_tells_and_goes_on_so_too(name: str) -> None:
    program, scalars, count, others = KERNELS[name]
    compiled, x = ptodsl.compile(program, target="checked"), zeros()
    with pytest.raises(PtoError) as raised:
        compiled(x, *scalars)
    assert {one.code for one in raised.value.diagnostics} == {"E1129"}
    assert all(one.span is not None and one.span.file == __file__ for one in raised.value.diagnostics)
    assert (x == 0).all()
    compiled(x, *others)
    assert (x == count).all()


@pytest.mark.parametrize("name", KERNELS)
def test_interpreter_stops(name: str) -> None:
    program, scalars, _, _ = KERNELS[name]

    def interpret(*arguments: Any) -> object:
        return ptodsl.interpret(program, *arguments)

    assert codes(interpret, *scalars) == {"E0836" if "loop" in name else "E0835"}


@pytest.mark.parametrize("target", ["cpu", "checked"])
@pytest.mark.parametrize("name", ORCHESTRATIONS)
def test_orchestration_stops(name: str, target: str) -> None:
    program, scalars = ORCHESTRATIONS[name]
    assert codes(ptodsl.compile(program, target=target), *scalars) == {"E0801"}


def test_what_is_told_names_the_zero() -> None:
    compiled = ptodsl.compile(Dividing, target="checked")
    assert isinstance(compiled.launch, CheckedLaunch)
    codes(compiled, 7, 0)
    assert {one.fields["what"] for one in compiled.launch.findings} == {"the divisor"}


def test_divisions_of_floats_have_no_such_mistake() -> None:
    @pl.function
    def scale(x: T, by: pl.Scalar[pl.FP32]) -> T:
        return pl.store(pl.load(x, [0, 0], [SIZE, SIZE]) + 8.0 // by, [0, 0], x)

    compiled, x = ptodsl.compile(scale, target="checked"), zeros()
    compiled(x, 0.0)
    assert np.isinf(x).all()
