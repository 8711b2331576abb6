"""The keys and values of one layer, in pages."""

from __future__ import annotations

from typing import Any, NoReturn, cast

import torch
from transformers.cache_utils import CacheLayerMixin

from ptodsl.errors import PtoError
from ptodsl.errors.integrations import NotAttached, SequencesDiffer
from ptodsl.integrations.transformers.pages import Pages, integers
from ptodsl.integrations.transformers.programs import Options, Rows, attend


class PagedLayer(CacheLayerMixin):  # type: ignore[no-untyped-call]  # the registry of its subclasses is untyped
    """Pages [blocks, block_size, kv_heads, head_dim] of keys and of values; `Pages` says whose they are.

    Attention writes new tokens into them and never copies old ones. Memory is taken when the first keys come, whose
    heads and dtype then are those of the layer.
    """

    is_sliding = False
    is_croppable = True

    def __init__(self, pages: Pages, options: Options) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # untyped in transformers
        self.pages = pages
        self.options = options
        self.length = 0
        """Positions so far, padding included."""
        self.launches = 0
        """Launches of compiled programs so far."""

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        """Takes memory for keys and values of these kinds, [sequences, kv_heads, any, head_dim]."""
        _, kv_heads, _, head_dim = key_states.shape
        shape = (self.pages.blocks, self.pages.block_size, kv_heads, head_dim)
        self.keys = torch.empty(shape, dtype=key_states.dtype)
        self.values = torch.empty(shape, dtype=value_states.dtype)
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: object, **kwargs: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The new keys and values on their way to attention: only there is it known which of them are padding."""
        states = (Arriving(self, key_states), Arriving(self, value_states))
        return cast("tuple[torch.Tensor, torch.Tensor]", states)

    def get_seq_length(self) -> int:
        """Positions so far, padding included."""
        return self.length

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """How many positions a mask has for so many new ones, and where they start."""
        return self.length + query_length, 0

    def get_max_length(self) -> int:
        """Tokens of the longest context."""
        return self.pages.max_tokens

    def attend(
        self, query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, padding: torch.Tensor, scale: float
    ) -> torch.Tensor:
        """Writes new keys and values, [sequences, kv_heads, new, head_dim], and gives the attention of their queries,
        [sequences, new, heads, head_dim]. `padding` says how many positions of each sequence come before its first
        token. Raises E1011 to E1014 before anything is written.
        """
        tokens = self._place(keys, padding)
        self._write(keys, values, tokens)
        return self._attention(query, tokens, scale)

    def _place(self, keys: torch.Tensor, padding: torch.Tensor) -> torch.Tensor:
        """Which token of its sequence each new position is, [sequences, new], its page held; padding is negative."""
        sequences, _, new, _ = keys.shape
        if sequences != self.pages.sequences:
            raise PtoError([SequencesDiffer(None, given=sequences, sequences=self.pages.sequences)])
        tokens = torch.arange(self.length, self.length + new) - padding[:, None]
        self.pages.begin(padding)
        self.pages.reserve(integers(tokens[:, -1] + 1))
        return tokens

    def _write(self, keys: torch.Tensor, values: torch.Tensor, tokens: torch.Tensor) -> None:
        if not self.is_initialized:
            self.lazy_initialization(keys, values)
        sequences, columns = (tokens >= 0).nonzero(as_tuple=True)
        slots = self.pages.slots(sequences, tokens[sequences, columns])
        for pages, states in ((self.keys, keys), (self.values, values)):
            assert pages is not None
            pages.flatten(0, 1)[slots] = states[sequences, :, columns]
        self.length += tokens.shape[1]

    def _attention(self, query: torch.Tensor, tokens: torch.Tensor, scale: float) -> torch.Tensor:
        assert self.keys is not None
        assert self.values is not None
        sequences, heads, new, head_dim = query.shape
        rows = Rows(
            query.transpose(1, 2).reshape(-1, heads, head_dim).contiguous(),
            self.pages.table.repeat_interleave(new, 0),
            (tokens + 1).clamp(min=0).flatten().to(torch.int32),
        )
        size = sequences if new == 1 else self.options.chunk
        result, launches = attend(rows, self.keys, self.values, scale, size, self.options)
        self.launches += launches
        return result.view(sequences, new, heads, head_dim).to(query.dtype)


class Arriving:
    """New keys or values of a layer, where a model expects all of them as a tensor. Our attention takes them from
    here; to anybody else it says E1005: there is no tensor of all keys.
    """

    def __init__(self, layer: PagedLayer, states: torch.Tensor) -> None:
        self.layer = layer
        self.states = states

    def __getattr__(self, name: str) -> NoReturn:
        raise PtoError([NotAttached(None, name=name)])

    @classmethod
    def __torch_function__(cls, function: Any, types: object, args: object = (), kwargs: object = None) -> NoReturn:
        raise PtoError([NotAttached(None, name=function.__name__)])
