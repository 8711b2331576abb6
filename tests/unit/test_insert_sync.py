"""What `insert_sync` places: how many items of which kind, where, and with which event ids."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

import pytest

from ptodsl.ir.nodes import Function, Op, Program
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from ptodsl.ir.rewrite import walk
from ptodsl.machine import A2A3, A5, Architecture
from ptodsl.passes.insert_sync import InsertSync
from ptodsl.passes.sync.plan import plan
from ptodsl.passes.sync.reliefs import Step
from tests.oracle_sync import Oracle, problems, without_item

HEAD = "ptodsl-ir 1\nprogram @P\n\n"


def kernel(parameters: str, *lines: str) -> str:
    """A program of one kernel that returns nothing."""
    return HEAD + "\n".join([f"kernel @k({parameters}) {{", *lines, "  return", "}", ""])


def ordered(text: str, architecture: Architecture = A2A3) -> Function:
    """The kernel of a text, ordered; the oracle finds nothing wrong with it, and no item to spare."""
    function = InsertSync().run(parse(text), architecture).functions[0]
    oracle = Oracle(architecture)
    assert list(oracle.problems(function)) == []
    for number in items_of(function):
        assert next(oracle.problems(without_item(function, number)), None), f"item {number} is spare"
    return function


def items_of(function: Function) -> dict[int, list[Op]]:
    """The statements of each item, in printed order."""
    items: dict[int, list[Op]] = defaultdict(list)
    for op in walk(function.body):
        if isinstance(op, Op) and isinstance(number := op.attributes.get("pair"), int):
            items[number].append(op)
    return items


KINDS = {1: "barrier", 2: "pair", 4: "back edge"}


def kinds(function: Function) -> dict[str, int]:
    """How many items there are of each kind: an item of one statement is a barrier, of two a pair."""
    return dict(Counter(KINDS[len(ops)] for ops in items_of(function).values()))


def flags(function: Function) -> Counter[str]:
    """How many pairs of flags there are between each two pipes, and barriers on each."""

    def label(op: Op) -> str:
        return str(op.attributes.get("pipe") or f"{op.attributes['source']}-{op.attributes['target']}")

    return Counter(label(ops[0]) for ops in items_of(function).values())


def body(function: Function) -> list[str]:
    """The statements of a kernel as text, without results, operands of transfers and types."""
    program = Program("P", (function,), function.span)
    lines = [line.strip() for line in print_program(program).splitlines()[4:]]
    return [re.sub(r"^%[^=]* = | : .*", "", line) for line in lines if line not in ("}", "")]


UB = "tile<16x64xfp32, ub, nd, @0x{:x}>"
SIZE = 16 * 64 * 4
ABC = "%a: tensor<16x64xfp32>, %b: tensor<16x64xfp32>, %c: out tensor<16x64xfp32>"


def ub(slot: int) -> str:
    """A tile of 4 KiB in UB."""
    return UB.format(slot * SIZE)


def load(name: str, tensor: str, slot: int, offset: str = "0") -> str:
    return f"%{name} = load %{tensor}[{offset}, 0] sizes=[16, 64] : {ub(slot)}"


ADD = kernel(
    ABC,
    load("x", "a", 0),
    load("y", "b", 1),
    f"%z = add %x, %y : {ub(0)}",
    "store %z, %c[0, 0]",
)


def test_worked_example_on_a2a3() -> None:
    assert body(ordered(ADD)) == [
        "load %a[0, 0] sizes=[16, 64]",
        "load %b[0, 0] sizes=[16, 64]",
        "set_flag mte2, v, 1 pair=0",
        "wait_flag mte2, v, 1 pair=0",
        "add %x, %y",
        "set_flag v, mte3, 0 pair=1",
        "wait_flag v, mte3, 0 pair=1",
        "store %z, %c[0, 0]",
        "pipe_barrier all",
        "return",
    ]


def test_a5_starts_at_id_0() -> None:
    assert "set_flag mte2, v, 0 pair=0" in body(ordered(ADD, A5))


def test_kernel_without_hazards_gets_the_last_barrier_alone() -> None:
    function = ordered(kernel(ABC, load("x", "a", 0)))
    assert body(function) == ["load %a[0, 0] sizes=[16, 64]", "pipe_barrier all", "return"]


def test_orchestration_stays_as_it_is() -> None:
    text = HEAD + "orchestration @main(%a: tensor<16x64xfp32>) -> (tensor<16x64xfp32>) {\n  return %a\n}\n"
    program = parse(text)
    assert InsertSync().run(program, A2A3).functions == program.functions


def test_kernel_ordered_by_hand_stays_as_it_is() -> None:
    once = InsertSync().run(parse(ADD), A2A3)
    assert InsertSync().run(once, A2A3).functions == once.functions


CHAIN = kernel(
    ABC,
    load("x", "a", 0),
    f"%y = exp %x : {ub(1)}",
    f"%z = add %x, %y : {ub(2)}",
    "store %z, %c[0, 0]",
)


@pytest.mark.parametrize(("architecture", "barriers"), [(A2A3, 1), (A5, 0)], ids=["a2a3", "a5"])
def test_chain_on_v_needs_barriers_on_a2a3_alone(architecture: Architecture, barriers: int) -> None:
    assert flags(ordered(CHAIN, architecture))["v"] == barriers


def test_row_expansion_without_temporary_touches_the_hidden_bytes() -> None:
    lines = [
        f"%x = load %a[0, 0] sizes=[16, 64] : {ub(0)}",
        "%v = load %d[0, 0] sizes=[16, 1] : tile<16x1xfp32, ub, dn, @0x8000>",
        f"%p = row_expand_mul %x, %v : {ub(1)}",
        f"%q = row_expand_add %x, %v : {ub(2)}",
    ]
    text = kernel(f"{ABC}, %d: tensor<16x1xfp32>", *lines)
    assert flags(InsertSync().run(parse(text), A2A3).functions[0])["v"] == 1
    assert flags(InsertSync().run(parse(text), A5).functions[0])["v"] == 0


IN_PLACE = kernel(
    "%x: inout tensor<64x64xfp32>",
    "for %i = 0 to 64 step 16 {",
    load("t", "x", 0, "%i"),
    f"%u = exp %t : {ub(0)}",
    "store %u, %x[%i, 0]",
    "}",
)


def test_in_place_loop_orders_the_tile_and_not_the_disjoint_rows() -> None:
    function = ordered(IN_PLACE)
    assert kinds(function) == {"pair": 2, "back edge": 1}
    assert flags(function) == {"mte2-v": 1, "v-mte3": 1, "mte3-mte2": 1}


def test_loop_over_overlapping_rows_orders_store_before_next_load() -> None:
    apart = IN_PLACE.replace(f"exp %t : {ub(0)}", f"exp %t : {ub(1)}")
    assert flags(ordered(apart)) == {"mte2-v": 1, "v-mte3": 1, "v-mte2": 1, "mte3-v": 1}
    function = InsertSync().run(parse(apart.replace("step 16", "step 8")), A2A3).functions[0]
    assert list(problems(function, A2A3)) == []
    assert flags(function)["mte3-mte2"] == 1


def test_pair_of_a_loop_is_primed_before_it_and_drained_behind_it() -> None:
    assert body(ordered(IN_PLACE)) == [
        "set_flag mte3, mte2, 0 pair=0",
        "for %i = 0 to 64 step 16 {",
        "wait_flag mte3, mte2, 0 pair=0",
        "load %x[%i, 0] sizes=[16, 64]",
        "set_flag mte2, v, 1 pair=1",
        "wait_flag mte2, v, 1 pair=1",
        "exp %t",
        "set_flag v, mte3, 0 pair=2",
        "wait_flag v, mte3, 0 pair=2",
        "store %u, %x[%i, 0]",
        "set_flag mte3, mte2, 0 pair=0",
        "wait_flag mte3, mte2, 0 pair=0",
        "pipe_barrier all",
        "return",
    ]


def test_back_edge_of_an_inner_loop_is_primed_before_the_outermost() -> None:
    lines = [
        "for %i = 0 to 4 step 1 {",
        "for %j = 0 to 4 step 1 {",
        "for %k = 0 to 4 step 1 {",
        load("x", "a", 0),
        f"%y = exp %x : {ub(1)}",
        "}",
        "}",
        "}",
    ]
    function = ordered(kernel(ABC, *lines))
    assert kinds(function) == {"pair": 1, "back edge": 1}
    text = body(function)
    assert text.index("set_flag v, mte2, 0 pair=0") < text.index("for %i = 0 to 4 step 1 {")
    assert text[-3] == "wait_flag v, mte2, 0 pair=0"


def test_loop_of_no_iteration_leaves_code_around_it_ordered() -> None:
    lines = [
        load("x", "a", 0),
        "for %i = 0 to 0 step 1 {",
        f"%y = exp %x : {ub(1)}",
        "}",
        f"%z = exp %x : {ub(2)}",
        "store %z, %c[0, 0]",
    ]
    assert flags(ordered(kernel(ABC, *lines))) == {"mte2-v": 1, "v-mte3": 1, "v": 1}


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


def many(count: int) -> list[str]:
    loads = [load(f"x{slot}", "a", slot) for slot in range(count)]
    return [*loads, *(f"%y{slot} = exp %x{slot} : {ub(slot)}" for slot in range(count))]


def steps(text: str, architecture: Architecture = A2A3) -> Counter[Step]:
    """What had to give way for want of event ids."""
    return Counter(note.step for note in plan(parse(text).functions[0], architecture).notes)


def test_24_loads_then_24_ops_share_seven_ids() -> None:
    text = kernel(ABC, *many(24))
    assert flags(ordered(text)) == {"mte2-v": 7}
    assert steps(text) == {Step.MERGE: 17}


def test_24_loads_then_24_ops_in_a_loop_share_ids_both_ways() -> None:
    text = kernel(ABC, "for %i = 0 to 4 step 1 {", *many(24), "}")
    function = ordered(text)
    assert flags(function) == {"mte2-v": 7, "v-mte2": 8}
    assert kinds(function) == {"pair": 7, "back edge": 8}


def test_merged_pairs_are_spread_evenly() -> None:
    sets = [
        len([line for line in section.split("\n") if line.startswith("load")])
        for section in "\n".join(body(ordered(kernel(ABC, *many(24))))).split("set_flag")
    ]
    assert max(sets[:7]) <= 4


def test_event_id_is_busy_for_one_pair_at_a_time() -> None:
    function = ordered(kernel(ABC, "for %i = 0 to 4 step 1 {", *many(24), "}"))
    for op in walk(function.body):
        if isinstance(op, Op) and op.name == "set_flag" and op.attributes["source"] == "mte2":
            assert op.attributes["event"] in range(1, 8)


def test_one_id_is_always_enough() -> None:
    single = replace(A5, events=1)
    lines = ["for %i = 0 to 4 step 1 {", "for %j = 0 to 4 step 1 {", *many(3), "}", *many(2), "}", *many(3)]
    text = kernel(ABC, *(re.sub(r"%([xy])", rf"%\g<1>{part}_", line) for part, line in unique(lines)))
    assert set(steps(text, single)) >= {Step.MERGE}
    function = InsertSync().run(parse(text), single).functions[0]
    assert list(problems(function, single)) == []
    ops = [op for item in items_of(function).values() for op in item]
    assert {op.attributes["event"] for op in ops if "event" in op.attributes} == {0}


def unique(lines: Sequence[str]) -> list[tuple[int, str]]:
    """Each line with the number of the closing braces before it, for names that are defined once."""
    numbered: list[tuple[int, str]] = []
    closed = 0
    for line in lines:
        closed += line == "}"
        numbered.append((closed, line))
    return numbered


def test_items_are_numbered_in_printed_order() -> None:
    numbers = list(items_of(ordered(matmul(*k_loop(128, *UNROLLED), STORED))))
    assert numbers == list(range(13))


def test_windows_apart_by_a_constant_are_no_hazard() -> None:
    def copy(first: str, second: str) -> str:
        parameters = "%p: tensor<64x64xfp32>, %q: inout tensor<64x64xfp32>, %n: index"
        lines = [load("x", "p", 0), f"store %x, %q[{first}, 0]", load("y", "q", 1, second)]
        return kernel(parameters, "%m = scalar.add %n, 16 : index", *lines)

    assert flags(ordered(copy("%n", "%m"))) == {"mte2-mte3": 1}
    assert flags(ordered(copy("0", "16"))) == {"mte2-mte3": 1}
    assert flags(ordered(copy("0", "15"))) == {"mte2-mte3": 1, "mte3-mte2": 1}
    unknown = InsertSync().run(parse(copy("0", "%m")), A2A3).functions[0]
    assert flags(unknown) == {"mte2-mte3": 1, "mte3-mte2": 1}


@pytest.mark.parametrize(("atomic", "barriers"), [(("", ""), 1), ((" atomic=true",) * 2, 0), ((" atomic=true", ""), 1)])
def test_only_two_atomic_stores_need_no_order(atomic: tuple[str, str], barriers: int) -> None:
    lines = [load("x", "a", 0), *(f"store %x, %c[0, 0]{each}" for each in atomic)]
    assert flags(ordered(kernel(ABC, *lines)))["mte3"] == barriers


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
