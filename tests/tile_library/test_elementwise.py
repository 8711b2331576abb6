"""Elementwise instructions against numpy: to the bit, for every element type, odd and dynamic valid shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from tests.tile_library.instruction_kernels import (
    DTYPES,
    FLOATS,
    INTEGERS,
    Array,
    Kernel,
    Library,
    Operand,
    build_kernels,
)
from tests.tile_library.toolchain import BUILDS, build_flags
from tests.tile_library.values import assert_only_valid_written, hostile, is_floating, poison

pytestmark = pytest.mark.xdist_group("tile_library_elementwise")

SHAPES: dict[str, dict[str, Any]] = {
    "full": {"rows": 4, "cols": 96},
    "odd": {"rows": 5, "cols": 64, "valid": (3, 45)},
    "dynamic": {"rows": 5, "cols": 64, "valid": (5, 33), "dynamic": True},
    "narrow": {"rows": 7, "cols": 32, "valid": (6, 1)},
}


def in_float(function: Callable[..., Array]) -> Callable[..., Array]:
    """The function as the library computes it: 16-bit floats in float, rounded once."""

    def computed(*operands: Array) -> Array:
        dtype = operands[0].dtype
        wide = [value.astype(np.float32) if is_floating(dtype) else value for value in operands]
        with np.errstate(all="ignore"):
            return np.asarray(function(*wide)).astype(dtype)

    return computed


def divide(a: Array, b: Array) -> Array:
    """IEEE division; of integers the quotient towards zero, 0 for a divisor of 0, wrapping at the least value."""
    if is_floating(a.dtype):
        return np.asarray(a / b)
    quotient = [0 if y == 0 else abs(x) // abs(y) * (-1 if (x < 0) != (y < 0) else 1) for x, y in _pairs(a, b)]
    mask = (1 << 8 * a.dtype.itemsize) - 1
    unsigned = np.array([value & mask for value in quotient], np.dtype(f"u{a.dtype.itemsize}"))
    return unsigned.view(a.dtype).reshape(a.shape)


def _pairs(a: Array, b: Array) -> list[tuple[int, int]]:
    return list(zip(a.ravel().tolist(), np.broadcast_to(b, a.shape).ravel().tolist(), strict=True))


def maximum(a: Array, b: Array) -> Array:
    """NaN if either is NaN; of equal operands the second."""
    return np.where(np.isnan(a), a, np.where(a > b, a, b)) if is_floating(a.dtype) else np.maximum(a, b)


def minimum(a: Array, b: Array) -> Array:
    """NaN if either is NaN; of equal operands the second."""
    return np.where(np.isnan(a), a, np.where(a < b, a, b)) if is_floating(a.dtype) else np.minimum(a, b)


def relu(a: Array) -> Array:
    """max(x, 0), so that -0 gives +0 and NaN stays."""
    return maximum(a, np.zeros_like(a))


def reciprocal_root(a: Array) -> Array:
    """Two roundings: the root's and the division's."""
    return np.reciprocal(np.sqrt(a))


def divide_scalar(a: Array, scalar: Array) -> Array:
    """The scalar divided by each element."""
    return divide(np.broadcast_to(scalar, a.shape), a)


@dataclass(frozen=True)
class Instruction:
    """A statement over `dst`, `a` and `b`, and what it means."""

    statement: str
    meaning: Callable[..., Array]
    elements: tuple[str, ...]
    inputs: int = 2
    scalar: float | None = None


ALL = FLOATS + INTEGERS
SCALARS = (-3.0, 0.0)
UNARY: dict[str, tuple[Callable[..., Array], tuple[str, ...]]] = {
    "TABS": (np.abs, ALL),
    "TNEG": (np.negative, ALL),
    "TRELU": (relu, (*FLOATS, "int32_t")),
    "TSQRT": (np.sqrt, FLOATS),
    "TRSQRT": (reciprocal_root, FLOATS),
    "TRECIP": (np.reciprocal, FLOATS),
    "TNOT": (np.invert, INTEGERS),
}
BINARY: dict[str, tuple[Callable[..., Array], tuple[str, ...]]] = {
    "TADD": (np.add, ALL),
    "TSUB": (np.subtract, ALL),
    "TMUL": (np.multiply, ALL),
    "TDIV": (divide, ALL),
    "TMAX": (maximum, ALL),
    "TMIN": (minimum, ALL),
    "TAND": (np.bitwise_and, INTEGERS),
    "TOR": (np.bitwise_or, INTEGERS),
}
WITH_SCALAR: dict[str, Callable[..., Array]] = {
    "TADDS(dst, a, {})": np.add,
    "TSUBS(dst, a, {})": np.subtract,
    "TMULS(dst, a, {})": np.multiply,
    "TDIVS(dst, a, {})": divide,
    "TDIVS(dst, {}, a)": divide_scalar,
    "TMAXS(dst, a, {})": maximum,
    "TMINS(dst, a, {})": minimum,
}
SCALAR_ELEMENTS = ("float", "half", "bfloat16_t", "int8_t", "int16_t", "int32_t", "int64_t")

INSTRUCTIONS: dict[str, Instruction] = {
    **{name: Instruction(f"{name}(dst, a)", meaning, e, 1) for name, (meaning, e) in UNARY.items()},
    **{name: Instruction(f"{name}(dst, a, b)", meaning, e) for name, (meaning, e) in BINARY.items()},
    "TXOR": Instruction("TXOR(dst, a, b, tmp)", np.bitwise_xor, INTEGERS),
    **{
        statement.format(scalar): Instruction(statement, meaning, SCALAR_ELEMENTS, 1, scalar)
        for statement, meaning in WITH_SCALAR.items()
        for scalar in SCALARS
    },
}


def make_kernel(number: int, instruction: Instruction, element: str, shape: str) -> Kernel:
    operands = tuple(Operand(name, element, **SHAPES[shape]) for name in ("dst", "a", "b")[: instruction.inputs + 1])
    literal = f"{element}({instruction.scalar})" if element in FLOATS else f"{element}({int(instruction.scalar or 0)})"
    scratch = replace(operands[0], name="tmp") if "tmp" in instruction.statement else None
    return Kernel(f"k{number}", instruction.statement.format(literal), operands, scratch)


def choose_cases() -> dict[str, tuple[Instruction, Kernel]]:
    """Every instruction with every element type; each pair with one of the shapes, and float with all of them."""
    cases: dict[str, tuple[Instruction, Kernel]] = {}
    shapes = list(SHAPES)
    for name, instruction in INSTRUCTIONS.items():
        for position, element in enumerate(instruction.elements):
            every = element == "float" and name in ("TADD", "TMAX", "TDIV", "TABS")
            for shape in shapes if every else [shapes[(position + len(cases)) % len(shapes)]]:
                kernel = make_kernel(len(cases), instruction, element, shape)
                cases[f"{name}-{element}-{shape}"] = (instruction, kernel)
    return cases


CASES = choose_cases()


@pytest.fixture(scope="module", params=BUILDS)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Library:
    kernels = tuple(kernel for _, kernel in CASES.values())
    return build_kernels(kernels, tmp_path_factory.mktemp("elementwise"), "elementwise", *build_flags(request.param))


@pytest.mark.parametrize("case", CASES)
def test_elementwise_gives_what_numpy_gives(case: str, library: Library, rng: np.random.Generator) -> None:
    instruction, kernel = CASES[case]
    inputs = [hostile(rng, operand.dtype, (operand.rows, operand.cols)) for operand in kernel.operands[1:]]
    valid = [array[operand.inside] for array, operand in zip(inputs, kernel.operands[1:], strict=True)]
    if instruction.scalar is not None:
        valid.append(np.asarray(instruction.scalar).astype(kernel.result.dtype))
    before = poison(rng, kernel.result)
    after = library.run(kernel, *inputs, poison=before)
    assert_only_valid_written(kernel.result, after, before, in_float(instruction.meaning)(*valid))


@pytest.mark.parametrize("element", FLOATS)
def test_every_float_format_is_covered(element: str) -> None:
    assert DTYPES[element].itemsize in (2, 4)
    assert sum(element in instruction.elements for instruction in INSTRUCTIONS.values()) > 10
