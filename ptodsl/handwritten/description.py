"""What a hand-written kernel is, and what it is called with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ptodsl.runtime.signature import Signature, Slot


@dataclass(frozen=True)
class Kernel:
    """A kernel as it is called: an entry of a file with its parameters in order, once for each of `blocks`."""

    file: Path
    entry: str
    parameters: tuple[Slot, ...]
    blocks: int

    @property
    def signature(self) -> Signature:
        """The same for what draws and checks arguments."""
        return Signature(self.entry, self.parameters, ())
