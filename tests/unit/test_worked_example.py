"""One kernel through every stage: its IR after each pass and its C++ are goldens."""

from __future__ import annotations

import pytest

import ptodsl.language as pl
from ptodsl import driver, pipeline
from ptodsl.ir.printer import print_program
from ptodsl.machine import ARCHITECTURES
from tests.golden import Goldens

M, N = 16, 64


@pl.program
class Add:
    @pl.function(type=pl.FunctionType.InCore)
    def add(
        self, a: pl.Tensor[[M, N], pl.FP32], b: pl.Tensor[[M, N], pl.FP32], c: pl.Tensor[[M, N], pl.FP32]
    ) -> pl.Tensor[[M, N], pl.FP32]:
        ta = pl.load(a, [0, 0], [M, N])
        tb = pl.load(b, [0, 0], [M, N])
        return pl.store(ta + tb, [0, 0], c)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: pl.Tensor[[M, N], pl.FP32], b: pl.Tensor[[M, N], pl.FP32]) -> pl.Tensor[[M, N], pl.FP32]:
        return self.add(a, b)  # c is left out: provided


@pytest.mark.parametrize("arch", list(ARCHITECTURES))
def test_each_stage_is_its_golden(arch: str, goldens: Goldens) -> None:
    for stage in pipeline.stages(Add.ir, ARCHITECTURES[arch]):
        goldens.check(f"add/{arch}/{stage.name}.pto-ir", print_program(stage.program))


@pytest.mark.parametrize("arch", list(ARCHITECTURES))
def test_the_cpp_is_its_golden(arch: str, goldens: Goldens) -> None:
    goldens.check(f"add/{arch}/Add.cpp", driver.emit(Add, arch)["Add.cpp"])
