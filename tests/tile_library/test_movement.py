"""Loads, stores, moves, views and transpositions against numpy indexing, for elements of every width."""

from __future__ import annotations

import ctypes
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from tests.tile_library.instruction_kernels import DTYPES, Array, Library
from tests.tile_library.test_matmul import KERNEL, from_nz, to_nz
from tests.tile_library.toolchain import BUILDS, build_flags, host_compiler
from tests.tile_library.values import assert_same, ordinary

pytestmark = pytest.mark.xdist_group("tile_library_movement")

SOURCE = Path(__file__).parent / "kernels" / "movement.cpp"
ELEMENTS = ("float", "bfloat16_t", "int8_t", "int64_t")
KERNELS = (
    "batch_nd",
    "batch_dn",
    "stepped_columns",
    "boxes_are_bytes",
    "rows_to_boxes",
    "boxes_to_rows",
    "columns_to_rows",
    "cut_and_paste",
    "added",
    "aliased",
)
ONE_TO_FOUR_BYTES = ("float", "bfloat16_t", "int8_t")
FITS = {
    "added": ONE_TO_FOUR_BYTES,
    "boxes_are_bytes": ONE_TO_FOUR_BYTES,
    "rows_to_boxes": ONE_TO_FOUR_BYTES,
    "boxes_to_rows": ONE_TO_FOUR_BYTES,
    "columns_to_rows": ("float", "bfloat16_t"),
}
CASES = tuple((kernel, element) for kernel in KERNELS for element in FITS.get(kernel, ELEMENTS))
TRANSPOSED = ((64, 96), (37, 91), (1, 17), (16, 5))
TRANSPOSED_ELEMENTS = ("float", "half", "uint8_t")
PADS = {"Zero": 0.0, "Max": np.inf, "Min": -np.inf, "Null": None}


def function(name: str, element: str, call: str, more: str = "") -> str:
    return f"{KERNEL}{name}({element}* in, {element}* out{more}) {{ {call}; }}\n"


@pytest.fixture(scope="module", params=BUILDS)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Library:
    text = SOURCE.read_text()
    text += "".join(function(f"{k}_{e}_kernel", e, f"{k}<{e}>(in, out)") for k, e in CASES)
    text += "".join(
        function(f"transposed_{e}_{r}_{c}", e, f"transposed<{e}, {r}, {c}>(in, out)")
        for e in TRANSPOSED_ELEMENTS
        for r, c in TRANSPOSED
    )
    for pad in PADS:
        tile = f"Tile<TileType::Vec, float, 4, 64, BLayout::RowMajor, 4, -1, SLayout::NoneBox, 512, PadValue::{pad}>"
        text += f"using Padded{pad} = {tile};\n"
        text += function(f"padded_{pad}", "float", f"padded_rows<float, Padded{pad}>(in, out, cols)", ", int64_t cols")
    return Library(
        host_compiler().build(text, tmp_path_factory.mktemp("movement"), "movement", *build_flags(request.param))
    )


def values(rng: np.random.Generator, element: str, shape: tuple[int, ...]) -> Array:
    return ordinary(rng, DTYPES[element], (1, int(np.prod(shape)))).reshape(shape)


def every_element(kernel: str) -> pytest.MarkDecorator:
    """The element types that a kernel is compiled for."""
    return pytest.mark.parametrize("element", FITS.get(kernel, ELEMENTS))


def run(library: Library, kernel: str, element: str, source: Array, target: Array) -> Array:
    result = np.array(target, copy=True)
    library.call_with(f"{kernel}_{element}_kernel", np.ascontiguousarray(source), result)
    return result


@every_element("batch_nd")
def test_a_batch_of_rows_becomes_one_tile(element: str, library: Library, rng: np.random.Generator) -> None:
    memory = values(rng, element, (3200,))
    first = [1500 * i + 480 * j + 200 * k + 40 * row for i, j, k, row in product(*map(range, (2, 3, 2, 4)))]
    matrices = np.stack([memory[start : start + 24] for start in first]).reshape(2, 3, 2, 4, 24)
    out = run(library, "batch_nd", element, memory, values(rng, element, (2, 3, 2, 4, 24)))
    assert_same(out, matrices)


@every_element("batch_dn")
def test_a_batch_of_columns_becomes_one_tile(element: str, library: Library, rng: np.random.Generator) -> None:
    memory = values(rng, element, (2, 400))
    columns = np.stack([memory[plane, 50 * c : 50 * c + 32] for plane in range(2) for c in range(7)])
    assert_same(run(library, "batch_dn", element, memory, values(rng, element, (14, 32))), columns)


@every_element("stepped_columns")
def test_elements_may_be_a_step_apart(element: str, library: Library, rng: np.random.Generator) -> None:
    memory, before = values(rng, element, (8, 40)), values(rng, element, (8, 60))
    expected = np.array(before)
    expected[:, ::3] = memory[:, ::2]
    assert_same(run(library, "stepped_columns", element, memory, before), expected)


@every_element("boxes_are_bytes")
def test_boxes_keep_their_bytes_in_ub(element: str, library: Library, rng: np.random.Generator) -> None:
    memory = values(rng, element, (32, 64))
    assert_same(run(library, "boxes_are_bytes", element, memory, values(rng, element, (32, 64))), memory)


@every_element("rows_to_boxes")
def test_l1_turns_rows_into_boxes(element: str, library: Library, rng: np.random.Generator) -> None:
    memory = values(rng, element, (32, 64))
    boxes = to_nz(memory)
    assert_same(run(library, "rows_to_boxes", element, memory, np.zeros_like(boxes)), boxes)


@every_element("boxes_to_rows")
def test_l1_turns_boxes_into_rows(element: str, library: Library, rng: np.random.Generator) -> None:
    line = 32 // DTYPES[element].itemsize
    boxes = values(rng, element, (64 // line, 2, 16, line))
    assert_same(run(library, "boxes_to_rows", element, boxes, values(rng, element, (32, 64))), from_nz(boxes))


@every_element("columns_to_rows")
def test_l1_turns_columns_into_rows(element: str, library: Library, rng: np.random.Generator) -> None:
    memory = values(rng, element, (77, 100))
    out = run(library, "columns_to_rows", element, memory, values(rng, element, (91, 77)))
    assert_same(out, np.ascontiguousarray(np.transpose(memory[:, :91])))


@every_element("cut_and_paste")
def test_a_window_is_taken_and_placed(element: str, library: Library, rng: np.random.Generator) -> None:
    memory, before = values(rng, element, (16, 64)), values(rng, element, (16, 64))
    expected = np.array(before)
    expected[9:14, 7:28] = memory[3:8, 32:53]
    expected[1:3] = memory[:2]
    askew = library.expecting("shape-refused")  # A2/A3 places windows at blocks of 32 bytes
    assert_same(run(askew, "cut_and_paste", element, memory, before), expected)


@every_element("aliased")
def test_tiles_at_one_address_share_bytes(element: str, library: Library, rng: np.random.Generator) -> None:
    memory = values(rng, element, (16, 32))
    expected = np.array(memory.reshape(8, 64))
    expected[0, 5] = expected[0, 6]
    assert_same(run(library, "aliased", element, memory, values(rng, element, (8, 64))), expected)


@every_element("added")
def test_a_store_can_add_to_memory(element: str, library: Library, rng: np.random.Generator) -> None:
    memory, before = values(rng, element, (7, 19)), values(rng, element, (7, 19))
    with np.errstate(over="ignore"):
        expected = (before + memory).astype(before.dtype)
    assert_same(run(library, "added", element, memory, before), expected)


@pytest.mark.parametrize("element", TRANSPOSED_ELEMENTS)
@pytest.mark.parametrize(("rows", "cols"), TRANSPOSED)
def test_transposition(element: str, rows: int, cols: int, library: Library, rng: np.random.Generator) -> None:
    memory, out = values(rng, element, (rows, cols)), values(rng, element, (cols, rows))
    library.call_with(f"transposed_{element}_{rows}_{cols}", memory, out)
    assert_same(out, np.ascontiguousarray(np.transpose(memory)))


@pytest.mark.parametrize("cols", [1, 8, 13, 64])
@pytest.mark.parametrize("pad", PADS)
def test_load_pads_to_32_bytes_and_no_further(pad: str, cols: int, library: Library, rng: np.random.Generator) -> None:
    memory, before = values(rng, "float", (4, 64)), values(rng, "float", (4, 64))
    out = np.array(before)
    pointers = (ctypes.c_void_p(array.ctypes.data) for array in (memory, out))
    library.functions[f"padded_{pad}"](*pointers, ctypes.c_int64(cols))
    expected = np.array(before)
    expected[:, :cols] = memory[:, :cols]
    value = PADS[pad]
    if value is not None:
        expected[:, cols : -(-cols // 8) * 8] = value
    assert_same(out, expected)
