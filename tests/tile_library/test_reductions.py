"""Row and column reductions against the order that the design fixes, to the bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.tile_library.instruction_kernels import FLOATS, Array, Kernel, Library, Operand, build_kernels
from tests.tile_library.toolchain import build_flags, widths
from tests.tile_library.values import assert_only_valid_written, hostile, is_floating, ordinary, poison

pytestmark = pytest.mark.xdist_group("tile_library_reductions")

ELEMENTS = (*FLOATS, "int8_t", "uint8_t", "int16_t", "int32_t", "uint32_t", "int64_t")
SOURCES: dict[str, dict[str, Any]] = {
    "full": {"rows": 16, "cols": 96},
    "odd": {"rows": 21, "cols": 64, "valid": (19, 45)},
    "dynamic": {"rows": 35, "cols": 64, "valid": (33, 39), "dynamic": True},
    "short": {"rows": 9, "cols": 32, "valid": (3, 5)},
}
LANES = 16


def larger(a: Array, b: Array) -> Array:
    return np.where(np.isnan(a), a, np.where(a > b, a, b))


def smaller(a: Array, b: Array) -> Array:
    return np.where(np.isnan(a), a, np.where(a < b, a, b))


FOLDS: dict[str, tuple[Callable[[Array, Array], Array], float | None]] = {
    "SUM": (np.add, 0.0),
    "PROD": (np.multiply, 1.0),
    "MAX": (larger, -np.inf),
    "MIN": (smaller, np.inf),
}


def neutral_of(name: str, dtype: np.dtype[Any]) -> float | int:
    """What a lane without elements holds."""
    neutral = FOLDS[name][1]
    if neutral is not None and np.isfinite(neutral):
        return int(neutral)
    if is_floating(dtype):
        return -np.inf if name == "MAX" else np.inf
    return int(np.iinfo(dtype).min if name == "MAX" else np.iinfo(dtype).max)


def accumulator(values: Array) -> Array:
    """Values as they are accumulated: 16-bit floats in float."""
    return values.astype(np.float32) if is_floating(values.dtype) else values


def reduce_rows(values: Array, name: str) -> Array:
    """Element i into lane i mod 16, lanes with those 8, 4, 2 and 1 further."""
    fold = FOLDS[name][0]
    wide = accumulator(values)
    rows, cols = wide.shape
    lanes = np.full((rows, LANES), neutral_of(name, values.dtype), wide.dtype)
    with np.errstate(all="ignore"):
        for col in range(cols):
            lanes[:, col % LANES] = fold(lanes[:, col % LANES], wide[:, col])
        for half in (8, 4, 2, 1):
            lanes = fold(lanes[:, :half], lanes[:, half : 2 * half])
        return np.asarray(lanes).astype(values.dtype)


def reduce_columns(values: Array, name: str) -> Array:
    """Row after row."""
    fold = FOLDS[name][0]
    wide = accumulator(values)
    total = wide[:1]
    with np.errstate(all="ignore"):
        for row in wide[1:]:
            total = np.asarray(fold(total, row[None]))
        return total.astype(values.dtype)


def row_kernel(number: int, name: str, element: str, source: str, *, column: bool) -> Kernel:
    operand = Operand("a", element, **SOURCES[source])
    rows = operand.valid_shape[0]
    if column:
        height = -(-rows // 32) * 32
        result = Operand("dst", element, height, 1, (rows, 1), operand.dynamic, column_major=True)
    else:
        result = Operand("dst", element, operand.rows, 32, (rows, 1), operand.dynamic)
    return Kernel(f"row{number}", f"TROW{name}(dst, a, tmp)", (result, operand), replace(operand, name="tmp"))


def column_kernel(number: int, name: str, element: str, source: str) -> Kernel:
    operand = Operand("a", element, **SOURCES[source])
    result = Operand("dst", element, 2, operand.cols, (1, operand.valid_shape[1]), operand.dynamic)
    return Kernel(f"col{number}", f"TCOL{name}(dst, a)", (result, operand))


def choose_cases() -> dict[str, Kernel]:
    """Every reduction of every element type, with one of the shapes each; float with all of them."""
    cases: dict[str, Kernel] = {}
    shapes = list(SOURCES)
    for name in FOLDS:
        for position, element in enumerate(ELEMENTS):
            for shape in shapes if element == "float" else [shapes[(position + len(cases)) % len(shapes)]]:
                number = len(cases)
                cases[f"row-{name}-{element}-{shape}"] = row_kernel(
                    number, name, element, shape, column=number % 3 != 0
                )
                cases[f"col-{name}-{element}-{shape}"] = column_kernel(number, name, element, shape)
    return cases


CASES = choose_cases()


@pytest.fixture(scope="module", params=(*widths(), "checked"))
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("reductions")
    return build_kernels(tuple(CASES.values()), folder, "reductions", *build_flags(request.param))


@pytest.mark.parametrize("special", [False, True], ids=["ordinary", "special"])
@pytest.mark.parametrize("case", CASES)
def test_reduction_has_the_fixed_order(case: str, special: bool, library: Library, rng: np.random.Generator) -> None:
    kernel = CASES[case]
    direction, name = case.split("-")[:2]
    operand = kernel.operands[1]
    values = (hostile if special else ordinary)(rng, operand.dtype, (operand.rows, operand.cols))
    before = poison(rng, kernel.result)
    after = library.run(kernel, values, poison=before)
    reduce = reduce_rows if direction == "row" else reduce_columns
    assert_only_valid_written(kernel.result, after, before, reduce(values[operand.inside], name))
