"""Placed IR on bytes: the same bits as the frontend's IR where the placement is right, others where it is not."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ptodsl.errors import InternalError, PtoError
from ptodsl.errors.runtime import UndefinedStored
from ptodsl.interpreter import run
from ptodsl.interpreter.memory import Memories, element_offsets, fractal
from ptodsl.interpreter.values import Tile, defined_tile
from ptodsl.ir.dtypes import BF16, FP16, FP32, INT8, DType
from ptodsl.ir.hardware import Layout, Memory
from ptodsl.ir.parser import parse
from ptodsl.ir.types import TileType
from ptodsl.machine import A2A3, A5
from tests.application import Array, bits, samples

PLACEMENT = re.compile(r" in \d+x\d+|, (?:ub|l1|l0a|l0b|l0c)\b|, (?:nd|dn|nz|zn|zz)\b|, @0x[0-9a-f]+")


def unplaced(text: str) -> str:
    """The text as the frontend would give it."""
    return PLACEMENT.sub("", text)


def program(parameters: str, result: str, body: str) -> str:
    """A program of one kernel that has the orchestration's parameters."""
    names = ", ".join(re.findall(r"%\w+(?=:)", parameters))
    return f"""ptodsl-ir 1
program @P

kernel @k({parameters}) -> ({result}) {{
{body}
  pipe_barrier all
  return %c
}}

orchestration @main({parameters}) -> ({result}) {{
  call @k({names})
  return %c
}}
"""


def outputs(text: str, *arguments: object, shape: tuple[int, ...], kind: str = "float32") -> tuple[Array, Array]:
    """What a program's last parameter holds after its frontend form and after its placed form."""
    results: list[Array] = []
    for form in (unplaced(text), text):
        output = np.zeros(shape, kind)
        run(parse(form), [*arguments, output], architecture=A2A3)
        results.append(output)
    return results[0], results[1]


SOFTMAX = program(
    "%a: tensor<8x40xfp32>, %n: index, %c: out tensor<8x40xfp32>",
    "tensor<8x40xfp32>",
    """
  %x = load %a[0, 0], valid [5, %n] sizes=[8, 40] : tile<8x40xfp32, ub, nd, valid 5x?, @0x0>
  %t = create_tile shape=[8, 40] dtype=fp32 : tile<8x40xfp32, ub, nd, @0x500>
  %m = row_max %x, %t : tile<8x1xfp32, ub, dn, valid 5x1, @0xa00>
  %u = create_tile shape=[8, 8] dtype=fp32 : tile<8x8xfp32, ub, nd, @0x500>
  %s = row_expand_sub %x, %m, %u : tile<8x40xfp32, ub, nd, valid 5x?, @0x0>
  %e = exp %s : tile<8x40xfp32, ub, nd, valid 5x?, @0x0>
  %w = create_tile shape=[8, 40] dtype=fp32 : tile<8x40xfp32, ub, nd, @0x500>
  %l = row_sum %e, %w : tile<8x1xfp32, ub, dn, valid 5x1, @0xa00>
  %lr = reshape %l shape=[1, 8] : tile<1x8xfp32, ub, nd, valid 1x5, @0xa00>
  %k = adds %lr, 0.5 : tile<1x8xfp32, ub, nd, valid 1x5, @0xa20>
  %kc = reshape %k shape=[8, 1] : tile<8x1xfp32, ub, dn, valid 5x1, @0xa20>
  %v = create_tile shape=[8, 8] dtype=fp32 : tile<8x8xfp32, ub, nd, @0x500>
  %r = row_expand_div %e, %kc, %v : tile<8x40xfp32, ub, nd, valid 5x?, @0x0>
  store %r, %c[0, 0]
""",
)

MATMUL = program(
    "%a: tensor<3x{k}x{t}>, %b: tensor<{n}x{k}x{t}>, %d: tensor<{k}x{n}x{t}>, %c: out tensor<3x{n}xfp32>",
    "tensor<3x{n}xfp32>",
    """
  %al = load %a[0, 0] sizes=[3, {k}] : tile<3x{k}x{t} in 16x32, l1, nz, @0x0>
  %bl = load %b[0, 0] sizes=[{n}, {k}] transpose=true : tile<{k}x{n}x{t} in 32x32, l1, zn, @0x1000>
  %dl = load %d[0, 0] sizes=[{k}, {n}] : tile<{k}x{n}x{t} in 32x32, l1, nz, @0x2000>
  %am = move %al : tile<3x{k}x{t} in 16x32, l0a, zz, @0x0>
  %bm = move %bl : tile<{k}x{n}x{t} in 32x32, l0b, zn, @0x0>
  %dm = move %dl : tile<{k}x{n}x{t} in 32x32, l0b, zn, @0x1000>
  %p = matmul %am, %bm : tile<3x{n}xfp32 in 16x32, l0c, nz, @0x0>
  %q = matmul_acc %p, %am, %dm : tile<3x{n}xfp32 in 16x32, l0c, nz, @0x0>
  store %q, %c[0, 0]
""",
)

LOOP = program(
    "%a: tensor<4x3x16xfp16>, %n: index, %c: out tensor<2x16xfp16>",
    "tensor<2x16xfp16>",
    """
  %z = full 0.0:fp16 shape=[3, 16] dtype=fp16 : tile<3x16xfp16, ub, nd, @0x0>
  for %i = 0 to %n step 1 carry (%s = %z: tile<3x16xfp16, ub, nd, @0x0>) {
    %x = load %a[%i, 0, 0] sizes=[1, 3, 16] : tile<3x16xfp16, ub, nd, @0x60>
    %f = scalar.lt %i, 2 : bool
    if %f {
      %y = add %s, %x : tile<3x16xfp16, ub, nd, @0x0>
      yield %y
    } else {
      %y1 = mul %s, %x : tile<3x16xfp16, ub, nd, @0x0>
      yield %y1
    } -> (%m: tile<3x16xfp16, ub, nd, @0x0>)
    yield %m
  } -> (%r)
  %last = slice %r[1, 0] sizes=[2, 16] : tile<2x16xfp16, ub, nd, @0x20>
  store %last, %c[0, 0]
""",
)


def matmul_arguments(dtype: DType, k: int, n: int) -> list[Array]:
    return [samples(dtype, shape, seed) for seed, shape in enumerate([(3, k), (n, k), (k, n)])]


@pytest.mark.parametrize("n", [1, 17, 40])
def test_a_softmax_gives_the_same_bits_placed(n: int) -> None:
    a = samples(FP32, (8, 40), 1)
    first, last = outputs(SOFTMAX, a, n, shape=(8, 40))
    assert np.abs(first[:5, :n]).min() > 0
    np.testing.assert_array_equal(bits(first), bits(last))


@pytest.mark.parametrize(("dtype", "k", "n"), [(FP16, 32, 32), (FP16, 29, 23), (BF16, 17, 31), (FP32, 21, 9)])
def test_products_give_the_same_bits_placed_in_every_layout(dtype: DType, k: int, n: int) -> None:
    text = MATMUL.replace("{k}", str(k)).replace("{n}", str(n)).replace("{t}", dtype.name)
    a, b, d = matmul_arguments(dtype, k, n)
    first, last = outputs(text, a, b, d, shape=(3, n))
    np.testing.assert_array_equal(bits(first), bits(last))
    exact: Array = a.astype(np.float64) @ (np.transpose(b.astype(np.float64)) + d.astype(np.float64))
    np.testing.assert_allclose(last, exact, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("n", [0, 1, 2, 4])
def test_carries_and_merges_share_bytes(n: int) -> None:
    first, last = outputs(LOOP, samples(FP16, (4, 3, 16), 5), n, shape=(2, 16), kind="float16")
    np.testing.assert_array_equal(bits(first), bits(last))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("mul %s, %x : tile<3x16xfp16, ub, nd, @0x0>", "mul %s, %x : tile<3x16xfp16, ub, nd, @0x20>"),
        ("carry (%s = %z: tile<3x16xfp16, ub, nd, @0x0>)", "carry (%s = %z: tile<3x16xfp16, ub, nd, @0x60>)"),
        ("[1, 3, 16] : tile<3x16xfp16, ub, nd, @0x60>", "[1, 3, 16] : tile<3x16xfp16, ub, nd, @0x40>"),
        ("sizes=[2, 16] : tile<2x16xfp16, ub, nd, @0x20>", "sizes=[2, 16] : tile<2x16xfp16, ub, nd, @0x0>"),
    ],
)
def test_a_wrong_address_changes_the_result(right: str, wrong: str) -> None:
    assert LOOP.count(right) == 1
    first, last = outputs(LOOP.replace(right, wrong), samples(FP16, (4, 3, 16), 5), 3, shape=(2, 16), kind="float16")
    assert (bits(first) != bits(last)).any()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("l1, zn, @0x1000", "l1, zn, @0x0"),
        ("l0b, zn, @0x0>\n  %dm", "l0b, zn, @0x1000>\n  %dm"),
        ("matmul_acc %p, %am, %dm : tile<3x32xfp32 in 16x32, l0c, nz, @0x0>", None),
    ],
)
def test_a_wrong_address_of_a_matrix_changes_the_result(right: str, wrong: str | None) -> None:
    text = MATMUL.replace("{k}", "32").replace("{n}", "32").replace("{t}", "fp16")
    arguments = matmul_arguments(FP16, 32, 32)
    assert text.count(right) == 1
    if wrong is None:
        text = text.replace("store %q", "store %p")
        first, last = outputs(text, *arguments, shape=(3, 32))
    else:
        first, last = outputs(text.replace(right, wrong), *arguments, shape=(3, 32))
    assert (bits(first) != bits(last)).any()


def test_a_scratch_tile_over_a_live_value_shows() -> None:
    """The second temporary lies over the tile that its op makes."""
    right = "tile<8x8xfp32, ub, nd, @0x500>\n  %s"
    text = SOFTMAX.replace(right, right.replace("0x500", "0x0"))
    assert text != SOFTMAX
    with pytest.raises(PtoError) as caught:
        outputs(text, samples(FP32, (8, 40), 1), 17, shape=(8, 40))
    assert isinstance(caught.value.diagnostics[0], UndefinedStored)


def test_memory_that_nobody_wrote_is_undefined_whatever_it_holds() -> None:
    text = program(
        "%c: out tensor<8x16xfp32>",
        "tensor<8x16xfp32>",
        """
  %t = create_tile shape=[8, 16] dtype=fp32 : tile<8x16xfp32, ub, nd, @0x40>
  store %t, %c[0, 0]
""",
    )
    with pytest.raises(PtoError) as caught:
        run(parse(text), [np.zeros((8, 16), np.float32)], architecture=A2A3, poison=0)
    assert isinstance(caught.value.diagnostics[0], UndefinedStored)


def test_a_kernel_starts_on_memories_of_its_own() -> None:
    """The second call must not see what the first left in UB."""
    text = program(
        "%f: bool, %c: out tensor<8x16xfp32>",
        "tensor<8x16xfp32>",
        """
  %t = create_tile shape=[8, 16] dtype=fp32 : tile<8x16xfp32, ub, nd, @0x0>
  if %f {
    %z = full 1.0 shape=[8, 16] dtype=fp32 : tile<8x16xfp32, ub, nd, @0x0>
    yield %z
  } else {
    yield %t
  } -> (%x: tile<8x16xfp32, ub, nd, @0x0>)
  store %x, %c[0, 0]
""",
    ).replace("  call @k(%f, %c)\n", "  call @k(%f, %c)\n  %g = scalar.not %f : bool\n  call @k(%g, %c)\n")
    with pytest.raises(PtoError) as caught:
        run(parse(text), [True, np.zeros((8, 16), np.float32)], architecture=A2A3)
    assert isinstance(caught.value.diagnostics[0], UndefinedStored)


@pytest.mark.parametrize(
    ("physical", "memory", "layout", "dtype", "places"),
    [
        ((32, 32), Memory.L0A, Layout.NZ, FP16, {(0, 1): 1, (1, 0): 16, (0, 16): 512, (16, 0): 256}),
        ((32, 32), Memory.L0A, Layout.ZZ, FP16, {(0, 1): 1, (1, 0): 16, (0, 16): 256, (16, 0): 512}),
        ((32, 32), Memory.L0B, Layout.ZN, FP16, {(0, 1): 16, (1, 0): 1, (0, 16): 256, (16, 0): 512}),
        ((32, 32), Memory.L0C, Layout.NZ, FP32, {(0, 1): 1, (1, 0): 16, (0, 16): 512, (16, 0): 256}),
        ((32, 32), Memory.L0A, Layout.NZ, FP32, {(1, 0): 8, (16, 0): 128, (0, 8): 256, (0, 16): 512}),
        ((32, 32), Memory.L0B, Layout.ZN, FP32, {(0, 1): 8, (1, 0): 1, (0, 16): 128, (16, 0): 512}),
        ((32, 64), Memory.L1, Layout.NZ, INT8, {(1, 0): 32, (16, 0): 512, (0, 32): 1024, (0, 1): 1}),
        ((4, 16), Memory.UB, Layout.ND, FP32, {(1, 0): 16, (0, 1): 1}),
        ((16, 1), Memory.UB, Layout.DN, FP32, {(1, 0): 1}),
    ],
)
def test_layouts_are_those_of_the_public_header(
    physical: tuple[int, int], memory: Memory, layout: Layout, dtype: DType, places: dict[tuple[int, int], int]
) -> None:
    offsets = element_offsets(physical, layout, fractal(memory, layout, dtype.size))
    assert {place: int(offsets[place]) for place in places} == places
    assert sorted(offsets.ravel().tolist()) == list(range(physical[0] * physical[1]))


@pytest.mark.parametrize("layout", [Layout.NZ, Layout.ZN, Layout.ZZ], ids=lambda layout: layout.value)
def test_a_tile_reads_back_and_leaves_its_neighbours_alone(layout: Layout) -> None:
    memories = Memories(A5, poison=0xFF)
    around = [TileType((16, 32), INT8, (16, 32), Memory.L1, (16, 32), Layout.ND, offset) for offset in (0x0, 0x600)]
    for type_ in around:
        memories.write(type_, defined_tile(np.full((16, 32), 7, np.int8)))
    type_ = TileType((13, 21), FP16, (13, 21), Memory.L1, (16, 32), layout, 0x200)
    memories.write(type_, defined_tile(samples(FP16, (16, 32), 0)))
    tile = Tile(samples(FP16, (13, 21), 1), samples(FP32, (13, 21), 2) > 0)
    memories.write(type_, tile)
    back = memories.read(type_, (13, 21))
    np.testing.assert_array_equal(bits(back.data), bits(tile.data))
    np.testing.assert_array_equal(back.defined, tile.defined)
    whole = memories.read(type_, (16, 32)).defined
    assert not whole[13:].any()
    assert not whole[:, 21:].any()
    for neighbour in around:
        assert (memories.read(neighbour, (16, 32)).data == 7).all()


def test_a_tile_beyond_its_memory_is_a_bug() -> None:
    text = LOOP.replace("@0x60", "@0x2ffc0")
    with pytest.raises(InternalError):
        outputs(text, samples(FP16, (4, 3, 16), 5), 1, shape=(2, 16), kind="float16")
