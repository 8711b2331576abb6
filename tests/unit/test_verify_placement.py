"""verify_placement: what counts as lost, as undefined and as a view, and what the messages say."""

from __future__ import annotations

import pytest

from ptodsl.errors import PtoError
from ptodsl.ir.nodes import Program
from ptodsl.machine import A2A3, A5
from ptodsl.verify.placement import verify_placement
from tests.growth import calls_of
from tests.placed import placement_codes, program, ub

COLUMN = "tile<16x1xfp32, ub, dn, @0x{:x}>"
LOST, SHARED = "E0455", "E0454"
CAPACITY, ALIGNMENT, PHYSICAL = "E0451", "E0452", "E0453"


def test_tile_that_is_undefined_may_be_read_whatever_its_bytes_hold() -> None:
    body = f"""
    %t = create_tile shape=[16, 64] dtype=fp32 : {ub(0x0)}
    %x = load %h[0, 0] sizes=[16, 64] : {ub(0x0)}
    %e = exp %t : {ub(0x1000)}
    store %e, %g[0, 0]
    """
    assert placement_codes(body, A2A3) == []


def test_merge_of_undefined_and_defined_counts_where_it_is_defined() -> None:
    body = f"""
    %u = create_tile shape=[16, 64] dtype=fp32 : {ub(0x0)}
    for %i = 0 to %n step 1 carry (%a = %u : {ub(0x0)}) {{
      store %a, %g[0, 0]
      %x = load %h[0, 0] sizes=[16, 64] : {ub(0x0)}
      yield %x
    }} -> (%r: {ub(0x0)})
    """
    assert placement_codes(body, A2A3) == []
    lost = body.replace("yield %x", f"%y = exp %x : {ub(0x0)}\n      yield %x")
    assert placement_codes(lost, A2A3) == [LOST]


def test_loop_that_only_carries_what_is_undefined_asks_for_nothing() -> None:
    body = f"""
    %u = create_tile shape=[16, 64] dtype=fp32 : {ub(0x0)}
    for %i = 0 to %n step 1 carry (%a = %u : {ub(0x0)}) {{
      %x = load %h[0, 0] sizes=[16, 64] : {ub(0x0)}
      store %a, %g[0, 0]
      yield %a
    }} -> (%r: {ub(0x0)})
    store %r, %g[16, 0]
    """
    assert placement_codes(body, A2A3) == []


def test_value_given_as_scratch_may_be_read_until_it_is_overwritten() -> None:
    body = f"""
    %x = load %h[0, 0] sizes=[16, 64] : {ub(0x0)}
    %t = load %h[16, 0] sizes=[16, 64] : {ub(0x1000)}
    %s = row_sum %x, %t : {COLUMN.format(0x2000)}
    store %t, %g[0, 0]
    """
    assert placement_codes(body, A2A3) == []
    assert placement_codes(body.replace("store", f"%o2 = exp %x : {ub(0x1000)}\n    store"), A2A3) == [LOST]


def test_load_of_three_elements_clobbers_what_stands_within_32_bytes() -> None:
    body = """
    %y = load %h[0, 0] sizes=[1, 3] : tile<1x3xfp32, ub, nd, @0xc>
    %x = load %h[0, 0] sizes=[1, 3] : tile<1x3xfp32, ub, nd, @0x0>
    store %y, %g[0, 0] sizes=[1, 3]
    """
    assert placement_codes(body, A2A3) == [PHYSICAL, ALIGNMENT, PHYSICAL, LOST]


def test_form_without_a_temporary_clobbers_hidden_bytes() -> None:
    body = f"""
    %keep = load %h[0, 0] sizes=[16, 64] : {ub(0x2E000)}
    %x = load %h[16, 0] sizes=[16, 64] : {ub(0x0)}
    %v = load %h[0, 0] sizes=[16, 1] : {COLUMN.format(0x1000)}
    %p = row_expand_mul %x, %v : {ub(0x0)}
    store %keep, %g[0, 0]
    store %p, %g[0, 0]
    """
    assert placement_codes(body, A2A3) == [CAPACITY, LOST]
    assert placement_codes(body, A5) == []


def test_three_tiles_that_rotate_are_wrong_only_from_the_second_iteration_on() -> None:
    body = f"""
    %a0 = load %h[0, 0] sizes=[16, 64] : {ub(0x0)}
    %b0 = load %h[0, 0] sizes=[16, 64] : {ub(0x1000)}
    for %i = 0 to %n step 1 carry (%a = %a0 : {ub(0x0)}, %b = %b0 : {ub(0x1000)}) {{
      store %a, %g[0, 0]
      %a1 = move %b : {ub(0x0)}
      %b1 = load %h[0, 0] sizes=[16, 64] : {ub(0x1000)}
      %k = exp %b1 : {{k}}
      yield %a1, %b1
    }} -> (%p: {ub(0x0)}, %q: {ub(0x1000)})
    """
    assert placement_codes(body.replace("{k}", ub(0x2000)), A2A3) == []
    assert placement_codes(body.replace("{k}", ub(0x1000)), A2A3) == [LOST]
    assert placement_codes(body.replace("{k}", ub(0x0)), A2A3) == [LOST]


def _straight(groups: int) -> Program:
    lines: list[str] = []
    for i in range(groups):
        x, y = ub(0x2000 * (i % 20)), ub(0x2000 * (i % 20) + 0x1000)
        lines += [f"%x{i} = load %h[0, 0] sizes=[16, 64] : {x}", f"%y{i} = exp %x{i} : {y}", f"store %y{i}, %g[0, 0]"]
    return program("\n".join(lines))


def test_work_grows_with_the_instructions_alone() -> None:
    """Ten times the instructions take about ten times the calls."""
    short, long = _straight(70), _straight(700)
    verify_placement(short, A2A3)
    assert calls_of(lambda: verify_placement(long, A2A3)) < 12 * calls_of(lambda: verify_placement(short, A2A3))


def test_message_shows_definition_and_what_overwrote_it() -> None:
    body = f"""
    %x = load %h[0, 0] sizes=[16, 64] : {ub(0x0)}
    %y = exp %x : {ub(0x0, 8)}
    store %x, %g[0, 0]
    """
    with pytest.raises(PtoError) as caught:
        verify_placement(program(body), A2A3)
    text = """\
error[E0455]: `store` reads `x`, but UB 0x0 to 0x800 may hold what `exp` wrote
 --> kernel.ir:7:3
  |
7 |   store %x, %g[0, 0]
  |   ^^^^^^^^^^^^^^^^^^ needs `x` in UB 0x0 to 0x1000
  |
5 |   %x = load %h[0, 0] sizes=[16, 64] : tile<16x64xfp32, ub, nd, @0x0>
  |   -- `x` is defined here
6 |   %y = exp %x : tile<8x64xfp32, ub, nd, @0x0>
  |   ------------------------------------------- `exp` writes there
   = help: `x` is still needed here: give what overwrites it other bytes"""
    assert text in str(caught.value)


def test_carried_value_is_not_there_because_it_was_there_before() -> None:
    """What the body yields was overwritten before the loop: the bytes hold what they held one iteration ago."""
    body = f"""
    %lost = load %h[0, 0] sizes=[16, 64] : {ub(0x0)}
    %x = load %h[16, 0] sizes=[16, 64] : {ub(0x0)}
    for %i = 0 to %n step 1 carry (%a = %x : {ub(0x0)}) {{
      store %a, %g[0, 0]
      yield {{last}}
    }} -> (%r: {ub(0x0)})
    """
    assert placement_codes(body.replace("{last}", "%lost"), A2A3) == [LOST]
    assert placement_codes(body.replace("{last}", "%x"), A2A3) == []


def test_reshape_of_padded_rows_is_no_view() -> None:
    body = """
    %x = load %h[0, 0] sizes=[4, 6] : tile<4x6xfp32 in 4x8, ub, nd, @0x0>
    %y = reshape %x shape=[2, 12] : tile<2x12xfp32 in 2x16, ub, nd, @0x0>
    store %y, %g[0, 0] sizes=[2, 12]
    """
    assert placement_codes(body, A2A3) == [SHARED]


def test_program_without_tiles_passes() -> None:
    assert placement_codes("pipe_barrier all", A2A3) == []
