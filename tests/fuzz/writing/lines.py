"""Lines of Python that are written at random: blocks, fresh names, chances."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random


@dataclass
class Lines:
    """The lines so far, how deep the next one stands, and how many names there are."""

    random: Random
    lines: list[str] = field(init=False, default_factory=list[str])
    depth: int = field(init=False, default=0)
    names: int = field(init=False, default=0)

    def chance(self, probability: float) -> bool:
        """True that often."""
        return self.random.random() < probability

    def name(self, prefix: str) -> str:
        """A fresh name."""
        self.names += 1
        return f"{prefix}{self.names}"

    def line(self, text: str) -> None:
        """One more line."""
        self.lines.append("    " * self.depth + text)

    @contextmanager
    def block(self, opening: str) -> Generator[None]:
        """The lines of an indented block."""
        self.line(opening)
        empty = len(self.lines)
        self.depth += 1
        yield
        if len(self.lines) == empty:
            self.line("pass")
        self.depth -= 1
