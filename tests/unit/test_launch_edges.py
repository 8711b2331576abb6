"""Arguments that are wrong by as little as there is: one extent, one byte, one number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ptodsl.errors.launch import Overlap, ScalarOutOfRange, ShapeDiffers
from ptodsl.ir.dtypes import INT8
from ptodsl.runtime.launch import Launch
from ptodsl.runtime.signature import Access, ScalarSlot
from tests.unit.launching import echoed, numbers, problems
from tests.unit.runtime_programs import COUNT, tensor

SIZE = 16


def count_of(values: int) -> tuple[object, int]:
    """The first arguments of the echo program."""
    return np.zeros(COUNT, np.int64), values


@pytest.mark.parametrize("shape", [(15, 5), (17, 5), (16, 4), (16, 6)], ids=str)
def test_each_extent_is_compared(add: Launch, shape: tuple[int, int]) -> None:
    assert problems(add, numbers(), numbers(shape)) == [ShapeDiffers]
    assert problems(add, numbers(shape), numbers()) == [ShapeDiffers]


@pytest.mark.parametrize("written", [0, 1])
@pytest.mark.parametrize("first", [0, 1])
def test_arrays_that_share_one_byte_are_refused(echo: Callable[..., Launch], written: int, first: int) -> None:
    access = [Access.READ, Access.READ]
    access[written] = Access.READ_WRITE
    program = echo(*(tensor(name, (SIZE,), INT8, one) for name, one in zip("xy", access, strict=True)))
    memory = np.zeros(2 * SIZE, np.int8)
    parts = [memory[:SIZE], memory[SIZE - 1 : 2 * SIZE - 1]]
    assert problems(program, *count_of(2), parts[first], parts[1 - first]) == [Overlap]
    apart = [memory[:SIZE], memory[SIZE:]]
    addresses = [apart[first].ctypes.data, apart[1 - first].ctypes.data]
    assert echoed(program, apart[first], apart[1 - first]) == addresses


@pytest.mark.parametrize("number", [-129, 128])
def test_numbers_one_beyond_the_range_are_refused(echo: Callable[..., Launch], number: int) -> None:
    program = echo(ScalarSlot("n", INT8))
    assert problems(program, *count_of(1), number) == [ScalarOutOfRange]
    inside = number + 1 if number < 0 else number - 1
    assert echoed(program, inside) == [inside]
