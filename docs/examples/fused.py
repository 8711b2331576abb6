"""A chain of elementwise ops in one kernel: what would be six trips through memory is one."""

from __future__ import annotations

from typing import Any

import ptodsl.language as pl


def swish_gate_program(rows: int, columns: int) -> Any:
    """Y = x / (1 + exp(-x)) * g, the gate of a SwiGLU layer, in FP32."""
    R, C = rows, columns

    @pl.program
    class SwishGate:
        @pl.function(type=pl.FunctionType.InCore)
        def swish_gate(
            self,
            x: pl.Tensor[[R, C], pl.FP32],
            g: pl.Tensor[[R, C], pl.FP32],
            y: pl.Out[pl.Tensor[[R, C], pl.FP32]],
        ) -> pl.Tensor[[R, C], pl.FP32]:
            value = pl.load(x, [0, 0], [R, C])
            gate = pl.load(g, [0, 0], [R, C])
            sigmoid = pl.recip(pl.exp(-value) + 1.0)
            return pl.store(value * sigmoid * gate, [0, 0], y)

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(self, x: pl.Tensor[[R, C], pl.FP32], g: pl.Tensor[[R, C], pl.FP32]) -> pl.Tensor[[R, C], pl.FP32]:
            return self.swish_gate(x, g)

    return SwishGate
