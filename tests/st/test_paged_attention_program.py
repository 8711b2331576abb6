"""Paged attention of whole batches in one program, against attention in float64 from its definition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

import ptodsl
import ptodsl.language as pl
from ptodsl.errors import PtoError
from ptodsl.kernels.paged_attention import paged_attention_program
from ptodsl.machine import ARCHITECTURES
from ptodsl.testing import DataType, TestConfig, TestRunner
from tests.st.attention_cases import NOWHERE, PagedAttentionCase, Shape, attention
from tests.st.pairwise import Point, every_pair, pairs_of, pairwise_sample

KV_BYTES = 32 << 20
"""What the caches of a case take at most; together with WORK it keeps each case to a fraction of a second."""

WORK = 300_000_000

AXES = {
    "group": (1, 3, 4, 7, 16),
    "kv_heads": (1, 2, 3, 4, 5, 6, 7, 8),
    "head_dim": (16, 64, 80, 128, 256),
    "block_size": (16, 32, 64, 128),
    "dtype": (DataType.FP32, DataType.FP16, DataType.BF16),
    "sizes": ((1, 8192), (2, 300), (5, 77), (16, 1024), (64, 8192)),
    "arch": tuple(ARCHITECTURES),
}


def _shape(point: Point) -> Shape:
    batch, longest = point["sizes"]
    parts = {name: value for name, value in point.items() if name not in ("sizes", "arch")}
    return Shape(**parts, batch=batch, longest=longest, kv_bytes=KV_BYTES)


def _allowed(point: Point) -> bool:
    """Whether a case is small enough for the suite."""
    shape = _shape(point)
    return shape.work <= WORK and shape.affordable >= 2 * shape.batch + shape.blocks_for(shape.longest) // 4


POINTS = pairwise_sample(AXES, _allowed)
CASES = [PagedAttentionCase(_shape(point), config=TestConfig(arch=point["arch"])) for point in POINTS]
PREFIX = PagedAttentionCase(Shape(4, 2, 64, 32, DataType.FP32, 9, 500, KV_BYTES), shared=6)
LARGEST = PagedAttentionCase(Shape(1, 1, 32, 128, DataType.FP16, 64, 8192, KV_BYTES))


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Torch's threads would wait for those of the tests beside this one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def compiled(test_runner: TestRunner) -> None:
    """Every program, compiled side by side."""
    test_runner.compile_ahead([*CASES, PREFIX, LARGEST])


def _check(test_runner: TestRunner, case: PagedAttentionCase) -> None:
    result = test_runner.run(case)
    assert result.passed, result.error


@pytest.mark.usefixtures("compiled")
class TestPagedAttentionProgram:
    """Whole batches, with every pair of the values of two axes."""

    @pytest.mark.parametrize("case", CASES, ids=PagedAttentionCase.get_name)
    def test_sizes(self, test_runner: TestRunner, case: PagedAttentionCase) -> None:
        _check(test_runner, case)

    def test_a_prefix_that_all_sequences_share(self, test_runner: TestRunner) -> None:
        long = [row for row, length in zip(PREFIX.pages.table, PREFIX.lengths, strict=True) if length >= 6 * 32]
        assert len(long) > 3
        assert all(torch.equal(row[:6], long[0][:6]) for row in long)
        assert len({int(row[6]) for row in long}) > 1
        _check(test_runner, PREFIX)

    def test_a_cache_of_32_mb(self, test_runner: TestRunner) -> None:
        shape, pages = LARGEST.shape, LARGEST.pages
        assert pages.blocks * 2 * shape.block_size * shape.kv_heads * shape.head_dim * 2 == KV_BYTES
        _check(test_runner, LARGEST)


def test_the_sample_has_every_pair() -> None:
    assert {pair for point in POINTS for pair in pairs_of(point)} == set(every_pair(AXES))


def test_contexts_are_of_all_kinds() -> None:
    batches = [case for case in CASES if case.shape.batch >= 4]
    for case in batches:
        size = case.shape.block_size
        assert {0, 1, case.shape.longest} <= set(case.lengths)
        assert case.shape.longest < size or any(length and length % size == 0 for length in case.lengths)


def test_the_reference_is_softmax_where_nothing_is_rounded() -> None:
    generator = torch.Generator().manual_seed(0)
    query, keys, values = (torch.randn(*shape, generator=generator) for shape in ((6, 8), (37, 3, 8), (37, 3, 8)))
    for head in range(6):
        weights = torch.softmax(keys[:, head // 2].double() @ query[head].double() * 0.3, dim=0)
        wanted = weights @ values[:, head // 2].double()
        torch.testing.assert_close(attention(query, keys, values, 0.3, 16)[head], wanted, atol=1e-7, rtol=1e-7)


SMALL = {"batch": 2, "heads": 6, "kv_heads": 2, "head_dim": 16, "block_size": 16, "blocks": 4}


def _arguments(lengths: list[int], table: list[list[int]]) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    caches = [torch.randn(4, 16, 2, 16, generator=generator) for _ in range(2)]
    integers = [torch.tensor(numbers, dtype=torch.int32) for numbers in (table, lengths)]
    return [torch.randn(2, 6, 16, generator=generator), *caches, *integers, torch.tensor([0.25])]


@pytest.fixture(scope="module")
def small() -> Any:
    """A program of two blocks a sequence."""
    return paged_attention_program(**SMALL, blocks_per_sequence=2, dtype=pl.FP32)


@pytest.mark.parametrize("lengths", [[0, 0], [-3, 0]], ids=str)
def test_no_context_gives_zeros(small: Any, lengths: list[int]) -> None:
    arguments = _arguments(lengths, [[NOWHERE, NOWHERE], [NOWHERE, NOWHERE]])
    out = torch.full((2, 6, 16), torch.nan)
    assert ptodsl.compile(small)(*arguments, out=out) is out
    assert torch.equal(out, torch.zeros_like(out))
    assert not ptodsl.interpret(small, *arguments).any()


@pytest.mark.parametrize(
    ("lengths", "table", "found"),
    [
        ([33, 5], [[0, 1], [2, 3]], ("`block_table` of [2, 2]", "[0, 2]")),
        ([5, 20], [[0, 1], [2, 4]], ("`key_cache` of [4, 16, 2, 16]", "[4, 0, 0, 0]")),
        ([5, 20], [[0, 1], [2, -1]], ("`key_cache` of [4, 16, 2, 16]", "[-1, 0, 0, 0]")),
    ],
    ids=["context beyond the table", "block beyond the cache", "block before the cache"],
)
def test_a_table_that_points_outside_is_an_error(
    small: Any, lengths: list[int], table: list[list[int]], found: tuple[str, str]
) -> None:
    arguments = _arguments(lengths, table)
    with pytest.raises(PtoError) as caught:
        ptodsl.compile(small)(*arguments)
    assert all(text in caught.value.diagnostics[0].message for text in found)
    with pytest.raises(PtoError, match=r"E083[28]"):
        ptodsl.interpret(small, *arguments)


def test_heads_that_do_not_share_evenly_are_refused() -> None:
    sizes = {**SMALL, "heads": 5}
    with pytest.raises(ValueError, match="5 query heads do not share 2 KV heads evenly"):
        paged_attention_program(**sizes, blocks_per_sequence=2, dtype=pl.FP32)
