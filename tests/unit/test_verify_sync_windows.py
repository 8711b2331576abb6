"""verify_sync: which bytes and which windows of tensors meet."""

from __future__ import annotations

import pytest

from ptodsl.errors import PtoError
from ptodsl.machine import A2A3, A5
from ptodsl.verify.sync import verify_sync
from tests.placed import pair, program, sync_codes, ub

X, Y, Z = (ub(0x1000 * i) for i in range(3))


WINDOWS: dict[str, tuple[str, str, int, list[str]]] = {
    "the same rows, the load first": ("%i", "%i", 16, []),
    "rows of the next iteration, loaded now": ("%j", "%i", 16, []),
    "rows of the next iteration, stored now": ("%i", "%j", 16, ["E0501"]),
    "rows two iterations on, loaded now": ("%k", "%i", 16, []),
    "rows two iterations on, stored now": ("%i", "%k", 16, ["E0501"]),
    "rows half an iteration past the second, stored now": ("%i", "%l", 16, ["E0501"]),
    "rows between those of two steps, stored now": ("%i", "%k", 48, []),
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
      %k = scalar.add %i, 32 : index
      %l = scalar.add %i, 40 : index
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


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("store %y, %g[0, 0] atomic=true", f"%x = load %g[0, 0] sizes=[16, 64] : {X}"),
        (f"%x = load %g[0, 0] sizes=[16, 64] : {X}", "store %y, %g[0, 0] atomic=true"),
    ],
)
def test_atomic_store_conflicts_with_a_load_either_way(first: str, second: str) -> None:
    made = f"%y = create_tile shape=[16, 64] dtype=fp32 : {Y}"
    assert sync_codes(f"{made}\n{first}\n{second}\npipe_barrier all", A2A3) == ["E0501"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("scalar.sub %n, 16", []),
        ("scalar.sub %n, 8", ["E0501"]),
        ("scalar.add 16, %n", []),
        ("scalar.sub 16, %n", ["E0501"]),
        ("scalar.mul %n, 1", ["E0501"]),
        ("scalar.mul 2, %n", ["E0501"]),
        ("scalar.floordiv %n, 2", ["E0501"]),
    ],
)
def test_offset_that_differs_by_a_known_constant_stays_apart(rule: str, expected: list[str]) -> None:
    body = f"""
    %y = create_tile shape=[16, 64] dtype=fp32 : {Y}
    %m = {rule} : index
    %x = load %g[%n, 0] sizes=[16, 64] : {X}
    store %y, %g[%m, 0]
    pipe_barrier all
    """
    assert sync_codes(body, A2A3) == expected


def test_rows_are_touched_rounded_up_to_32_bytes() -> None:
    """Whoever placed 12 bytes beside 12 bytes: a load of the first writes the second too."""
    body = """
    %x = load %h[0, 0] sizes=[1, 3] : tile<1x3xfp32, ub, nd, @0x0>
    %y = full 0.0 shape=[1, 3] dtype=fp32 : tile<1x3xfp32, ub, nd, @0xc>
    pipe_barrier all
    """
    assert sync_codes(body, A2A3) == ["E0501"]
    assert sync_codes(body.replace("0xc", "0x20"), A2A3) == []


def test_columns_and_fractals_are_touched_rounded_up() -> None:
    column = """
    %x = load %h[0, 0] sizes=[3, 1] : tile<3x1xfp32, ub, dn, @0x0>
    %y = full 0.0 shape=[1, 8] dtype=fp32 : tile<1x8xfp32, ub, nd, @0x10>
    pipe_barrier all
    """
    assert sync_codes(column, A2A3) == ["E0501"]
    fractal = """
    %x = load %w[0, 0] sizes=[3, 16] : tile<3x16xfp16, l1, nz, @0x0>
    %y = load %w[0, 0] sizes=[16, 16] : tile<16x16xfp16, l1, nz, @0x100>
    pipe_barrier all
    """
    assert sync_codes(fractal, A2A3) == ["E0501"]
    assert sync_codes(fractal.replace("0x100", "0x200"), A2A3) == []


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
    assert "MTE2 reads `g[i, 0]` (16×64)" in text
    assert "only run time knows whether the two windows meet" in text
