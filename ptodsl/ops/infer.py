"""The typing rules of tiles: operands and attributes to the result's type, or a refusal."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from ptodsl.errors.types import DTypeRefused, DTypesDiffer, ShapesDiffer
from ptodsl.ir.dtypes import BOOL, DTYPES, FP32, INT32, DType, Kind
from ptodsl.ir.hardware import Memory
from ptodsl.ir.nodes import Literal
from ptodsl.ir.types import ErrorType, ScalarType, Shape2D, TileType, Type
from ptodsl.ops.extents import reshaped_valid, valid_shape
from ptodsl.ops.requirements import (
    agree_dtypes,
    agree_extents,
    agree_shapes,
    check_bytes,
    check_valid,
    check_window,
    shape_refused,
    shape_text,
    take_dtype,
)
from ptodsl.ops.site import Conversion, Site, type_of
from ptodsl.ops.windows import store_window, window_tile


def _tile(site: Site, shape: Shape2D, dtype: DType) -> TileType:
    return TileType(shape, dtype, valid_shape(site, shape))


def unary(site: Site) -> Type:
    """Tile to tile of the same shape and dtype."""
    take_dtype(site, "source")
    source = site.tile("source")
    return _tile(site, source.shape, source.dtype)


def binary(site: Site) -> Type:
    """Two tiles of one shape and dtype."""
    agree_dtypes(site, "left", "right")
    take_dtype(site, "left")
    agree_shapes(site, "left", "right")
    left = site.tile("left")
    return _tile(site, left.shape, left.dtype)


def with_scalar(site: Site) -> Type:
    """A tile and a scalar of its dtype."""
    agree_dtypes(site, "source", "scalar")
    return unary(site)


def cast(site: Site) -> Type:
    """A tile or scalar of another dtype."""
    target = site.attribute("dtype")
    assert isinstance(target, DType)
    source = type_of(site.operand("source"))
    if target.kind in (Kind.BOOL, Kind.INDEX) and isinstance(source, TileType):
        how = "choose one of them: a tile holds neither truth values nor indices"
        site.refuse(DTypeRefused, "source", dtype=target, allowed="integer and float dtypes", how=how)
    if isinstance(source, TileType):
        return _tile(site, source.shape, target)
    assert isinstance(source, ScalarType)
    if BOOL in (source.dtype, target) and source.dtype is not target:
        conversion = Conversion(site.operand("source"), target)
        site.refuse(DTypeRefused, "source", dtype=BOOL, allowed="numbers", conversion=conversion)
    return ScalarType(target)


def _check_scratch(site: Site) -> None:
    """A written temporary has the source's dtype and shape: anything smaller loses results silently on the chip."""
    if site.group("scratch"):
        agree_dtypes(site, "source", "scratch")
        source, scratch = site.tile("source"), site.tile("scratch")
        if source.shape != scratch.shape:
            site.refuse(
                ShapesDiffer,
                "source",
                "scratch",
                left=shape_text(source.shape),
                right=shape_text(scratch.shape),
                how="give the temporary the shape of the source, or leave it out: the compiler provides one",
            )


def row_reduction(site: Site) -> Type:
    """[R, C] to the column [R, 1]."""
    take_dtype(site, "source")
    _check_scratch(site)
    source = site.tile("source")
    return _tile(site, (source.shape[0], 1), source.dtype)


def column_reduction(site: Site) -> Type:
    """[R, C] to the row [1, C]."""
    take_dtype(site, "source")
    source = site.tile("source")
    return _tile(site, (1, source.shape[1]), source.dtype)


def row_expansion(site: Site) -> Type:
    """[R, C] with a column [R, 1]."""
    return _expansion(site, dim=0, needed=(site.tile("source").shape[0], 1), what="column")


def column_expansion(site: Site) -> Type:
    """[R, C] with a row [1, C]."""
    return _expansion(site, dim=1, needed=(1, site.tile("source").shape[1]), what="row")


def _expansion(site: Site, dim: int, needed: Shape2D, what: str) -> Type:
    agree_dtypes(site, "source", "vector")
    take_dtype(site, "source")
    source, vector = site.tile("source"), site.tile("vector")
    if vector.shape != needed:
        site.refuse(
            ShapesDiffer,
            "source",
            "vector",
            left=shape_text(source.shape),
            right=shape_text(vector.shape),
            how=f"the second operand is the {what} {shape_text(needed)}; `pl.reshape` turns a row into a column",
        )
    agree_extents(site, "source", "vector", ((dim, dim),))
    return _tile(site, source.shape, source.dtype)


ACCUMULATOR: dict[str, DType] = {"int8": INT32, "fp16": FP32, "bf16": FP32, "fp32": FP32}
"""The dtype that a product of two tiles accumulates in, by their dtype. Source: TMATMUL of the public header."""

FACTORS = frozenset(DTYPES[name] for name in ACCUMULATOR)
"""What tiles that are multiplied may hold."""


def matmul(site: Site) -> Type:
    """[M, K] by [K, N] to [M, N] in the accumulator's dtype."""
    agree_dtypes(site, "left", "right")
    take_dtype(site, "left", FACTORS)
    left, right = site.tile("left"), site.tile("right")
    if left.shape[1] != right.shape[0]:
        site.refuse(
            ShapesDiffer,
            "left",
            "right",
            left=shape_text(left.shape),
            right=shape_text(right.shape),
            how="the columns of the left operand must be the rows of the right one; `pl.load(..., transpose=True)` "
            "loads a transposed operand",
        )
    agree_extents(site, "left", "right", ((1, 0),))
    product = _tile(site, (left.shape[0], right.shape[1]), ACCUMULATOR[left.dtype.name])
    return replace(product, memory=Memory.L0C)


def matmul_acc(site: Site) -> Type:
    """An accumulator [M, N] plus [M, K] by [K, N]."""
    product = matmul(site)
    accumulator = site.tile("accumulator")
    assert isinstance(product, TileType)
    if accumulator.dtype is not product.dtype:
        site.refuse(
            DTypesDiffer,
            "accumulator",
            "left",
            label=f"{accumulator.dtype} accumulator, {product.dtype} product",
            how=f"products of {site.dtype('left')} accumulate in {product.dtype}: make the accumulator "
            f"{product.dtype}, e.g. by `pl.matmul` of the first block",
        )
    if accumulator.shape != product.shape:
        site.refuse(
            ShapesDiffer,
            "accumulator",
            left=shape_text(accumulator.shape),
            right=shape_text(product.shape),
            how="the accumulator has the shape of the product",
        )
    return product


def load(site: Site) -> Type:
    """A window of a tensor as a tile; transposed, the tile has the window's shape turned."""
    tensor, sizes = site.tensor("tensor"), site.shape("sizes")
    check_window(site, tensor, sizes)
    shape = window_tile(sizes)
    if site.attribute("transpose"):
        shape = (shape[1], shape[0])
    check_valid(site, shape)
    return _tile(site, shape, tensor.dtype)


def store(site: Site) -> Type:
    """A tile to a window of a tensor of its dtype, FP32 accumulators also to FP16 and BF16."""
    tile, tensor = site.tile("source"), site.tensor("tensor")
    written = site.shape("sizes") if site.attribute("sizes") is not None else None
    sizes = written or store_window(tile.shape, tensor)
    check_window(site, tensor, sizes)
    if window_tile(sizes) != tile.shape:
        shape_refused(
            site,
            "source",
            problem=f"a tile {shape_text(tile.shape)} into a window {shape_text(sizes)}",
            how="the window has the tile's shape",
        )
    narrows = tile.memory is Memory.L0C and tile.dtype is FP32 and tensor.dtype.is_float
    if tile.dtype is not tensor.dtype and not narrows:
        site.refuse(
            DTypesDiffer,
            "source",
            "tensor",
            label=f"a tile of {tile.dtype} into a tensor of {tensor.dtype}",
            conversion=Conversion(site.operand("source"), tensor.dtype),
        )
    return ErrorType()


def move(site: Site) -> Type:
    """The same tile in another memory."""
    source = site.tile("source")
    return _tile(site, source.shape, source.dtype)


def created(site: Site) -> Type:
    """A tile of the given shape and dtype."""
    shape, dtype = site.shape("shape"), site.attribute("dtype")
    assert isinstance(dtype, DType)
    if len(shape) != 2 or min(shape) < 1:
        shape_refused(site, problem=f"a tile of shape {shape_text(shape)}", how="a tile has two dims of at least 1")
    check_bytes(site, shape, dtype)
    if "scalar" in (row.name for row in site.row.operands) and site.dtype("scalar") is not dtype:
        label = f"a value of {site.dtype('scalar')} in a tile of {dtype}"
        site.refuse(DTypesDiffer, "scalar", label=label, conversion=Conversion(site.operand("scalar"), dtype))
    return _tile(site, (shape[0], shape[1]), dtype)


def slice_(site: Site) -> Type:
    """A window of a tile."""
    source, sizes, offsets = site.tile("source"), site.shape("sizes"), site.integers("offsets")
    if len(sizes) != 2 or len(offsets) != 2:
        shape_refused(site, problem="a slice of a tile has two offsets and two sizes", how="give one for each dim")
    for offset, size, extent in zip(offsets, sizes, source.shape, strict=True):
        start = int(offset.value) if isinstance(offset, Literal) else 0
        if size < 1 or start < 0 or start + size > extent:
            shape_refused(
                site,
                "source",
                problem=f"the window [{start}, {start + size}) leaves {shape_text(source.shape)}",
                how="keep it inside the tile",
            )
    check_valid(site, (sizes[0], sizes[1]))
    return _tile(site, (sizes[0], sizes[1]), source.dtype)


def set_validshape(site: Site) -> Type:
    """The same tile with another valid shape."""
    source = site.tile("source")
    check_valid(site, source.shape)
    return _tile(site, source.shape, source.dtype)


def reshape(site: Site) -> Type:
    """The same elements under another shape; a partly valid tile may only turn from row to column and back."""
    source, shape = site.tile("source"), site.shape("shape")
    if len(shape) != 2 or prod(shape) != prod(source.shape):
        shape_refused(
            site,
            "source",
            problem=f"{prod(source.shape)} elements of {shape_text(source.shape)} do not make {shape_text(shape)}",
            how="a reshape keeps the number of elements",
        )
    target = (shape[0], shape[1])
    turned = source.shape == target or (1 in source.shape and source.shape == target[::-1])
    if not turned and source.valid != source.shape:
        shape_refused(
            site,
            "source",
            problem=f"only {shape_text(source.valid)} of {shape_text(source.shape)} is valid",
            how="fill it with `pl.fillpad` before the reshape",
        )
    return TileType(target, source.dtype, reshaped_valid(source.valid, source.shape, target))


def transpose(site: Site) -> Type:
    """[R, C] to [C, R], the data moved; of one element nothing is exchanged, its valid extents neither."""
    source = site.tile("source")
    if source.shape == (1, 1):
        return TileType(source.shape, source.dtype, source.valid)
    return _tile(site, (source.shape[1], source.shape[0]), source.dtype)
