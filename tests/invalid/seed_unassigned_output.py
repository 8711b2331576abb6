import ptodsl.language as pl


@pl.function
def online_update(
    oi: pl.Tensor[[16, 16], pl.FP32],
    dst: pl.Tensor[[16, 16], pl.FP32],
    is_first: pl.Scalar[pl.BOOL],
    is_last: pl.Scalar[pl.BOOL],
) -> pl.Tensor[[16, 16], pl.FP32]:
    tile = pl.load(oi, [0, 0], [16, 16])
    if is_first:
        if is_last:
            dst_out = pl.store(tile, [0, 0], dst)
    else:
        dst_out = pl.store(tile + tile, [0, 0], dst)
    return dst_out
#          ^^^^^^^ error[E0102]: `dst_out` is not assigned when `is_first and not is_last`


online_update.ir
