"""What `insert_sync` places: how many items of which kind, where, and with which event ids."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptodsl.ir.nodes import Op
from ptodsl.ir.parser import parse
from ptodsl.ir.rewrite import walk
from ptodsl.machine import A2A3, A5, Architecture
from ptodsl.passes.insert_sync import InsertSync
from ptodsl.passes.sync.description import describe
from ptodsl.passes.sync.plan import plan
from ptodsl.passes.sync.reliefs import Step
from ptodsl.passes.sync.windows import passes_by
from tests.growth import calls_of
from tests.oracle_sync import problems
from tests.ordered_kernels import ABC, HEAD, body, flags, items_of, kernel, kinds, load, ordered, ub

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


def test_loop_that_loads_what_the_iteration_before_stored() -> None:
    lines = [
        "for %i = 0 to 48 step 16 {",
        load("t", "x", 0, "%i"),
        f"%u = exp %t : {ub(1)}",
        "%next = scalar.add %i, 16 : index",
        "store %u, %x[%next, 0]",
        "}",
    ]
    function = ordered(kernel("%x: inout tensor<64x64xfp32>", *lines))
    assert flags(function) == {"mte2-v": 1, "v-mte3": 1, "mte3-mte2": 1}


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


def test_windows_of_nested_loops_are_apart_in_the_dim_of_each() -> None:
    lines = [
        "for %i = 0 to 64 step 16 {",
        "for %j = 0 to 128 step 64 {",
        f"%t = load %x[%i, %j] sizes=[16, 64] : {ub(0)}",
        f"%u = exp %t : {ub(1)}",
        "store %u, %x[%i, %j]",
        "}",
        "}",
    ]
    apart = kernel("%x: inout tensor<64x128xfp32>", *lines)
    assert "mte3-mte2" not in flags(ordered(apart))
    again = apart.replace("[%i, %j]", "[0, %j]").replace("store %u, %x[%i, %j]", "store %u, %x[0, %j]")
    assert flags(ordered(again))["mte3-mte2"] == 1


@pytest.mark.parametrize(
    ("ahead", "step", "pairs"), [(0, 16, 0), (16, 16, 0), (-16, 16, 1), (-16, -16, 0), (8, -16, 1)]
)
def test_windows_that_a_loop_shifts_meet_in_the_direction_in_which_it_goes(ahead: int, step: int, pairs: int) -> None:
    """Loads ahead of what is stored, or behind it: only rows that an earlier iteration stored to must be waited for."""
    lines = [
        f"for %i = 64 to {64 + 4 * step} step {step} {{",
        f"%a = scalar.add %i, {ahead} : index",
        load("t", "x", 0, "%a"),
        f"%u = exp %t : {ub(1)}",
        "store %u, %x[%i, 0]",
        "}",
    ]
    function = InsertSync().run(parse(kernel("%x: inout tensor<256x64xfp32>", *lines)), A2A3).functions[0]
    assert flags(function)["mte3-mte2"] == pairs


@given(st.integers(-40, 40), st.integers(0, 20), st.integers(1, 12), st.integers(1, 12))
def test_windows_pass_each_other_by_if_no_step_brings_them_together(d: int, stride: int, size: int, other: int) -> None:
    meet = any(-other < d + stride * steps < size for steps in range(1, 100))
    assert passes_by(d, stride, size, other) is not meet


def test_window_that_only_run_time_knows_is_the_whole_tensor() -> None:
    lines = [
        "for %i = 0 to 64 step 16 {",
        "%h = scalar.floordiv %i, 2 : index",
        load("t", "x", 0, "%h"),
        f"%u = exp %t : {ub(1)}",
        "store %u, %x[%h, 0]",
        "}",
    ]
    function = InsertSync().run(parse(kernel("%x: inout tensor<64x64xfp32>", *lines)), A2A3).functions[0]
    assert flags(function)["mte3-mte2"] == 1


def test_tensor_carried_by_a_loop_is_one_buffer() -> None:
    lines = [
        "for %i = 0 to 4 step 1 carry (%y = %c: tensor<16x64xfp32>) {",
        load("t", "y", 0),
        f"%u = exp %t : {ub(1)}",
        "store %u, %c[0, 0]",
        "yield %y",
        "} -> (%z)",
        load("v", "z", 2),
    ]
    assert flags(ordered(kernel(ABC, *lines)))["mte3-mte2"] == 1


def long_kernel(groups: int, slots: int) -> str:
    """Load, load, add, store over and over, on tiles that `slots` groups share in turn."""
    lines: list[str] = []
    for group in range(groups):
        slot, row = 3 * (group % slots), 16 * group
        lines += [load(f"x{group}", "a", slot, str(row)), load(f"y{group}", "b", slot + 1, str(row))]
        lines += [f"%z{group} = add %x{group}, %y{group} : {ub(slot + 2)}", f"store %z{group}, %c[{row}, 0]"]
    return kernel(ABC.replace("16x64", "8192x64"), *lines)


@pytest.mark.slow
@pytest.mark.parametrize("slots", [1, 4, 14], ids=["one buffer", "four buffers", "more buffers than ids"])
def test_work_grows_with_the_length_of_the_kernel(slots: int) -> None:
    """Eight times the kernel takes about eight times the calls."""

    def work(groups: int) -> int:
        function = parse(long_kernel(groups, slots)).functions[0]
        return calls_of(lambda: plan(function, A2A3))

    work(8)
    assert work(496) < 12 * work(62)


def described(text: str, architecture: Architecture = A2A3) -> list[str]:
    """The lines of the schedule's dump."""
    return list(describe(plan(parse(text).functions[0], architecture)))


def test_dump_says_what_each_item_orders() -> None:
    assert described(IN_PLACE) == [
        (
            "0: mte3 -> mte2 id 0: `store` (line 8) before `load` (line 6) of the next iteration, "
            "a token around `for` (line 5)"
        ),
        "1: mte2 -> v id 1: `load` (line 6) before `exp` (line 7)",
        "2: v -> mte3 id 0: `exp` (line 7) before `store` (line 8)",
    ]
    assert described(CHAIN)[1] == "1: barrier v before `add` (line 7)"


def test_dump_says_where_ids_ran_out() -> None:
    notes = [line for line in described(kernel(ABC, *many(8))) if line.startswith("note")]
    first, second = "`load` (line 5) before `exp` (line 13)", "`load` (line 6) before `exp` (line 14)"
    assert notes == [f"note: mte2 -> v, no id was left: {first}; {second}: merged with another pair"]
