"""Orchestrations that decide at run time: buffers that change places, loops as long as a task says, elements set."""

from __future__ import annotations

from typing import Any

import ptodsl.language as pl


@pl.function
def step(x: pl.Tensor[[16, 64], pl.FP32], y: pl.Out[pl.Tensor[[16, 64], pl.FP32]]) -> pl.Tensor[[16, 64], pl.FP32]:
    return pl.store(pl.load(x, [0, 0], [16, 64]) * 2.0 + 1.0, [0, 0], y)


@pl.function
def whole_numbers(
    x: pl.Tensor[[16, 64], pl.FP32], n: pl.Out[pl.Tensor[[1, 16], pl.INT32]]
) -> pl.Tensor[[1, 16], pl.INT32]:
    return pl.store(pl.cast(pl.load(x, [0, 0], [1, 16]), pl.INT32), [0, 0], n)


def ping_pong_program() -> Any:
    """Two steps and n more, between two buffers that change places."""

    @pl.program
    class PingPong:
        @pl.function(type=pl.FunctionType.Orchestration)
        def main(
            self,
            a: pl.Tensor[[16, 64], pl.FP32],
            n: pl.Scalar[pl.INT32],
            out: pl.Out[pl.Tensor[[16, 64], pl.FP32]],
        ) -> pl.Tensor[[16, 64], pl.FP32]:
            x = pl.create_tensor([16, 64], pl.FP32)
            y = pl.create_tensor([16, 64], pl.FP32)
            step(a, x)
            for _ in pl.range(n):
                step(x, y)
                x, y = y, x
            step(x, out)
            return out

    return PingPong


def fresh_buffers_program() -> Any:
    """One step and n more, a buffer for each; an `if` chooses what goes in."""

    @pl.program
    class FreshBuffers:
        @pl.function(type=pl.FunctionType.Orchestration)
        def main(
            self, a: pl.Tensor[[16, 64], pl.FP32], b: pl.Tensor[[16, 64], pl.FP32], n: pl.Scalar[pl.INT32]
        ) -> pl.Tensor[[16, 64], pl.FP32]:
            if n > 3:
                x = a
            elif n % 2 == 1:
                x = step(b)
            else:
                x = b
            for _ in pl.range(n):
                x = step(x)
            return step(x)

    return FreshBuffers


def counted_program() -> Any:
    """As many steps as a task finds in its data, each noted in a log that the orchestration writes."""

    @pl.program
    class Counted:
        @pl.function(type=pl.FunctionType.Orchestration)
        def main(
            self, a: pl.Tensor[[16, 64], pl.FP32], log: pl.Tensor[[2, 4], pl.INT32]
        ) -> tuple[pl.Tensor[[16, 64], pl.FP32], pl.Tensor[[2, 4], pl.INT32]]:
            found = whole_numbers(a)
            x = a
            for i in pl.range(pl.read(found, [0, 3])):
                x = step(x)
                row = pl.reshape(pl.view(log, [1, 4], [i % 2, 0]), [4])
                pl.write(row, [pl.min(i, 3)], pl.read(found, [0, i]) * 10 + pl.cast(i, pl.INT32))
            pl.write(found, [0, 0], 7)
            log = pl.write(log, [0, 3], pl.read(found, [0, 0]) // 2 - 9 % 4)
            return step(x), log

    return Counted


def pages_program(blocks: int, size: int, heads: int, dim: int) -> Any:
    """One head of the pages that a table names, in order: strided views go in and come out."""

    @pl.program
    class Pages:
        @pl.function
        def copy(
            self, page: pl.Tensor[[size, dim], pl.FP32], to: pl.Out[pl.Tensor[[size, dim], pl.FP32]]
        ) -> pl.Tensor[[size, dim], pl.FP32]:
            return pl.store(pl.load(page, [0, 0], [size, dim]), [0, 0], to)

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(
            self,
            cache: pl.Tensor[[blocks, size, heads, dim], pl.FP32],
            table: pl.Tensor[[3], pl.INT32],
            head: pl.Scalar[pl.INT64],
            out: pl.Out[pl.Tensor[[3, size, 2, dim], pl.FP32]],
        ) -> pl.Tensor[[3, size, 2, dim], pl.FP32]:
            for i in pl.range(pl.tensor.dim(table, 0)):
                page = pl.view(cache, [1, size, 1, dim], [pl.read(table, [i]), 0, head, 0])
                if head > 0:
                    page = cache[0:1, 0:size, 0:1, :]
                place = pl.reshape(out[i : i + 1, :, 1:2, :], [size, 1, dim])
                self.copy(pl.reshape(page, [size, dim]), pl.reshape(place, [size, dim]))
            return out

    return Pages
