"""What a batch leaves behind in each execution, and how that compares with the definitions of its ops."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from ptodsl import driver, pipeline
from ptodsl.ir.dtypes import FP32, DType
from ptodsl.ops.row import Numerics
from tests.application import bits
from tests.st.op_batches import Batch
from tests.st.op_cases import Array, Case, Expected, Tensor
from tests.st.op_definitions import in_dtype

Found: TypeAlias = dict[str, Array]
"""The tensors of one case after a run, by name."""

SHOWN = 3
MANY = 1 << 40


@dataclass(frozen=True)
class Run:
    """A batch with its arguments; each execution happens once."""

    batch: Batch

    @cached_property
    def before(self) -> list[Found]:
        """The tensors as they are given."""
        return self._split(self.batch.arguments())

    @cached_property
    def first(self) -> list[Found]:
        """After the interpreter ran the program as the frontend built it."""
        given = self.batch.arguments()
        driver.interpret(self.batch.program, *given)
        return self._split(given)

    @cached_property
    def last(self) -> list[Found]:
        """After the interpreter ran the placed and ordered program."""
        given = self.batch.arguments()
        driver.interpret(self.batch.program, *given, after=pipeline.STAGES[-1], arch=self.batch.arch)
        return self._split(given)

    def compiled(self, target: str = "cpu") -> list[Found]:
        """After the compiled program ran."""
        given = self.batch.arguments()
        compiled = driver.compile(self.batch.program, self.batch.arch, target, poison=target == "cpu")
        compiled(*given)
        return self._split(given)

    def _split(self, given: list[Array]) -> list[Found]:
        arrays = iter(given)
        return [{tensor.name: next(arrays) for tensor in case.tensors} for case in self.batch.cases]

    def wrong(self, found: list[Found]) -> Iterator[str]:
        """What is not as the definitions say, or not left alone."""
        for case, before, after in zip(self.batch.cases, self.before, found, strict=True):
            yield from _against_definition(case, before, after)

    def apart(self, found: list[Found], wanted: list[Found], *, exactly: bool = False) -> Iterator[str]:
        """Where two executions differ by more than the rows say; not at all, with `exactly`."""
        for case, before, one, other in zip(self.batch.cases, self.before, found, wanted, strict=True):
            numerics = Numerics() if exactly else case.numerics
            expected: Mapping[str, Expected] = case.define(before) if numerics.accumulates else {}
            for tensor in case.tensors:
                given = expected.get(tensor.name)
                yield from _apart(case, tensor, one[tensor.name], other[tensor.name], numerics, given)


def raw(array: Array) -> Array:
    """Elements as unsigned integers."""
    whole: Array = array.view(f"u{array.dtype.itemsize}")
    return whole


def same_bits(found: Array, wanted: Array) -> Array:
    """Where two arrays are one to the bit, every NaN being one and the same."""
    with np.errstate(invalid="ignore"):
        same: Array = (raw(found) == raw(wanted)) | (bits(found) == bits(wanted))
    return same


def steps(found: Array, wanted: Array) -> Array:
    """How many neighbours of the dtype lie between two floats; 0 between NaN and NaN, many between NaN and a number."""
    one, other = (np.isnan(array.astype(np.float64)) for array in (found, wanted))
    apart = np.abs(_position(found) - _position(wanted))
    return np.where(one & other, 0, np.where(one | other, MANY, apart))


def _position(array: Array) -> Array:
    """The place of each float on the line of all of them; both zeros are at 0."""
    whole: Array = bits(array).view(f"i{array.dtype.itemsize}").astype(np.int64)
    magnitude = whole & ((1 << (8 * array.dtype.itemsize - 1)) - 1)
    return np.where(whole < 0, -magnitude, magnitude)


def _last_place(values: Array, dtype: DType = FP32) -> Array:
    """The distance from a number to its next neighbour in a float dtype."""
    wide = values.astype(np.float64)
    _, exponents = np.frexp(np.where(np.isfinite(wide), wide, 0.0))
    return np.asarray(np.ldexp(1.0, np.maximum(exponents - 1, 2 - (1 << (dtype.exponent - 1))) - dtype.mantissa))


def _report(case: Case, tensor: Tensor, wrong: Array, found: Array, wanted: Array) -> Iterator[str]:
    if not wrong.any():
        return
    places = np.argwhere(wrong)
    shown = ", ".join(f"{place.tolist()} {found[tuple(place)]} not {wanted[tuple(place)]}" for place in places[:SHOWN])
    yield f"{case.name}: {len(places)} of {wrong.size} elements of `{tensor.name}`: {shown}"


def _against_definition(case: Case, before: Found, after: Found) -> Iterator[str]:
    """Each window as defined, everything else as it was."""
    with np.errstate(all="ignore"):
        expected = case.define(before)
    for tensor in case.tensors:
        found, given = after[tensor.name], expected.get(tensor.name)
        rest = np.ones(found.shape, bool)
        if given is not None:
            rest[given.window] = False
            part = found[given.window]
            wanted = in_dtype(given.values, tensor.dtype)
            yield from _report(case, tensor, ~_right(tensor.dtype, part, wanted, given), part, wanted)
        touched = raw(found) != raw(before[tensor.name])
        yield from _report(case, tensor, rest & touched, found, before[tensor.name])


def _right(dtype: DType, found: Array, wanted: Array, given: Expected) -> Array:
    if not dtype.is_float:
        return np.asarray(found == wanted)
    with np.errstate(all="ignore"):
        close = steps(found, wanted) <= given.steps
        if given.scale is not None:
            gap = np.abs(found.astype(np.float64) - given.values)
            close |= gap <= (given.terms / 2 + 1) * _last_place(given.scale) + given.steps * _last_place(wanted, dtype)
    return close


def _apart(
    case: Case, tensor: Tensor, found: Array, wanted: Array, numerics: Numerics, expected: Expected | None
) -> Iterator[str]:
    same = same_bits(found, wanted)
    if not numerics.exact and tensor.dtype.is_float and not same.all():
        with np.errstate(all="ignore"):
            if numerics.accumulates and expected is not None and expected.scale is not None:
                gap = np.abs(found.astype(np.float64) - wanted.astype(np.float64))[expected.window]
                bound = numerics.ulp * expected.terms * _last_place(expected.scale)
                same[expected.window] |= gap <= bound + expected.steps * _last_place(
                    wanted[expected.window], tensor.dtype
                )
            else:
                same |= steps(found, wanted) <= math.ceil(numerics.ulp)
    yield from _report(case, tensor, ~same, found, wanted)
