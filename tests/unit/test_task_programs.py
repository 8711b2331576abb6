"""Programs of several tasks, from Python to threads: their text, and the same results in any order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import ptodsl
import ptodsl.language as pl
from docs.examples.dag import dag_program
from ptodsl.errors import PtoError
from tests.unit.runtime_programs import cache_at

R, C, N, ALL = 16, 32, 12, 192
Block = pl.Tensor[[R, C], pl.FP32]
Blocks = pl.Tensor[[ALL, C], pl.FP32]


@pl.program
class Scans:
    """Running sums of blocks, of which every third one is scaled, with the order of the blocks in a tensor."""

    @pl.function
    def scale(self, x: Block, factor: pl.Scalar[pl.FP32], out: pl.Out[Block]) -> Block:
        return pl.store(pl.load(x, [0, 0], [R, C]) * factor, [0, 0], out)

    @pl.function
    def add(self, x: Block, total: pl.InOut[Block]) -> Block:
        return pl.store(pl.load(total, [0, 0], [R, C]) + pl.load(x, [0, 0], [R, C]), [0, 0], total)

    @pl.function
    def copy(self, x: Block, out: pl.Out[Block]) -> Block:
        return pl.store(pl.load(x, [0, 0], [R, C]), [0, 0], out)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, x: Blocks, order: pl.Tensor[[N], pl.INT32], total: pl.InOut[Block], sums: pl.Out[Blocks]) -> Blocks:
        for i in pl.range(N):
            source = pl.tensor.read(order, [i])
            block = pl.tensor.view(x, [R, C], [pl.cast(source, pl.INDEX) * R, 0])
            if i % 3 == 0:
                chosen = pl.create_tensor([R, C], pl.FP32)
                chosen = self.scale(block, 0.5, chosen)
            else:
                chosen = block
            total = self.add(chosen, total)
            window = pl.tensor.view(sums, [R, C], [i * R, 0])
            window = self.copy(total, window)
        return sums


def scans(x: Any, order: Any, total: Any) -> Any:
    """What it computes."""
    sums: list[Any] = []
    for i, source in enumerate(order):
        block = x[source * R : (source + 1) * R]
        total = total + (block * np.float32(0.5) if i % 3 == 0 else block)
        sums.append(total)
    return np.concatenate(sums)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache of these tests' own."""
    with cache_at(tmp_path_factory.mktemp("cache")):
        yield


def random_blocks(seed: int) -> tuple[Any, Any, Any]:
    """Arguments of the scans."""
    rng = np.random.default_rng(seed)
    x, total = rng.standard_normal((N * R, C), np.float32), rng.standard_normal((R, C), np.float32)
    return x, rng.permutation(N).astype(np.int32), total


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_any_order_gives_the_same_bits(threads: int) -> None:
    compiled = ptodsl.compile(Scans, threads=threads)
    for seed in range(12):
        x, order, total = random_blocks(seed)
        expected = scans(x, order, total)
        compiled.launch.shuffle(seed)
        sums = np.full((N * R, C), np.nan, np.float32)
        np.testing.assert_array_equal(compiled(x, order, total, sums), expected)
        np.testing.assert_array_equal(total, expected[-R:])


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_intermediates_of_a_graph(threads: int) -> None:
    compiled = ptodsl.compile(dag_program(R, C), threads=threads, poison=True)
    for seed in range(12):
        a, b = np.random.default_rng(seed).standard_normal((2, R, C), np.float32)
        compiled.launch.shuffle(seed)
        np.testing.assert_array_equal(compiled(a, b), (a + b) * (a - b))


def text_of(program: Any) -> str:
    """The C++ of a program."""
    (text,) = ptodsl.emit(program).values()
    return text


def test_text_says_what_nothing_writes() -> None:
    text = text_of(Scans)
    assert "ptodsl::input<float>(args[0], {192, 32})" in text
    assert "ptodsl::input<int32_t>(args[1], {12})" in text
    assert "run.argument<float>(args[2], {16, 32})" in text
    assert "run.argument<float>(args[3], {192, 32})" in text
    assert "run.read<int32_t>(order, {i})" in text
    assert "return run.fault(" in text


def test_one_task_is_a_plain_call() -> None:
    @pl.function
    def twice(x: Block, out: pl.Out[Block]) -> Block:
        return pl.store(pl.load(x, [0, 0], [R, C]) * 2.0, [0, 0], out)

    assert "Orchestration" not in text_of(twice)
    assert "Orchestration" in text_of(dag_program(R, C))


def test_one_task_in_a_loop_is_submitted() -> None:
    @pl.program
    class Repeated:
        @pl.function
        def twice(self, x: pl.InOut[Block]) -> Block:
            return pl.store(pl.load(x, [0, 0], [R, C]) * 2.0, [0, 0], x)

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(self, x: pl.InOut[Block]) -> Block:
            for _ in pl.range(5):
                x = self.twice(x)
            return x

    assert "run.submit(" in text_of(Repeated)
    x = np.ones((R, C), np.float32)
    np.testing.assert_array_equal(ptodsl.compile(Repeated, threads=2)(x), np.full((R, C), 32, np.float32))


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2", True, [1]])
def test_threads_is_a_number_from_one(threads: Any) -> None:
    with pytest.raises(PtoError, match="E0612") as caught:
        ptodsl.compile(Scans, threads=threads)
    assert repr(threads) in str(caught.value)


def test_threads_is_no_part_of_the_program() -> None:
    four: Any = np.int64(4)
    one, many = ptodsl.compile(Scans, threads=1), ptodsl.compile(Scans, threads=four)
    assert one.sources == many.sources == ptodsl.emit(Scans)
    assert ptodsl.compile(Scans).launch.threads >= 1
    assert (one.launch.threads, many.launch.threads) == (1, 4)


def test_fault_comes_after_what_was_submitted_before() -> None:
    compiled = ptodsl.compile(Scans, threads=2)
    x, order, total = random_blocks(1)
    order[7] = N
    expected = scans(x, order[:7], total)
    for seed in range(6):
        sums, given = np.zeros((N * R, C), np.float32), total.copy()
        compiled.launch.shuffle(seed)
        with pytest.raises(PtoError, match="E0801"):
            compiled(x, order, given, sums)
        np.testing.assert_array_equal(sums[: 7 * R], expected)
        assert not sums[7 * R :].any()
