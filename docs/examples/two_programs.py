"""Two programs for `ptodsl check`: a sum in one kernel, and two kernels in a task graph."""

from __future__ import annotations

import ptodsl.language as pl

T = pl.Tensor[[24, 40], pl.FP32]


@pl.program
class Add:
    """`c = a + b`."""

    @pl.function
    def add(self, a: T, b: T, c: pl.Out[T]) -> T:
        """One kernel."""
        return pl.store(pl.load(a, [0, 0], [24, 40]) + pl.load(b, [0, 0], [24, 40]), [0, 0], c)


@pl.program
class Chain:
    """`y = exp(2 x)`, with what is between in a tensor that the program creates."""

    @pl.function
    def double(self, x: T, t: pl.Out[T]) -> T:
        """Twice each element."""
        return pl.store(pl.load(x, [0, 0], [24, 40]) * 2.0, [0, 0], t)

    @pl.function
    def exponential(self, t: T, y: pl.Out[T]) -> T:
        """The exponential of each element."""
        return pl.store(pl.exp(pl.load(t, [0, 0], [24, 40])), [0, 0], y)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, x: T) -> T:
        """One after the other."""
        t = self.double(x)
        return self.exponential(t)
