"""Which accesses need an order with which: found by sweeps over byte ranges, never by looking at all pairs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from ptodsl.ir.nodes import For
from ptodsl.verify.access import Access, Kind, Side
from ptodsl.verify.instructions import Instruction, Kernel
from ptodsl.verify.iteration import can_meet, is_fixed, stay_apart
from ptodsl.verify.linear import Terms
from ptodsl.verify.sweep import Sweep


def bits_of(mask: int) -> list[int]:
    """The members of a set, ascending."""
    members: list[int] = []
    while mask:
        low = mask & -mask
        members.append(low.bit_length() - 1)
        mask ^= low
    return members


class Conflicts:
    """The conflicts of a kernel's accesses, one set for each.

    What the sweeps find meets at equal values of all scalars. Where those change from iteration to iteration, it is
    looked at again, pair by pair, and only for accesses that are not known to be done (`meeting`).
    """

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._met: dict[tuple[int, int], bool] = {}
        places: defaultdict[object, list[int]] = defaultdict(list)
        for bit, access in enumerate(kernel.accesses):
            places[access.place].append(bit)
        self.of: list[int] = [0] * len(kernel.accesses)
        self._moving = 0
        for members in places.values():
            self._fill(members)

    def of_instruction(self, instruction: Instruction) -> int:
        """All accesses that conflict with some access of an instruction."""
        union = 0
        for bit in range(instruction.first, instruction.first + len(instruction.accesses)):
            union |= self.of[bit]
        return union

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
            kernel = self._kernel
            first, second = ((kernel.owners[bit], kernel.accesses[bit]) for bit in key)
            self._met[key] = can_meet(kernel.scopes, first, second)
        return self._met[key]

    def _fill(self, members: list[int]) -> None:
        """The conflicts among the accesses of one place."""
        accesses = self._kernel.accesses
        kinds = {kind: sum(1 << bit for bit in members if accesses[bit].kind is kind) for kind in Kind}
        partners = {kind: sum(kinds[other] for other in kind.conflicting) for kind in Kind}
        rank = len(accesses[members[0]].window)
        dims = [_Dim(self._kernel, members, dim) for dim in range(rank)]
        for bit in members:
            access = accesses[bit]
            met = partners[access.kind]
            for dim in dims:
                met &= dim.meeting(access)
            self.of[bit] = met
        for dim in dims:
            self._moving |= dim.moving


@dataclass(frozen=True)
class _Dim:
    """One dim of the windows of a place: those with the same scalars are swept together, others may meet."""

    kernel: Kernel
    members: list[int]
    dim: int

    def meeting(self, access: Access) -> int:
        """The accesses that the dim does not keep apart from this one."""
        side = access.window[self.dim]
        group = self._groups.get(side.start.terms)
        if group is None:
            return self._all
        swept, sweep = group
        start = side.start.constant
        return self._all & ~swept | sweep.meeting(start, start + side.size)

    @cached_property
    def moving(self) -> int:
        """The accesses whose side changes with a loop."""
        return sum(1 << bit for bit in self.members if not is_fixed(self.kernel.scopes, self._side(bit).start.terms))

    @cached_property
    def _all(self) -> int:
        return sum(1 << bit for bit in self.members)

    @cached_property
    def _groups(self) -> dict[Terms, tuple[int, Sweep]]:
        """For each set of scalars whose windows can only meet at equal values of them: who has it, and their sweep."""
        alike: defaultdict[Terms, list[int]] = defaultdict(list)
        for bit in self.members:
            alike[self._side(bit).start.terms].append(bit)
        return {terms: self._swept(bits) for terms, bits in alike.items() if self._meet_at_once(terms, bits)}

    def _meet_at_once(self, terms: Terms, bits: list[int]) -> bool:
        if is_fixed(self.kernel.scopes, terms):
            return True
        sides = [self._side(bit) for bit in bits]
        width = max(s.start.constant + s.size for s in sides) - min(s.start.constant for s in sides)
        loops = {step[0] for bit in bits for step in self.kernel.owners[bit].path if isinstance(step[0], For)}
        return stay_apart(self.kernel.scopes, terms, loops, width)

    def _swept(self, bits: list[int]) -> tuple[int, Sweep]:
        sides = [self._side(bit) for bit in bits]
        ranges = [(s.start.constant, s.start.constant + s.size, bit) for s, bit in zip(sides, bits, strict=True)]
        return sum(1 << bit for bit in bits), Sweep(ranges)

    def _side(self, bit: int) -> Side:
        return self.kernel.accesses[bit].window[self.dim]
