"""Valid shapes of results, by the row's `valid` rule."""

from __future__ import annotations

from typing_extensions import assert_never

from ptodsl.ir.nodes import Literal
from ptodsl.ir.types import Extent, Shape2D
from ptodsl.ops.row import ExtentRule, Given, Of, Reshaped, Whole
from ptodsl.ops.site import Site


def valid_shape(site: Site, shape: Shape2D) -> tuple[Extent, Extent]:
    """The valid shape of the result, whose logical shape is `shape`."""
    rows, columns = site.row.valid
    return _extent(site, rows, shape, 0), _extent(site, columns, shape, 1)


def _extent(site: Site, rule: ExtentRule, shape: Shape2D, dim: int) -> Extent:
    match rule:
        case Of(operand, source_dim):
            return site.tile(operand).valid[source_dim]
        case Whole():
            return shape[dim]
        case Given():
            return _given(site, dim, shape[dim])
        case Reshaped():
            return reshaped_valid(site.tile("source").valid, site.tile("source").shape, shape)[dim]
        case _:
            assert_never(rule)


def _given(site: Site, index: int, whole: int) -> Extent:
    """A written extent: known if it is a literal, else left to run time."""
    group = site.group("valid")
    if not group:
        return whole
    extent = group[index]
    return int(extent.value) if isinstance(extent, Literal) else None


def reshaped_valid(valid: tuple[Extent, Extent], source: Shape2D, target: Shape2D) -> tuple[Extent, Extent]:
    """The valid shape after a reshape: kept where the shape is, turned with a row or column, else the whole."""
    if source == target:
        return valid
    if source == target[::-1] and 1 in source:
        return (valid[1], valid[0])
    return target
