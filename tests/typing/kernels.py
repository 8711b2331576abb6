"""Kernels as users write them. Both checkers read this file and find nothing, with no comment to quiet them."""

from typing import TYPE_CHECKING, Any

from typing_extensions import assert_type

import ptodsl.language as pl
from ptodsl.ir.nodes import Program

ROWS, COLUMNS = 16, 64


@pl.function
def scaled(
    a: pl.Tensor[[ROWS, COLUMNS], pl.FP32],
    factor: pl.Scalar[pl.FP32],
    c: pl.Out[pl.Tensor[[ROWS, COLUMNS], pl.FP32]],
) -> pl.Tensor[[ROWS, COLUMNS], pl.FP32]:
    tile = pl.load(a, [0, 0], [ROWS, COLUMNS])
    return pl.store(2.0 - tile * factor, [0, 0], c)


def build(rows: int, columns: int, dtype: pl.DType) -> Any:
    @pl.program
    class Softmax:
        @pl.function(type=pl.FunctionType.InCore)
        def softmax(
            self,
            x: pl.Tensor[[rows, columns], dtype],
            blocks: pl.Scalar[pl.INDEX],
            total: pl.InOut[pl.Tensor[[rows, 1], pl.FP32]],
            y: pl.Tensor[[rows, columns], dtype],
        ) -> tuple[pl.Tensor[[rows, 1], pl.FP32], pl.Tensor[[rows, columns], dtype]]:
            running: pl.Tile[[rows, 1], pl.FP32] = pl.load(total, [0, 0], [rows, 1])
            part = pl.cast(pl.load(x, [0, 0], [rows, columns], valid_shape=[rows, blocks * 16]), pl.FP32)
            part = pl.fillpad(part, pad_value=pl.PadValue.min)
            shifted = pl.exp(pl.row_expand_sub(part, pl.row_max(part)))
            for i in pl.range(blocks):
                if i % 2 == 0 and i // 2 < blocks - 1:
                    shifted = shifted + 1.0
                elif not i:
                    shifted = -shifted[0:rows, :]
            for _, (carried,) in pl.range(0, 4, 2, init_values=(running,)):
                running = pl.yield_(carried * 2.0)
            total = pl.store(running, [0, 0], total)
            return total, pl.store(pl.cast(shifted, dtype, mode="rint"), [0, 0], [rows, columns], y)

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(
            self,
            x: pl.Tensor[[rows, columns], dtype],
            config: pl.Tensor[[2], pl.INT64],
            total: pl.Tensor[[rows, 1], pl.FP32],
        ) -> tuple[pl.Tensor[[rows, 1], pl.FP32], pl.Tensor[[rows, columns], dtype]]:
            blocks: pl.Scalar[pl.INT64] = pl.tensor.read(config, [0])
            half = pl.create_tensor([rows, columns], dtype=dtype)
            total, y = self.softmax(x, pl.cast(blocks, pl.INDEX), total, half)
            return total, y

    assert_type(Softmax.ir, Program)
    return Softmax


@pl.function(type=pl.FunctionType.AIC)
def product(
    a: pl.Tensor[[16, 64], pl.FP16], b: pl.Tensor[[64, 16], pl.FP16], c: pl.Tensor[[16, 16], pl.FP32]
) -> pl.Tensor[[16, 16], pl.FP32]:
    left = pl.move(pl.load(a, [0, 0], [16, 64], target_memory=pl.MemorySpace.L1), target_memory=pl.MemorySpace.Left)
    right = pl.block.load(b, [0, 0], [64, 16], target_memory=pl.Mem.Mat, transpose=False)
    return pl.l0c_store(pl.tile.matmul(left, right), [0, 0], [16, 16], c)


assert_type(scaled.ir, Program)
if TYPE_CHECKING:
    assert_type(scaled(1, 2), pl.Tensor)
