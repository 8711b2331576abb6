"""What typing rules ask of operands: dtypes, shapes and extents that agree, windows that lie inside."""

from __future__ import annotations

from operator import attrgetter

from ptodsl.errors.types import DTypeRefused, DTypesDiffer, ShapeRefused, ShapesDiffer, ValidShapesDiffer
from ptodsl.ir.dtypes import FP32, DType
from ptodsl.ir.nodes import Literal, Operand
from ptodsl.ir.types import LARGEST, Shape2D, TensorType, TileType, bytes_of
from ptodsl.ops.site import Conversion, Site, dtype_of, type_of


def shape_text(shape: tuple[int | None, ...]) -> str:
    return "[" + ", ".join("?" if extent is None else str(extent) for extent in shape) + "]"


def check_bytes(site: Site, shape: tuple[int, ...], dtype: DType) -> None:
    """What is created has no more bytes than an address reaches."""
    if bytes_of(shape, dtype) > LARGEST:
        problem = f"{shape_text(shape)} of {dtype} has more bytes than an address reaches"
        shape_refused(site, problem=problem, how=f"use smaller dims: a tensor or tile has at most {LARGEST} bytes")


def agree_dtypes(site: Site, left: str, right: str) -> None:
    """The dtypes of two operands are one."""
    first, second = site.dtype(left), site.dtype(right)
    if first is not second:
        label = f"{first} {site.row.operator or 'and'} {second}"
        conversion = _towards(site.operand(left), site.operand(right))
        site.refuse(DTypesDiffer, left, right, label=label, conversion=conversion)


def _towards(left: Operand, right: Operand) -> Conversion:
    """The conversion to suggest: an integer to a float before a scalar to a tile's dtype before a narrow to a wide."""
    ranks = [_rank(operand) for operand in (left, right)]
    return Conversion(left, dtype_of(right)) if ranks[0] < ranks[1] else Conversion(right, dtype_of(left))


def _rank(operand: Operand) -> tuple[bool, bool, int]:
    dtype = dtype_of(operand)
    return dtype.is_float, isinstance(type_of(operand), TileType), dtype.bits


def take_dtype(site: Site, operand: str, dtypes: frozenset[DType] = frozenset()) -> None:
    """The dtype of an operand is one of those given, or of those that the row is defined for."""
    dtype, dtypes = site.dtype(operand), dtypes or site.row.dtypes
    if dtypes and dtype not in dtypes:
        allowed = ", ".join(sorted(other.label for other in dtypes))
        target = FP32 if FP32 in dtypes else min(dtypes, key=attrgetter("name"))
        conversion = Conversion(site.operand(operand), target)
        site.refuse(DTypeRefused, operand, dtype=dtype, allowed=allowed, conversion=conversion)


def agree_shapes(site: Site, left: str, right: str) -> None:
    """Two tiles have one logical and, as far as known, one valid shape."""
    first, second = site.tile(left), site.tile(right)
    if first.shape != second.shape:
        site.refuse(
            ShapesDiffer,
            left,
            right,
            left=shape_text(first.shape),
            right=shape_text(second.shape),
            how="use tiles of one shape; `pl.row_expand_*` and `pl.col_expand_*` combine a tile with a column or a row",
        )
    agree_extents(site, left, right, ((0, 0), (1, 1)))


def agree_extents(site: Site, left: str, right: str, dims: tuple[tuple[int, int], ...]) -> None:
    """The valid extents of pairs of dims are one, as far as known."""
    first, second = site.tile(left).valid, site.tile(right).valid
    for i, j in dims:
        a, b = first[i], second[j]
        if a is not None and b is not None and a != b:
            site.refuse(ValidShapesDiffer, left, right, left=shape_text(first), right=shape_text(second))


def shape_refused(site: Site, *about: str, problem: str, how: str, label: str = "") -> None:
    site.refuse(ShapeRefused, *about, problem=problem, how=how, label=label)


def check_window(site: Site, tensor: TensorType, sizes: tuple[int, ...]) -> None:
    """Offsets and sizes have one entry a dim, and a window with known offsets lies inside the tensor."""
    offsets = site.integers("offsets")
    for what, count in (("offsets", len(offsets)), ("sizes", len(sizes))):
        if count != tensor.rank:
            shape_refused(
                site,
                problem=f"a tensor of rank {tensor.rank} has {tensor.rank} {what}, this gives {count}",
                how=f"give one for each dim of {shape_text(tensor.shape)}",
            )
    for dim, (offset, size, extent) in enumerate(zip(offsets, sizes, tensor.shape, strict=True)):
        start = int(offset.value) if isinstance(offset, Literal) else 0
        if size < 1 or start < 0 or start + size > extent:
            shape_refused(
                site,
                problem=f"the window [{start}, {start + size}) leaves dim {dim} of {shape_text(tensor.shape)}",
                how="keep it inside; for a last block that is partly there, load the whole block with `valid_shape=`",
            )


def check_element(site: Site, tensor: TensorType) -> None:
    """Indices have one entry a dim, and those that are known lie inside the tensor."""
    indices = site.integers("offsets")
    if len(indices) != tensor.rank:
        shape_refused(
            site,
            problem=f"a tensor of rank {tensor.rank} has {tensor.rank} indices, this gives {len(indices)}",
            how=f"give one for each dim of {shape_text(tensor.shape)}",
        )
    for dim, (index, extent) in enumerate(zip(indices, tensor.shape, strict=True)):
        if isinstance(index, Literal) and not 0 <= index.value < extent:
            shape_refused(
                site,
                problem=f"the index {index.value} is outside of dim {dim} of {shape_text(tensor.shape)}",
                how=f"an index of dim {dim} is in 0 to {extent - 1}",
            )


def check_valid(site: Site, shape: Shape2D) -> None:
    """Written extents that are known lie in [0, extent]."""
    extents = site.integers("valid")
    if len(extents) not in (0, 2):
        shape_refused(site, problem=f"{len(extents)} valid extents", how="give one for the rows, one for the columns")
    for extent, whole in zip(extents, shape, strict=False):  # none where no `valid` is given
        if isinstance(extent, Literal) and not 0 < int(extent.value) <= whole:
            shape_refused(
                site,
                problem=f"the valid extent {extent.value} is not in 1 to {whole}",
                how=f"a valid shape lies within {shape_text(shape)}",
            )
