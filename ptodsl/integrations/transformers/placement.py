"""Where the new positions of a forward pass lie, and what each of them sees."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from ptodsl.integrations.transformers.pages import Pages, integers


@dataclass(frozen=True, slots=True)
class Placement:
    """New positions of all sequences, one sequence after the other; the same in every layer of a model."""

    new: int
    """New positions of each sequence."""
    rows: int
    """How many positions a launch takes."""
    written: torch.Tensor
    """INT64, which of the positions are tokens; the others are padding."""
    slots: torch.Tensor
    """INT64, where those go."""
    tables: torch.Tensor
    """INT32 [positions, pages of the longest context], the block table of each position, up to full launches."""
    lengths: torch.Tensor
    """INT32 [positions], how many tokens each position sees, itself included; 0 for padding and what fills a launch."""


class Placements:
    """The placement of the forward pass that runs: its first layer makes it, the others share it."""

    def __init__(self, pages: Pages, chunk: int) -> None:
        self.pages = pages
        self.chunk = chunk
        self._key: tuple[torch.Tensor, int, int] | None = None

    def of(self, padding: torch.Tensor, length: int, new: int) -> Placement:
        """Where `new` positions after `length` go. `padding` is the mask of the pass, an object of its own for each.
        Raises E1011 to E1014 where the first layer may not have the pages.
        """
        if self._key is None or self._key[0] is not padding or self._key[1:] != (length, new):
            rows = self.pages.sequences if new == 1 else self.chunk
            self._placement = placed(self.pages, padding, range(length, length + new), rows)
            self._key = (padding, length, new)
        return self._placement

    def forget(self) -> None:
        """The next pass is another one, whatever its mask and length: pages were given back."""
        self._key = None


def placed(pages: Pages, padding: torch.Tensor, positions: range, rows: int) -> Placement:
    """Takes the pages that new positions need and says where they go. Raises E1011 to E1014."""
    pages.begin(padding)
    tokens = torch.arange(positions.start, positions.stop) - padding[:, None]
    pages.reserve(integers(tokens[:, -1] + 1))
    sequences, _ = (tokens >= 0).nonzero(as_tuple=True)
    flat = tokens.flatten()
    (written,) = (flat >= 0).nonzero(as_tuple=True)
    slots = pages.slots(sequences, flat[written])
    tables = pages.table.repeat_interleave(len(positions), 0)
    lengths = (flat + 1).clamp(min=0).to(torch.int32)
    return Placement(len(positions), rows, written, slots, filled(tables, rows), filled(lengths, rows))


def filled(part: torch.Tensor, rows: int) -> torch.Tensor:
    """With as many zeros at the end as make its length a multiple of `rows`."""
    missing = -len(part) % rows
    return torch.cat([part, part.new_zeros(missing, *part.shape[1:])]) if missing else part
