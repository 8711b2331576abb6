"""Broadcast instructions: the scalars of rows in both their forms, on either side, and a row down the columns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.tile_library.instruction_kernels import FLOATS, Array, Kernel, Library, Operand, build_kernels
from tests.tile_library.test_elementwise import divide, in_float, maximum, minimum
from tests.tile_library.toolchain import BUILDS, build_flags
from tests.tile_library.values import assert_only_valid_written, assert_same, hostile, ordinary, poison

pytestmark = pytest.mark.xdist_group("tile_library_expansions")

ELEMENTS = (*FLOATS, "int16_t", "int32_t")
OPERATIONS: dict[str, Callable[..., Array]] = {
    "ADD": np.add,
    "SUB": np.subtract,
    "MUL": np.multiply,
    "DIV": divide,
    "MAX": maximum,
    "MIN": minimum,
}
ROWS, COLS, VALID = 16, 96, (13, 77)


def scalars(element: str, *, column: bool, dynamic: bool = False) -> Operand:
    """The scalars of rows: an [M, 1] column, or a row-major tile with 32 bytes a row."""
    if column:
        return Operand("s", element, 32, 1, (VALID[0], 1), dynamic, column_major=True)
    width = 32 // Operand("s", element, 1, 32).dtype.itemsize
    return Operand("s", element, ROWS, width, (VALID[0], width), dynamic)


def tile(name: str, element: str, *, dynamic: bool = False) -> Operand:
    return Operand(name, element, ROWS, COLS, VALID, dynamic)


def row_cases() -> dict[str, Kernel]:
    cases: dict[str, Kernel] = {}
    for name in OPERATIONS:
        for position, element in enumerate(ELEMENTS):
            column, first = (position + len(name)) % 2 == 0, len(cases) % 3 == 0
            dynamic = len(cases) % 4 > 1
            arguments = "s, a" if first else "a, s"
            scratch = Operand("tmp", element, 1, 2048) if len(cases) % 2 else None
            form = f"{'column' if column else 'block'}-{'first' if first else 'second'}"
            cases[f"{name}-{element}-{form}"] = Kernel(
                f"row{len(cases)}",
                f"TROWEXPAND{name}(dst, {arguments}{', tmp' if scratch else ''})",
                (
                    tile("dst", element, dynamic=dynamic),
                    tile("a", element, dynamic=dynamic),
                    scalars(element, column=column, dynamic=dynamic),
                ),
                scratch,
            )
    return cases


def column_cases() -> dict[str, Kernel]:
    return {
        f"{name}-{element}": Kernel(
            f"col{name}{position}",
            f"TCOLEXPAND{name}(dst, a, s)",
            (
                tile("dst", element, dynamic=position == 1),
                tile("a", element, dynamic=position == 1),
                Operand("s", element, 1, COLS, (1, VALID[1]), dynamic=position == 1),
            ),
        )
        for name in OPERATIONS
        for position, element in enumerate(ELEMENTS)
    }


ROW_CASES, COLUMN_CASES = row_cases(), column_cases()
REPEATED = {
    f"{element}-{column}": Kernel(
        f"repeat{position}{int(column)}", "TROWEXPAND(dst, s)", (tile("dst", element), scalars(element, column=column))
    )
    for position, element in enumerate((*ELEMENTS, "uint8_t", "int64_t"))
    for column in (True, False)
}
COPIED = {
    element: Kernel(
        f"copy{position}",
        "TCOLEXPAND(dst, s)",
        (tile("dst", element), Operand("s", element, 1, COLS, (1, VALID[1]))),
    )
    for position, element in enumerate((*ELEMENTS, "uint8_t", "int64_t"))
}
EXPONENTIALS = {
    "row": Kernel(
        "expdif_row",
        "TROWEXPANDEXPDIF(dst, a, s)",
        (tile("dst", "float"), tile("a", "float"), scalars("float", column=True)),
    ),
    "column": Kernel(
        "expdif_col",
        "TCOLEXPANDEXPDIF(dst, a, s)",
        (tile("dst", "float"), tile("a", "float"), Operand("s", "float", 1, COLS, (1, VALID[1]))),
    ),
}


@pytest.fixture(scope="module", params=BUILDS)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Library:
    tables = (ROW_CASES, COLUMN_CASES, REPEATED, COPIED, EXPONENTIALS)
    kernels = tuple(kernel for table in tables for kernel in table.values())
    return build_kernels(kernels, tmp_path_factory.mktemp("expansions"), "expansions", *build_flags(request.param))


def operands_of(kernel: Kernel, rng: np.random.Generator) -> list[Array]:
    return [hostile(rng, operand.dtype, (operand.rows, operand.cols)) for operand in kernel.operands[1:]]


@pytest.mark.parametrize("case", ROW_CASES)
def test_row_scalars_meet_every_element_of_their_row(case: str, library: Library, rng: np.random.Generator) -> None:
    kernel = ROW_CASES[case]
    full, column = operands_of(kernel, rng)
    before = poison(rng, kernel.result)
    if kernel.scratch and "block" in case:
        library = library.expecting("layout-refused")  # A2/A3 spreads columns alone into a temporary
    after = library.run(kernel, full, column, poison=before)
    left, right = full[: VALID[0], : VALID[1]], np.repeat(column[: VALID[0], :1], VALID[1], 1)
    if case.endswith("first"):
        left, right = right, left
    meaning = in_float(OPERATIONS[case.split("-", maxsplit=1)[0]])
    assert_only_valid_written(kernel.result, after, before, meaning(left, right))


@pytest.mark.parametrize("case", COLUMN_CASES)
def test_a_row_meets_every_row(case: str, library: Library, rng: np.random.Generator) -> None:
    kernel = COLUMN_CASES[case]
    full, row = operands_of(kernel, rng)
    before = poison(rng, kernel.result)
    after = library.run(kernel, full, row, poison=before)
    meaning = in_float(OPERATIONS[case.split("-", maxsplit=1)[0]])
    right = np.repeat(row[:, : VALID[1]], VALID[0], 0)
    assert_only_valid_written(kernel.result, after, before, meaning(full[: VALID[0], : VALID[1]], right))


@pytest.mark.parametrize("case", REPEATED)
def test_scalars_fill_their_rows(case: str, library: Library, rng: np.random.Generator) -> None:
    kernel = REPEATED[case]
    (column,) = operands_of(kernel, rng)
    before = poison(rng, kernel.result)
    after = library.run(kernel, column, poison=before)
    assert_only_valid_written(kernel.result, after, before, np.repeat(column[: VALID[0], :1], VALID[1], 1))


@pytest.mark.parametrize("case", COPIED)
def test_a_row_fills_every_row(case: str, library: Library, rng: np.random.Generator) -> None:
    kernel = COPIED[case]
    (row,) = operands_of(kernel, rng)
    before = poison(rng, kernel.result)
    after = library.run(kernel, row, poison=before)
    assert_only_valid_written(kernel.result, after, before, np.repeat(row[:, : VALID[1]], VALID[0], 0))


@pytest.mark.parametrize("case", EXPONENTIALS)
def test_exponential_of_a_difference_is_within_two_units(case: str, library: Library, rng: np.random.Generator) -> None:
    kernel = EXPONENTIALS[case]
    full, scalar = [ordinary(rng, o.dtype, (o.rows, o.cols)) for o in kernel.operands[1:]]
    after = library.run(kernel, full, scalar, poison=poison(rng, kernel.result))
    other = scalar[: VALID[0], :1] if case == "row" else scalar[:1, : VALID[1]]
    difference = full[: VALID[0], : VALID[1]] - other
    expected = np.exp(difference.astype(np.float64))
    error = np.abs(after[: VALID[0], : VALID[1]] - expected) / np.spacing(expected.astype(np.float32))
    assert error.max() < 2
    assert_same(difference, difference.astype(np.float32))
