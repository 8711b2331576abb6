"""verify_sync: an instruction that is several on A2/A3, issued to two pipes in turn."""

from __future__ import annotations

import pytest

from ptodsl.errors import PtoError
from ptodsl.machine import A2A3, A5
from ptodsl.verify.sync import verify_sync
from tests.placed import pair, program, sync_codes

BYTES = "tile<16x32x{}, ub, nd, @0x{:x}>"


def _body(between: str, dtype: str = "int8", then: str = "%z = move %y", after: int = 0x400) -> str:
    made, padded, moved = (BYTES.format(dtype, at) for at in (0x0, 0x200, after))
    return f"""
    %x = create_tile shape=[16, 32] dtype={dtype} : {made}
    %y = fillpad %x : {padded}
    {between}
    {then} : {moved}
    pipe_barrier all
    """


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        ("", ["E0501", "E0501"]),
        ("pipe_barrier v", ["E0501"]),
        (pair("s", "v", 0), ["E0501"]),
        (f"pipe_barrier v\n{pair('s', 'v', 0)}", []),
        (f"{pair('v', 's', 0)}{pair('s', 'v', 1)}", []),
        ("pipe_barrier all", []),
    ],
)
def test_what_follows_waits_for_both_parts(between: str, expected: list[str]) -> None:
    assert sync_codes(_body(between), A2A3) == expected


def test_wider_elements_and_other_architectures_have_one_part() -> None:
    wide = _body("pipe_barrier v", "int16").replace("16x32xint16", "16x16xint16").replace("[16, 32]", "[16, 16]")
    assert sync_codes(wide, A2A3) == []
    assert sync_codes(_body(""), A5) == []


def test_parts_need_no_order_among_each_other_but_with_those_of_the_last_iteration() -> None:
    padded = BYTES.format("int8", 0x200)
    body = f"""
    %x = create_tile shape=[16, 32] dtype=int8 : {BYTES.format("int8", 0)}
    for %i = 0 to %n step 1 {{
      %y = fillpad %x : {padded}
      {{between}}
    }}
    pipe_barrier all
    """
    assert sync_codes(body.replace("{between}", ""), A2A3) == ["E0501", "E0501", "E0501"]
    round_trip = f"pipe_barrier v\n{pair('v', 's', 0)}{pair('s', 'v', 1)}"
    assert sync_codes(body.replace("{between}", round_trip), A2A3) == []


def test_message_names_the_pipe_of_the_part() -> None:
    with pytest.raises(PtoError) as caught:
        verify_sync(program(_body("pipe_barrier v")), A2A3)
    text = str(caught.value)
    assert "`move` on V does not wait for `fillpad` on S: both touch UB 0x200 to 0x400" in text
    assert "put `set_flag s, v, 1` after `fillpad` and `wait_flag s, v, 1` before `move`" in text


def test_source_of_parts_is_read_until_both_are_done() -> None:
    body = _body("pipe_barrier v", then="%z = full 0:int8 shape=[16, 32] dtype=int8", after=0x0)
    assert sync_codes(body, A2A3) == ["E0501"]
