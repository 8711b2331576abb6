"""Which tiles share bytes, where copies stand, and where there can be none."""

from __future__ import annotations

from itertools import combinations

import pytest

from ptodsl.errors.memory import OldValueAlive
from ptodsl.ir.liveness import intersect, merged
from ptodsl.ir.nodes import Function, Value
from ptodsl.ir.parser import parse
from ptodsl.ir.rewrite import values_of
from ptodsl.passes.buffers import Buffers
from ptodsl.passes.joins import JoinKind, joins
from tests.placing import LEGAL, PLACED, after, kernel, lines, mistake, mistakes, ops
from tests.random_tiles import RandomKernel

X = "%x: inout tensor<8x64xfp32>, %f: bool, %n: index"
LOAD = "%a = load %x[0, 0] sizes=[8, 64] : tile<8x64xfp32>"


def legal(parameters: str, text: str) -> Function:
    """A legal kernel without offsets."""
    return after(LEGAL, kernel(parameters, text)).functions[0]


def named(function: Function, name: str) -> Value:
    """The value of a name."""
    return next(value for value in values_of(function) if value.name == name)


def shares(function: Function, *names: str) -> bool:
    """Whether all tiles of these names are in one buffer."""
    buffers = Buffers.of(function)
    return len({buffers.sets.find(named(function, name)) for name in names}) == 1


def moves(text: str, parameters: str = X) -> int:
    """How many copies a kernel in UB needs; the placed kernel is verified."""
    return ops(after(PLACED, kernel(parameters, text))).count("move")


def test_views_share_bytes() -> None:
    function = legal(
        X,
        f"""
        {LOAD}
        %b = slice %a[4, 0] sizes=[4, 64] : tile<4x64xfp32>
        %c = reshape %b shape=[2, 128] : tile<2x128xfp32>
        %d = set_validshape %c, valid [%n, 128] : tile<2x128xfp32, valid ?x128>
        """,
    )
    assert shares(function, "a", "b", "c", "d")
    assert Buffers.of(function).views.offset[named(function, "d")] == 4 * 64 * 4


def test_result_takes_over_an_operand_that_dies() -> None:
    text = f"""
        {LOAD}
        %b = load %x[0, 0] sizes=[8, 64] : tile<8x64xfp32>
        %c = add %a, %b : tile<8x64xfp32>
        %d = sub %b, %c : tile<8x64xfp32>
        store %d, %x[0, 0]
        """
    function = legal(X, text)
    assert shares(function, "a", "c")
    assert shares(function, "b", "d")
    assert not shares(function, "a", "b")


@pytest.mark.parametrize("op", ["recip", "rsqrt", "cast", "transpose"])
def test_result_does_not_take_over_where_the_op_is_not_in_place(op: str) -> None:
    rest = {"cast": " dtype=int32 : tile<16x16xint32>"}.get(op, " : tile<16x16xfp32>")
    function = legal(
        "%x: tensor<16x16xfp32>", f"%a = load %x[0, 0] sizes=[16, 16] : tile<16x16xfp32>\n%b = {op} %a{rest}"
    )
    buffers = Buffers.of(function)
    first, second = (buffers.sets.find(named(function, name)) for name in ("a", "b"))
    assert first is not second
    assert intersect(buffers.ranges[first], buffers.ranges[second]), "they must not overlap in part either"


def test_windows_of_one_tile_are_no_place_for_their_sum() -> None:
    function = legal(
        X,
        f"""
        {LOAD}
        %b = slice %a[0, 0] sizes=[4, 64] : tile<4x64xfp32>
        %c = slice %a[2, 0] sizes=[4, 64] : tile<4x64xfp32>
        %d = add %b, %c : tile<4x64xfp32>
        store %d, %x[0, 0] sizes=[4, 64]
        """,
    )
    assert not shares(function, "a", "d")


def test_loop_carries_share_bytes() -> None:
    text = f"""
        {LOAD}
        for %k = 0 to %n step 1 carry (%c = %a: tile<8x64xfp32>) {{
          %d = exp %c : tile<8x64xfp32>
          yield %d
        }} -> (%r)
        store %r, %x[0, 0]
        """
    assert shares(legal(X, text), "a", "c", "d", "r")
    assert moves(text) == 0


def test_branches_share_bytes_even_with_a_value_from_before() -> None:
    text = f"""
        {LOAD}
        if %f {{
          %b = exp %a : tile<8x64xfp32>
          yield %b
        }} else {{
          yield %a
        }} -> (%r: tile<8x64xfp32>)
        store %r, %x[0, 0]
        """
    assert shares(legal(X, text), "a", "b", "r")
    assert moves(text) == 0


def test_value_from_before_that_is_needed_after_is_copied_in_its_branch() -> None:
    result = lines(
        PLACED,
        X,
        f"""
        {LOAD}
        if %f {{
          %b = exp %a : tile<8x64xfp32>
          yield %b
        }} else {{
          yield %a
        }} -> (%r: tile<8x64xfp32>)
        %s = add %r, %a : tile<8x64xfp32>
        store %s, %x[0, 0]
        """,
    )
    place = result.index("} else {")
    assert result[place + 1].startswith("  %a_copy = move %a :")
    assert result[place + 2] == "  yield %a_copy"


def test_initial_value_that_is_needed_later_is_copied_before_the_loop() -> None:
    result = lines(
        PLACED,
        X,
        f"""
        {LOAD}
        for %k = 0 to %n step 1 carry (%c = %a: tile<8x64xfp32>) {{
          %d = add %c, %a : tile<8x64xfp32>
          yield %d
        }} -> (%r)
        store %r, %x[0, 0]
        """,
    )
    assert result[1].startswith("%a_copy = move %a :")
    assert "(%c = %a_copy:" in result[2]


def test_constant_yielded_from_outside_is_copied_each_time() -> None:
    text = f"""
        {LOAD}
        %z = full 0.0 shape=[8, 64] dtype=fp32 : tile<8x64xfp32>
        for %k = 0 to %n step 1 carry (%c = %a: tile<8x64xfp32>) {{
          store %c, %x[0, 0]
          yield %z
        }} -> (%r)
        store %r, %x[0, 0]
        """
    result = lines(PLACED, X, text)
    assert result[-4].startswith("  %z_copy = move %z :")


def test_swapped_carries_take_one_temporary() -> None:
    text = f"""
        {LOAD}
        %b = full 1.0 shape=[8, 64] dtype=fp32 : tile<8x64xfp32>
        for %k = 0 to %n step 1 carry (%c = %a: tile<8x64xfp32>, %d = %b: tile<8x64xfp32>) {{
          yield %d, %c
        }} -> (%r, %s)
        %t = sub %r, %s : tile<8x64xfp32>
        store %t, %x[0, 0]
        """
    assert moves(text) == 3


def test_rotated_carries_take_one_temporary() -> None:
    text = f"""
        {LOAD}
        %b = full 1.0 shape=[8, 64] dtype=fp32 : tile<8x64xfp32>
        %e = full 2.0 shape=[8, 64] dtype=fp32 : tile<8x64xfp32>
        for %k = 0 to %n step 1 carry (%c = %a: tile<8x64xfp32>, %d = %b: tile<8x64xfp32>, %g = %e: tile<8x64xfp32>) {{
          yield %d, %g, %c
        }} -> (%r, %s, %u)
        %t = sub %r, %s : tile<8x64xfp32>
        %v = sub %t, %u : tile<8x64xfp32>
        store %v, %x[0, 0]
        """
    assert moves(text) == 4


def test_history_of_carries_shifts_without_a_temporary() -> None:
    text = f"""
        {LOAD}
        %b = full 1.0 shape=[8, 64] dtype=fp32 : tile<8x64xfp32>
        for %k = 0 to %n step 1 carry (%new = %a: tile<8x64xfp32>, %old = %b: tile<8x64xfp32>) {{
          %next = exp %new : tile<8x64xfp32>
          yield %next, %new
        }} -> (%r, %s)
        %t = sub %r, %s : tile<8x64xfp32>
        store %t, %x[0, 0]
        """
    assert moves(text) == 2, "new to old, next to new, in this order"


def test_one_value_in_two_carries_is_copied_once() -> None:
    text = f"""
        {LOAD}
        for %k = 0 to %n step 1 carry (%c = %a: tile<8x64xfp32>, %d = %a: tile<8x64xfp32>) {{
          %e = exp %c : tile<8x64xfp32>
          %g = neg %d : tile<8x64xfp32>
          yield %e, %g
        }} -> (%r, %s)
        %t = sub %r, %s : tile<8x64xfp32>
        store %t, %x[0, 0]
        """
    assert moves(text) == 1


def test_window_that_enters_a_loop_is_copied() -> None:
    text = f"""
        {LOAD}
        %b = slice %a[4, 0] sizes=[4, 64] : tile<4x64xfp32>
        for %k = 0 to %n step 1 carry (%c = %b: tile<4x64xfp32>) {{
          %d = exp %c : tile<4x64xfp32>
          yield %d
        }} -> (%r)
        store %r, %x[0, 0] sizes=[4, 64]
        """
    assert moves(text) == 1, "it does not start where its tile does"


CUBE = "%a: tensor<32x32xfp32>, %o: out tensor<32x32xfp32>, %n: index, %f: bool"
FACTOR = "%l = load %a[0, 0] sizes=[32, 32] : tile<32x32xfp32>"


def test_accumulator_is_one_buffer_through_a_loop() -> None:
    text = f"""
        {FACTOR}
        %z = matmul %l, %l : tile<32x32xfp32>
        for %k = 0 to %n step 1 carry (%c = %z: tile<32x32xfp32>) {{
          %d = matmul_acc %c, %l, %l : tile<32x32xfp32>
          yield %d
        }} -> (%r)
        store %r, %o[0, 0]
        """
    assert shares(legal(CUBE, text), "z", "c", "d", "r")


def test_accumulator_that_is_needed_after_its_update_is_refused() -> None:
    found = mistake(
        PLACED,
        CUBE,
        f"""
        {FACTOR}
        %p = matmul %l, %l : tile<32x32xfp32>
        %q = matmul_acc %p, %l, %l : tile<32x32xfp32>
        store %q, %o[0, 0]
        store %p, %o[0, 0]
        """,
    )
    assert isinstance(found, OldValueAlive)
    assert found.message == "`q` takes the bytes of `p`, whose old value is still needed; L0C has no copy"
    assert found.span is not None
    assert found.span.line == 7, "at the update"
    assert [note.span.line for note in found.notes if note.span] == [6, 9], "made here, and still read here"


def test_accumulator_that_each_iteration_starts_from_is_refused() -> None:
    found = mistake(
        PLACED,
        CUBE,
        f"""
        {FACTOR}
        %p = matmul %l, %l : tile<32x32xfp32>
        for %k = 0 to %n step 1 {{
          %q = matmul_acc %p, %l, %l : tile<32x32xfp32>
          store %q, %o[0, 0]
        }}
        """,
    )
    assert isinstance(found, OldValueAlive)
    assert [note.span.line for note in found.notes if note.span] == [6, 8], "the next iteration reads it again"


def test_swapped_carries_in_l1_are_refused() -> None:
    found = mistakes(
        PLACED,
        CUBE,
        f"""
        {FACTOR}
        %m = load %a[0, 0] sizes=[32, 32] : tile<32x32xfp32>
        for %k = 0 to %n step 1 carry (%c = %l: tile<32x32xfp32>, %d = %m: tile<32x32xfp32>) {{
          %p = matmul %c, %d : tile<32x32xfp32>
          store %p, %o[0, 0]
          yield %d, %c
        }} -> (%r, %s)
        """,
    )
    assert {type(one) for one in found} == {OldValueAlive}
    assert "L1 has no copy" in found[0].message


def test_ranges_have_gaps_where_a_branch_does_not_need_them() -> None:
    function = legal(
        X,
        f"""
        {LOAD}
        if %f {{
          %b = full 0.0 shape=[8, 64] dtype=fp32 : tile<8x64xfp32>
          store %b, %x[0, 0]
        }} else {{
          store %a, %x[0, 0]
        }}
        """,
    )
    ranges = Buffers.of(function).live.of
    assert len(ranges[named(function, "a")]) == 2
    assert not intersect(ranges[named(function, "a")], ranges[named(function, "b")])


def test_value_from_outside_is_live_through_the_whole_loop() -> None:
    function = legal(
        X,
        f"""
        {LOAD}
        for %k = 0 to %n step 1 {{
          store %a, %x[0, 0]
          %b = full 0.0 shape=[8, 64] dtype=fp32 : tile<8x64xfp32>
          store %b, %x[0, 0]
        }}
        """,
    )
    ranges = Buffers.of(function).live.of
    assert intersect(ranges[named(function, "a")], ranges[named(function, "b")])


def test_ranges_merge_where_they_touch() -> None:
    assert merged([(6, 9), (0, 2), (3, 4)]) == [(0, 4), (6, 9)]
    assert merged([(0, 9), (2, 3)]) == [(0, 9)]


def test_members_of_a_buffer_are_never_live_together_unless_views() -> None:
    """The property that the whole construction rests on, stated on tiles rather than on buffers."""
    for seed in range(25):
        function = after(PLACED, parse(RandomKernel(seed).text())).functions[0]
        buffers = Buffers.of(function)
        for leader in buffers.sets.leaders():
            groups = _views(buffers, buffers.sets.members(leader))
            for first, second in combinations(groups, 2):
                assert not intersect(first, second), f"seed {seed}, buffer of {leader.name}"


def _views(buffers: Buffers, members: list[Value]) -> list[list[tuple[int, int]]]:
    """The live ranges of a buffer's members, those of views together with their source's."""
    root = {value: value for value in members}
    for join in joins(buffers.function.body):
        if join.kind is JoinKind.VIEW and join.source in root:
            root[join.target] = root[join.source]
    ranges: dict[Value, list[tuple[int, int]]] = {}
    for value in members:
        ranges.setdefault(root[value], []).extend(buffers.live.of[value])
    return [merged(found) for found in ranges.values()]
