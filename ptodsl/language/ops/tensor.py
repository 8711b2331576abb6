"""Tensors: generated from the op table by `python -m ptodsl.language.generate`."""

from __future__ import annotations

from ptodsl.ir.dtypes import DType
from ptodsl.language.outside import outside
from ptodsl.language.types import Number, Numbers, Scalar, Shape, Tensor


def create_tensor(shape: Shape, dtype: DType) -> Tensor:
    """A fresh buffer in global memory; its contents are undefined.

    example: `s = pl.create_tensor([16, 128], pl.FP32)`
    """
    outside("create_tensor")


def read(tensor: Tensor, indices: Numbers) -> Scalar:
    """One element of a tensor as a scalar of its dtype, once the tasks that write it are done.

    example: `n = pl.tensor.read(lens, [b])`
    """
    outside("read")


def dim(tensor: Tensor, axis: int) -> Scalar:
    """An extent of a tensor, as INDEX.

    example: `n = pl.tensor.dim(a, 0)`
    """
    outside("dim")


def write(tensor: Tensor, indices: Numbers, value: Number) -> Tensor:
    """A scalar into one element of a tensor of its dtype, once the tasks that touch it are done; gives the tensor.

    example: `counts = pl.tensor.write(counts, [b], n)`
    """
    outside("write")
