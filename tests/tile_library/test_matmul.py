"""Products: exact for sums of integers, one rounding a step for others, nothing outside valid shapes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.tile_library.instruction_kernels import DTYPES, Array, Library
from tests.tile_library.test_conversions import to_float
from tests.tile_library.toolchain import build_flags, host_compiler, widths
from tests.tile_library.values import assert_same

pytestmark = pytest.mark.xdist_group("tile_library_matmul")

SOURCE = Path(__file__).parent / "kernels" / "matmul.cpp"
KERNEL = 'extern "C" __attribute__((visibility("default"))) void '


@dataclass(frozen=True)
class Product:
    """A kernel of C = A B with physical and valid M, K, N."""

    element: str
    out: str
    physical: tuple[int, int, int]
    valid: tuple[int, int, int]

    @property
    def name(self) -> str:
        return "_".join(["product", self.element, self.out, *map(str, self.physical), *map(str, self.valid)])

    def source(self) -> str:
        accumulator = "int32_t" if self.element == "int8_t" else "float"
        sizes = ", ".join(map(str, (*self.physical, *self.valid)))
        garbage = "127" if self.element == "int8_t" else f'{self.element}(__builtin_nanf(""))'
        return (
            f"{KERNEL}{self.name}({self.element}* a, {self.element}* b, {self.out}* c) {{\n"
            f"  product<{self.element}, {accumulator}, {self.out}, {sizes}>(a, b, c, {garbage});\n}}\n"
        )


FLOAT_SHAPES = (
    ((16, 16, 16), (16, 16, 16)),
    ((32, 48, 96), (32, 48, 96)),
    ((32, 32, 80), (17, 23, 71)),
    ((16, 256, 48), (9, 200, 33)),
    ((144, 32, 32), (131, 31, 1)),
)
PRODUCTS = (
    *(
        Product(element, "float", *shape)
        for element in ("float", "half", "bfloat16_t")
        for shape in (FLOAT_SHAPES if element != "half" else FLOAT_SHAPES[2:4])
    ),
    Product("float", "half", (32, 32, 48), (32, 29, 45)),
    Product("half", "bfloat16_t", (16, 32, 64), (16, 32, 64)),
    Product("int8_t", "int32_t", (32, 64, 64), (32, 64, 61)),
    Product("int8_t", "int32_t", (16, 320, 32), (5, 301, 19)),
)
INSTANCES = """
KERNEL dynamic(float* a, float* b, float* c, const int64_t* s) { dynamic_product<float, 32, 64, 48>(a, b, c, s, NAN); }
KERNEL dynamic_bf16(bfloat16_t* a, bfloat16_t* b, float* c, const int64_t* sizes) {
    dynamic_product<bfloat16_t, 32, 192, 48>(a, b, c, sizes, bfloat16_t(NAN));
}
KERNEL transposed(float* a, float* b, float* c) { product_with_transposed<float, 16, 48, 80>(a, b, c); }
KERNEL transposed_bf16(bfloat16_t* a, bfloat16_t* b, float* c) {
    product_with_transposed<bfloat16_t, 32, 64, 48>(a, b, c);
}
KERNEL sliced(half* a, half* b, float* bias, half* c) { sliced_product<half, 32, 96, 48, 32>(a, b, bias, c); }
KERNEL chained(bfloat16_t* a, bfloat16_t* b, bfloat16_t* c, float* d) { chained_product<bfloat16_t, 48>(a, b, c, d); }
KERNEL vector(half* x, half* b, float* y) { vector_product<half, 64, 80>(x, b, y); }
"""


@pytest.fixture(scope="module", params=(*widths(), "checked"))
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Library:
    text = SOURCE.read_text() + '#define NAN __builtin_nanf("")\n' + INSTANCES.replace("KERNEL ", KERNEL)
    text += "".join(product.source() for product in PRODUCTS)
    flags = build_flags(request.param)
    return Library(host_compiler().build(text, tmp_path_factory.mktemp("matmul"), "matmul", *flags))


def integers(rng: np.random.Generator, element: str, shape: tuple[int, int]) -> Array:
    """Small integers: their products and sums are exact in every format here."""
    return rng.integers(-8, 9, shape).astype(DTYPES[element])


def blank(element: str, shape: tuple[int, ...]) -> Array:
    """A result nobody has written yet."""
    return np.full(shape, 99, DTYPES[element])


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.name)
def test_product_of_integers_is_exact(product: Product, library: Library, rng: np.random.Generator) -> None:
    m, k, n = product.valid
    a, b = integers(rng, product.element, (m, k)), integers(rng, product.element, (k, n))
    c = blank(product.out, (m, n))
    library.call_with(product.name, a, b, c)
    exact = a.astype(np.int64) @ b.astype(np.int64)
    assert_same(c, exact.astype(np.float32).astype(c.dtype) if product.out != "int32_t" else exact.astype(np.int32))


def test_int8_product_holds_its_extremes(library: Library) -> None:
    product = PRODUCTS[-1]
    m, k, n = product.valid
    a, b, c = np.full((m, k), -128, np.int8), np.full((k, n), -128, np.int8), blank("int32_t", (m, n))
    library.call_with(product.name, a, b, c)
    assert (c == 16384 * k).all()


def test_each_step_along_the_depth_rounds_once(library: Library, rng: np.random.Generator) -> None:
    a, b = (rng.standard_normal((16, 16)).astype(np.float32) for _ in range(2))
    c = blank("float", (16, 16))
    library.call_with(PRODUCTS[0].name, a, b, c)
    expected = np.zeros((16, 16), np.float32)
    for row, col in ((row, col) for row in range(16) for col in range(16)):
        total = 0.0
        for k in range(16):
            exact = Fraction(float(a[row, k])) * Fraction(float(b[k, col])) + Fraction(total)
            total = to_float(exact, "float", "RINT", saturate=False)
        expected[row, col] = total
    assert_same(c, expected)


@pytest.mark.parametrize("product", PRODUCTS[:12], ids=lambda product: product.name)
def test_product_of_reals_is_within_its_bound(product: Product, library: Library, rng: np.random.Generator) -> None:
    m, k, n = product.valid
    a, b = (rng.standard_normal(shape).astype(DTYPES[product.element]) for shape in ((m, k), (k, n)))
    c = blank("float", (m, n))
    library.call_with(product.name, a, b, c)
    wide_a, wide_b = a.astype(np.float64), b.astype(np.float64)
    bound = k * 2.0**-24 * (np.abs(wide_a) @ np.abs(wide_b))
    assert (np.abs(c - wide_a @ wide_b) <= bound).all()


@pytest.mark.parametrize("sizes", [(32, 64, 48), (1, 1, 1), (31, 63, 47), (17, 5, 16), (8, 64, 33)])
def test_dynamic_valid_shape(sizes: tuple[int, int, int], library: Library, rng: np.random.Generator) -> None:
    m, k, n = sizes
    a, b, c = integers(rng, "float", (m, k)), integers(rng, "float", (k, n)), blank("float", (m, n))
    library.call_with("dynamic", a, b, c, np.array(sizes, np.int64))
    assert_same(c, a @ b)


@pytest.mark.parametrize(("name", "element"), [("dynamic", "float"), ("dynamic_bf16", "bfloat16_t")])
@pytest.mark.parametrize(("m", "n"), [(32, 48), (3, 40), (1, 17)])
def test_product_without_any_depth_is_zero(name: str, element: str, m: int, n: int, library: Library) -> None:
    a, b, c = blank(element, (1, 1)), blank(element, (1, 1)), blank("float", (m, n))
    library.expecting("shape-refused").call_with(name, a, b, c, np.array((m, 0, n), np.int64))
    assert_same(c, np.zeros((m, n), np.float32))


@pytest.mark.parametrize("sizes", [(32, 192, 48), (3, 129, 40), (32, 128, 17)])
def test_strips_along_the_depth_add_up(sizes: tuple[int, int, int], library: Library, rng: np.random.Generator) -> None:
    m, k, n = sizes
    a, b = integers(rng, "bfloat16_t", (m, k)), integers(rng, "bfloat16_t", (k, n))
    c = blank("float", (m, n))
    library.call_with("dynamic_bf16", a, b, c, np.array(sizes, np.int64))
    assert_same(c, a.astype(np.float32) @ b.astype(np.float32))


@pytest.mark.parametrize(("name", "element", "m", "k", "n"), [
    ("transposed", "float", 16, 48, 80),
    ("transposed_bf16", "bfloat16_t", 32, 64, 48),
])  # fmt: skip
def test_transposed_right_operand(
    name: str, element: str, m: int, k: int, n: int, library: Library, rng: np.random.Generator
) -> None:
    a, b, c = integers(rng, element, (m, k)), integers(rng, element, (n, k)), blank("float", (m, n))
    library.call_with(name, a, b, c)
    assert_same(c, a.astype(np.float32) @ np.transpose(b.astype(np.float32)))


def to_nz(matrix: Array) -> Array:
    """Boxes of 16 rows of 32 bytes, block columns outermost."""
    line = 32 // matrix.dtype.itemsize
    rows, cols = matrix.shape
    boxes: Array = matrix.reshape(rows // 16, 16, cols // line, line)
    return np.ascontiguousarray(np.transpose(boxes, (2, 0, 1, 3)))


def from_nz(boxes: Array) -> Array:
    """The matrix of boxes."""
    block_cols, block_rows, height, width = boxes.shape
    return np.reshape(np.transpose(boxes, (1, 2, 0, 3)), (block_rows * height, block_cols * width))


def test_sliced_product_with_bias_relu_and_nz_windows(library: Library, rng: np.random.Generator) -> None:
    a, b = integers(rng, "half", (32, 96)), integers(rng, "half", (96, 48))
    bias = integers(rng, "float", (1, 48))
    boxes = blank("half", (3, 2, 16, 16))
    library.call_with("sliced", to_nz(a), to_nz(b), bias, boxes)
    exact = a.astype(np.float32) @ b.astype(np.float32) + bias
    assert_same(from_nz(boxes), np.maximum(exact, 0).astype(np.float16))


def test_chained_product_rounds_between(library: Library, rng: np.random.Generator) -> None:
    a, b, c = (integers(rng, "bfloat16_t", (48, 48)) for _ in range(3))
    d = blank("float", (48, 48))
    library.expecting("not-modelled").call_with("chained", a, b, c, d)
    between = (a.astype(np.float32) @ b.astype(np.float32)).astype(a.dtype).astype(np.float32)
    assert_same(d, between @ c.astype(np.float32))


def test_vector_product_accumulates_and_adds_to_memory(library: Library, rng: np.random.Generator) -> None:
    x, b = integers(rng, "half", (1, 64)), integers(rng, "half", (64, 80))
    y = integers(rng, "float", (1, 80))
    expected = y + 3 * (x.astype(np.float32) @ b.astype(np.float32))
    library.call_with("vector", x, b, y)
    assert_same(y, expected)
