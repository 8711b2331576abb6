"""Loops as C++: what they carry and which way they count, compiled and compared with the interpreter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import ptodsl
import ptodsl.language as pl
from tests.unit.runtime_programs import cache_at

R, C, COUNT, ALL = 16, 8, 4, 64
Blocks = pl.Tensor[[ALL, C], pl.FP32]
Block = pl.Tensor[[R, C], pl.FP32]


@pl.program
class InAKernel:
    """Factors that three scalars exchange from block to block, the last block first."""

    @pl.function
    def turned(
        self,
        x: Blocks,
        a: pl.Scalar[pl.FP32],
        b: pl.Scalar[pl.FP32],
        c: pl.Scalar[pl.FP32],
        y: pl.Out[Blocks],
    ) -> Blocks:
        one, other, third = a, b, c
        for i in pl.range((COUNT - 1) * R, -R, -R):
            y = pl.store(pl.load(x, [i, 0], [R, C]) * one, [i, 0], y)
            one, other = other, one
        for i in pl.range(ALL, 0, -2 * R):
            y = pl.store(pl.load(y, [i - R, 0], [R, C]) * third, [i - R, 0], y)
            one, other, third = third, one, other
        return y


@pl.program
class InAnOrchestration:
    """The same with a task for each block."""

    @pl.function
    def scaled(self, x: Block, factor: pl.Scalar[pl.FP32], y: pl.Out[Block]) -> Block:
        return pl.store(pl.load(x, [0, 0], [R, C]) * factor, [0, 0], y)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, x: Blocks, a: pl.Scalar[pl.FP32], b: pl.Scalar[pl.FP32]) -> Blocks:
        y = pl.create_tensor([ALL, C], pl.FP32)
        one, other = a, b
        for i in pl.range((COUNT - 1) * R, -R, -R):
            window = pl.tensor.view(y, [R, C], [i, 0])
            window = self.scaled(pl.tensor.view(x, [R, C], [i, 0]), one, window)
            one, other = other, one
        return y


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache of these tests' own."""
    with cache_at(tmp_path_factory.mktemp("cache")):
        yield


@pytest.mark.parametrize("program", [InAKernel, InAnOrchestration])
def test_loops_that_count_down_and_exchange_what_they_carry_mean_what_python_means(program: Any) -> None:
    x = np.random.default_rng(5).standard_normal((ALL, C), np.float32)
    scalars = (2.0, -3.0, 7.0) if program is InAKernel else (2.0, -3.0)
    found, wanted = ptodsl.compile(program)(x, *scalars), ptodsl.interpret(program, x, *scalars)
    np.testing.assert_array_equal(found, wanted)
    factors = np.array([-3.0, 2.0, -3.0, 2.0], np.float32)
    if program is InAKernel:
        factors[[3, 1]] *= np.array([7.0, -3.0], np.float32)
    np.testing.assert_array_equal(wanted, x * factors.repeat(R)[:, np.newaxis])
