"""Tile, GlobalTensor and the 16-bit floats: what they promise when compiled, and every value they can hold."""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np
import pytest

from tests.tile_library.instruction_kernels import DTYPES, Array
from tests.tile_library.toolchain import FLAGS, host_compiler
from tests.tile_library.values import assert_same

pytestmark = pytest.mark.xdist_group("tile_library_types")

SOURCE = (Path(__file__).parent / "kernels" / "types.cpp").read_text()


@pytest.fixture(scope="module", params=["-O1", "-O3"])
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    flags = tuple(request.param if flag == "-O1" else flag for flag in FLAGS)
    return host_compiler().build(SOURCE, tmp_path_factory.mktemp("types"), "types", *flags)


def convert(library: ctypes.CDLL, name: str, source: Array, target: np.dtype[np.generic]) -> Array:
    result = np.zeros(source.shape, target)
    library[name](ctypes.c_void_p(source.ctypes.data), ctypes.c_void_p(result.ctypes.data), ctypes.c_int64(source.size))
    return result


@pytest.mark.parametrize(("name", "element"), [("half", "half"), ("bfloat", "bfloat16_t")])
def test_every_16_bit_value_becomes_its_float(name: str, element: str, library: ctypes.CDLL) -> None:
    codes = np.arange(1 << 16, dtype=np.uint16).view(DTYPES[element])
    with np.errstate(invalid="ignore"):
        assert_same(convert(library, f"{name}_to_float", codes, np.dtype(np.float32)), codes.astype(np.float32))


@pytest.mark.parametrize(("name", "element"), [("half", "half"), ("bfloat", "bfloat16_t")])
def test_floats_round_to_the_nearest_even(
    name: str, element: str, library: ctypes.CDLL, rng: np.random.Generator
) -> None:
    anything = rng.integers(0, 1 << 32, 200_000, dtype=np.uint32)
    near_ties = (rng.integers(0, 1 << 16, 200_000, dtype=np.uint32) << 16) + rng.choice(
        [0x7FFF, 0x8000, 0x8001], 200_000
    )
    small = rng.integers(0x32000000, 0x39000000, 200_000, dtype=np.uint32)
    floats = np.concatenate([anything, near_ties.astype(np.uint32), small]).view(np.float32)
    with np.errstate(all="ignore"):
        assert_same(convert(library, f"float_to_{name}", floats, DTYPES[element]), floats.astype(DTYPES[element]))


def test_sizes_and_shapes_can_be_set(library: ctypes.CDLL) -> None:
    out = np.full(20, -1, np.int64)
    library.set_and_get(ctypes.c_void_p(out.ctypes.data))
    assert out.tolist() == [1, 1, 2, 11, 5, 1, 3, 1, 7, 13, 3, 5, 17, 19, 23, 15, 63, 1, 1, 0]
