"""verify_placement: kernels that are placed right, and the same with one fault planted."""

from __future__ import annotations

import re

import pytest

from ptodsl.machine import A2A3, A5
from tests.placed import placement_codes, ub

COLUMN = "tile<16x1xfp32, ub, dn, @0x{:x}>"

ADD = f"""
%x = load %h[0, 0] sizes=[16, 64] : {ub(0x0)}
%y = load %h[16, 0] sizes=[16, 64] : {ub(0x1000)}
%z = add %x, %y : {ub(0x0)}
%e = exp %y : {ub(0x1000)}
store %z, %g[0, 0]
store %e, %g[16, 0]
"""

REDUCE = f"""
%x = load %h[0, 0] sizes=[16, 64] : {ub(0x0)}
%y = load %h[16, 0] sizes=[16, 64] : {ub(0x1000)}
%t = create_tile shape=[16, 64] dtype=fp32 : {ub(0x2000)}
%s = row_sum %x, %t : {COLUMN.format(0x3000)}
%u = create_tile shape=[16, 8] dtype=fp32 : {ub(0x2000, 16, 8)}
%z = row_expand_div %y, %s, %u : {ub(0x1000)}
store %z, %g[0, 0]
store %x, %g[16, 0]
"""

LOOP = f"""
%m0 = full 0.0 shape=[16, 64] dtype=fp32 : {ub(0x4000)}
%keep = load %h[0, 0] sizes=[16, 64] : {ub(0x6000)}
for %i = 0 to %n step 16 carry (%m = %m0 : {ub(0x4000)}) {{
  %x = load %h[%i, 0] sizes=[16, 64] : {ub(0x5000)}
  %e = add %keep, %x : {ub(0x5000)}
  %y = maximum %m, %e : {ub(0x4000)}
  %f = exp %e : {ub(0x5000)}
  store %f, %g[%i, 0] sizes=[16, 64]
  yield %y
}} -> (%r: {ub(0x4000)})
store %r, %g[0, 0]
store %keep, %g[16, 0]
"""

SWAP = f"""
%a0 = load %h[0, 0] sizes=[16, 64] : {ub(0x0)}
%b0 = load %h[16, 0] sizes=[16, 64] : {ub(0x1000)}
for %i = 0 to %n step 1 carry (%a = %a0 : {ub(0x0)}, %b = %b0 : {ub(0x1000)}) {{
  %t = move %a : {ub(0x2000)}
  %a1 = move %b : {ub(0x0)}
  %b1 = move %t : {ub(0x1000)}
  yield %a1, %b1
}} -> (%p: {ub(0x0)}, %q: {ub(0x1000)})
store %p, %g[0, 0]
store %q, %g[16, 0]
"""

MERGE = f"""
%x = load %h[0, 0] sizes=[16, 64] : {ub(0x0)}
%u = create_tile shape=[16, 64] dtype=fp32 : {ub(0x2000)}
%keep = load %h[32, 0] sizes=[16, 64] : {ub(0x3000)}
if %c {{
  %y = exp %x : {ub(0x2000)}
  yield %y
}} else {{
  if %c {{
    yield %u
  }} else {{
    %z = adds %x, 1.0 : {ub(0x2000)}
    %q = exp %z : {ub(0x1000)}
    store %q, %g[32, 0]
    yield %z
  }} -> (%v: {ub(0x2000)})
  yield %v
}} -> (%r: {ub(0x2000)})
store %r, %g[0, 0]
store %keep, %g[16, 0]
"""

VIEWS = f"""
%x = load %h[0, 0] sizes=[16, 64] : {ub(0x0)}
%s = slice %x[4, 0] sizes=[4, 64] : {ub(0x400, 4)}
%e = exp %s : {ub(0x1000, 4)}
store %e, %g[0, 0]
%d = reshape %x shape=[8, 128] : {ub(0x0, 8, 128)}
%d2 = reshape %d shape=[16, 64] : {ub(0x0)}
%t = create_tile shape=[16, 64] dtype=fp32 : {ub(0x2000)}
%m = row_max %d2, %t : {COLUMN.format(0x3000)}
%r = reshape %m shape=[1, 16] : {ub(0x3000, 1, 16)}
%q = exp %r : {ub(0x3000, 1, 16)}
%k = reshape %q shape=[16, 1] : {COLUMN.format(0x3000)}
%k8 = slice %k[8, 0] sizes=[8, 1] : tile<8x1xfp32, ub, dn, @0x3020>
%r8 = reshape %k8 shape=[1, 8] : {ub(0x3020, 1, 8)}
%v = set_validshape %x, valid [%n, 64] : tile<16x64xfp32, ub, nd, valid ?x64, @0x0>
store %v, %g[16, 0]
store %r8, %g[40, 0] sizes=[1, 8]
"""

PRODUCT = """
%a0 = load %w[0, 0] sizes=[32, 16] : tile<32x16xfp16, l1, nz, @0x0>
%b0 = load %w[0, 0] sizes=[16, 32] : tile<16x32xfp16, l1, nz, @0x400>
%l0 = move %a0 : tile<32x16xfp16, l0a, {left}, @0x0>
%r0 = move %b0 : tile<16x32xfp16, l0b, zn, @0x0>
%p0 = matmul %l0, %r0 : tile<32x32xfp32, l0c, nz, @0x0>
for %i = 16 to %n step 16 carry (%p = %p0 : tile<32x32xfp32, l0c, nz, @0x0>) {
  %a = load %w[0, %i] sizes=[32, 16] : tile<32x16xfp16, l1, nz, @0x0>
  %b = load %w[%i, 0] sizes=[16, 32] : tile<16x32xfp16, l1, nz, @0x400>
  %l = move %a : tile<32x16xfp16, l0a, {left}, @0x0>
  %r = move %b : tile<16x32xfp16, l0b, zn, @0x0>
  %q = matmul_acc %p, %l, %r : tile<32x32xfp32, l0c, nz, @0x0>
  yield %q
} -> (%o1: tile<32x32xfp32, l0c, nz, @0x0>)
store %o1, %o[0, 0]
"""

PADDED = """
%x = load %h[0, 0] sizes=[3, 5] : tile<3x5xfp32 in 3x8, ub, nd, @0x0>
%y = load %h[0, 8] sizes=[3, 5] : tile<3x5xfp32 in 3x8, ub, nd, @0x60>
%z = add %x, %y : tile<3x5xfp32 in 3x8, ub, nd, @0x0>
%l1 = load %w[0, 0] sizes=[3, 64] : tile<3x64xfp16 in 16x64, l1, nz, @0x0>
store %z, %g[0, 0]
"""

RIGHT = {
    "add": ADD,
    "reduce": REDUCE,
    "loop": LOOP,
    "swap": SWAP,
    "merge": MERGE,
    "views": VIEWS,
    "product": PRODUCT,
    "padded": PADDED,
}

LOST, SHARED, OVERLAP = "E0455", "E0454", "E0456"
UNPLACED, CAPACITY, ALIGNMENT, PHYSICAL = "E0450", "E0451", "E0452", "E0453"

FAULTS = {
    "two live tiles in one place": ("add", "%y = load %h[16, 0] sizes=[16, 64] : {0x1000}", "{0x0}", {LOST}),
    "two live tiles that overlap by a row": (
        "add",
        "%y = load %h[16, 0] sizes=[16, 64] : {0x1000}",
        "{0xf00}",
        {LOST, OVERLAP},
    ),
    "an operand that does not die is taken over": ("add", "%z = add %x, %y : {0x0}", "{0x1000}", {LOST}),
    "a result half in an operand": ("add", "%z = add %x, %y : {0x0}", "{0x800}", {LOST, OVERLAP}),
    "a result on one that is still to be stored": ("add", "%e = exp %y : {0x1000}", "{0x0}", {LOST}),
    "a shifted address": ("add", "%e = exp %y : {0x1000}", "{0x1010}", {ALIGNMENT, OVERLAP}),
    "an address past the end": ("add", "%e = exp %y : {0x1000}", "{0x3f000}", {CAPACITY}),
    "an address in the scratch of the library": ("add", "%e = exp %y : {0x1000}", "{0x2d800}", {CAPACITY}),
    "a temporary on the operand": (
        "reduce",
        "%t = create_tile shape=[16, 64] dtype=fp32 : {0x2000}",
        "{0x0}",
        {LOST, OVERLAP},
    ),
    "a temporary on the result": (
        "reduce",
        "%t = create_tile shape=[16, 64] dtype=fp32 : {0x2000}",
        "{0x3000}",
        {OVERLAP},
    ),
    "a temporary on a live tile": (
        "reduce",
        "%t = create_tile shape=[16, 64] dtype=fp32 : {0x2000}",
        "{0x1000}",
        {LOST},
    ),
    "a temporary half on a live tile": (
        "reduce",
        "%t = create_tile shape=[16, 64] dtype=fp32 : {0x2000}",
        "{0x1fe0}",
        {LOST},
    ),
    "a temporary past the end": (
        "reduce",
        "%t = create_tile shape=[16, 64] dtype=fp32 : {0x2000}",
        "{0x2e000}",
        {CAPACITY},
    ),
    "a carried value overwritten in the body": (
        "loop",
        "%x = load %h[%i, 0] sizes=[16, 64] : {0x5000}",
        "{0x4000}",
        {LOST},
    ),
    "a carried value overwritten after it is made": ("loop", "%f = exp %e : {0x5000}", "{0x4000}", {LOST}),
    "a value from before the loop overwritten in it": ("loop", "%f = exp %e : {0x5000}", "{0x6000}", {LOST}),
    "a value from before the loop overwritten by a temporary in it": (
        "loop",
        "%e = add %keep, %x : {0x5000}",
        "{0x6000}",
        {LOST},
    ),
    "a yield elsewhere": ("loop", "%y = maximum %m, %e : {0x4000}", "{0x7000}", {SHARED}),
    "a loop's result elsewhere": ("loop", "(%r: {0x4000}", "(%r: {0x7000}", {SHARED}),
    "a carried value elsewhere": ("loop", "carry (%m = %m0 : {0x4000}", "carry (%m = %m0 : {0x7000}", {SHARED}),
    "an initial value elsewhere": (
        "loop",
        "%m0 = full 0.0 shape=[16, 64] dtype=fp32 : {0x4000}",
        "{0x7000}",
        {SHARED},
    ),
    "a swap that yields the two without a copy": ("swap", "yield %a1, %b1", "yield %b, %a", {SHARED}),
    "a swap whose temporary is lost": ("swap", "%b1 = move %t : {0x1000}", "%b1 = move %a : {0x1000}", {LOST}),
    "a swap whose temporary is the other one": ("swap", "%t = move %a : {0x2000}", "{0x1000}", {LOST, OVERLAP}),
    "a yield of a stale value": ("swap", "yield %a1, %b1", "yield %a, %b1", {LOST}),
    "one branch yields elsewhere": ("merge", "%y = exp %x : {0x2000}", "{0x4000}", {SHARED}),
    "the inner merge is elsewhere": ("merge", "(%v: {0x2000}", "(%v: {0x4000}", {SHARED}),
    "a branch overwrites what it yields": ("merge", "%q = exp %z : {0x1000}", "{0x2000}", {LOST}),
    "a branch overwrites what is needed after it": ("merge", "%q = exp %z : {0x1000}", "{0x3000}", {LOST}),
    "one branch overwrites what the other reads": (
        "merge",
        "%y = exp %x : {0x2000}",
        "%y0 = exp %x : {0x3000}\n  %y = exp %y0 : {0x2000}",
        {LOST},
    ),
    "a slice of other rows": ("views", "%s = slice %x[4, 0] sizes=[4, 64] : {0x400,4}", "{0x500,4}", {SHARED}),
    "a slice in other bytes": ("views", "%s = slice %x[4, 0] sizes=[4, 64] : {0x400,4}", "{0x4400,4}", {SHARED}),
    "a slice from a row that only run time knows": ("views", "slice %x[4, 0]", "slice %x[%n, 0]", {SHARED}),
    "a slice of columns": (
        "views",
        "slice %x[4, 0] sizes=[4, 64] : {0x400,4}",
        "slice %x[4, 32] sizes=[4, 32] : {0x480,4,32}",
        {SHARED},
    ),
    "a reshape elsewhere": ("views", "%d = reshape %x shape=[8, 128] : {0x0,8,128}", "{0x200,8,128}", {SHARED}),
    "a reshape that skips padding": (
        "views",
        "%r = reshape %m shape=[1, 16] : {0x3000,1,16}",
        "tile<1x16xfp32 in 1x24, ub, nd, @0x3000>",
        {SHARED, OVERLAP},
    ),
    "a view whose source is overwritten": ("views", "%e = exp %s : {0x1000,4}", "{0x400,4}", {LOST}),
    "a view read after a temporary overwrote its source": (
        "views",
        "%t = create_tile shape=[16, 64] dtype=fp32 : {0x2000}",
        "{0x0}",
        {LOST, OVERLAP},
    ),
    "an accumulation elsewhere": (
        "product",
        "%q = matmul_acc %p, %l, %r : tile<32x32xfp32, l0c, nz, @0x0>",
        "tile<32x32xfp32, l0c, nz, @0x1000>",
        {SHARED},
    ),
    "factors on each other in L1": (
        "product",
        "%b = load %w[%i, 0] sizes=[16, 32] : tile<16x32xfp16, l1, nz, @0x400>",
        "tile<16x32xfp16, l1, nz, @0x200>",
        {LOST},
    ),
    "a fractal that is not aligned": (
        "product",
        "%b = load %w[%i, 0] sizes=[16, 32] : tile<16x32xfp16, l1, nz, @0x400>",
        "tile<16x32xfp16, l1, nz, @0x420>",
        {ALIGNMENT},
    ),
    "a left factor past the end": (
        "product",
        "%l = move %a : tile<32x16xfp16, l0a, {left}, @0x0>",
        "tile<32x16xfp16, l0a, {left}, @0xfe00>",
        {CAPACITY},
    ),
    "a layout that the memory does not hold": (
        "product",
        "%r = move %b : tile<16x32xfp16, l0b, zn, @0x0>",
        "tile<16x32xfp16, l0b, nz, @0x0>",
        {PHYSICAL},
    ),
    "rows that are not rounded up": (
        "padded",
        "%y = load %h[0, 8] sizes=[3, 5] : tile<3x5xfp32 in 3x8, ub, nd, @0x60>",
        "tile<3x5xfp32, ub, nd, @0x60>",
        {PHYSICAL},
    ),
    "a physical shape smaller than the shape": (
        "padded",
        "%y = load %h[0, 8] sizes=[3, 5] : tile<3x5xfp32 in 3x8, ub, nd, @0x60>",
        "tile<3x5xfp32 in 2x8, ub, nd, @0x60>",
        {PHYSICAL},
    ),
    "a fractal tile that is not rounded up": ("padded", "in 16x64, l1", "in 4x64, l1", {PHYSICAL}),
    "a load that rounds its rows up into the next tile": (
        "padded",
        "%y = load %h[0, 8] sizes=[3, 5] : tile<3x5xfp32 in 3x8, ub, nd, @0x60>",
        "tile<3x5xfp32 in 3x8, ub, nd, @0x40>",
        {LOST, OVERLAP},
    ),
    "a tile without an address": ("padded", ", ub, nd, @0x60>", ", ub, nd>", {UNPLACED}),
    "a tile without a layout": ("padded", ", ub, nd, @0x60>", ", ub>", {UNPLACED}),
}


def _types(text: str) -> str:
    """`{0x400,4}` as the type of a tile in UB at that address, of as many rows and columns."""
    return re.sub(r"\{(0x[0-9a-f]+(?:,\d+)*)\}", lambda m: ub(*(int(part, 0) for part in m[1].split(","))), text)


def _planted(base: str, old: str, new: str) -> str:
    """The kernel with one statement changed; a new type alone takes the place of the old one's."""
    old, new = _types(old), _types(new)
    if new.startswith("tile<") and not old.startswith("tile<"):
        new = old[: old.index(": tile<") + 2] + new if ": tile<" in old else new
    assert RIGHT[base].count(old) == 1, "the fault must change exactly one place"
    return RIGHT[base].replace(old, new)


@pytest.mark.parametrize("name", RIGHT)
def test_kernel_that_is_placed_right_passes(name: str) -> None:
    assert placement_codes(RIGHT[name].replace("{left}", "zz"), A2A3) == []
    assert placement_codes(RIGHT[name].replace("{left}", "nz"), A5) == []


@pytest.mark.parametrize("name", FAULTS)
def test_planted_fault_is_found(name: str) -> None:
    base, old, new, expected = FAULTS[name]
    found = placement_codes(_planted(base, old, new).replace("{left}", "zz"), A2A3)
    assert set(found) == expected
