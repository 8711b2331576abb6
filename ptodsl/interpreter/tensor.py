"""Whole tensors, in orchestrations."""

from __future__ import annotations

import numpy as np

from ptodsl.errors import InternalError
from ptodsl.errors.runtime import UndefinedRead
from ptodsl.interpreter.application import Application, Kernel
from ptodsl.interpreter.faults import Fault
from ptodsl.interpreter.values import Scalar, Tensor, represent, undefined_tensor
from ptodsl.interpreter.windows import box, check_element, check_inside


def create_tensor(application: Application) -> Tensor:
    """A fresh buffer, undefined."""
    return undefined_tensor(application.shape("shape"), application.result_dtype, application.poison)


def read(application: Application) -> Scalar:
    """One element, which must be defined."""
    tensor, index = application.tensor("tensor"), application.integers("offsets")
    check_element(application.row.label, index, tensor.data.shape)
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


def reshape(application: Application) -> Tensor:
    """The same bytes under another shape."""
    tensor, shape = application.tensor("tensor"), application.shape("shape")
    reshaped = Tensor(tensor.data.reshape(shape), tensor.defined.reshape(shape))
    if not np.may_share_memory(reshaped.data, tensor.data):
        raise InternalError("a reshape that moves data was let through")
    return reshaped


def write(application: Application) -> None:
    """Sets one element, which is defined from then on."""
    tensor, index = application.tensor("tensor"), application.integers("offsets")
    check_element(application.row.label, index, tensor.data.shape)
    tensor.data[index] = application.scalar("scalar")
    tensor.defined[index] = True


KERNELS: dict[str, Kernel] = {
    "create_tensor": create_tensor,
    "read": read,
    "dim": dim,
    "view": view,
    "tensor_reshape": reshape,
    "write": write,
}
