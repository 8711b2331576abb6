"""The keys and values of one layer, in pages."""

from __future__ import annotations

from typing import Any, NoReturn, cast

import torch
from transformers.cache_utils import CacheLayerMixin

from ptodsl.errors import PtoError
from ptodsl.errors.integrations import NotAttached
from ptodsl.integrations.transformers.placement import Placement, Placements
from ptodsl.integrations.transformers.programs import Options, attend, program_for


class PagedLayer(CacheLayerMixin):  # type: ignore[no-untyped-call]  # the registry of its subclasses is untyped
    """Pages [blocks, block_size, kv_heads, head_dim] of keys and of values; `Pages` says whose they are.

    Attention writes new tokens into them and never copies old ones. Memory is taken when the first keys come, whose
    heads and dtype then are those of the layer.
    """

    is_sliding = False
    is_croppable = True

    def __init__(self, placements: Placements, options: Options) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # untyped in transformers
        self.placements = placements
        self.options = options
        self.length = 0
        """Positions so far, padding included."""
        self.launches = 0
        """Launches of compiled programs so far."""

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        """Takes memory for keys and values of these kinds, [sequences, kv_heads, any, head_dim]."""
        _, kv_heads, _, head_dim = key_states.shape
        shape = (self.placements.pages.blocks, self.placements.pages.block_size, kv_heads, head_dim)
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
        return self.placements.pages.max_tokens

    def attend(
        self, query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, padding: torch.Tensor, scale: float
    ) -> torch.Tensor:
        """Writes new keys and values, [sequences, kv_heads, new, head_dim], and gives the attention of their queries,
        [sequences, new, heads, head_dim]. `padding` says how many positions of each sequence come before its first
        token. Raises E1011 to E1014, and what compiling raises, before anything is written.
        """
        sequences, heads, new, head_dim = query.shape
        placement = self.placements.of(padding, self.length, new)
        if not self.is_initialized:
            self.lazy_initialization(keys, values)
        assert self.keys is not None
        assert self.values is not None
        program = program_for(heads, self.keys, placement, self.options)
        _write(self.keys, keys, placement)
        _write(self.values, values, placement)
        self.length += new
        rows = _positions(query).contiguous()
        result, launches = attend(program, rows, self.keys, self.values, placement, scale)
        self.launches += launches
        return result.view(sequences, new, heads, head_dim).to(query.dtype)


def _write(pages: torch.Tensor, states: torch.Tensor, placement: Placement) -> None:
    """Fills each new token's slot, and nothing else of the pages."""
    arrived = _positions(states).index_select(0, placement.written)
    pages.flatten(0, 1).index_copy_(0, placement.slots, arrived)


def _positions(states: torch.Tensor) -> torch.Tensor:
    """[sequences, heads, new, head_dim] as [positions, heads, head_dim]."""
    return states.transpose(1, 2).flatten(0, 1)


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
