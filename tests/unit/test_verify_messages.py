"""What the verifiers say, whole, as the author of a kernel reads it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ptodsl.errors import PtoError
from ptodsl.machine import A2A3
from ptodsl.verify.sync import verify_sync
from tests.placed import pair, program, ub

X, Y, Z = (ub(0x1000 * i) for i in range(3))
COLUMN = "tile<16x1xfp32, ub, dn, @0x{:x}>"

MADE = f"%x = create_tile shape=[16, 64] dtype=fp32 : {X}\n"

TEXTS: Mapping[str, tuple[str, str]] = {
    "a set that stands too early": (
        MADE
        + f"""
        set_flag v, mte3, 1
        %y = exp %x : {Y}
        wait_flag v, mte3, 1
        store %y, %g[0, 0]
        pipe_barrier all
        """,
        """\
error[E0501]: `store` on MTE3 does not wait for `exp` on V: both touch UB 0x1000 to 0x2000
 --> kernel.ir:9:3
  |
9 |   store %y, %g[0, 0]
  |   ^^^^^^^^^^^^^^^^^^ MTE3 reads UB 0x1000 to 0x2000 (`y`)
  |
7 |   %y = exp %x : tile<16x64xfp32, ub, nd, @0x1000>
  |   ----------------------------------------------- V writes UB 0x1000 to 0x2000 (`y`)
6 |   set_flag v, mte3, 1
  |   ------------------- this set covers only what V was given before it
   = help: put `set_flag v, mte3, 0` after `exp` and `wait_flag v, mte3, 0` before `store`; \
any id will do that is free there""",
    ),
    "one tile in the bytes of another": (
        f"""
        %x = load %h[0, 0] sizes=[16, 64] : {X}
        {pair("mte2", "v", 0)}
        %y = exp %x : {Y}
        %z = load %h[16, 0] sizes=[16, 64] : {ub(0x1800)}
        pipe_barrier all
        """,
        """\
error[E0501]: `load` on MTE2 does not wait for `exp` on V: both touch UB 0x1800 to 0x2000
 --> kernel.ir:9:3
  |
9 |   %z = load %h[16, 0] sizes=[16, 64] : tile<16x64xfp32, ub, nd, @0x1800>
  |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ MTE2 writes UB 0x1800 to 0x2800 (`z`)
  |
8 |   %y = exp %x : tile<16x64xfp32, ub, nd, @0x1000>
  |   ----------------------------------------------- V writes UB 0x1000 to 0x2000 (`y`)
   = help: put `set_flag v, mte2, 0` after `exp` and `wait_flag v, mte2, 0` before `load`; \
any id will do that is free there""",
    ),
    "scratch of the library": (
        MADE
        + f"""
        %v = create_tile shape=[16, 1] dtype=fp32 : {COLUMN.format(0x4000)}
        %p = row_expand_mul %x, %v : {Y}
        %q = row_expand_mul %x, %v : {Z}
        pipe_barrier all
        """,
        """\
error[E0501]: `row_expand_mul` on V does not wait for `row_expand_mul` on V: both touch UB 0x2e000 to 0x30000
 --> kernel.ir:8:3
  |
8 |   %q = row_expand_mul %x, %v : tile<16x64xfp32, ub, nd, @0x2000>
  |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ V writes UB 0x2e000 to 0x30000, \
scratch that the library takes behind the kernel's back
  |
7 |   %p = row_expand_mul %x, %v : tile<16x64xfp32, ub, nd, @0x1000>
  |   -------------------------------------------------------------- V writes UB 0x2e000 to 0x30000, \
scratch that the library takes behind the kernel's back
   = note: V starts an instruction before the one ahead is complete
   = help: put `pipe_barrier v` before `row_expand_mul`""",
    ),
    "a wait that nothing satisfies": (
        MADE + "wait_flag mte2, v, 1\npipe_barrier all",
        """\
error[E0502]: no token of `mte2, v, 1` stands on some path to this wait: V would wait for ever
 --> kernel.ir:6:3
  |
6 |   wait_flag mte2, v, 1
  |   ^^^^^^^^^^^^^^^^^^^^ no set of `mte2, v, 1` before this
   = note: no statement of the kernel sets `mte2, v, 1`
   = help: put `set_flag mte2, v, 1` on every path to it, in a loop also before the first iteration""",
    ),
    "a set behind its wait": (
        MADE + "wait_flag mte2, v, 1\nset_flag mte2, v, 1\npipe_barrier all",
        """\
error[E0502]: no token of `mte2, v, 1` stands on some path to this wait: V would wait for ever
 --> kernel.ir:6:3
  |
6 |   wait_flag mte2, v, 1
  |   ^^^^^^^^^^^^^^^^^^^^ no set of `mte2, v, 1` before this
  |
7 |   set_flag mte2, v, 1
  |   ------------------- set here, behind the wait
   = help: put `set_flag mte2, v, 1` on every path to it, in a loop also before the first iteration

error[E0506]: a token of `mte2, v, 1` is pending when `k` ends: it would release a wait of the next kernel
 --> kernel.ir:7:3
  |
7 |   set_flag mte2, v, 1
  |   ^^^^^^^^^^^^^^^^^^^ set here, waited for nowhere
   = help: put `wait_flag mte2, v, 1` on every path from here to the end

2 errors""",
    ),
    "a token in one branch": (
        MADE
        + """
        if %c {
          set_flag v, mte3, 1
        } else {
        }
        wait_flag v, mte3, 1
        pipe_barrier all
        """,
        """\
error[E0504]: the branches leave 1 and 0 tokens of `v, mte3, 1` pending
 --> kernel.ir:6:3
  |
6 |   if %c {
  |   ^^^^^^^ 1 pending after the first branch, 0 after the other
  |
7 |   set_flag v, mte3, 1
  |   ------------------- set here
   = help: set and wait for `v, mte3, 1` in both branches alike, or do both outside of the `if`""",
    ),
    "a token more with every iteration": (
        MADE
        + """
        for %i = 0 to %n step 1 {
          set_flag v, mte3, 1
        }
        pipe_barrier all
        """,
        """\
error[E0505]: an iteration starts with 0 and ends with 1 tokens of `v, mte3, 1` pending
 --> kernel.ir:6:3
  |
6 |   for %i = 0 to %n step 1 {
  |   ^^^^^^^^^^^^^^^^^^^^^^^^^ 0 pending before the body, 1 after it
  |
7 |   set_flag v, mte3, 1
  |   ------------------- set here
   = help: give every `set_flag v, mte3, 1` in the body its `wait_flag v, mte3, 1`; one token may stand across \
the loop, set before it and waited for after it""",
    ),
    "a window that only run time knows": (
        MADE
        + f"""
        store %x, %g[%n, 0]
        %y = load %g[0, 0] sizes=[16, 64] : {Y}
        pipe_barrier all
        """,
        """\
error[E0501]: `load` on MTE2 does not wait for `store` on MTE3: both touch `g`
 --> kernel.ir:7:3
  |
7 |   %y = load %g[0, 0] sizes=[16, 64] : tile<16x64xfp32, ub, nd, @0x1000>
  |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ MTE2 reads `g[0, 0]` (16×64)
  |
6 |   store %x, %g[%n, 0]
  |   ------------------- MTE3 writes `g[n, 0]` (16×64)
   = note: only run time knows whether the two windows meet: nothing here keeps them apart
   = help: put `set_flag mte3, mte2, 0` after `store` and `wait_flag mte3, mte2, 0` before `load`; \
any id will do that is free there""",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_message_is_what_a_reader_needs(name: str) -> None:
    body, text = TEXTS[name]
    body = "\n".join(line.strip() for line in body.splitlines() if line.strip())
    with pytest.raises(PtoError) as caught:
        verify_sync(program(body), A2A3)
    assert str(caught.value) == text
