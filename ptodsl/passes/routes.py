"""The moves that bring a tile from one memory to another."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field

from ptodsl.ir.dtypes import DType
from ptodsl.ir.hardware import Memory
from ptodsl.machine import Architecture

Route = tuple[Memory, ...]
"""The memories to pass through, the last one included, the first one not."""


@dataclass(frozen=True)
class Routes:
    """The shortest routes on an architecture, over on-chip memories."""

    architecture: Architecture
    _known: dict[tuple[Memory, Route, DType], Route | None] = field(
        default_factory=dict[tuple[Memory, Route, DType], "Route | None"]
    )

    def moves_to(self, target: Memory, dtype: DType) -> tuple[Memory, ...]:
        """The on-chip memories that one move brings a tile to `target` from."""
        return tuple(
            move.source
            for move in self.architecture.moves
            if move.target is target and move.source is not Memory.GM and _carries(move.dtypes, dtype)
        )

    def route(self, source: Memory, targets: tuple[Memory, ...], dtype: DType) -> Route | None:
        """The memories to pass through from `source` to the nearest target; None where no way leads."""
        key = (source, targets, dtype)
        if key not in self._known:
            self._known[key] = self._shortest(source, targets, dtype)
        return self._known[key]

    def _shortest(self, source: Memory, targets: Collection[Memory], dtype: DType) -> Route | None:
        queue = deque[Route]([()])
        seen = {source}
        while queue:
            path = queue.popleft()
            here = path[-1] if path else source
            if here in targets:
                return path
            for move in self.architecture.moves:
                if move.source is here and move.target not in seen | {Memory.GM} and _carries(move.dtypes, dtype):
                    seen.add(move.target)
                    queue.append((*path, move.target))
        return None


def _carries(dtypes: frozenset[DType] | None, dtype: DType) -> bool:
    return dtypes is None or dtype in dtypes
