"""Which accesses need an order with which: found by sweeps over byte ranges, never by looking at all pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ptodsl.ir.nodes import For
from ptodsl.verify.access import Kind, Side
from ptodsl.verify.instructions import Instruction
from ptodsl.verify.iteration import can_meet, is_fixed, stay_apart
from ptodsl.verify.linear import Terms
from ptodsl.verify.sweep import Sweep
from ptodsl.verify.window import Window


def bits_of(mask: int) -> list[int]:
    """The members of a set, ascending."""
    members: list[int] = []
    while mask:
        low = mask & -mask
        members.append(low.bit_length() - 1)
        mask ^= low
    return members


class Conflicts:
    """The conflicts of the accesses in a window, one set for each.

    What the sweeps find meets at equal values of all scalars. Where those change from iteration to iteration, it is
    looked at again, pair by pair, and only for accesses that are not known to be done (`meeting`).
    """

    def __init__(self, window: Window) -> None:
        self._window = window
        self._met: dict[tuple[int, int], bool] = {}
        self._unions: dict[Instruction, int] = {}
        places: defaultdict[object, list[int]] = defaultdict(list)
        for bit in window.bits:
            places[window.access(bit).place].append(bit)
        self.of: dict[int, int] = {}
        self._moving = 0
        for members in places.values():
            self._fill(members)

    def of_instruction(self, instruction: Instruction) -> int:
        """All accesses that conflict with some access of an instruction."""
        if instruction not in self._unions:
            union = 0
            for bit in self._window.of(instruction):
                union |= self.of[bit]
            self._unions[instruction] = union
        return self._unions[instruction]

    def meeting(self, suspects: int, bit: int) -> int:
        """Those of the suspects whose window can meet that of an access that comes after them."""
        if not self._moving >> bit & 1:
            return suspects
        met = suspects & ~self._moving
        for other in bits_of(suspects & self._moving):
            if self._can_meet(other, bit):
                met |= 1 << other
        return met

    def _can_meet(self, earlier: int, later: int) -> bool:
        key = (earlier, later)
        if key not in self._met:
            first, second = ((self._window.owner(bit), self._window.access(bit)) for bit in key)
            self._met[key] = can_meet(self._window.kernel.scopes, first, second)
        return self._met[key]

    def _fill(self, members: list[int]) -> None:
        """The conflicts among the accesses of one place."""
        accesses = [self._window.access(bit) for bit in members]
        kinds = {
            kind: _set_of(bit for bit, a in zip(members, accesses, strict=True) if a.kind is kind) for kind in Kind
        }
        partners = {kind: sum(kinds[other] for other in kind.conflicting) for kind in Kind}
        met = [partners[access.kind] for access in accesses]
        for dim in range(len(accesses[0].window)):
            sides = dict(zip(members, (access.window[dim] for access in accesses), strict=True))
            self._moving |= _Dim(self._window, sides).keep_apart(met)
        self.of.update(zip(members, met, strict=True))


def _set_of(bits: Iterable[int]) -> int:
    members = 0
    for bit in bits:
        members |= 1 << bit
    return members


@dataclass(frozen=True)
class _Dim:
    """One dim of the windows of a place: those with the same scalars are swept together, others may meet."""

    window: Window
    sides: Mapping[int, Side]

    def keep_apart(self, met: list[int]) -> int:
        """Takes from each of the sets what the dim keeps apart; gives the accesses whose side moves with a loop."""
        everyone = _set_of(self.sides)
        groups: defaultdict[Terms, list[int]] = defaultdict(list)
        for bit, side in self.sides.items():
            groups[side.start.terms].append(bit)
        swept = {terms: self._swept(bits) for terms, bits in groups.items() if self._meet_at_once(terms, bits)}
        for index, side in enumerate(self.sides.values()):
            if side.start.terms in swept:
                others, sweep = swept[side.start.terms]
                start = side.start.constant
                met[index] &= everyone & ~others | sweep.meeting(start, start + side.size)
        moving = (terms for terms in groups if not is_fixed(self.window.kernel.scopes, terms))
        return _set_of(bit for terms in moving for bit in groups[terms])

    def _meet_at_once(self, terms: Terms, bits: list[int]) -> bool:
        """Whether windows with these scalars can only meet at equal values of them."""
        if is_fixed(self.window.kernel.scopes, terms):
            return True
        sides = [self.sides[bit] for bit in bits]
        width = max(s.start.constant + s.size for s in sides) - min(s.start.constant for s in sides)
        loops = {step[0] for bit in bits for step in self.window.owner(bit).path if isinstance(step[0], For)}
        return stay_apart(self.window.kernel.scopes, terms, loops, width)

    def _swept(self, bits: list[int]) -> tuple[int, Sweep]:
        """Who is in a group, and their sweep."""
        sides = [(self.sides[bit], bit) for bit in bits]
        ranges = [(side.start.constant, side.start.constant + side.size, bit) for side, bit in sides]
        return _set_of(bits), Sweep(ranges)
