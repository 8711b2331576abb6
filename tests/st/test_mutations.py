"""Kernels of the suite with a fault planted: the verifiers pass what is right and find every fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

import ptodsl.language as pl
from ptodsl import pipeline
from ptodsl.errors import PtoError
from ptodsl.ir.nodes import FunctionKind, Program
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from ptodsl.machine import A2A3
from tests.st.faults import FAULTS, Lines, items
from tests.st.suite import SUITE, Entry

SITES = 12
"""How many places of one kernel each kind of fault is planted at."""


def running_program() -> Any:
    """Two running results, carried by a loop and given by a branch: what exchanged addresses need."""

    @pl.program
    class Running:
        @pl.function
        def running(
            self,
            a: pl.Tensor[[64, 64], pl.FP32],
            last: pl.Scalar[pl.BOOL],
            high: pl.Tensor[[16, 64], pl.FP32],
            low: pl.Tensor[[16, 64], pl.FP32],
        ) -> tuple[pl.Tensor[[16, 64], pl.FP32], pl.Tensor[[16, 64], pl.FP32]]:
            top = pl.load(a, [0, 0], [16, 64])
            bottom = pl.neg(top)
            for i in pl.range(16, 64, 16):
                x = pl.load(a, [i, 0], [16, 64])
                top = pl.maximum(top, x)
                bottom = pl.minimum(bottom, x)
            if last:
                top = pl.exp(top)
                bottom = pl.exp(bottom)
            else:
                top = top * 2.0
                bottom = bottom * 2.0
            return pl.store(top, [0, 0], high), pl.store(bottom, [0, 0], low)

    return Running


ENTRIES = {entry.name: entry for entry in (*SUITE, Entry("running", running_program))}

everything = pytest.mark.parametrize("name", ENTRIES)


@dataclass(frozen=True)
class Placed:
    """The text of a placed program around the lines of one of its kernels."""

    before: Lines
    kernel: Lines
    after: Lines

    def around(self, kernel: Lines) -> Program:
        """The program with other lines of the kernel."""
        return parse("\n".join([*self.before, *kernel, *self.after, ""]))


@cache
def placed(name: str) -> tuple[Placed, ...]:
    """The placed and verified program, once for each kernel."""
    program = pipeline.place(ENTRIES[name].program(), A2A3)
    lines = print_program(program).splitlines()
    kernels = [function.name for function in program.functions if function.kind is FunctionKind.KERNEL]
    return tuple(_split(lines, kernel) for kernel in kernels)


def _split(lines: Lines, kernel: str) -> Placed:
    start = next(index for index, line in enumerate(lines) if line.startswith(f"kernel @{kernel}("))
    end = lines.index("}", start)
    return Placed(lines[:start], lines[start:end], lines[end:])


def mistakes(program: Program) -> list[str]:
    """The codes of what the verifiers find."""
    codes: list[str] = []
    for verify in pipeline.VERIFIERS:
        try:
            verify(program, A2A3)
        except PtoError as error:
            codes += [diagnostic.code for diagnostic in error.diagnostics]
    return codes


def planted(kernel: Placed, kind: str) -> Iterator[Lines]:
    """The kernel with faults of a kind, at places all over it."""
    variants = list(FAULTS[kind](kernel.kernel, A2A3))
    yield from variants[:: -(-len(variants) // SITES) or 1]


@everything
def test_kernel_passes_as_it_is(name: str) -> None:
    for kernel in placed(name):
        assert mistakes(kernel.around(kernel.kernel)) == []


@everything
def test_kernel_without_any_one_item_is_refused(name: str) -> None:
    for kernel in placed(name):
        lines = kernel.kernel
        numbers = {line.rpartition("pair=")[2] for line in lines if "pair=" in line}
        assert numbers >= {str(item) for item in items(lines)}
        for number in numbers:
            rest = [line for line in lines if not line.endswith(f" pair={number}")]
            assert "E0501" in mistakes(kernel.around(rest)), f"item {number} of {name} is not needed"


@pytest.mark.parametrize("kind", FAULTS)
@everything
def test_kernel_with_a_fault_is_refused(name: str, kind: str) -> None:
    for kernel in placed(name):
        for variant in planted(kernel, kind):
            text = "\n".join(variant)
            assert mistakes(kernel.around(variant)), f"{kind} is not found in\n{text}"


@pytest.mark.parametrize("kind", FAULTS)
def test_fault_can_be_planted_somewhere(kind: str) -> None:
    assert any(list(planted(kernel, kind)) for name in ENTRIES for kernel in placed(name))
