"""Offsets: reuse, alignment, capacity, the tables of overflows, and random kernels against two oracles."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from ptodsl.errors import PtoError
from ptodsl.errors.memory import MemoryFragmented, MemoryOverflow
from ptodsl.interpreter import run
from ptodsl.ir.hardware import Memory
from ptodsl.ir.nodes import Program, Value
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from ptodsl.ir.rewrite import retyped, values_of
from ptodsl.ir.types import TensorType, TileType, Type
from ptodsl.machine import A2A3, A5, Architecture
from ptodsl.memory_map import memory_map
from ptodsl.verify.placement import verify_placement
from tests.application import Array
from tests.growth import calls_of
from tests.placing import PLACED, after, kernel, lines, mistake
from tests.random_tiles import RandomKernel

ADD = "%a: tensor<16x64xfp32>, %b: tensor<16x64xfp32>, %c: out tensor<16x64xfp32>"
ADDITION = """
    %ta = load %a[0, 0] sizes=[16, 64] : tile<16x64xfp32>
    %tb = load %b[0, 0] sizes=[16, 64] : tile<16x64xfp32>
    %s = add %ta, %tb : tile<16x64xfp32>
    store %s, %c[0, 0]
    """


def test_worked_example_has_its_offsets() -> None:
    assert lines(PLACED, ADD, ADDITION) == [
        "%ta = load %a[0, 0] sizes=[16, 64] : tile<16x64xfp32, ub, nd, @0x0>",
        "%tb = load %b[0, 0] sizes=[16, 64] : tile<16x64xfp32, ub, nd, @0x1000>",
        "%s = add %ta, %tb : tile<16x64xfp32, ub, nd, @0x0>",
        "store %s, %c[0, 0]",
    ]


@pytest.mark.parametrize(("kib", "offset"), [(8, "@0x1000>"), (7, "@0x0>")])
def test_bytes_of_a_dead_tile_are_used_again_as_late_as_there_is_room(kib: int, offset: str) -> None:
    result = lines(
        PLACED,
        ADD,
        """
        %ta = load %a[0, 0] sizes=[16, 64] : tile<16x64xfp32>
        store %ta, %c[0, 0]
        %tb = load %b[0, 0] sizes=[16, 64] : tile<16x64xfp32>
        store %tb, %c[0, 0]
        """,
        _ub(kib * 1024),
    )
    assert result[2].endswith(offset)


def test_offsets_are_multiples_of_the_alignment() -> None:
    result = lines(
        PLACED,
        "%a: tensor<16x16xint8>, %b: tensor<32x16xint8>, %u: out tensor<16x16xint32>",
        """
        %x = load %a[0, 0] sizes=[16, 16] : tile<16x16xint8>
        %y = load %b[0, 0] sizes=[16, 16] : tile<16x16xint8>
        %z = load %b[16, 0] sizes=[16, 16] : tile<16x16xint8>
        %p = matmul %x, %y : tile<16x16xint32>
        %q = matmul_acc %p, %x, %z : tile<16x16xint32>
        store %q, %u[0, 0]
        """,
    )
    offsets = [int(found, 16) for line in result for found in re.findall(r"@(0x\w+)", line)]
    assert all(offset % 512 == 0 for offset in offsets)
    assert offsets[:3] == [0, 0x400, 0x800]


def test_slice_lies_inside_its_source() -> None:
    result = lines(
        PLACED,
        ADD,
        """
        %ta = load %a[0, 0] sizes=[16, 64] : tile<16x64xfp32>
        %tb = load %b[0, 0] sizes=[16, 64] : tile<16x64xfp32>
        %w = slice %tb[4, 0] sizes=[8, 64] : tile<8x64xfp32>
        %v = slice %w[2, 0] sizes=[2, 64] : tile<2x64xfp32>
        store %v, %c[0, 0] sizes=[2, 64]
        store %ta, %c[0, 0]
        """,
    )
    assert "@0x1400>" in result[2]
    assert "@0x1600>" in result[3]


def test_placement_is_deterministic() -> None:
    text = RandomKernel(7).text()
    first, second = (print_program(after(PLACED, parse(text))) for _ in range(2))
    assert first == second


def test_largest_first_finds_room_that_first_fit_does_not() -> None:
    """A small tile made first splits the room that two large ones need later."""
    architecture = _ub(5 * 1024)
    text = """
        %a = load %x[0, 0] sizes=[4, 64] : tile<4x64xfp32>
        %b = load %x[0, 0] sizes=[4, 64] : tile<4x64xfp32>
        store %a, %y[0, 0] sizes=[4, 64]
        %c = load %x[0, 0] sizes=[16, 64] : tile<16x64xfp32>
        store %b, %y[0, 0] sizes=[4, 64]
        store %c, %y[0, 0]
        """
    result = lines(PLACED, "%x: tensor<16x64xfp32>, %y: out tensor<16x64xfp32>", text, architecture)
    assert result[1].endswith("@0x1000>")
    assert result[3].endswith("@0x0>")


def test_tiles_find_an_order_in_which_they_fit() -> None:
    """Neither the order of definition nor that of sizes fits: the one that finds no gap must go first."""
    text = """
        %a = load %x[0, 0] sizes=[12, 64] : tile<12x64xfp32>
        %b = load %x[0, 0] sizes=[16, 64] : tile<16x64xfp32>
        store %b, %y[0, 0]
        %c = load %x[0, 0] sizes=[4, 64] : tile<4x64xfp32>
        store %a, %y[0, 0] sizes=[12, 64]
        %d = load %x[0, 0] sizes=[16, 64] : tile<16x64xfp32>
        store %d, %y[0, 0]
        store %c, %y[0, 0] sizes=[4, 64]
        """
    after(PLACED, kernel("%x: tensor<16x64xfp32>, %y: out tensor<16x64xfp32>", text), _ub(7 * 1024))


def _ub(capacity: int) -> Architecture:
    """A2/A3 with less of UB."""
    memories = {**A2A3.memories, Memory.UB: replace(A2A3.memories[Memory.UB], capacity=capacity)}
    return replace(A2A3, memories=memories)


OVERFLOWS = {
    "UB": (
        "%x: tensor<128x128xfp32>, %y: out tensor<128x128xfp32>",
        """
        %p = load %x[0, 0] sizes=[128, 128] : tile<128x128xfp32>
        %q = load %x[0, 0] sizes=[128, 128] : tile<128x128xfp32>
        %r = load %x[0, 0] sizes=[128, 128] : tile<128x128xfp32>
        %s = add %p, %q : tile<128x128xfp32>
        %t = add %s, %r : tile<128x128xfp32>
        store %t, %y[0, 0]
        """,
        (3 * 65536, 184 * 1024),
    ),
    "L1": (
        "%x: tensor<512x300xfp32>, %y: out tensor<16x16xfp32>",
        """
        %p = load %x[0, 0] sizes=[512, 300] : tile<512x300xfp32, l1>
        """,
        (512 * 304 * 4, 512 * 1024),
    ),
    "L0A": (
        "%x: tensor<256x128xfp32>, %w: tensor<128x16xfp32>, %y: out tensor<256x16xfp32>",
        """
        %p = load %x[0, 0] sizes=[256, 128] : tile<256x128xfp32>
        %q = load %w[0, 0] sizes=[128, 16] : tile<128x16xfp32>
        %r = matmul %p, %q : tile<256x16xfp32>
        store %r, %y[0, 0]
        """,
        (256 * 128 * 4, 64 * 1024),
    ),
    "L0B": (
        "%x: tensor<16x128xfp32>, %w: tensor<128x256xfp32>, %y: out tensor<16x256xfp32>",
        """
        %p = load %x[0, 0] sizes=[16, 128] : tile<16x128xfp32>
        %q = load %w[0, 0] sizes=[128, 256] : tile<128x256xfp32>
        %r = matmul %p, %q : tile<16x256xfp32>
        store %r, %y[0, 0]
        """,
        (128 * 256 * 4, 64 * 1024),
    ),
    "L0C": (
        "%x: tensor<256x16xfp32>, %w: tensor<16x256xfp32>, %y: out tensor<256x256xfp32>",
        """
        %p = load %x[0, 0] sizes=[256, 16] : tile<256x16xfp32>
        %q = load %w[0, 0] sizes=[16, 256] : tile<16x256xfp32>
        %r = matmul %p, %q : tile<256x256xfp32>
        store %r, %y[0, 0]
        """,
        (256 * 256 * 4, 128 * 1024),
    ),
}


@pytest.mark.parametrize("memory", OVERFLOWS)
def test_overflow_shows_what_is_live_at_the_worst_point(memory: str) -> None:
    parameters, text, (needed, capacity) = OVERFLOWS[memory]
    found = mistake(PLACED, parameters, text)
    assert isinstance(found, MemoryOverflow)
    assert found.message == f"{memory} overflows in kernel `k`: {needed} bytes are live here, it holds {capacity}"
    table = found.help.splitlines()[1:]
    assert table[0].split()[:3] == ["tile", "type", "offset"]
    assert sum(int(row.split()[3]) for row in table[1:]) == needed


def test_overflow_names_every_live_tile_with_its_lines() -> None:
    parameters, text, _ = OVERFLOWS["UB"]
    table = mistake(PLACED, parameters, text).help.splitlines()[2:]
    assert [row.split() for row in table] == [
        ["p", "128x128xfp32", "-", "65536", "5-10", "5"],
        ["q", "128x128xfp32", "-", "65536", "6-8", "6"],
        ["r", "128x128xfp32", "-", "65536", "7-9", "7"],
    ]


def test_a5_holds_what_overflows_a2a3() -> None:
    parameters, text, _ = OVERFLOWS["UB"]
    after(PLACED, kernel(parameters, text), A5)


def test_fragmented_memory_says_so() -> None:
    """At each point 12 KiB are enough by the sizes alone; no five offsets keep all of them apart."""
    text = """
        %a = load %x[0, 0] sizes=[16, 64] : tile<16x64xfp32>
        %b = load %x[0, 0] sizes=[16, 64] : tile<16x64xfp32>
        %c = load %x[0, 0] sizes=[12, 64] : tile<12x64xfp32>
        store %b, %y[0, 0]
        %d = load %x[0, 0] sizes=[8, 64] : tile<8x64xfp32>
        %e = load %x[0, 0] sizes=[12, 64] : tile<12x64xfp32>
        store %c, %y[0, 0] sizes=[12, 64]
        store %a, %y[0, 0]
        store %e, %y[0, 0] sizes=[12, 64]
        store %d, %y[0, 0] sizes=[8, 64]
        """
    parameters = "%x: tensor<16x64xfp32>, %y: out tensor<16x64xfp32>"
    found = mistake(PLACED, parameters, text, _ub(12 * 1024))
    assert isinstance(found, MemoryFragmented)
    assert found.message.startswith("UB of kernel `k` has 12288 bytes and no gap of")
    after(PLACED, kernel(parameters, text), _ub(13 * 1024))


def test_memory_map_has_a_row_for_each_tile() -> None:
    rows = memory_map(after(PLACED, kernel(ADD, ADDITION))).rows
    assert [(row.tile, row.offset, row.size, row.live, row.line) for row in rows] == [
        ("ta", 0, 4096, (5, 7), 5),
        ("s", 0, 4096, (7, 8), 7),
        ("tb", 4096, 4096, (6, 7), 6),
    ]


def test_memory_map_is_a_table_for_each_memory() -> None:
    parameters, text, _ = OVERFLOWS["L0B"]
    smaller = text.replace("256", "64")
    table = str(memory_map(after(PLACED, kernel(parameters.replace("256", "64"), smaller))))
    titles = [line for line in table.splitlines() if line.startswith("k, ")]
    assert titles == ["k, L1: 40960 bytes", "k, L0A: 8192 bytes", "k, L0B: 32768 bytes", "k, L0C: 4096 bytes"]


@pytest.mark.parametrize("architecture", [A2A3, A5], ids=["a2a3", "a5"])
def test_random_kernels_are_placed_right(architecture: Architecture) -> None:
    for seed in range(40):
        after(PLACED, parse(RandomKernel(seed).text()), architecture)


@pytest.mark.parametrize("seed", range(20))
def test_random_kernels_give_the_same_bits_on_bytes(seed: int) -> None:
    program = parse(RandomKernel(1000 + seed).text())
    placed = after(PLACED, program)
    for scalars in ((True, False, 0), (False, True, 3), (True, True, 2)):
        for expected, given in zip(_outputs(program, seed, *scalars), _outputs(placed, seed, *scalars), strict=True):
            np.testing.assert_array_equal(given.view(np.uint32), expected.view(np.uint32), f"with {scalars}")


def _outputs(program: Program, seed: int, *scalars: object) -> list[Array]:
    """What a program leaves in its tensors; the first is random, the others start as poison."""
    random = np.random.default_rng(seed)
    types = [parameter.value.type for parameter in program.entry.parameters]
    tensors = [type_ for type_ in types if isinstance(type_, TensorType)]
    source = random.uniform(0.5, 1.5, tensors[0].shape).astype(tensors[0].dtype.numpy)
    outputs = [np.full(type_.shape, np.nan, type_.dtype.numpy) for type_ in tensors[1:]]
    run(program, [source, *outputs, *scalars], architecture=A2A3)
    return outputs


def _program(parameters: str, text: str) -> Program:
    """A kernel and an orchestration that runs it."""
    names = ", ".join(re.findall(r"%\w+(?=:)", parameters))
    head = print_program(kernel(parameters, text))
    return parse(f"{head}\norchestration @main({parameters}) {{\n  call @k({names})\n  return\n}}\n")


SAME_BITS = {
    "views and windows": (
        "%x: tensor<16x64xfp32>, %y: out tensor<8x64xfp32>, %z: out tensor<8x40xfp32>, %n: index",
        """
        %a = load %x[0, 0] sizes=[16, 64] : tile<16x64xfp32>
        %b = slice %a[8, 0] sizes=[8, 64] : tile<8x64xfp32>
        %c = slice %a[0, 8] sizes=[8, 40] : tile<8x40xfp32>
        %i = scalar.mul %n, 8 : index
        %d = slice %a[%n, %i] sizes=[8, 40] : tile<8x40xfp32>
        %e = add %c, %d : tile<8x40xfp32>
        %f = reshape %b shape=[4, 128] : tile<4x128xfp32>
        %g = row_sum %f : tile<4x1xfp32>
        %h = reshape %g shape=[1, 4] : tile<1x4xfp32>
        %j = adds %h, 1.0 : tile<1x4xfp32>
        %k = transpose %j : tile<4x1xfp32>
        %l = row_expand_mul %f, %k : tile<4x128xfp32>
        %m = reshape %l shape=[8, 64] : tile<8x64xfp32>
        %t = transpose %m : tile<64x8xfp32>
        %o = cast %t dtype=bf16 : tile<64x8xbf16>
        %p = cast %o dtype=fp16 : tile<64x8xfp16>
        %q = cast %p dtype=fp32 : tile<64x8xfp32>
        %r = transpose %q : tile<8x64xfp32>
        store %r, %y[0, 0]
        store %e, %z[0, 0]
        """,
        (2,),
    ),
    "columns": (
        "%x: tensor<40x1xfp32>, %y: out tensor<8x1xfp32>, %z: out tensor<1x1xfp32>, %n: index",
        """
        %a = load %x[0, 0] sizes=[40, 1] : tile<40x1xfp32>
        %b = exp %a : tile<40x1xfp32>
        %i = scalar.mul %n, 8 : index
        %c = slice %b[%i, 0] sizes=[8, 1] : tile<8x1xfp32>
        %d = slice %b[8, 0] sizes=[8, 1] : tile<8x1xfp32>
        %e = maximum %c, %d : tile<8x1xfp32>
        %f = reshape %b shape=[5, 8] : tile<5x8xfp32>
        %g = row_max %f : tile<5x1xfp32>
        %h = row_expand_sub %f, %g : tile<5x8xfp32>
        %j = reshape %h shape=[1, 40] : tile<1x40xfp32>
        %k = row_sum %j : tile<1x1xfp32>
        %l = exp %k : tile<1x1xfp32>
        store %e, %y[0, 0]
        store %l, %z[0, 0]
        """,
        (3,),
    ),
    "products": (
        "%x: tensor<40x64xfp16>, %y: out tensor<40x40xfp32>, %n: index",
        """
        %a = load %x[0, 0] sizes=[40, 64] : tile<40x64xfp16>
        %t = load %x[0, 0] sizes=[40, 64] transpose=true : tile<64x40xfp16>
        %z = matmul %a, %t : tile<40x40xfp32>
        for %k = 0 to %n step 1 carry (%c = %z: tile<40x40xfp32>) {
          %i = scalar.mul %k, 16 : index
          %b = load %x[0, %i] sizes=[40, 16] : tile<40x16xfp16>
          %u = load %x[0, %i] sizes=[40, 16] transpose=true : tile<16x40xfp16>
          %d = matmul_acc %c, %b, %u : tile<40x40xfp32>
          yield %d
        } -> (%r)
        store %r, %y[0, 0]
        """,
        (4,),
    ),
    "transposed left operand, odd sizes": (
        "%x: tensor<17x33xfp32>, %y: out tensor<33x33xfp32>",
        """
        %a = load %x[0, 0] sizes=[17, 33] transpose=true : tile<33x17xfp32>
        %b = load %x[0, 0] sizes=[17, 33] : tile<17x33xfp32>
        %c = matmul %a, %b : tile<33x33xfp32>
        store %c, %y[0, 0]
        """,
        (),
    ),
    "run-time valid extents": (
        "%x: tensor<16x64xfp32>, %y: out tensor<16x64xfp32>, %z: out tensor<16x1xfp32>, %n: index",
        """
        %a = load %x[0, 0], valid [16, %n] sizes=[16, 64] : tile<16x64xfp32, valid 16x?>
        %b = fillpad %a pad=min : tile<16x64xfp32>
        %c = row_max %b : tile<16x1xfp32>
        %d = row_expand_sub %b, %c : tile<16x64xfp32>
        %e = exp %d : tile<16x64xfp32>
        store %e, %y[0, 0]
        store %c, %z[0, 0]
        """,
        (37,),
    ),
}


@pytest.mark.parametrize("name", SAME_BITS)
def test_kernels_give_the_same_bits_on_bytes(name: str) -> None:
    parameters, text, scalars = SAME_BITS[name]
    program = _program(parameters, text)
    expected, given = (_outputs(stage, 1, *scalars) for stage in (program, after(PLACED, program)))
    for left, right in zip(expected, given, strict=True):
        assert left.tobytes() == right.tobytes()
        assert not np.isnan(left).all()


def test_a_wrong_offset_is_seen() -> None:
    """The oracle above can fail: one of two tiles that are live together is put across the other."""
    placed = after(PLACED, kernel(ADD, ADDITION))
    function = placed.functions[0]
    wrong: dict[Value, Type] = {
        value: value.type.at(0x800)
        for value in values_of(function)
        if isinstance(value.type, TileType) and value.name == "tb"
    }
    broken = replace(placed, functions=(retyped(function, wrong),))
    with pytest.raises(PtoError):
        verify_placement(broken, A2A3)


def _straight(count: int) -> Program:
    """A kernel of many statements in which tiles live long and short."""
    text = ["%v0 = load %a[0, 0] sizes=[8, 64] : tile<8x64xfp32>"]
    for number in range(1, count):
        first, second = max(0, number - 1), max(0, number - 1 - number % 17)
        text.append(f"%v{number} = add %v{first}, %v{second} : tile<8x64xfp32>")
    return kernel(
        "%a: tensor<8x64xfp32>, %c: out tensor<8x64xfp32>", "\n".join([*text, f"store %v{count - 1}, %c[0, 0]"])
    )


def test_work_grows_with_the_number_of_statements_alone() -> None:
    """Eight times the statements take about eight times the calls."""
    _place(_straight(20))
    short, long = _straight(250), _straight(2000)
    assert calls_of(lambda: _place(long)) < 10 * calls_of(lambda: _place(short))


def _place(program: Program) -> None:
    for one in PLACED:
        program = one.run(program, A2A3)
