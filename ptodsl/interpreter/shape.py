"""Tiles seen or laid out otherwise."""

from __future__ import annotations

import numpy as np

from ptodsl.interpreter.application import Application, Kernel
from ptodsl.interpreter.reduction import largest, smallest, zero
from ptodsl.interpreter.values import Extents, Tile, defined_tile, numpy_dtype
from ptodsl.interpreter.windows import box, check_inside

PADS = {"zero": zero, "min": smallest, "max": largest}
"""What `fillpad` puts where nothing was valid, by its word."""


def window(application: Application, source: Tile, offsets: Extents, extents: Extents) -> Tile:
    """A window of a tile; what lies outside the tile's valid part is undefined."""
    index = box(offsets, extents)
    inside = Tile(source.data[index], source.defined[index])
    if inside.valid == extents:
        return inside
    result = application.undefined(extents)
    corner = box((0, 0), inside.valid)
    result.data[corner], result.defined[corner] = inside.data, inside.defined
    return result


def slice_(application: Application) -> Tile:
    """A window of a tile."""
    rows, columns = application.integers("offsets")
    check_inside(application.row.label, (rows, columns), application.result_shape, application.logical_shape("source"))
    return window(application, application.tile("source"), (rows, columns), application.given_extents())


def set_validshape(application: Application) -> Tile:
    """The same tile, of which other rows and columns have meaning; what had none before is undefined."""
    return window(application, application.tile("source"), (0, 0), application.given_extents())


def fillpad(application: Application) -> Tile:
    """A wholly valid copy, filled with the pad value."""
    source, dtype, pad = application.tile("source"), application.result_dtype, application.attribute("pad")
    filled = defined_tile(np.full(application.result_shape, PADS[str(pad)](dtype), numpy_dtype(dtype)))
    corner = box((0, 0), source.valid)
    filled.data[corner], filled.defined[corner] = source.data, source.defined
    return filled


def reshape(application: Application) -> Tile:
    """The same elements in the same order; a partly valid row or column is turned."""
    source, given, wanted = application.tile("source"), application.logical_shape("source"), application.result_shape
    if given == wanted:
        return source
    if given == wanted[::-1] and 1 in given:
        return source.turned
    return source.reshaped(wanted)


def transpose(application: Application) -> Tile:
    """Rows and columns exchanged, where there are several."""
    source = application.tile("source")
    return source if application.logical_shape("source") == (1, 1) else source.turned


KERNELS: dict[str, Kernel] = {
    "slice": slice_,
    "set_validshape": set_validshape,
    "fillpad": fillpad,
    "reshape": reshape,
    "transpose": transpose,
}
