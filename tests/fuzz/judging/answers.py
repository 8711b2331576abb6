"""What a program leaves behind, and how far an execution may be away from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptodsl import interpreter
from ptodsl.ir.nodes import Program
from tests.application import bits
from tests.fuzz.judging.exactness import exact_arrays
from tests.fuzz.sources import Source

OTHER_POISON = 0x5A
"""A second thing that memory may start as."""

Arrays = list[NDArray[Any]]
"""The results of a program, then its arguments that are arrays."""


@dataclass(frozen=True)
class Answer:
    """What the interpreter leaves, and for each array how far an execution may be away from it.

    A bound is relative, None where nothing is known. `defined` are the elements that somebody has written; all of them
    where it is empty.
    """

    arrays: Arrays
    bounds: tuple[float | None, ...]
    defined: tuple[NDArray[np.bool_], ...] = ()

    def apart(self, found: Arrays) -> str:
        """The first array that differs by more than it may, and where, as text; empty where none does."""
        for index, (one, wanted, bound) in enumerate(zip(found, self.arrays, self.bounds, strict=True)):
            if bound is not None:
                same = _same(one, wanted, bound) | (~self.defined[index] if self.defined else False)
                if not same.all():
                    return f"array {index} has {_differences(one, wanted, np.argwhere(~same))}"
        return ""


def _same(found: NDArray[Any], wanted: NDArray[Any], bound: float) -> NDArray[np.bool_]:
    """Which elements are no further away than a bound."""
    same = np.asarray(bits(found) == bits(wanted))
    if bound:
        with np.errstate(all="ignore"):
            wide, right = found.astype(np.float64), wanted.astype(np.float64)
            same |= np.abs(wide - right) <= bound * np.abs(right)
    return same


def _differences(found: NDArray[Any], wanted: NDArray[Any], places: NDArray[np.intp]) -> str:
    shown = ", ".join(f"{place.tolist()} {found[tuple(place)]} not {wanted[tuple(place)]}" for place in places[:3])
    return f"{len(places)} of {found.size} elements: {shown}"


def left_behind(results: Sequence[NDArray[Any]], values: Sequence[Any]) -> Arrays:
    """The results, then every argument that is an array."""
    return [*results, *(value for value in values if isinstance(value, np.ndarray))]


def interpreted(program: Program, source: Source, poison: int = interpreter.POISON) -> Arrays:
    """What the interpreter's run leaves behind."""
    values = source.values()
    results = interpreter.run(program, values, architecture=source.architecture, poison=poison)
    return left_behind(results, values)


def bounds(source: Source, program: Program, arrays: Arrays) -> tuple[float | None, ...]:
    """As the generator knows; of a program that something has been done to, as its ops tell."""
    if source.changed:
        exact = exact_arrays(program, products_are_exact=source.whole and not source.mixed)
        return tuple(0.0 if one else None for one in exact)
    pairs = zip(arrays, source.is_rough, strict=True)
    return tuple((1e-4 if array.dtype == np.float32 else 1e-2) if rough else 0.0 for array, rough in pairs)


def defined(source: Source, meaning: Program, arrays: Arrays) -> tuple[NDArray[np.bool_], ...]:
    """What is the same whatever memory starts as: only what something has been done to may leave elements out."""
    if not source.changed:
        return ()
    other = interpreted(meaning, source, OTHER_POISON)
    return tuple(bits(one) == bits(two) for one, two in zip(arrays, other, strict=True))
