"""The typing rules of scalars and of whole tensors."""

from __future__ import annotations

from math import prod

from ptodsl.errors.types import DTypeRefused, DTypesDiffer, IntegerDivision, ZeroDivisor
from ptodsl.ir.dtypes import BOOL, INDEX, DType
from ptodsl.ir.nodes import Literal
from ptodsl.ir.types import ErrorType, ScalarType, TensorType, Type
from ptodsl.ops.requirements import agree_dtypes, check_bytes, check_element, check_window, shape_refused, shape_text
from ptodsl.ops.site import Conversion, Site


def _number(site: Site, operand: str) -> DType:
    dtype = site.dtype(operand)
    if dtype is BOOL:
        conversion = Conversion(site.operand(operand), INDEX)
        site.refuse(DTypeRefused, operand, dtype=BOOL, allowed="numbers", conversion=conversion)
    return dtype


def _agree_scalars(site: Site) -> DType:
    """The dtype of two numbers: theirs, or INDEX where one is INDEX and the other any integer."""
    left, right = _number(site, "left"), _number(site, "right")
    if left is not right and INDEX in (left, right) and left.is_integer and right.is_integer:
        return INDEX
    agree_dtypes(site, "left", "right")
    return left


def scalar_arithmetic(site: Site) -> Type:
    """Two numbers to one."""
    return ScalarType(_agree_scalars(site))


def scalar_floored(site: Site) -> Type:
    """Two numbers to a floored quotient or its remainder; no integer is divided by a literal 0."""
    dtype, divisor = _agree_scalars(site), site.operand("right")
    if dtype.is_integer and isinstance(divisor, Literal) and divisor.value == 0:
        site.refuse(ZeroDivisor, operator=site.row.operator)
    return ScalarType(dtype)


def scalar_division(site: Site) -> Type:
    """Two floats to their quotient."""
    dtype = _agree_scalars(site)
    if not dtype.is_float:
        site.refuse(IntegerDivision, left=site.dtype("left"), right=site.dtype("right"))
    return ScalarType(dtype)


def scalar_comparison(site: Site) -> Type:
    """Two numbers, or two BOOLs, to BOOL."""
    if not site.dtype("left") is site.dtype("right") is BOOL:
        _agree_scalars(site)
    return ScalarType(BOOL)


def scalar_unary(site: Site) -> Type:
    """A number to one of its dtype."""
    return ScalarType(_number(site, "source"))


def condition(site: Site) -> Type:
    """BOOL from conditions: BOOL or integers, nonzero being true."""
    for row in site.row.operands:
        dtype = site.dtype(row.name)
        if dtype is not BOOL and not dtype.is_integer:
            conversion = Conversion(site.operand(row.name), BOOL)
            site.refuse(DTypeRefused, row.name, dtype=dtype, allowed="BOOL and integers", conversion=conversion)
    return ScalarType(BOOL)


def create_tensor(site: Site) -> Type:
    """A fresh buffer."""
    dtype = site.attribute("dtype")
    assert isinstance(dtype, DType)
    shape = _tensor_shape(site)
    check_bytes(site, shape, dtype)
    return TensorType(shape, dtype)


def _tensor_shape(site: Site) -> tuple[int, ...]:
    shape = site.shape("shape")
    if not 1 <= len(shape) <= 5 or min(shape) < 1:
        shape_refused(site, problem=f"a tensor of shape {shape_text(shape)}", how="1 to 5 dims of at least 1")
    return shape


def read(site: Site) -> Type:
    """One element."""
    return ScalarType(_element(site).dtype)


def write(site: Site) -> Type:
    """A scalar of the tensor's dtype into one element."""
    tensor = _element(site)
    if site.dtype("scalar") is not tensor.dtype:
        site.refuse(
            DTypesDiffer,
            "scalar",
            "tensor",
            label=f"{site.dtype('scalar')} into a tensor of {tensor.dtype}",
            conversion=Conversion(site.operand("scalar"), tensor.dtype),
        )
    return ErrorType()


def _element(site: Site) -> TensorType:
    """The tensor of which the op takes one element."""
    tensor = site.tensor("tensor")
    check_element(site, tensor)
    return tensor


def dim(site: Site) -> Type:
    """An extent, as INDEX."""
    axis, rank = site.attribute("axis"), site.tensor("tensor").rank
    if not isinstance(axis, int) or not -rank <= axis < rank:
        shape_refused(
            site, problem=f"axis {axis} of a tensor of rank {rank}", how=f"an axis is in {-rank} to {rank - 1}"
        )
    return ScalarType(INDEX)


def view(site: Site) -> Type:
    """A window of a tensor as a tensor over the same bytes."""
    tensor, sizes = site.tensor("tensor"), site.shape("sizes")
    check_window(site, tensor, sizes)
    return TensorType(sizes, tensor.dtype)


def reshape(site: Site) -> Type:
    """The same elements under another shape; what gaps between them allow is known where their strides are."""
    tensor, shape = site.tensor("tensor"), _tensor_shape(site)
    if prod(shape) != prod(tensor.shape):
        shape_refused(
            site,
            "tensor",
            problem=f"{prod(tensor.shape)} elements of {shape_text(tensor.shape)} do not make {shape_text(shape)}",
            how="a reshape keeps the number of elements",
        )
    return TensorType(shape, tensor.dtype)
