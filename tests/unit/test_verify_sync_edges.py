"""verify_sync: windows and tiles that share as little as there is, and those that share nothing."""

from __future__ import annotations

import pytest

from ptodsl.machine import ARCHITECTURES, Architecture
from tests.placed import sync_codes, ub

architectures = pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=ARCHITECTURES)
UNORDERED = "E0501"


@architectures
@pytest.mark.parametrize(
    ("stored", "loaded", "meets"),
    [
        ("100, 0", "115, 0", True),
        ("100, 0", "116, 0", False),
        ("100, 0", "85, 0", True),
        ("100, 0", "84, 0", False),
        ("%n, 0", "%m, 0", True),
    ],
    ids=["last row", "row behind", "first row", "row before", "unknown rows"],
)
def test_windows_of_a_tensor_meet_in_one_row(stored: str, loaded: str, meets: bool, architecture: Architecture) -> None:
    body = f"""
    %m = scalar.mul %n, 3 : index
    %x = create_tile shape=[16, 64] dtype=fp32 : {ub(0x0)}
    store %x, %g[{stored}]
    %y = load %g[{loaded}] sizes=[16, 64] : {ub(0x1000)}
    pipe_barrier all
    """
    assert sync_codes(body, architecture) == ([UNORDERED] if meets else [])


@architectures
@pytest.mark.parametrize(("address", "meets"), [(0xFE0, True), (0x1000, False)], ids=["last block", "block behind"])
def test_tiles_meet_in_one_block(address: int, meets: bool, architecture: Architecture) -> None:
    body = f"""
    %x = load %h[0, 0] sizes=[16, 64] : {ub(0x0)}
    %t = create_tile shape=[16, 64] dtype=fp32 : {ub(address)}
    store %t, %g[0, 0]
    pipe_barrier all
    """
    assert sync_codes(body, architecture) == ([UNORDERED] if meets else [])
