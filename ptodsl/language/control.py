"""Loops, as kernels write them."""

# ruff: noqa: A001 # the language's word

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, overload

from ptodsl.language.outside import outside
from ptodsl.language.types import Number, Scalar


@overload
def range(stop: Number, /) -> Iterator[Scalar]: ...
@overload
def range(start: Number, stop: Number, step: Number = 1, /) -> Iterator[Scalar]: ...
@overload
def range(stop: Number, /, *, init_values: tuple[Any, ...]) -> Iterator[tuple[Scalar, tuple[Any, ...]]]: ...
@overload
def range(
    start: Number, stop: Number, step: Number = 1, /, *, init_values: tuple[Any, ...]
) -> Iterator[tuple[Scalar, tuple[Any, ...]]]: ...
def range(*bounds: Number, init_values: tuple[Any, ...] = ()) -> Iterator[Any]:  # noqa: ARG001 # read, never run
    """The loop `for i in pl.range(start, stop, step)`, its bounds any integer scalars.

    Every outer name that the body re-assigns is carried from one iteration to the next. Carried values may also be
    written: `for i, (acc,) in pl.range(n, init_values=(x,))`, whose body ends in `acc = pl.yield_(...)`.
    """
    outside("range")


def yield_(*values: Any) -> Any:  # noqa: ARG001 # read, never run
    """The values that the next iteration of a loop with `init_values` starts from, and the loop ends with."""
    outside("yield_")
