"""Valid extents that only run time knows, through reshapes, as C++."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import ptodsl
import ptodsl.language as pl
from tests.unit.runtime_programs import cache_at

N = 32


@pl.program
class Turned:
    """The first elements of a column as a row, and those of a row as a column."""

    @pl.function
    def turned(
        self,
        column: pl.Tensor[[N, 1], pl.FP32],
        row: pl.Tensor[[1, N], pl.FP32],
        count: pl.Scalar[pl.INT64],
        as_row: pl.InOut[pl.Tensor[[1, N], pl.FP32]],
        as_column: pl.InOut[pl.Tensor[[N, 1], pl.FP32]],
    ) -> tuple[pl.Tensor[[1, N], pl.FP32], pl.Tensor[[N, 1], pl.FP32]]:
        down = pl.load(column, [0, 0], [N, 1], valid_shape=[count, 1])
        across = pl.load(row, [0, 0], [1, N], valid_shape=[1, count])
        as_row = pl.store(pl.reshape(down, [1, N]) * 2.0, [0, 0], as_row)
        as_column = pl.store(pl.reshape(across, [N, 1]) * 2.0, [0, 0], as_column)
        return as_row, as_column


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache of these tests' own."""
    with cache_at(tmp_path_factory.mktemp("cache")):
        yield


@pytest.mark.parametrize("count", [1, 5, N])
def test_a_turned_row_or_column_has_its_extents_exchanged(count: int) -> None:
    column, row = np.random.default_rng(count).standard_normal((2, N), np.float32)
    as_row, as_column = np.full((1, N), -7.0, np.float32), np.full((N, 1), -7.0, np.float32)
    ptodsl.compile(Turned)(column.reshape(N, 1), row.reshape(1, N), count, as_row, as_column)
    for found, source in ((as_row, column), (as_column, row)):
        np.testing.assert_array_equal(found.ravel()[:count], source[:count] * 2)
        np.testing.assert_array_equal(found.ravel()[count:], -7.0)
