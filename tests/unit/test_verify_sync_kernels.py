"""verify_sync on whole kernels: as they should be, and with any one of their items or flags gone or wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from ptodsl.errors import PtoError
from ptodsl.machine import A2A3, A5
from ptodsl.verify.sync import verify_sync
from tests.growth import calls_of
from tests.placed import pair, program, sync_codes, ub

X, Y, Z = (ub(0x1000 * i) for i in range(3))


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


def _sets_before_their_waits() -> Iterator[tuple[str, int, int]]:
    """Each set with the wait that stands behind it; in a loop some stand before."""
    for name, index in _statements():
        lines = [line.strip() for line in RIGHT[name].splitlines()]
        wait = lines[index].replace("set_flag", "wait_flag")
        if wait != lines[index] and wait in lines[index:]:
            yield name, index, lines.index(wait, index)


@pytest.mark.parametrize(("name", "index", "other"), [*_sets_before_their_waits()])
def test_kernel_with_set_and_next_wait_exchanged_is_refused(name: str, index: int, other: int) -> None:
    lines = RIGHT[name].splitlines()
    lines[index], lines[other] = lines[other], lines[index]
    assert sync_codes("\n".join(lines), A5)


def test_many_loads_then_many_adds_need_one_flag() -> None:
    loads = "\n".join(f"%x{i} = load %h[{16 * i % 256}, 0] sizes=[16, 64] : {ub(0x1000 * i)}" for i in range(12))
    adds = "\n".join(f"%y{i} = adds %x{i}, 1.0 : {ub(0x1000 * (12 + i))}" for i in range(12))
    assert sync_codes(f"{loads}\n{pair('mte2', 'v', 0)}\n{adds}\npipe_barrier all", A2A3) == []
    assert set(sync_codes(f"{loads}\n{adds}\npipe_barrier all", A2A3)) == {"E0501"}


def _long(instructions: int) -> str:
    """Straight-line loads, exponentials and stores, with the flags that they need."""
    lines: list[str] = []
    for i in range(instructions // 3):
        x, y, row = ub(0x2000 * (i % 20)), ub(0x2000 * (i % 20) + 0x1000), 16 * (i % 16)
        lines += [f"%x{i} = load %h[{row}, 0] sizes=[16, 64] : {x}", pair("mte2", "v", i), f"%y{i} = exp %x{i} : {y}"]
        lines += [pair("v", "mte3", i, 2), f"store %y{i}, %g[{row}, 0]", pair("mte3", "mte2", i, 3)]
    return "\n".join([*lines, "pipe_barrier all"])


def test_work_grows_with_the_instructions_alone() -> None:
    """Ten times the instructions take about ten times the calls; a look at all pairs would take a hundred times."""
    short, long = program(_long(200)), program(_long(2000))
    verify_sync(short, A2A3)
    assert calls_of(lambda: verify_sync(long, A2A3)) < 12 * calls_of(lambda: verify_sync(short, A2A3))


def test_message_of_a_back_edge_says_how_to_prime() -> None:
    body = IN_PLACE_LOOP.replace("set_flag mte3, mte2, 1 pair=2\n", "").replace("wait_flag mte3, mte2, 1 pair=2\n", "")
    with pytest.raises(PtoError) as caught:
        verify_sync(program(body), A5)
    text = str(caught.value)
    assert "`load` on MTE2 does not wait for `store` on MTE3: both touch UB 0x0 to 0x1000" in text
    assert "MTE3 reads UB 0x0 to 0x1000 (`y`) in an earlier iteration" in text
    assert "set it once before the loop too, and wait for it once after" in text
