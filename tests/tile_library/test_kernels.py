"""Whole kernels written by hand in the official style, on one thread and on several."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from ctypes import c_int64, c_void_p
from pathlib import Path

import numpy as np
import pytest

from tests.tile_library.instruction_kernels import DTYPES, Array, Library
from tests.tile_library.test_matmul import KERNEL
from tests.tile_library.toolchain import BUILDS, build_flags, host_compiler
from tests.tile_library.values import assert_same, hostile

pytestmark = pytest.mark.xdist_group("tile_library_kernels")

FOLDER = Path(__file__).parent / "kernels"
ELEMENTS = ("float", "half", "int32_t")
ENTRIES = "".join(
    f"{KERNEL}add_{e}({e}* a, {e}* b, {e}* c, int64_t r, int64_t n) {{ vector_add<{e}>(a, b, c, r, n); }}\n"
    for e in ELEMENTS
)
SOFTMAX_ENTRIES = (
    f"{KERNEL}softmax_kernel(float* x, float* y) {{ softmax(x, y); }}\n"
    f"{KERNEL}running_kernel(float* x, float* p, float* t) {{ running_softmax(x, p, t); }}\n"
)


@pytest.fixture(scope="module", params=BUILDS)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Library:
    text = (FOLDER / "vector_add.cpp").read_text() + (FOLDER / "softmax.cpp").read_text() + ENTRIES + SOFTMAX_ENTRIES
    return Library(
        host_compiler().build(text, tmp_path_factory.mktemp("kernels"), "kernels", *build_flags(request.param))
    )


def add(library: Library, element: str, a: Array, b: Array) -> Array:
    c = np.full(a.shape, 99, a.dtype)
    rows, cols = a.shape
    pointers = (c_void_p(array.ctypes.data) for array in (a, b, c))
    library.functions[f"add_{element}"](*pointers, c_int64(rows), c_int64(cols))
    return c


@pytest.mark.parametrize("shape", [(16, 64), (1, 1), (37, 150), (48, 63)])
@pytest.mark.parametrize("element", ELEMENTS)
def test_vector_add_of_any_size(
    element: str, shape: tuple[int, int], library: Library, rng: np.random.Generator
) -> None:
    a, b = (hostile(rng, DTYPES[element], shape) for _ in range(2))
    with np.errstate(all="ignore"):
        assert_same(add(library, element, a, b), a + b)


def test_softmax(library: Library, rng: np.random.Generator) -> None:
    x = (rng.standard_normal((48, 96)) * 10).astype(np.float32)
    x[3, 5:] = -np.inf
    y = np.full_like(x, np.nan)
    library.call_with("softmax_kernel", x, y)
    powers = np.exp(x.astype(np.float64) - x.max(1, keepdims=True))
    np.testing.assert_allclose(y, powers / powers.sum(1, keepdims=True), rtol=1e-5)
    assert (y[3, 5:] == 0).all()


def test_running_softmax_agrees_with_the_whole_row(library: Library, rng: np.random.Generator) -> None:
    x = (rng.standard_normal((48, 96)) * 10).astype(np.float32)
    peaks, totals = np.full(48, np.nan, np.float32), np.full(48, np.nan, np.float32)
    library.call_with("running_kernel", x, peaks, totals)
    assert_same(peaks, x.max(1))
    exact = np.exp(x.astype(np.float64) - x.max(1, keepdims=True)).sum(1)
    np.testing.assert_allclose(totals, exact, rtol=1e-5)


@pytest.mark.parametrize("library", ["fast"], indirect=True)  # one engine judges one kernel at a time
def test_each_thread_has_its_own_memories(library: Library, rng: np.random.Generator) -> None:
    pairs = [
        (rng.standard_normal((160, 640)).astype(np.float32), rng.standard_normal((160, 640)).astype(np.float32))
        for _ in range(8)
    ]
    with ThreadPoolExecutor(4) as pool:
        sums = [pool.submit(add, library, "float", a, b) for a, b in pairs]
    for (a, b), c in zip(pairs, sums, strict=True):
        assert_same(c.result(), a + b)
