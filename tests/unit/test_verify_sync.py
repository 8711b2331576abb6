"""verify_sync: kernels that are right, kernels with one fault, and what it says."""

from __future__ import annotations

import re
import time

import pytest

from ptodsl.errors import PtoError
from ptodsl.ir.parser import parse
from ptodsl.machine import A2A3, A5
from ptodsl.verify.sync import verify_sync
from tests.placed import kernel, program, sync_codes, ub

X, Y, Z = (ub(0x1000 * i) for i in range(3))


def pair(source: str, target: str, number: int, event: int = 1) -> str:
    """A set and its wait, as one item."""
    return f"set_flag {source}, {target}, {event} pair={number}\nwait_flag {source}, {target}, {event} pair={number}\n"


IN_PLACE_LOOP = f"""
set_flag mte3, mte2, 1 pair=2
for %i = 0 to %n step 16 {{
  wait_flag mte3, mte2, 1 pair=2
  %x = load %g[%i, 0] sizes=[16, 64] : {X}
  {pair("mte2", "v", 0)}
  %y = exp %x : {X}
  {pair("v", "mte3", 1)}
  store %y, %g[%i, 0] sizes=[16, 64]
  set_flag mte3, mte2, 1 pair=2
}}
wait_flag mte3, mte2, 1 pair=2
pipe_barrier all
"""
"""The store of one iteration and the load of the next share a tile, never a row of the tensor."""

DOUBLE_BUFFER = f"""
set_flag v, mte2, 1 pair=0
set_flag v, mte2, 2 pair=1
set_flag mte3, v, 1 pair=2
for %i = 0 to %n step 32 {{
  wait_flag v, mte2, 1 pair=0
  %x0 = load %h[%i, 0] sizes=[16, 64] : {ub(0x0)}
  {pair("mte2", "v", 3)}
  wait_flag mte3, v, 1 pair=2
  %y0 = exp %x0 : {ub(0x2000)}
  set_flag v, mte2, 1 pair=0
  {pair("v", "mte3", 4)}
  store %y0, %g[%i, 0] sizes=[16, 64]
  {pair("mte3", "v", 5, 2)}
  %j = scalar.add %i, 16 : index
  wait_flag v, mte2, 2 pair=1
  %x1 = load %h[%j, 0] sizes=[16, 64] : {ub(0x1000)}
  {pair("mte2", "v", 6, 2)}
  %y1 = exp %x1 : {ub(0x2000)}
  set_flag v, mte2, 2 pair=1
  {pair("v", "mte3", 7, 2)}
  store %y1, %g[%j, 0] sizes=[16, 64]
  set_flag mte3, v, 1 pair=2
}}
wait_flag v, mte2, 1 pair=0
wait_flag v, mte2, 2 pair=1
wait_flag mte3, v, 1 pair=2
pipe_barrier all
"""
"""Two tiles in turn for what is loaded, one for what is stored: three tokens stay pending across the loop."""

NESTED = f"""
%acc = create_tile shape=[16, 64] dtype=fp32 : {Y}
set_flag v, mte2, 1 pair=0
for %i = 0 to %n step 1 {{
  for %j = 0 to %n step 1 {{
    for %k = 0 to %n step 1 {{
      wait_flag v, mte2, 1 pair=0
      %x = load %h[%k, 0] sizes=[16, 64] : {X}
      {pair("mte2", "v", 1)}
      %y = exp %x : {Y}
      set_flag v, mte2, 1 pair=0
    }}
  }}
}}
wait_flag v, mte2, 1 pair=0
{pair("v", "mte3", 2)}
store %acc, %g[0, 0]
pipe_barrier all
"""
"""Primed and drained outside of the outermost loop; `exp` after `exp` goes by way of MTE2."""

K_LOOP = f"""
set_flag mte1, mte2, 0 pair=0
set_flag m, mte1, 0 pair=1
set_flag fix, m, 0 pair=2
for %i = 0 to %n step 16 {{
  wait_flag mte1, mte2, 0 pair=0
  %a = load %w[0, %i] sizes=[16, 16] : tile<16x16xfp16, l1, nz, @0x0>
  %b = load %w[%i, 0] sizes=[16, 16] : tile<16x16xfp16, l1, nz, @0x200>
  {pair("mte2", "mte1", 3)}
  wait_flag m, mte1, 0 pair=1
  %l = move %a : tile<16x16xfp16, l0a, nz, @0x0>
  %r = move %b : tile<16x16xfp16, l0b, zn, @0x0>
  set_flag mte1, mte2, 0 pair=0
  {pair("mte1", "m", 4)}
  wait_flag fix, m, 0 pair=2
  %p = matmul %l, %r : tile<16x16xfp32, l0c, nz, @0x0>
  set_flag m, mte1, 0 pair=1
  {pair("m", "fix", 5)}
  store %p, %o[%i, 0] sizes=[16, 16]
  set_flag fix, m, 0 pair=2
}}
wait_flag mte1, mte2, 0 pair=0
wait_flag m, mte1, 0 pair=1
wait_flag fix, m, 0 pair=2
pipe_barrier all
"""

BRANCH = f"""
%x = load %g[0, 0] sizes=[16, 64] : {X}
{pair("mte2", "mte3", 0)}
if %c {{
  store %x, %g[0, 0]
}} else {{
  {pair("mte2", "v", 1)}
  %y = exp %x : {Y}
  {pair("v", "mte3", 2)}
  store %y, %g[0, 0]
}}
pipe_barrier all
"""
"""A tile that MTE2 alone wrote goes out through MTE3 to the tensor it came from: one pair before the branches."""

RIGHT = {
    "in place": IN_PLACE_LOOP,
    "double buffer": DOUBLE_BUFFER,
    "nested": NESTED,
    "k loop": K_LOOP,
    "branch": BRANCH,
}


@pytest.mark.parametrize("name", RIGHT)
def test_kernel_that_is_right_passes(name: str) -> None:
    assert sync_codes(RIGHT[name], A5, strict_flags=True) == []


def _items() -> list[tuple[str, str]]:
    return [(name, item) for name, body in RIGHT.items() for item in sorted(set(re.findall(r"pair=\d+", body)))]


@pytest.mark.parametrize(("name", "item"), _items())
def test_kernel_without_one_of_its_items_is_refused(name: str, item: str) -> None:
    body = re.sub(rf".*{item}\n", "", RIGHT[name])
    assert "E0501" in sync_codes(body, A5)


def _statements() -> list[tuple[str, int]]:
    return [
        (name, index) for name, body in RIGHT.items() for index, line in enumerate(body.splitlines()) if "_flag" in line
    ]


@pytest.mark.parametrize(("name", "index"), _statements())
def test_kernel_without_one_of_its_flag_statements_is_refused(name: str, index: int) -> None:
    lines = RIGHT[name].splitlines()
    codes = set(sync_codes("\n".join(lines[:index] + lines[index + 1 :]), A5))
    assert codes & {"E0502", "E0503", "E0504", "E0505", "E0506"}


@pytest.mark.parametrize(("name", "index"), _statements())
def test_kernel_with_another_id_in_one_flag_statement_is_refused(name: str, index: int) -> None:
    lines = RIGHT[name].splitlines()
    lines[index] = re.sub(r", \d", ", 7", lines[index])
    assert set(sync_codes("\n".join(lines), A5)) & {"E0502", "E0503", "E0505", "E0506"}


@pytest.mark.parametrize(
    ("name", "index"), [(n, i) for n, i in _statements() if "set_flag" in RIGHT[n].splitlines()[i]]
)
def test_kernel_with_set_and_next_wait_exchanged_is_refused(name: str, index: int) -> None:
    lines = RIGHT[name].splitlines()
    wait = lines[index].replace("set_flag", "wait_flag").strip()
    other = next((i for i in range(index + 1, len(lines)) if lines[i].strip() == wait), None)
    if other is None:
        pytest.skip("its wait stands before it, in the loop")
    lines[index], lines[other] = lines[other], lines[index]
    assert sync_codes("\n".join(lines), A5)


WINDOWS: dict[str, tuple[str, str, int, list[str]]] = {
    "the same rows, the load first": ("%i", "%i", 16, []),
    "rows of the next iteration, loaded now": ("%j", "%i", 16, []),
    "rows of the next iteration, stored now": ("%i", "%j", 16, ["E0501"]),
    "the same rows in every iteration": ("0", "0", 16, ["E0501"]),
    "steps shorter than the window": ("%i", "%i", 8, ["E0501"]),
    "an offset that only run time knows, both": ("%n", "%n", 16, ["E0501"]),
    "an offset that only run time knows, and another": ("%n", "%i", 16, ["E0501"]),
    "backwards": ("%i", "%i", -16, []),
    "rows of the next iteration, stored now, backwards": ("%i", "%j", -16, []),
    "rows of the iteration before, loaded now, backwards": ("%j", "%i", -16, ["E0501"]),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_windows_of_different_iterations(name: str) -> None:
    """Loads from one tensor row window, stores to another, in one loop; only tensor conflicts are left open."""
    load, store, step, expected = WINDOWS[name]
    body = f"""
    %y = create_tile shape=[16, 64] dtype=fp32 : {Y}
    for %i = 0 to %n step {step} {{
      %j = scalar.add %i, 16 : index
      %x = load %g[{load}, 0] sizes=[16, 64] : {X}
      {pair("mte2", "mte3", 0)}
      pipe_barrier mte2
      pipe_barrier mte3
      store %y, %g[{store}, 0] sizes=[16, 64]
    }}
    pipe_barrier all
    """
    assert [code for code in sync_codes(body, A2A3) if code.startswith("E")] == expected


def test_two_branches_of_one_iteration_never_meet() -> None:
    body = f"""
    %y = create_tile shape=[16, 64] dtype=fp32 : {Y}
    for %i = 0 to %n step 16 {{
      if %c {{
        store %y, %g[%i, 0] sizes=[16, 64]
      }} else {{
        %x = load %g[%i, 0] sizes=[16, 64] : {X}
        pipe_barrier mte2
      }}
    }}
    pipe_barrier all
    """
    assert sync_codes(body, A2A3) == []


def test_scalar_defined_in_the_loop_keeps_nothing_apart_across_iterations() -> None:
    body = f"""
    %y = create_tile shape=[16, 64] dtype=fp32 : {Y}
    for %i = 0 to %n step 16 {{
      %j = scalar.floordiv %i, 32 : index
      %x = load %g[%j, 0] sizes=[16, 64] : {X}
      %k = scalar.add %j, 16 : index
      store %y, %g[%k, 0] sizes=[16, 64]
      pipe_barrier mte2
      pipe_barrier mte3
    }}
    pipe_barrier all
    """
    assert sync_codes(body, A2A3) == ["E0501", "E0501"]


def test_many_loads_then_many_adds_need_one_flag() -> None:
    loads = "\n".join(f"%x{i} = load %h[{16 * i % 256}, 0] sizes=[16, 64] : {ub(0x1000 * i)}" for i in range(12))
    adds = "\n".join(f"%y{i} = adds %x{i}, 1.0 : {ub(0x1000 * (12 + i))}" for i in range(12))
    assert sync_codes(f"{loads}\n{pair('mte2', 'v', 0)}\n{adds}\npipe_barrier all", A2A3) == []
    assert set(sync_codes(f"{loads}\n{adds}\npipe_barrier all", A2A3)) == {"E0501"}


def test_hidden_flags_in_a_loop_take_a_token_of_the_last_iteration() -> None:
    body = f"""
    %t = create_tile shape=[16, 64] dtype=fp32 : {Y}
    set_flag v, mte2, 1
    set_flag mte2, v, 0
    for %i = 0 to %n step 1 {{
      wait_flag mte2, v, 0
      wait_flag v, mte2, 1
      %x = load %h[0, 0] sizes=[16, 64] : {X}
      {pair("mte2", "v", 0)}
      %s = row_sum %x, %t : tile<16x1xfp32, ub, dn, @0x2000>
      pipe_barrier v
      set_flag v, mte2, 1
      set_flag mte2, v, 0
    }}
    wait_flag mte2, v, 0
    wait_flag v, mte2, 1
    pipe_barrier all
    """
    assert sync_codes(body, A2A3) == ["W0502", "W0501"]
    moved = body.replace("      wait_flag mte2, v, 0\n", "").replace(
        "      set_flag mte2, v, 0\n", "      wait_flag mte2, v, 0\n      set_flag mte2, v, 0\n"
    )
    assert sync_codes(moved, A2A3) == ["E0513"]


def test_form_without_a_temporary_touches_hidden_bytes_on_a2a3() -> None:
    body = f"""
    %x = create_tile shape=[16, 64] dtype=fp32 : {X}
    %v = create_tile shape=[16, 1] dtype=fp32 : tile<16x1xfp32, ub, dn, @0x4000>
    %p = row_expand_mul %x, %v : {Y}
    %q = row_expand_mul %x, %v : {Z}
    pipe_barrier all
    """
    assert sync_codes(body, A2A3) == ["E0501"]
    assert sync_codes(body, A5) == []


def test_scratch_is_written() -> None:
    body = f"""
    %t = create_tile shape=[16, 64] dtype=fp32 : {Y}
    %x = create_tile shape=[16, 64] dtype=fp32 : {X}
    %s = row_sum %x, %t : tile<16x1xfp32, ub, dn, @0x2000>
    %r = row_sum %x, %t : tile<16x1xfp32, ub, dn, @0x3000>
    pipe_barrier all
    """
    assert sync_codes(body, A2A3) == ["E0501"]


def test_wait_on_the_scalar_pipe_stops_all_later_issue() -> None:
    body = f"""
    %x = load %h[0, 0] sizes=[16, 64] : {X}
    {pair("mte2", "s", 0)}
    %y = exp %x : {Y}
    {pair("v", "s", 1)}
    store %y, %g[0, 0]
    pipe_barrier all
    """
    assert sync_codes(body, A2A3) == []


def test_flag_is_transitive_through_a_third_pipe() -> None:
    body = f"""
    %x = load %h[0, 0] sizes=[16, 64] : {X}
    {pair("mte2", "v", 0)}
    {pair("v", "mte3", 1)}
    store %x, %g[0, 0]
    pipe_barrier all
    """
    assert sync_codes(body, A2A3) == []


MADE_L1 = "%b = create_tile shape=[16, 16] dtype=fp16 : tile<16x16xfp16, l1, nz, @0x0>\n"
LEGALITY = {
    "a pair of one pipe with itself": ("set_flag v, v, 1\nwait_flag v, v, 1", {"E0507"}),
    "a pipe of the other core": ("set_flag m, fix, 1\nwait_flag m, fix, 1", {"E0507"}),
    "an id too high": ("set_flag v, mte2, 8\nwait_flag v, mte2, 8", {"E0508"}),
    "a barrier of the other core": ("pipe_barrier m", {"E0509"}),
    "an instruction of the other core": (
        f"{MADE_L1}%l = move %b : tile<16x16xfp16, l0a, nz, @0x0>",
        {"E0510"},
    ),
    "a tile without an address": ("%b = load %h[0, 0] sizes=[16, 64] : tile<16x64xfp32, ub, nd>", {"E0511"}),
    "a tile without a memory": ("%b = load %h[0, 0] sizes=[16, 64] : tile<16x64xfp32>", {"E0511"}),
    "a tensor made in a kernel": ("%b = create_tensor shape=[16, 64] dtype=fp32 : tensor<16x64xfp32>", {"E0511"}),
    "a tensor read by the scalar unit": ("%b = read %h[0, 0] : fp32", {"E0511"}),
    "a transfer that the chip does not have": (
        f"{MADE_L1}%l = move %b : tile<16x16xfp16, l1, nz, @0x200>",
        {"E0511"},
    ),
}


@pytest.mark.parametrize("name", LEGALITY)
def test_what_no_vector_core_does_is_refused(name: str) -> None:
    body, expected = LEGALITY[name]
    head = f"%x = create_tile shape=[16, 64] dtype=fp32 : {X}\n%y = exp %x : {Y}\n"
    assert set(sync_codes(f"{head}{body}\npipe_barrier all", A5)) == expected


def test_kernel_that_does_not_end_in_a_barrier_is_refused() -> None:
    body = f"%x = create_tile shape=[16, 64] dtype=fp32 : {X}\nstore %x, %g[0, 0]\n"
    assert sync_codes(body, A2A3) == ["E0512"]
    assert sync_codes(f"{body}\npipe_barrier mte3", A2A3) == ["E0512"]
    assert sync_codes(f"if %c {{\n{body}\npipe_barrier all\n}} else {{\n}}", A2A3) == ["E0512"]


def test_code_of_others_may_end_in_any_order_of_its_stores() -> None:
    body = f"%x = create_tile shape=[16, 64] dtype=fp32 : {X}\nstore %x, %g[0, 0]\n"
    assert sync_codes(body, A2A3, strict=False) == ["E0514"]
    assert sync_codes(body + pair("mte3", "s", 0), A2A3, strict=False) == []
    assert sync_codes(f"%x = load %g[0, 0] sizes=[16, 64] : {X}", A2A3, strict=False) == []


def test_second_set_that_may_fire_before_the_first_wait_is_a_note() -> None:
    body = f"{pair('mte2', 'v', 0)}{pair('mte2', 'v', 1)}pipe_barrier all"
    assert sync_codes(body, A5) == ["W0501"]
    assert sync_codes(body, A5, strict_flags=True) == ["E0515"]
    apart = f"{pair('mte2', 'v', 0)}{pair('v', 'mte2', 2)}{pair('mte2', 'v', 1)}pipe_barrier all"
    assert sync_codes(apart, A5, strict_flags=True) == []


def test_handles_that_branches_join_are_one_buffer() -> None:
    body = f"""
    %x = create_tile shape=[16, 64] dtype=fp32 : {X}
    store %x, %h[0, 0]
    if %c {{
      yield %g
    }} else {{
      yield %h
    }} -> (%t: tensor<256x64xfp32>)
    %y = load %t[0, 0] sizes=[16, 64] : {Y}
    pipe_barrier all
    """
    assert sync_codes(body, A2A3) == ["E0501"]


def test_every_finding_comes_once_and_not_more_than_a_reader_can_use() -> None:
    adds = "\n".join(f"%y{i} = adds %x, {i}.0 : {X}" for i in range(50))
    body = f"%x = create_tile shape=[16, 64] dtype=fp32 : {X}\nfor %i = 0 to %n step 1 {{\n{adds}\n}}\npipe_barrier all"
    with pytest.raises(PtoError) as caught:
        verify_sync(program(body), A2A3)
    assert len(caught.value.diagnostics) == 20
    assert "30 more findings are not shown" in str(caught.value)


def test_findings_of_all_kernels_come_at_once() -> None:
    one = kernel(f"%x = load %h[0, 0] sizes=[16, 64] : {X}\n%y = exp %x : {Y}\npipe_barrier all")
    two = one[one.index("kernel") :].replace("@k", "@k2")
    with pytest.raises(PtoError) as caught:
        verify_sync(parse(f"{one}\n{two}", "two.ir"), A2A3)
    assert [finding.code for finding in caught.value.diagnostics] == ["E0501", "E0501"]


def _long(instructions: int) -> str:
    """Straight-line loads, exponentials and stores, with the flags that they need."""
    lines: list[str] = []
    for i in range(instructions // 3):
        x, y, row = ub(0x2000 * (i % 20)), ub(0x2000 * (i % 20) + 0x1000), 16 * (i % 16)
        lines += [f"%x{i} = load %h[{row}, 0] sizes=[16, 64] : {x}", pair("mte2", "v", i), f"%y{i} = exp %x{i} : {y}"]
        lines += [pair("v", "mte3", i, 2), f"store %y{i}, %g[{row}, 0]", pair("mte3", "mte2", i, 3)]
    return "\n".join([*lines, "pipe_barrier all"])


def test_two_thousand_instructions_take_milliseconds() -> None:
    long = program(_long(2000))

    def once() -> float:
        start = time.process_time()
        verify_sync(long, A2A3)
        return time.process_time() - start

    assert min(once() for _ in range(3)) < 0.4, "about 0.08 s on a quiet machine; a look at all pairs takes seconds"


def test_message_shows_both_statements_and_what_orders_them() -> None:
    body = f"%x = load %h[0, 0] sizes=[16, 64] : {X}\n%y = exp %x : {Y}\npipe_barrier all"
    with pytest.raises(PtoError) as caught:
        verify_sync(program(body), A2A3)
    assert (
        str(caught.value)
        == """\
error[E0501]: `exp` on V does not wait for `load` on MTE2: both touch UB 0x0 to 0x1000
 --> kernel.ir:6:3
  |
6 |   %y = exp %x : tile<16x64xfp32, ub, nd, @0x1000>
  |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ V reads UB 0x0 to 0x1000
  |
5 |   %x = load %h[0, 0] sizes=[16, 64] : tile<16x64xfp32, ub, nd, @0x0>
  |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ MTE2 writes UB 0x0 to 0x1000
   = help: put `set_flag mte2, v, 1` after `load` and `wait_flag mte2, v, 1` before `exp`; any id will do that is free \
there"""
    )


def test_message_of_a_back_edge_says_how_to_prime() -> None:
    body = IN_PLACE_LOOP.replace("set_flag mte3, mte2, 1 pair=2\n", "").replace("wait_flag mte3, mte2, 1 pair=2\n", "")
    with pytest.raises(PtoError) as caught:
        verify_sync(program(body), A5)
    text = str(caught.value)
    assert "`load` on MTE2 does not wait for `store` on MTE3: both touch UB 0x0 to 0x1000" in text
    assert "MTE3 reads UB 0x0 to 0x1000 in an earlier iteration" in text
    assert "set it once before the loop too, and wait for it once after" in text


def test_message_of_a_tensor_conflict_shows_both_windows() -> None:
    body = f"""
    %y = create_tile shape=[16, 64] dtype=fp32 : {Y}
    for %i = 0 to %n step 16 {{
      %j = scalar.mul %i, 2 : index
      %k = scalar.add %j, 16 : index
      store %y, %g[%k, 0] sizes=[16, 64]
      pipe_barrier mte3
      %x = load %g[%i, 0] sizes=[16, 64] : {X}
      pipe_barrier mte2
    }}
    pipe_barrier all
    """
    with pytest.raises(PtoError) as caught:
        verify_sync(program(body), A2A3)
    text = str(caught.value)
    assert "`load` on MTE2 does not wait for `store` on MTE3: both touch `g`" in text
    assert "MTE3 writes `g[2*i + 16, 0]` (16×64)" in text
    assert "MTE2 reads `g`" in text


@pytest.mark.parametrize("branch", [0, 1])
def test_what_one_branch_leaves_running_is_running_after_both(branch: int) -> None:
    blocks = ["", f"%y = load %h[0, 0] sizes=[16, 64] : {X}"]
    body = f"""
    %x = create_tile shape=[16, 64] dtype=fp32 : {X}
    if %c {{
      {blocks[branch]}
    }} else {{
      {blocks[1 - branch]}
    }}
    %z = exp %x : {Z}
    pipe_barrier all
    """
    assert sync_codes(body, A2A3) == ["E0501"]


@pytest.mark.parametrize("branch", [0, 1])
def test_token_covers_only_what_it_covers_in_both_branches(branch: int) -> None:
    blocks = ["set_flag mte2, v, 1", f"set_flag mte2, v, 1\n%y = load %h[0, 0] sizes=[16, 64] : {X}"]
    body = f"""
    %x = create_tile shape=[16, 64] dtype=fp32 : {X}
    if %c {{
      {blocks[branch]}
    }} else {{
      {blocks[1 - branch]}
    }}
    wait_flag mte2, v, 1
    %z = exp %x : {Z}
    pipe_barrier all
    """
    assert sync_codes(body, A2A3) == ["E0501"]
