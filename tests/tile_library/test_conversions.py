"""TCVT against exact rational arithmetic: every mode, with and without saturation, ends of ranges and NaN."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.tile_library.instruction_kernels import FLOATS, INTEGERS, Array, Kernel, Library, Operand, build_kernels
from tests.tile_library.toolchain import BUILDS, build_flags
from tests.tile_library.values import assert_only_valid_written, hostile, is_floating, ordinary, poison

pytestmark = pytest.mark.xdist_group("tile_library_conversions")


def power_of_two(exponent: int) -> Fraction:
    """2^exponent, exactly."""
    return Fraction(1 << exponent) if exponent >= 0 else Fraction(1, 1 << -exponent)


MODES = ("NONE", "RINT", "ROUND", "FLOOR", "CEIL", "TRUNC", "ODD")
FRACTION_BITS = {"float": 23, "half": 10, "bfloat16_t": 7}
LEAST_EXPONENT = {"float": -126, "half": -14, "bfloat16_t": -126}
LARGEST = {"half": Fraction(65504), "bfloat16_t": Fraction(float.fromhex("0x1.fep127")), "float": power_of_two(200)}
WRAPPING = {
    ("half", "int8_t"),
    ("half", "uint8_t"),
    ("half", "int16_t"),
    ("float", "int16_t"),
    ("int64_t", "int32_t"),
    ("int32_t", "int16_t"),
}
SHAPE = (4, 64)
VALID = (3, 45)


def round_fraction(value: Fraction, mode: str) -> int:
    """An integer by mode."""
    down, negative = math.floor(abs(value)), value < 0
    rest = abs(value) - down
    up = {
        "RINT": rest > Fraction(1, 2) or (rest == Fraction(1, 2) and down % 2 == 1),
        "ROUND": rest >= Fraction(1, 2),
        "FLOOR": negative and rest > 0,
        "CEIL": not negative and rest > 0,
        "TRUNC": False,
        "ODD": rest > 0 and down % 2 == 0,
    }[mode]
    return (down + up) * (-1 if negative else 1)


def binary_exponent(value: Fraction) -> int:
    """The n for which 2^n <= value < 2^(n + 1)."""
    guess = value.numerator.bit_length() - value.denominator.bit_length()
    return guess if value >= power_of_two(guess) else guess - 1


def to_float(value: Fraction, to: str, mode: str, saturate: bool) -> float:
    """A float format's value by mode."""
    if value == 0:
        return 0.0
    exponent = max(binary_exponent(abs(value)), LEAST_EXPONENT[to])
    quantum: Fraction = power_of_two(exponent - FRACTION_BITS[to])
    rounded = round_fraction(value / quantum, mode) * quantum
    if abs(rounded) > LARGEST[to]:
        beyond = float(LARGEST[to]) if saturate else math.inf
        return math.copysign(beyond, float(value))
    return float(rounded)


def to_integer(value: Fraction | float, dtype: np.dtype[Any], mode: str, saturate: bool) -> int:
    """An integer by mode, brought into range."""
    info = np.iinfo(dtype)
    if isinstance(value, float):
        whole = 0 if math.isnan(value) else (1 << 80) * (1 if value > 0 else -1)
    else:
        whole = round_fraction(Fraction(value), mode)
    if saturate:
        return min(max(whole, int(info.min)), int(info.max))
    wide = np.iinfo(np.int32 if dtype.itemsize <= 2 else np.int64)
    return min(max(whole, int(wide.min)), int(wide.max)) & ((1 << 8 * dtype.itemsize) - 1)


def convert_one(value: Any, source: str, to: Operand, mode: str, saturate: bool) -> float | int:
    """The meaning of TCVT for one element."""
    number = float(value) if source in FLOATS else int(value)
    special = isinstance(number, float) and not math.isfinite(number)
    if not is_floating(to.dtype):
        chosen = "TRUNC" if mode == "NONE" else mode
        exact = float(number) if special else Fraction(number)
        return to_integer(exact, to.dtype, chosen, saturate)
    chosen = "RINT" if mode == "NONE" else mode
    if special:
        infinite = not math.isnan(float(number)) and saturate and to.element != "float"
        return math.copysign(float(LARGEST[to.element]), number) if infinite else number
    if source == to.element:
        return math.copysign(float(abs(round_fraction(Fraction(number), chosen))), number)
    result = to_float(Fraction(number), to.element, chosen, saturate)
    return math.copysign(result, number) if isinstance(number, float) else result


def expected_of(values: Array, source: str, to: Operand, mode: str, saturate: bool) -> Array:
    flat = [convert_one(value, source, to, mode, saturate) for value in values.ravel()]
    if is_floating(to.dtype):
        return np.array(flat, np.float32).astype(to.dtype).reshape(values.shape)
    mask = (1 << 8 * to.dtype.itemsize) - 1
    unsigned = np.array([int(value) & mask for value in flat], np.dtype(f"u{to.dtype.itemsize}"))
    return unsigned.view(to.dtype).reshape(values.shape)


PAIRS = (
    *((a, b) for a in FLOATS for b in FLOATS if a != b),
    ("float", "float"),
    *(("float", b) for b in INTEGERS),
    *(("half", b) for b in ("int8_t", "uint8_t", "int16_t", "int32_t")),
    ("bfloat16_t", "int32_t"),
    *((a, "float") for a in INTEGERS),
    *((a, "half") for a in ("int8_t", "uint8_t", "int16_t", "int32_t", "int64_t")),
    ("int32_t", "bfloat16_t"),
    ("int64_t", "bfloat16_t"),
    *((a, b) for a in ("int32_t", "uint32_t") for b in INTEGERS if a != b),
    ("int64_t", "int32_t"),
    ("int16_t", "int64_t"),
    ("uint64_t", "int64_t"),
    ("int8_t", "uint8_t"),
)


EVERY_MODE = {
    ("float", "half"),
    ("float", "bfloat16_t"),
    ("float", "float"),
    ("float", "int32_t"),
    ("half", "int8_t"),
    ("int32_t", "float"),
    ("int64_t", "half"),
    ("uint64_t", "float"),
}


def saturates(source: str, to: str, asked: str) -> bool:
    """A2/A3: only some pairs wrap, by default and when asked to."""
    return (source, to) not in WRAPPING or asked == ", SaturationMode::ON"


def make_case(number: int, source: str, to: str, mode: str, saturation: str) -> Kernel:
    operands = (
        Operand("dst", to, *SHAPE, VALID, number % 4 == 0),
        Operand("a", source, *SHAPE, VALID, number % 4 == 0),
    )
    return Kernel(f"cvt{number}", f"TCVT(dst, a, RoundMode::CAST_{mode}{saturation})", operands)


def modes_of(source: str, to: str, turn: int) -> tuple[str, ...]:
    """All modes of the formative pairs, two by turns of the others, one where no mode matters."""
    if (source, to) in EVERY_MODE:
        return MODES
    if source in INTEGERS and to in INTEGERS:
        return ("RINT",)
    return (MODES[turn % len(MODES)], MODES[(turn + 3) % len(MODES)])


def choose_cases() -> dict[str, tuple[Kernel, str, str]]:
    """Every pair with some modes, the formative ones with all; saturation asked for, refused and left open."""
    cases: dict[str, tuple[Kernel, str, str]] = {}
    asked = ("", ", SaturationMode::ON", ", SaturationMode::OFF")
    for source, to in PAIRS:
        for position, mode in enumerate(modes_of(source, to, len(cases))):
            for saturation in asked if (source, to) in WRAPPING and mode in ("NONE", "RINT") else [asked[position % 3]]:
                kernel = make_case(len(cases), source, to, mode, saturation)
                cases[f"{source}-{to}-{mode}{saturation[-3:]}"] = (kernel, mode, saturation)
    return cases


CASES = choose_cases()


@pytest.fixture(scope="module", params=BUILDS)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Library:
    kernels = tuple(kernel for kernel, _, _ in CASES.values())
    return build_kernels(kernels, tmp_path_factory.mktemp("conversions"), "conversions", *build_flags(request.param))


def operand_values(rng: np.random.Generator, operand: Operand, to: Operand) -> Array:
    """Values around ties, around the ends of the result's range, and special ones."""
    values = hostile(rng, operand.dtype, SHAPE)
    if not is_floating(operand.dtype):
        small = rng.random(SHAPE) < 0.3
        values[small] = np.clip(rng.integers(-300, 300, SHAPE), np.iinfo(operand.dtype).min, 127)[small]
        return values
    ties = rng.random(SHAPE) < 0.3
    with np.errstate(over="ignore"):
        values[ties] = (np.round(ordinary(rng, np.dtype(np.float32), SHAPE) * 16) / 2).astype(operand.dtype)[ties]
        if not is_floating(to.dtype):
            ends = np.array([float(np.iinfo(to.dtype).min), float(np.iinfo(to.dtype).max)])
            near = rng.choice(ends, SHAPE) * rng.choice([0.999, 1.0, 1.001, 3.7], SHAPE)
            places = rng.random(SHAPE) < 0.3
            values[places] = near.astype(operand.dtype)[places]
        else:
            tiny = rng.random(SHAPE) < 0.2
            values[tiny] = (ordinary(rng, np.dtype(np.float32), SHAPE) * 1e-6).astype(operand.dtype)[tiny]
    return values


@pytest.mark.parametrize("case", CASES)
def test_conversion_is_exact_arithmetic_rounded_once(case: str, library: Library, rng: np.random.Generator) -> None:
    kernel, mode, saturation = CASES[case]
    result, operand = kernel.operands
    values = operand_values(rng, operand, result)
    before = poison(rng, result)
    after = library.run(kernel, values, poison=before)
    saturate = saturates(operand.element, result.element, saturation)
    expected = expected_of(values[operand.inside], operand.element, result, mode, saturate)
    assert_only_valid_written(result, after, before, expected)
