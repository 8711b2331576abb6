"""Which page holds which tokens of which sequence: a pool of pages, and the block table."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import cast

import torch

from ptodsl.errors import PtoError
from ptodsl.errors.integrations import ContextTooLong, PaddingChanged, PagesExhausted, SequencesDiffer


def integers(tensor: torch.Tensor) -> list[int]:
    """The elements of a tensor of integers, [n]; torch's own `tolist` has no type."""
    return cast("list[int]", tensor.tolist())


class Pages:
    """A pool of pages of `block_size` tokens that sequences take from as they grow. All layers of a cache share it.

    `table` is the block table, INT32 [sequences, pages of the longest context]: entry i of a row is the page of the
    tokens from i * block_size on. What lies past the pages that a sequence holds means nothing.
    """

    def __init__(self, *, sequences: int, max_tokens: int, block_size: int, blocks: int | None = None) -> None:
        width = -(-max_tokens // block_size)
        self.max_tokens = max_tokens
        self.block_size = block_size
        self.blocks = sequences * width if blocks is None else blocks
        self.table = torch.zeros(sequences, width, dtype=torch.int32)
        self.padding = torch.zeros(sequences, dtype=torch.int64)
        """How many positions before the first token of each sequence are padding; no page holds them."""
        self.release()

    @property
    def sequences(self) -> int:
        """The rows of the block table."""
        return len(self.table)

    @property
    def free(self) -> int:
        """The number of pages that no sequence holds."""
        return len(self._free)

    def release(self) -> None:
        """Takes every page back. Whatever they hold stays where it is and means nothing."""
        self._free = list(range(self.blocks))
        random.Random(0).shuffle(self._free)  # neighbours in a sequence are no neighbours in memory, from the first on
        self._held = [0] * self.sequences
        self.padding.zero_()

    def begin(self, padding: torch.Tensor) -> None:
        """Sets the padding of sequences that hold nothing. Raises E1011, E1014 where it changes for others."""
        if len(padding) != self.sequences:
            raise PtoError([SequencesDiffer(None, given=len(padding), sequences=self.sequences)])
        for sequence, (given, before) in enumerate(zip(integers(padding), integers(self.padding), strict=True)):
            if given != before and self._held[sequence]:
                raise PtoError([PaddingChanged(None, sequence=sequence, given=given, before=before)])
        self.padding.copy_(padding)

    def reserve(self, tokens: Sequence[int]) -> None:
        """Gives each sequence the pages for so many tokens, all or none. Raises E1012 and E1013."""
        wanted = [max(0, self._pages(count) - held) for count, held in zip(tokens, self._held, strict=True)]
        self._check(tokens, wanted)
        for sequence, count in enumerate(wanted):
            for _ in range(count):
                self.table[sequence, self._held[sequence]] = self._free.pop()
                self._held[sequence] += 1

    def shrink(self, tokens: Sequence[int]) -> None:
        """Takes back the pages past so many tokens of each sequence."""
        for sequence, count in enumerate(tokens):
            kept = self._pages(count)
            self._free += integers(self.table[sequence, kept : self._held[sequence]])
            self._held[sequence] = min(kept, self._held[sequence])

    def slots(self, sequences: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        """Where tokens of sequences lie, counted in slots from the first page on, INT64."""
        pages = self.table[sequences, tokens // self.block_size].to(torch.int64)
        return pages * self.block_size + tokens % self.block_size

    def _pages(self, tokens: int) -> int:
        return -(-tokens // self.block_size)

    def _check(self, tokens: Sequence[int], wanted: Sequence[int]) -> None:
        for sequence, count in enumerate(tokens):
            if count > self.max_tokens:
                raise PtoError([ContextTooLong(None, sequence=sequence, tokens=count, limit=self.max_tokens)])
        left = self.free
        for sequence, count in enumerate(wanted):
            if count > left:
                fields = {"needed": count, "free": left, "blocks": self.blocks}
                raise PtoError([PagesExhausted(None, sequence=sequence, **fields)])
            left -= count
