"""What `insert_sync` places in whole kernels: matmul loops with double buffers, the online update of attention."""

from __future__ import annotations

import re

import pytest

from ptodsl.ir.parser import parse
from ptodsl.machine import A2A3, A5, Architecture
from ptodsl.passes.insert_sync import InsertSync
from ptodsl.verify.sync import verify_sync
from tests.ordered_kernels import body, flags, items_of, kernel, kinds, ordered


def half(index: int, accumulator: str, offset: str) -> list[str]:
    """Half an iteration of a matmul's K loop, on tiles of its own."""
    l1, l0 = 0x8000 * index, 0x4000 * index
    return [
        f"%a{index} = load %a[0, {offset}] sizes=[128, 64] : tile<128x64xfp16, l1, nz, @0x{l1:x}>",
        f"%b{index} = load %b[{offset}, 0] sizes=[64, 128] : tile<64x128xfp16, l1, nz, @0x{l1 + 0x4000:x}>",
        f"%l{index} = move %a{index} : tile<128x64xfp16, l0a, {{left}}, @0x{l0:x}>",
        f"%r{index} = move %b{index} : tile<64x128xfp16, l0b, zn, @0x{l0:x}>",
        f"%acc{index} = matmul_acc {accumulator}, %l{index}, %r{index} : {ACC}",
    ]


ACC = "tile<128x128xfp32, l0c, nz, @0x0>"
MATRICES = "%a: tensor<128x1024xfp16>, %b: tensor<1024x128xfp16>, %c: out tensor<128x128xfp32>, %n: index"
ZERO = f"%z = create_tile shape=[128, 128] dtype=fp32 : {ACC}"


def k_loop(step: int, *lines: str) -> list[str]:
    return [ZERO, f"for %k = 0 to 1024 step {step} carry (%acc = %z: {ACC}) {{", *lines, "} -> (%r)"]


UNROLLED = (
    *half(0, "%acc", "%k"),
    "%k1 = scalar.add %k, 64 : index",
    *half(1, "%acc0", "%k1"),
    "yield %acc1",
)
STORED = "store %r, %c[0, 0]"


def matmul(*lines: str, left: str = "zz") -> str:
    return kernel(MATRICES, *lines).replace("{left}", left)


@pytest.mark.parametrize(("architecture", "left"), [(A2A3, "zz"), (A5, "nz")], ids=["a2a3", "a5"])
def test_unrolled_double_buffered_k_loop(architecture: Architecture, left: str) -> None:
    function = ordered(matmul(*k_loop(128, *UNROLLED), STORED, left=left), architecture)
    assert kinds(function) == {"pair": 7, "back edge": 6}
    assert flags(function) == {"mte2-mte1": 4, "mte1-m": 2, "m-fix": 1, "mte1-mte2": 4, "m-mte1": 2}


def test_double_buffered_k_loop_with_parity() -> None:
    branches = ["if %odd {", *half(0, "%acc", "%k"), "yield %acc0", "} else {", *half(1, "%acc", "%k"), "yield %acc1"]
    lines = [
        "%m = scalar.mod %k, 2 : index",
        "%odd = scalar.eq %m, 0 : bool",
        *branches,
        f"}} -> (%new: {ACC})",
        "yield %new",
    ]
    function = ordered(matmul(*k_loop(64, *lines), STORED))
    assert kinds(function) == {"pair": 7, "back edge": 2}
    assert flags(function) == {"mte2-mte1": 4, "mte1-m": 2, "m-fix": 1, "mte1-mte2": 1, "m-mte1": 1}


def test_double_buffered_k_loop_with_an_odd_tail() -> None:
    tail = [re.sub(r"%(acc|a|b|l|r)0\b", r"%\g<1>2", line) for line in half(0, "%r", "%n")]
    function = ordered(matmul(*k_loop(128, *UNROLLED), *tail, "store %acc2, %c[0, 0]"))
    assert kinds(function) == {"pair": 10, "back edge": 6}
    assert flags(function)["m"] == 0


def test_items_are_numbered_in_printed_order() -> None:
    numbers = list(items_of(ordered(matmul(*k_loop(128, *UNROLLED), STORED))))
    assert numbers == list(range(13))


def test_short_accumulation_needs_barriers() -> None:
    small = "tile<16x16xfp32, l0c, nz, @0x0>"
    lines = [
        "%l = create_tile shape=[16, 16] dtype=fp16 : tile<16x16xfp16, l0a, zz, @0x0>",
        "%r = create_tile shape=[16, 16] dtype=fp16 : tile<16x16xfp16, l0b, zn, @0x0>",
        f"%x = matmul %l, %r : {small}",
        f"%y = matmul_acc %x, %l, %r : {small}",
    ]
    assert flags(ordered(kernel(MATRICES, *lines))) == {"m": 1}
    large = [line.replace("16x16", "64x48").replace("[16, 16]", "[64, 48]") for line in lines]
    assert flags(ordered(kernel(MATRICES, *large))) == {}
    overwritten = [*large[:3], large[3].replace("matmul_acc %x,", "matmul")]
    assert flags(ordered(kernel(MATRICES, *overwritten))) == {"m": 1}


def test_barrier_that_is_not_legal_becomes_a_round_trip() -> None:
    lines = [
        "%s = create_tile shape=[16, 16] dtype=fp16 : tile<16x16xfp16, l1, nz, @0x0>",
        "%x = move %s : tile<16x16xfp16, l0a, {left}, @0x0>",
        "%y = move %s : tile<16x16xfp16, l0a, {left}, @0x0>",
    ]
    assert flags(ordered(matmul(*lines))) == {"mte1": 1}
    assert flags(ordered(matmul(*lines, left="nz"), A5)) == {"mte1-m": 1, "m-mte1": 1}


def test_pair_that_is_not_legal_becomes_a_barrier_of_all_pipes() -> None:
    lines = [
        "%s = create_tile shape=[16, 16] dtype=fp32 : tile<16x16xfp32, l0c, nz, @0x0>",
        "%x = move %s : tile<16x16xfp32, l1, nz, @0x0>",
        "%y = move %x : tile<16x16xfp32, l0a, {left}, @0x0>",
    ]
    assert flags(ordered(matmul(*lines))) == {"all": 1}
    assert flags(ordered(matmul(*lines, left="nz"), A5)) == {"fix-mte1": 1}


ONLINE_LOADS = [
    "%m1 = load %mij[0, 0] sizes=[16, 1] : tile<16x1xfp32, ub, dn, @0x0>",
    "%l1 = load %lij[0, 0] sizes=[16, 1] : tile<16x1xfp32, ub, dn, @0x40>",
    "%o1 = load %new[0, 0] sizes=[16, 128] : tile<16x128xfp32, ub, nd, @0x80>",
    "%m0 = load %m[0, 0] sizes=[16, 1] : tile<16x1xfp32, ub, dn, @0x2080>",
    "%l0 = load %l[0, 0] sizes=[16, 1] : tile<16x1xfp32, ub, dn, @0x20c0>",
    "%o0 = load %o[0, 0] sizes=[16, 128] : tile<16x128xfp32, ub, nd, @0x2100>",
]


def scratch(number: int) -> str:
    return f"%s{number} = create_tile shape=[16, 8] dtype=fp32 : tile<16x8xfp32, ub, nd, @0x{0x6000 + 512 * number:x}>"


def divide(number: int, source: str, divisor: str) -> list[str]:
    return [
        scratch(number),
        f"%d{number} = row_expand_div {source}, {divisor}, %s{number} : tile<16x128xfp32, ub, nd, @0x8000>",
        f"store %d{number}, %dst[0, 0]",
    ]


ROW = "tile<1x16xfp32, ub, nd, @0x{:x}>"
ONLINE = kernel(
    "%mij: tensor<16x1xfp32>, %lij: tensor<16x1xfp32>, %new: tensor<16x128xfp32>, %m: inout tensor<16x1xfp32>, "
    "%l: inout tensor<16x1xfp32>, %o: inout tensor<16x128xfp32>, %first: bool, %last: bool, "
    "%dst: out tensor<16x128xfp32>",
    *ONLINE_LOADS,
    "if %first {",
    *("store %m1, %m[0, 0]", "store %l1, %l[0, 0]", "store %o1, %o[0, 0]"),
    *("if %last {", *divide(0, "%o1", "%l1"), "}"),
    "} else {",
    f"%m0r = reshape %m0 shape=[1, 16] : {ROW.format(0x2080)}",
    f"%m1r = reshape %m1 shape=[1, 16] : {ROW.format(0x0)}",
    f"%l0r = reshape %l0 shape=[1, 16] : {ROW.format(0x20C0)}",
    f"%l1r = reshape %l1 shape=[1, 16] : {ROW.format(0x40)}",
    f"%mn = maximum %m0r, %m1r : {ROW.format(0x5000)}",
    f"%da = sub %m0r, %mn : {ROW.format(0x2080)}",
    f"%al = exp %da : {ROW.format(0x2080)}",
    f"%db = sub %m1r, %mn : {ROW.format(0x0)}",
    f"%be = exp %db : {ROW.format(0x0)}",
    f"%la = mul %al, %l0r : {ROW.format(0x20C0)}",
    f"%lb = mul %be, %l1r : {ROW.format(0x40)}",
    f"%ln = add %la, %lb : {ROW.format(0x20C0)}",
    "%alc = reshape %al shape=[16, 1] : tile<16x1xfp32, ub, dn, @0x2080>",
    "%bec = reshape %be shape=[16, 1] : tile<16x1xfp32, ub, dn, @0x0>",
    scratch(1),
    "%oa = row_expand_mul %o0, %alc, %s1 : tile<16x128xfp32, ub, nd, @0x2100>",
    scratch(2),
    "%ob = row_expand_mul %o1, %bec, %s2 : tile<16x128xfp32, ub, nd, @0x80>",
    "%on = add %oa, %ob : tile<16x128xfp32, ub, nd, @0x2100>",
    "%mnc = reshape %mn shape=[16, 1] : tile<16x1xfp32, ub, dn, @0x5000>",
    "%lnc = reshape %ln shape=[16, 1] : tile<16x1xfp32, ub, dn, @0x20c0>",
    *("store %mnc, %m[0, 0]", "store %lnc, %l[0, 0]", "store %on, %o[0, 0]"),
    *("if %last {", *divide(3, "%on", "%lnc"), "} else {"),
    "%none = full 0.0 shape=[16, 128] dtype=fp32 : tile<16x128xfp32, ub, nd, @0xa000>",
    "store %none, %dst[0, 0]",
    "}",
    "}",
)


def test_online_update_on_a2a3() -> None:
    function = ordered(ONLINE)
    assert kinds(function) == {"pair": 8, "barrier": 7}
    assert flags(function) == {"mte2-v": 1, "mte2-mte3": 1, "v-mte3": 6, "v": 7}


def test_online_update_orders_its_loads_once_before_the_branches() -> None:
    text = body(ordered(ONLINE))
    assert text.index("wait_flag mte2, mte3, 1 pair=1") == text.index("if %first {") - 1


def test_online_update_on_a5_has_no_barriers() -> None:
    assert kinds(ordered(ONLINE, A5)) == {"pair": 8}


@pytest.mark.parametrize(
    ("dtype", "offset", "lines"),
    [
        ("index", "n", ["  %m = scalar.add %n, 8 : index"]),
        ("int32", "n", ["  %m = scalar.add %n, 8:int32 : int32"]),
        ("int32", "k", ["  %k = scalar.cast %n dtype=index : index", "  %m = scalar.add %k, 8 : index"]),
        ("index", "k", ["  %k = scalar.neg %n : index", "  %m = scalar.add %k, 8 : index"]),
    ],
)
def test_offsets_are_told_apart_as_the_verifier_does(dtype: str, offset: str, lines: list[str]) -> None:
    text = kernel(
        f"%a: inout tensor<64x64xfp32>, %n: {dtype}",
        *lines,
        f"  %x = load %a[%{offset}, 0] sizes=[8, 64] : tile<8x64xfp32, ub, nd, @0x0>",
        "  store %x, %a[%m, 0]",
        f"  %y = load %a[%{offset}, 0] sizes=[8, 64] : tile<8x64xfp32, ub, nd, @0x800>",
        "  store %y, %a[%m, 0]",
    )
    verify_sync(InsertSync().run(parse(text), A2A3), A2A3)
