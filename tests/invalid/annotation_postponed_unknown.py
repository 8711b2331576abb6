from __future__ import annotations

import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[ROWS, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
#             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0101]: `ROWS` is not defined
    return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)


kernel.ir
