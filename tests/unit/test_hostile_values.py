"""Giant shapes, special numbers, wild indices and arrays without memory: refused, or computed as stated."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

import ptodsl
import ptodsl.language as pl
from ptodsl.errors import PtoError
from tests.tree import ROOT
from tests.unit.runtime_programs import cache_at

ROWS = pl.Tensor[[16, 64], pl.FP32]
COUNT = pl.Scalar[pl.INDEX]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache of these tests' own."""
    with cache_at(tmp_path_factory.mktemp("cache")):
        yield


@pl.function
def copy(a: ROWS, c: pl.Out[ROWS]) -> ROWS:
    return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)


def codes(act: Callable[[], object]) -> list[str]:
    """The codes of what is wrong; none where it works."""
    try:
        act()
    except PtoError as error:
        message = str(error)
        assert all(len(line) < 1000 for line in message.splitlines())
        return [mistake.code for mistake in error.diagnostics]
    return []


GIANT = [2**31, 2**40, 2**61, 2**63 - 1, 2**63, 2**64, 10**30, 10**5000]


def copy_of(shape: Any, window: Any) -> Any:
    """A program that copies a window of a tensor of some shape to another of it."""

    @pl.program
    class Copy:
        @pl.function
        def part(self, a: pl.Tensor[shape, pl.FP32], c: pl.Out[pl.Tensor[shape, pl.FP32]]) -> None:
            pl.store(pl.load(a, [0, 0], window), [0, 0], c)

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(self, a: pl.Tensor[shape, pl.FP32], c: pl.Out[pl.Tensor[shape, pl.FP32]]) -> None:
            self.part(a, c)

    return Copy


@pytest.mark.parametrize("extent", GIANT, ids=lambda extent: f"{extent.bit_length()} bits")
@pytest.mark.parametrize("dim", [0, 1])
def test_giant_tensors_compile_or_are_refused(extent: int, dim: int) -> None:
    """Up to 2 ** 63 - 1 bytes they do: strides, offsets and sizes in bytes are int64."""
    shape = [extent, 16] if dim == 0 else [16, extent]
    found = codes(lambda: ptodsl.compile(copy_of(shape, [16, 16])))
    assert ("E0106" in found) == (extent * 64 > 2**63 - 1)
    assert found == [] or "E0106" in found


@pytest.mark.parametrize("extent", GIANT[:6], ids=lambda extent: f"{extent.bit_length()} bits")
def test_giant_tiles_are_refused(extent: int) -> None:
    assert codes(lambda: ptodsl.emit(copy_of([extent, 16], [extent, 16])))
    assert codes(lambda: ptodsl.emit(copy_of([16, extent], [16, extent])))


@pytest.mark.parametrize("shape", [[2**40, 2**40], [2**31] * 2, [2**13] * 5, [2**62, 1]])
def test_products_that_overflow_are_refused(shape: list[int]) -> None:
    def made() -> Any:
        @pl.function
        def k(a: pl.Tensor[shape, pl.INT64], c: pl.Out[ROWS]) -> ROWS:  # noqa: ARG001
            return pl.store(pl.full([16, 64], pl.FP32, 0.0), [0, 0], c)

        return k.ir

    assert codes(made) == ["E0106"]


@pytest.mark.parametrize(
    "shape",
    [[], [2] * 6, [2] * 1000, [0], [16, 0], [-1, 16], [True], [1.0], ["16"], [None], [float("nan")], [1j], 5, "x"],
)
def test_what_is_no_shape_is_refused(shape: Any) -> None:
    def made() -> Any:
        @pl.function
        def k(a: pl.Tensor[shape, pl.FP32], c: pl.Out[ROWS]) -> ROWS:  # noqa: ARG001
            return pl.store(pl.full([16, 64], pl.FP32, 0.0), [0, 0], c)

        return k.ir

    assert codes(made) == ["E0106"]


def intermediate(rows: int) -> Any:
    """A program that creates a tensor of so many rows."""

    @pl.program
    class Through:
        @pl.function
        def part(self, a: ROWS, c: pl.Out[ROWS]) -> ROWS:
            return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(self, a: ROWS) -> ROWS:
            between = pl.create_tensor([rows, 64], pl.FP32)
            window = pl.tensor.view(between, [16, 64], [0, 0])
            window = self.part(a, window)
            return self.part(window)

    return Through


def test_memory_that_is_not_there_is_an_error() -> None:
    """For intermediates, for results of numpy and torch, and in the interpreter; afterwards all is well."""
    a = np.ones((16, 64), np.float32)
    vast = intermediate(2**45)
    assert codes(lambda: ptodsl.compile(vast)(a)) == ["E0802"]
    assert codes(lambda: ptodsl.interpret(vast, a)) == ["E0802"]
    np.testing.assert_array_equal(ptodsl.compile(intermediate(16))(a), a)

    @pl.function
    def widen(x: ROWS, c: pl.Out[pl.Tensor[[2**45, 64], pl.FP32]]) -> pl.Tensor[[2**45, 64], pl.FP32]:
        return pl.store(pl.load(x, [0, 0], [16, 64]), [0, 0], c)

    compiled = ptodsl.compile(widen)
    assert codes(lambda: compiled(a)) == ["E0802"]
    assert codes(lambda: compiled(torch.from_numpy(a))) == ["E0802"]


@pytest.mark.parametrize("rows", [0, -1, 2**57, 2**63, 10**5000], ids=lambda rows: f"{rows.bit_length()} bits")
def test_intermediates_of_impossible_shapes_are_refused(rows: int) -> None:
    assert codes(lambda: intermediate(rows))


def test_launch_without_memory_leaves_the_process_whole() -> None:
    """With an address space that is nearly used up, a launch fails in words."""
    program = (
        "import resource, numpy as np, ptodsl\n"
        "from tests.unit.test_hostile_values import intermediate, codes\n"
        "compiled = ptodsl.compile(intermediate(1 << 20))\n"
        "a = np.ones((16, 64), np.float32)\n"
        "compiled(a)\n"
        "other = ptodsl.compile(intermediate(1 << 22))\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 28), used + (1 << 28)))\n"
        "print(codes(lambda: other(a)), bool((compiled(a) == a).all()))\n"
    )
    if sys.platform != "linux":
        pytest.skip("limits as Linux has them")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout == "['E0802'] True\n", done.stderr


SPECIAL = np.array(
    [np.nan, np.inf, -np.inf, 1e30, -1e30, 2147483648, -2147483904, 65520, -0.0, 0.5, 1.5, -2.5, 1e-45, 3.4e38, 255.5],
    np.float32,
)


@pytest.mark.parametrize("mode", ["rint", "trunc", "floor", "ceil"])
@pytest.mark.parametrize("dtype", [pl.INT32, pl.INT16, pl.INT64, pl.FP16, pl.BF16], ids=str)
def test_special_numbers_are_cast_alike_everywhere(dtype: Any, mode: str) -> None:
    @pl.function
    def k(a: ROWS, c: pl.Out[pl.Tensor[[16, 64], dtype]]) -> pl.Tensor[[16, 64], dtype]:
        return pl.store(pl.cast(pl.load(a, [0, 0], [16, 64]), dtype, mode=mode), [0, 0], c)

    a = np.resize(SPECIAL, (16, 64))
    found, expected = ptodsl.compile(k)(a), ptodsl.interpret(k, a)
    assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("dtype", [pl.INT8, pl.INT32, pl.INT64, pl.UINT8, pl.UINT64, pl.INDEX], ids=str)
def test_special_scalars_are_cast_alike_everywhere(dtype: Any) -> None:
    @pl.program
    class Cast:
        @pl.function
        def scale(self, a: ROWS, s: pl.Scalar[pl.FP32], c: pl.Out[ROWS]) -> ROWS:
            return pl.store(pl.load(a, [0, 0], [16, 64]) * pl.cast(pl.cast(s, dtype), pl.FP32), [0, 0], c)

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(self, a: ROWS, v: pl.Tensor[[1], pl.FP32]) -> ROWS:
            return self.scale(a, pl.tensor.read(v, [0]))

    a, compiled = np.ones((16, 64), np.float32), ptodsl.compile(Cast)
    for number in SPECIAL:
        v = np.array([number])
        np.testing.assert_array_equal(compiled(a, v), ptodsl.interpret(Cast, a, v))


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-0.0", "1e-45"])
def test_special_literals_are_themselves_everywhere(value: str) -> None:
    number = float(np.float32(value))

    @pl.function
    def k(a: ROWS, c: pl.Out[ROWS]) -> ROWS:
        return pl.store(pl.load(a, [0, 0], [16, 64]) * number + pl.full([16, 64], pl.FP32, number), [0, 0], c)

    a = np.resize(SPECIAL, (16, 64))
    with np.errstate(all="ignore"):
        found, expected = ptodsl.compile(k)(a), ptodsl.interpret(k, a)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.signbit(found) & ~np.isnan(found), np.signbit(expected) & ~np.isnan(expected))


@pl.program
class Pages:
    """A window at the row that a table and a float say."""

    @pl.function
    def copy(self, a: ROWS, c: pl.Out[ROWS]) -> ROWS:
        return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(
        self, a: pl.Tensor[[64, 64], pl.FP32], table: pl.Tensor[[1], pl.INT64], f: pl.Tensor[[1], pl.FP32]
    ) -> ROWS:
        row = pl.tensor.read(table, [0]) + pl.cast(pl.tensor.read(f, [0]), pl.INT64)
        return self.copy(pl.tensor.view(a, [16, 64], [row, 0]))


@pytest.mark.parametrize("row", [0, 48, 49, -1, 2**31, 2**62, 2**63 - 1, -(2**63)])
@pytest.mark.parametrize("number", [0.0, float("nan"), float("inf"), -float("inf"), 1e30])
def test_rows_of_a_table_are_inside_or_an_error(row: int, number: float) -> None:
    """Integers run over modulo 2 ** 64, in the library as in the interpreter; no byte outside is touched."""
    a = np.random.default_rng(0).standard_normal((64, 64)).astype(np.float32)
    arguments = a, np.array([row], np.int64), np.array([number], np.float32)
    with np.errstate(all="ignore"):
        meant = codes(lambda: ptodsl.interpret(Pages, *arguments))
    found = codes(lambda: ptodsl.compile(Pages)(*arguments))
    assert (found, meant) in (([], []), (["E0801"], ["E0832"]))
    if not found:
        np.testing.assert_array_equal(ptodsl.compile(Pages)(*arguments), ptodsl.interpret(Pages, *arguments))


@pl.program
class Counts:
    """Adds one in each iteration of a loop whose bounds and step are arguments."""

    @pl.function
    def count(self, x: pl.InOut[ROWS], start: COUNT, n: COUNT, s: COUNT) -> ROWS:
        for _ in pl.range(start, n, s):
            x = pl.store(pl.load(x, [0, 0], [16, 64]) + 1.0, [0, 0], x)
        return x

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, x: pl.InOut[ROWS], start: COUNT, n: COUNT, s: COUNT) -> ROWS:
        return self.count(x, start, n, s)


@pytest.mark.parametrize(
    "bounds",
    [
        (0, 2**63 - 1, 2**62),
        (0, 2**63 - 1, 2**63 - 1),
        (-(2**63), 2**63 - 1, 2**63 - 1),
        (2**63 - 2, -(2**63), -(2**62)),
        (5, 5, 1),
        (0, -(2**63), 1),
        (2**63 - 3, 2**63 - 1, 1),
        (3, -(2**63), -(2**63)),
    ],
)
def test_loops_at_the_edge_of_int64_end(bounds: tuple[int, int, int]) -> None:
    compiled, x = ptodsl.compile(Counts), np.zeros((16, 64), np.float32)
    compiled(x, *bounds)
    assert (x == len(range(*bounds))).all()


def freed() -> Any:
    """A torch tensor whose storage is gone."""
    tensor = torch.zeros(16, 64)
    tensor.untyped_storage().resize_(0)
    return tensor


def interface(**changes: object) -> Any:
    """An array interface that says so."""
    fields = {"version": 3, "shape": (16, 64), "typestr": "<f4", "data": (0, False), **changes}
    return SimpleNamespace(__array_interface__=fields)


def at(address: object) -> Any:
    """An object with torch's names and memory at an address."""
    return SimpleNamespace(data_ptr=lambda: address, shape=(16, 64), dtype="other.float32")


class Torn:
    """An array whose capsule somebody else has taken."""

    def __init__(self) -> None:
        self.array = np.zeros((16, 64), np.float32)

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0

    def __dlpack__(self, **options: Any) -> Any:
        capsule = self.array.__dlpack__(**options)
        torch.from_dlpack(SimpleNamespace(__dlpack__=lambda **_: capsule, __dlpack_device__=self.__dlpack_device__))
        return capsule


class Biting:
    """An object of which nothing may be asked."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)


WITHOUT_MEMORY: dict[str, Callable[[], object]] = {
    "freed": freed,
    "null interface": interface,
    "negative extent": lambda: interface(shape=(-16, 64)),
    "overflowing extents": lambda: interface(shape=(2**62, 64)),
    "data of another kind": lambda: interface(data="x"),
    "unknown type": lambda: interface(typestr="garbage"),
    "interface of another kind": lambda: SimpleNamespace(__array_interface__=5),
    "null": lambda: at(0),
    "negative": lambda: at(-4),
    "beyond": lambda: at(2**70),
    "end of memory": lambda: at(2**63 - 4),
    "text": lambda: at("x"),
    "capsule taken": Torn,
    "nested": lambda: torch.nested.nested_tensor([torch.zeros(16, 64)]),
    "biting": Biting,
    "zero rows": lambda: np.empty((0, 64), np.float32),
    "overlapping rows": lambda: np.lib.stride_tricks.as_strided(np.zeros(200, np.float32), (16, 64), (4, 4)),
    "wide floats": lambda: np.zeros((16, 64), np.longdouble),
    "text elements": lambda: np.zeros((16, 64), "U4"),
    "dates": lambda: np.zeros((16, 64), "M8[s]"),
    "records": lambda: np.recarray((16, 64), [("f", "f4")]),
}


@pytest.mark.parametrize("make", WITHOUT_MEMORY.values(), ids=WITHOUT_MEMORY)
@pytest.mark.filterwarnings("ignore")
def test_what_has_no_memory_for_it_is_refused(make: Callable[[], object]) -> None:
    compiled, value, a = ptodsl.compile(copy), make(), np.ones((16, 64), np.float32)
    for _ in range(2):  # after the first time the launcher knows torch
        assert codes(lambda: compiled(value))
        assert codes(lambda: compiled(a, out=value))
    np.testing.assert_array_equal(compiled(a), a)
