"""What a seeded fault is: one place of the product, and what stands there instead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A small patch that breaks something the suite must notice.

    `what` says it in words, `part` is the component that it is of, `file` the path from the root. `old` stands in the
    file exactly once. `tests` are those that are about the part: they run first.
    """

    what: str
    part: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def units(*names: str) -> tuple[str, ...]:
    """Unit tests by what they are of."""
    return tuple(f"tests/unit/test_{name}.py" for name in names)
