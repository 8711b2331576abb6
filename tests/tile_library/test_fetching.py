"""What a thread will read soon is fetched on the way: in order, once, and without a trace in any result."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.tile_library.toolchain import host_compiler

SOURCE = Path(__file__).parent / "kernels" / "fetch.cpp"
LINE = 64


class Range(ctypes.Structure):
    """Rows of bytes: `pto_ahead_range`."""

    _fields_ = (
        ("first", ctypes.c_uint64),
        ("rows", ctypes.c_int64),
        ("row_bytes", ctypes.c_int64),
        ("pitch", ctypes.c_int64),
        ("done", ctypes.c_int64),
    )


class Ahead(ctypes.Structure):
    """What is announced: `pto_ahead`."""

    _fields_ = (("next", ctypes.c_int), ("count", ctypes.c_int), ("ranges", Range * 8))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    text = SOURCE.read_text().replace('"matmul.cpp"', f'"{SOURCE.with_name("matmul.cpp")}"')
    return host_compiler().build(text, tmp_path_factory.mktemp("fetching"), "fetching")


def _announced(ranges: Sequence[tuple[int, int, int]]) -> Ahead:
    ahead = Ahead(next=0, count=len(ranges))
    for index, (rows, row_bytes, pitch) in enumerate(ranges):
        ahead.ranges[index] = Range(0x10000 * (index + 1), rows, row_bytes, pitch, 0)
    return ahead


def _left(ahead: Ahead) -> list[tuple[int, int]]:
    """The lines that are still to be fetched, as (range, address)."""
    return [
        (index, address)
        for index in range(ahead.next, ahead.count)
        for row in range(ahead.ranges[index].rows)
        for address in _lines(ahead.ranges[index], row, ahead.ranges[index].done if row == 0 else 0)
    ]


def _lines(one: Range, row: int, done: int) -> range:
    start = one.first + row * one.pitch
    return range(start + done, start + one.row_bytes, LINE)


@pytest.mark.parametrize(
    "ranges",
    [
        [],
        [(1, 64, 0)],
        [(1, 100_000, 0)],
        [(7, 128, 4096)],
        [(3, 100, 1000), (1, 1, 0), (500, 192, 512)],
        [(40, 32, 64)] * 8,
    ],
)
def test_lines_are_taken_off_the_front(
    library: ctypes.CDLL, rng: np.random.Generator, ranges: list[tuple[int, int, int]]
) -> None:
    ahead = _announced(ranges)
    before = _left(ahead)
    a, b = rng.random((16, 64), np.float32), rng.random((64, 48), np.float32)
    found = np.full((16, 48), np.nan, np.float32)
    library.fetching(*(array.ctypes.data_as(ctypes.c_void_p) for array in (a, b, found)), ctypes.byref(ahead))
    expected = np.full((16, 48), np.nan, np.float32)
    silence = Ahead()
    library.fetching(*(array.ctypes.data_as(ctypes.c_void_p) for array in (a, b, expected)), ctypes.byref(silence))
    after = _left(ahead)
    assert np.array_equal(found, expected)
    assert before[len(before) - len(after) :] == after
    assert len(after) < len(before) or not before


def test_a_product_fetches_no_more_than_it_has_steps(library: ctypes.CDLL, rng: np.random.Generator) -> None:
    """The announced bytes need not be there: fetching is a hint, and one line a step of the depth is in time."""
    ahead = _announced([(1, 10_000_000, 0)])
    operands = [rng.random(shape, np.float32) for shape in ((16, 64), (64, 48), (16, 48))]
    library.fetching(*(array.ctypes.data_as(ctypes.c_void_p) for array in operands), ctypes.byref(ahead))
    assert 64 * LINE <= ahead.ranges[0].done <= 16 * 48 * 64 * LINE
    assert ahead.ranges[0].done % (64 * LINE) == 0
