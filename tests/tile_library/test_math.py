"""exp and log: their error over the whole range, and their values where a formula is not enough."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from tests.tile_library.instruction_kernels import FLOATS, Array, Kernel, Library, Operand, build_kernels
from tests.tile_library.toolchain import BUILDS, build_flags
from tests.tile_library.values import assert_same, poison

pytestmark = pytest.mark.xdist_group("tile_library_math")

ROWS, COLS = 64, 256
FUNCTIONS = {"TEXP": np.exp, "TLOG": np.log}
CASES = {
    f"{name}-{element}": Kernel(
        f"{name.lower()}_{element}",
        f"{name}(dst, a)",
        (Operand("dst", element, ROWS, COLS, dynamic=True), Operand("a", element, ROWS, COLS)),
    )
    for name in FUNCTIONS
    for element in FLOATS
}
EDGES: dict[str, dict[float, float]] = {
    "TEXP": {
        0.0: 1.0,
        np.inf: np.inf,
        -np.inf: 0.0,
        89.0: np.inf,
        1e38: np.inf,
        -104.0: 0.0,
        -3e38: 0.0,
        1e-40: 1.0,
    },
    "TLOG": {1.0: 0.0, 0.0: -np.inf, np.inf: np.inf, -1.0: np.nan, -np.inf: np.nan, -1e-40: np.nan},
}


@pytest.fixture(scope="module", params=BUILDS)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Library:
    return build_kernels(tuple(CASES.values()), tmp_path_factory.mktemp("math"), "math", *build_flags(request.param))


def spread(rng: np.random.Generator, name: str) -> Array:
    """Floats over every exponent for the logarithm; over the range with finite results for the exponential."""
    if name == "TEXP":
        return rng.uniform(-104, 88.8, (ROWS, COLS)).astype(np.float32)
    return rng.integers(1, 0x7F800000, (ROWS, COLS), dtype=np.uint32).view(np.float32)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_error_is_within_two_units_of_the_last_place(name: str, library: Library, rng: np.random.Generator) -> None:
    kernel = CASES[f"{name}-float"]
    for _ in range(8):
        x = spread(rng, name)
        y = library.run(kernel, x, poison=poison(rng, kernel.result))
        with np.errstate(all="ignore"):
            exact = FUNCTIONS[name](x.astype(np.float64))
            unit = np.spacing(np.abs(exact.astype(np.float32)))
        finite = np.isfinite(unit)
        assert finite.sum() > 0.99 * finite.size
        assert (np.abs(y - exact)[finite] / unit[finite]).max() <= 2
        assert np.isinf(y[~finite]).all()


@pytest.mark.parametrize("element", ["half", "bfloat16_t"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_16_bit_results_are_those_of_float_rounded_once(
    name: str, element: str, library: Library, rng: np.random.Generator
) -> None:
    kernel, wide = CASES[f"{name}-{element}"], CASES[f"{name}-float"]
    codes = np.arange(1 << 16, dtype=np.uint16).view(kernel.result.dtype)
    for x in codes.reshape(-1, ROWS, COLS):
        narrow = library.run(kernel, x, poison=poison(rng, kernel.result))
        in_float = library.run(wide, x.astype(np.float32), poison=poison(rng, wide.result))
        with np.errstate(all="ignore"):
            assert_same(narrow, in_float.astype(kernel.result.dtype))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_edges(name: str, library: Library, rng: np.random.Generator) -> None:
    kernel = CASES[f"{name}-float"]
    edges = {**EDGES[name], np.nan: np.nan}
    x = np.resize(np.array(list(edges), np.float32), (ROWS, COLS))
    expected = np.resize(np.array(list(edges.values()), np.float32), (ROWS, COLS))
    assert_same(library.run(kernel, x, poison=poison(rng, kernel.result)), expected)


def test_numpy_knows_bfloat16() -> None:
    assert np.dtype(ml_dtypes.bfloat16).itemsize == 2
