"""A cache of transformers whose keys and values lie in pages."""

from __future__ import annotations

from typing import Any, NoReturn

from transformers.cache_utils import Cache

from ptodsl.errors import PtoError
from ptodsl.errors.integrations import CacheUnsupported
from ptodsl.integrations.transformers.layer import PagedLayer
from ptodsl.integrations.transformers.pages import Pages, integers
from ptodsl.integrations.transformers.placement import Placements
from ptodsl.integrations.transformers.programs import Options

_NO_BEAMS = "decode without beams (`num_beams=1`), or attach with `sequences=` for sequences of their own"


class PagedCache(Cache):
    """Keys and values of every layer in pages, [blocks, block_size, kv_heads, head_dim], under one block table.

    Made by `attach`; goes wherever a model takes `past_key_values`. It is as long as what it was filled with: `reset`
    before an unrelated prompt.
    """

    def __init__(self, layers: int, pages: Pages, chunk: int, options: Options) -> None:
        self.pages = pages
        self.placements = Placements(pages, chunk)
        self.paged_layers = [PagedLayer(self.placements, options) for _ in range(layers)]
        super().__init__(layers=[*self.paged_layers])

    @property
    def launches(self) -> int:
        """Launches of compiled programs so far, in all layers: one for a step of one token of every sequence, one for
        each `chunk` positions of the sequences together where there are more.
        """
        return sum(layer.launches for layer in self.paged_layers)

    def reset(self) -> None:
        """Forgets every token. Programs, memory and the count of launches stay."""
        self.pages.release()
        self.placements.forget()
        for layer in self.paged_layers:
            layer.length = 0

    def crop(self, tokens_to_remove: int) -> None:
        """Takes the last `-tokens_to_remove` positions off every sequence, as `transformers` spells it."""
        if tokens_to_remove > 0:
            how = f"say how many tokens to remove, as a negative number: `crop(length - {tokens_to_remove})`"
            raise PtoError([CacheUnsupported(None, name=f"crop({tokens_to_remove})", how=how)])
        for layer in self.paged_layers:
            layer.length = max(0, layer.length + tokens_to_remove)
        kept = self.paged_layers[0].length - self.pages.padding
        self.pages.shrink(integers(kept.clamp(min=0)))
        self.placements.forget()

    def reorder_cache(self, beam_idx: Any) -> NoReturn:
        """Refused, E1015: beams would share pages."""
        raise PtoError([CacheUnsupported(None, name="reorder_cache", how=_NO_BEAMS)])

    def batch_repeat_interleave(self, repeats: int) -> NoReturn:
        """Refused, E1015."""
        raise PtoError([CacheUnsupported(None, name="batch_repeat_interleave", how=_NO_BEAMS)])

    def batch_select_indices(self, indices: Any) -> NoReturn:
        """Refused, E1015."""
        raise PtoError([CacheUnsupported(None, name="batch_select_indices", how=_NO_BEAMS)])
