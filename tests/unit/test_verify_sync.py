"""verify_sync: what orders instructions, what a core takes, how a kernel ends, and what the messages say."""

from __future__ import annotations

import pytest

from ptodsl.errors import PtoError
from ptodsl.ir.parser import parse
from ptodsl.machine import A2A3, A5
from ptodsl.verify.sync import verify_sync
from tests.placed import kernel, pair, program, sync_codes, ub

X, Y, Z = (ub(0x1000 * i) for i in range(3))


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


@pytest.mark.parametrize(
    ("op", "taken_on"),
    [
        ("%e = extract %t[3, 5] sizes=[1, 1] : tile<1x1xfp32 in 1x8, ub, nd, @0x2000>", {"a2a3", "a5"}),
        ("%e = extract %t[3, 8] sizes=[1, 8] : tile<1x8xfp32, ub, nd, @0x2000>", set[str]()),
        ("%e = divs %t, 2.0 : tile<16x64xfp32, ub, nd, @0x2000>", {"a2a3"}),
    ],
)
def test_flags_inside_an_instruction_are_those_of_its_architecture(op: str, taken_on: set[str]) -> None:
    body = f"""
    %t = create_tile shape=[16, 64] dtype=fp32 : {Y}
    set_flag v, s, 0
    {op}
    wait_flag v, s, 0
    pipe_barrier all
    """
    for architecture in (A2A3, A5):
        assert sync_codes(body, architecture) == ["E0513" if architecture.name in taken_on else "W0502"]


def test_second_set_that_may_fire_before_the_first_wait_is_a_note() -> None:
    body = f"{pair('mte2', 'v', 0)}{pair('mte2', 'v', 1)}pipe_barrier all"
    assert sync_codes(body, A5) == ["W0501"]
    assert sync_codes(body, A5, strict_flags=True) == ["E0515"]
    apart = f"{pair('mte2', 'v', 0)}{pair('v', 'mte2', 2)}{pair('mte2', 'v', 1)}pipe_barrier all"
    assert sync_codes(apart, A5, strict_flags=True) == []


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
  |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ V reads UB 0x0 to 0x1000 (`x`)
  |
5 |   %x = load %h[0, 0] sizes=[16, 64] : tile<16x64xfp32, ub, nd, @0x0>
  |   ------------------------------------------------------------------ MTE2 writes UB 0x0 to 0x1000 (`x`)
   = help: put `set_flag mte2, v, 1` after `load` and `wait_flag mte2, v, 1` before `exp`; any id will do that is free \
there"""
    )


def test_kernel_of_one_barrier_passes() -> None:
    assert sync_codes("pipe_barrier all", A2A3) == []
