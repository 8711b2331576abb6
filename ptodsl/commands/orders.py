"""Results of two orders of the pipes side by side."""

from __future__ import annotations

import numpy as np

from ptodsl.commands.inputs import Array
from ptodsl.errors.checked_runs import OrderMatters
from ptodsl.testing.comparison import SHOWN


def order_matters(name: str, schedule: str, found: Array, wanted: Array) -> OrderMatters | None:
    """What is wrong if a schedule gives an output other bits than program order does; None if it does not."""
    differ = elements(found) != elements(wanted)
    places = np.argwhere(differ.any(axis=-1))
    if not len(places):
        return None
    shown = [tuple(int(i) for i in place) for place in places[:SHOWN]]
    lines = [f"{list(place)}: {found[place]}, in program order {wanted[place]}" for place in shown]
    return OrderMatters(
        None, name=name, schedule=schedule, count=len(places), total=found.size, elements="\n".join(lines)
    )


def elements(array: Array) -> Array:
    """The bytes of each element, in one more dim."""
    bytes_: Array = np.ascontiguousarray(array).view(np.uint8).reshape(*array.shape, array.dtype.itemsize)
    return bytes_
