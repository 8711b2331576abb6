"""Whole tensors, in orchestrations."""

from __future__ import annotations

import numpy as np

from ptodsl.errors.runtime import UndefinedRead
from ptodsl.interpreter.application import Application, Kernel
from ptodsl.interpreter.faults import Fault
from ptodsl.interpreter.values import Scalar, Tensor, represent, undefined_tensor
from ptodsl.interpreter.windows import box, check_inside


def create_tensor(application: Application) -> Tensor:
    """A fresh buffer, undefined."""
    return undefined_tensor(application.shape("shape"), application.result_dtype, application.poison)


def read(application: Application) -> Scalar:
    """One element, which must be defined."""
    tensor, index = application.tensor("tensor"), application.integers("offsets")
    check_inside(application.row.label, index, [1] * len(index), tensor.data.shape)
    if not tensor.defined[index]:
        raise Fault(UndefinedRead, ("tensor",), index=", ".join(map(str, index)))
    dtype = application.result_dtype
    element = tensor.data[index]
    return represent(float(np.float32(element)) if dtype.is_float else element.item(), dtype)


def dim(application: Application) -> Scalar:
    """An extent."""
    axis = application.attribute("axis")
    assert isinstance(axis, int)
    return int(application.tensor("tensor").data.shape[axis])


def view(application: Application) -> Tensor:
    """A window over the same bytes."""
    tensor, offsets, sizes = application.tensor("tensor"), application.integers("offsets"), application.shape("sizes")
    check_inside(application.row.label, offsets, sizes, tensor.data.shape)
    return tensor.at(box(offsets, sizes))


KERNELS: dict[str, Kernel] = {
    "create_tensor": create_tensor,
    "read": read,
    "dim": dim,
    "view": view,
}
