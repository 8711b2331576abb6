"""Disjoint sets of values, joined one pair at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ptodsl.ir.nodes import Value


@dataclass
class DisjointSets:
    """A partition of values; each set is known by its leader, the first of its values that was added."""

    _parents: dict[Value, Value] = field(default_factory=dict[Value, Value])
    _members: dict[Value, list[Value]] = field(default_factory=dict[Value, "list[Value]"])

    def add(self, value: Value) -> None:
        """A set of its own for a value that is in none yet."""
        if value not in self._parents:
            self._parents[value] = value
            self._members[value] = [value]

    def add_all(self, values: Iterable[Value]) -> None:
        """A set of its own for each value that is in none yet."""
        for value in values:
            self.add(value)

    def find(self, value: Value) -> Value:
        """The leader of the set that a value is in."""
        parents = self._parents
        leader = value
        while parents[leader] is not leader:
            leader = parents[leader]
        while parents[value] is not leader:
            parents[value], value = leader, parents[value]
        return leader

    def join(self, first: Value, second: Value) -> Value:
        """One set out of two; gives its leader, that of `first`."""
        first, second = self.find(first), self.find(second)
        if first is not second:
            self._parents[second] = first
            self._members[first] += self._members.pop(second)
        return first

    def members(self, leader: Value) -> list[Value]:
        """The values of the set that `leader` leads."""
        return self._members[leader]

    def leaders(self) -> Iterator[Value]:
        """The leader of every set, in the order of addition."""
        return iter(self._members)
