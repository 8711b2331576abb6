"""Comparisons, masks, selections, fills, counters and shifts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.tile_library.instruction_kernels import FLOATS, Array, Kernel, Library, Operand, build_kernels
from tests.tile_library.toolchain import BUILDS, build_flags
from tests.tile_library.values import assert_only_valid_written, hostile, is_floating, ordinary, poison

pytestmark = pytest.mark.xdist_group("tile_library_selection")

ROWS, COLS, VALID = 7, 96, (5, 77)
MASK_BYTES = -(-VALID[1] // 8)
ELEMENTS = (*FLOATS, "int8_t", "uint16_t", "int32_t", "int64_t")
INTEGERS = ("int8_t", "uint8_t", "int16_t", "uint16_t", "int32_t", "uint32_t", "int64_t", "uint64_t")
MODES: dict[str, Callable[..., Array]] = {
    "EQ": np.equal,
    "NE": np.not_equal,
    "LT": np.less,
    "LE": np.less_equal,
    "GT": np.greater,
    "GE": np.greater_equal,
}


def tile(name: str, element: str, *, dynamic: bool = False) -> Operand:
    return Operand(name, element, ROWS, COLS, VALID, dynamic)


def mask_tile(name: str) -> Operand:
    return Operand(name, "uint8_t", ROWS, 32, (VALID[0], MASK_BYTES))


COMPARISONS = {
    f"{mode}-{element}-{form}": Kernel(
        f"cmp_{mode}_{element}_{form}",
        f"TCMP(dst, a, b, CmpMode::{mode})" if form == "tile" else f"TCMPS(dst, a, {element}(1), CmpMode::{mode})",
        (mask_tile("dst"), tile("a", element, dynamic=True), tile("b", element, dynamic=True))[
            : 3 if form == "tile" else 2
        ],
    )
    for number, mode in enumerate(MODES)
    for position, element in enumerate(ELEMENTS)
    for form in (("tile", "scalar") if element == "float" else [("tile", "scalar")[(number + position) % 2]])
}
SELECTIONS = {
    f"{element}-{form}": Kernel(
        f"sel_{element}_{form}",
        "TSEL(dst, m, a, b, tmp)" if form == "tile" else f"TSELS(dst, m, a, tmp, {element}(1))",
        (tile("dst", element), mask_tile("m"), tile("a", element), tile("b", element))[: 4 if form == "tile" else 3],
        tile("tmp", element),
    )
    for element in ELEMENTS
    for form in ("tile", "scalar")
}
SHIFTS = {
    f"{name}-{element}": Kernel(
        f"{name.lower()}_{element}",
        f"{name}(dst, a, b)",
        (tile("dst", element), tile("a", element), tile("b", element)),
    )
    for name in ("TSHL", "TSHR")
    for element in INTEGERS
}
FILLS = {
    element: Kernel(
        f"fill_{element}", f"TEXPANDS(dst, {element}(5))", (tile("dst", element, dynamic=element == "half"),)
    )
    for element in (*FLOATS, *INTEGERS)
}
COUNTERS = {
    f"{element}-{step}": Kernel(
        f"count_{element}_{step}",
        f"TCI<decltype(dst), {element}, {step}>(dst, {element}(40))",
        (Operand("dst", element, 1, 96, (1, 83)),),
    )
    for element in ("int16_t", "int32_t", "uint32_t")
    for step in (0, 1)
}
PADS: dict[str, Callable[[np.dtype[Any]], Any]] = {
    "PadValue::Zero": lambda _: 0,
    "PadValue::Max": lambda dtype: np.inf if is_floating(dtype) else np.iinfo(dtype).max,
    "PadValue::Min": lambda dtype: -np.inf if is_floating(dtype) else np.iinfo(dtype).min,
}
SOURCE_VALID = (3, 45)
PADDED = {
    f"{element}-{pad}-{form}": Kernel(
        f"pad_{element}_{pad[-3:]}_{form}",
        f"TFILLPAD{'' if form == 'same' else '_EXPAND'}(dst, a)",
        (
            Operand("dst", element, ROWS, COLS, VALID, dynamic=element == "half", pad=pad),
            Operand("a", element, ROWS, COLS, SOURCE_VALID)
            if form == "same"
            else Operand("a", element, 4, 64, SOURCE_VALID),
        ),
    )
    for element in ("float", "half", "int8_t", "int32_t")
    for pad in PADS
    for form in ("same", "larger")
}
CUSTOM = Kernel(
    "pad_custom",
    "TFILLPAD(dst, a)",
    (
        Operand("dst", "float", ROWS, COLS, VALID, pad="PadValueCustom(-1.5f)"),
        Operand("a", "float", ROWS, COLS, (5, 1)),
    ),
)
TABLES = (COMPARISONS, SELECTIONS, SHIFTS, FILLS, COUNTERS, PADDED, {"custom": CUSTOM})


@pytest.fixture(scope="module", params=BUILDS)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Library:
    kernels = tuple(kernel for table in TABLES for kernel in table.values())
    return build_kernels(kernels, tmp_path_factory.mktemp("selection"), "selection", *build_flags(request.param))


def few_values(rng: np.random.Generator, operand: Operand) -> Array:
    """Values of which many are equal, and special ones."""
    values = hostile(rng, operand.dtype, (operand.rows, operand.cols))
    small = rng.random(values.shape) < 0.6
    values[small] = rng.integers(0, 3, values.shape).astype(operand.dtype)[small]
    return values


def pack(truth: Array) -> Array:
    """Bit c % 8 of byte c / 8."""
    return np.packbits(truth, axis=1, bitorder="little")


@pytest.mark.parametrize("case", COMPARISONS)
def test_comparison_packs_its_bits(case: str, library: Library, rng: np.random.Generator) -> None:
    kernel = COMPARISONS[case]
    inputs = [few_values(rng, operand) for operand in kernel.operands[1:]]
    before = poison(rng, kernel.result)
    after = library.run(kernel, *inputs, poison=before)
    left = inputs[0][: VALID[0], : VALID[1]]
    right = inputs[1][: VALID[0], : VALID[1]] if len(inputs) > 1 else np.ones_like(left)
    with np.errstate(invalid="ignore"):
        truth = MODES[case.split("-", maxsplit=1)[0]](left, right)
    assert_only_valid_written(kernel.result, after, before, pack(truth))


@pytest.mark.parametrize("case", SELECTIONS)
def test_selection_follows_the_mask(case: str, library: Library, rng: np.random.Generator) -> None:
    kernel = SELECTIONS[case]
    inputs = [hostile(rng, operand.dtype, (operand.rows, operand.cols)) for operand in kernel.operands[1:]]
    before = poison(rng, kernel.result)
    after = library.run(kernel, *inputs, poison=before)
    chosen = np.unpackbits(inputs[0], axis=1, bitorder="little")[: VALID[0], : VALID[1]].astype(bool)
    yes = inputs[1][: VALID[0], : VALID[1]]
    no = inputs[2][: VALID[0], : VALID[1]] if len(inputs) > 2 else np.ones_like(yes)
    assert_only_valid_written(kernel.result, after, before, np.where(chosen, yes, no))


def shifted(name: str, value: int, amount: int, dtype: np.dtype[Any]) -> int:
    width = 8 * dtype.itemsize
    result = value << amount if name == "TSHL" else value >> min(amount, 2 * width)
    return (result if amount < width or name == "TSHR" else 0) & ((1 << width) - 1)


@pytest.mark.parametrize("case", SHIFTS)
def test_shift_fills_with_zero_or_the_sign(case: str, library: Library, rng: np.random.Generator) -> None:
    kernel = SHIFTS[case]
    dtype = kernel.result.dtype
    value, amount = (hostile(rng, dtype, (ROWS, COLS)) for _ in range(2))
    usual = rng.random(amount.shape) < 0.7
    amount[usual] = rng.integers(0, 8 * dtype.itemsize + 3, amount.shape).astype(dtype)[usual]
    before = poison(rng, kernel.result)
    after = library.run(kernel, value, amount, poison=before)
    unsigned = np.dtype(f"u{dtype.itemsize}")
    values = [int(v) for v in value[: VALID[0], : VALID[1]].ravel()]
    amounts = [int(a) for a in np.array(amount[: VALID[0], : VALID[1]]).view(unsigned).ravel()]
    name = case.split("-", maxsplit=1)[0]
    exact = [shifted(name, v, min(a, 200), dtype) for v, a in zip(values, amounts, strict=True)]
    assert_only_valid_written(kernel.result, after, before, np.array(exact, unsigned).view(dtype).reshape(VALID))


@pytest.mark.parametrize("element", FILLS)
def test_fill(element: str, library: Library, rng: np.random.Generator) -> None:
    kernel = FILLS[element]
    before = poison(rng, kernel.result)
    after = library.run(kernel, poison=before)
    assert_only_valid_written(kernel.result, after, before, np.full(VALID, 5, kernel.result.dtype))


@pytest.mark.parametrize("case", COUNTERS)
def test_count_goes_up_or_down(case: str, library: Library, rng: np.random.Generator) -> None:
    kernel = COUNTERS[case]
    before = poison(rng, kernel.result)
    after = library.run(kernel, poison=before)
    steps = np.arange(83) * (-1 if case.endswith("1") else 1)
    assert_only_valid_written(kernel.result, after, before, (40 + steps).astype(kernel.result.dtype)[None])


@pytest.mark.parametrize("case", PADDED)
def test_padding_surrounds_the_source(case: str, library: Library, rng: np.random.Generator) -> None:
    kernel = PADDED[case]
    operand = kernel.operands[1]
    source = ordinary(rng, operand.dtype, (operand.rows, operand.cols))
    before = poison(rng, kernel.result)
    after = library.run(kernel, source, poison=before)
    expected = np.full(VALID, PADS[case.split("-")[1]](operand.dtype), operand.dtype)
    expected[: SOURCE_VALID[0], : SOURCE_VALID[1]] = source[operand.inside]
    assert_only_valid_written(kernel.result, after, before, expected)


def test_padding_takes_any_value(library: Library, rng: np.random.Generator) -> None:
    source, before = ordinary(rng, np.dtype(np.float32), (ROWS, COLS)), poison(rng, CUSTOM.result)
    after = library.run(CUSTOM, source, poison=before)
    expected = np.full(VALID, -1.5, np.float32)
    expected[:, 0] = source[:5, 0]
    assert_only_valid_written(CUSTOM.result, after, before, expected)
