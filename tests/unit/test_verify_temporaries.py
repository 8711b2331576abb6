"""verify_placement: a temporary holds what its instruction puts there."""

from __future__ import annotations

import pytest

from ptodsl.errors import PtoError
from ptodsl.machine import ARCHITECTURES, Architecture
from ptodsl.verify.placement import verify_placement
from tests.placed import placement_codes, program, ub

COLUMN = "tile<{0}x1xfp32, ub, dn, @0x8000>"

REDUCTION = f"""
%x = load %h[0, 0] sizes=[16, 50] : tile<16x50xfp32 in 16x56, ub, nd, @0x0>
%t = create_tile shape=[{{rows}}, {{columns}}] dtype=fp32 : {{tile}}
%s = row_sum %x, %t : {COLUMN.format(16)}
"""
"""Needs as much as its source takes: 16 rows of 56 elements."""

EXPANSION = f"""
%x = load %h[0, 0] sizes=[19, 64] : {ub(0x0, rows=19)}
%v = load %h[0, 0] sizes=[19, 1] : tile<19x1xfp32 in 24x1, ub, dn, @0x8000>
%t = create_tile shape=[{{rows}}, {{columns}}] dtype=fp32 : {{tile}}
%y = row_expand_mul %x, %v, %t : {ub(0x2000, rows=19)}
"""
"""Needs 32 bytes for each of 24 rows."""

TRANSPOSE = """
%x = load %h[0, 0] sizes=[5, 24] : tile<5x24xfp32, ub, nd, @0x0>
%t = create_tile shape=[{rows}, {columns}] dtype=fp32 : {tile}
%y = transpose %x, %t : tile<24x5xfp32 in 24x8, ub, nd, @0x2000>
"""
"""Needs 24 rows of 16 elements."""

architectures = pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=ARCHITECTURES)


def with_temporary(text: str, rows: int, columns: int) -> str:
    """A kernel's body whose temporary has that shape."""
    return text.format(rows=rows, columns=columns, tile=ub(0x4000, rows, columns))


@architectures
@pytest.mark.parametrize(("text", "rows", "columns"), [(REDUCTION, 16, 56), (EXPANSION, 1, 192), (TRANSPOSE, 24, 16)])
def test_temporary_that_is_large_enough_passes(text: str, rows: int, columns: int, architecture: Architecture) -> None:
    assert placement_codes(with_temporary(text, rows, columns), architecture) == []
    assert placement_codes(with_temporary(text, 2 * rows, columns), architecture) == []


@architectures
@pytest.mark.parametrize(
    ("text", "rows", "columns"),
    [(REDUCTION, 15, 56), (REDUCTION, 16, 48), (EXPANSION, 1, 184), (TRANSPOSE, 24, 8), (TRANSPOSE, 23, 16)],
)
def test_temporary_that_is_too_small_is_refused(text: str, rows: int, columns: int, architecture: Architecture) -> None:
    assert placement_codes(with_temporary(text, rows, columns), architecture) == ["E0417"]


def test_message_says_how_many_bytes_are_needed() -> None:
    parsed = program(with_temporary(EXPANSION, 1, 96))
    with pytest.raises(PtoError, match="`row_expand_mul` needs a temporary of 768 bytes, this one has 384"):
        verify_placement(parsed, ARCHITECTURES["a2a3"])


def test_large_tiles_are_expanded_in_chunks() -> None:
    rows = 400
    body = f"""
    %x = load %h[0, 0] sizes=[{rows}, 8] : {ub(0x0, rows, 8)}
    %v = create_tile shape=[{rows}, 1] dtype=fp32 : tile<{rows}x1xfp32, ub, dn, @0x10000>
    %t = create_tile shape=[1, 2048] dtype=fp32 : {ub(0x14000, 1, 2048)}
    %y = row_expand_mul %x, %v, %t : {ub(0x18000, rows, 8)}
    """
    assert placement_codes(body, ARCHITECTURES["a2a3"]) == []
