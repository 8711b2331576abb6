"""The attention that models of transformers call, and what of theirs it refuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TypeAlias

import torch

from ptodsl.errors import Diagnostic, PtoError
from ptodsl.errors.integrations import (
    AttentionUnsupported,
    CacheMissing,
    GradientsWanted,
    MaskForeign,
    TensorsUnsupported,
)
from ptodsl.integrations.transformers.layer import Arriving
from ptodsl.integrations.transformers.programs import DTYPES

HEAD_DIMS = range(16, 257)

HARMLESS = frozenset(
    {
        *("cache", "cache_position", "logits_to_keep", "num_items_in_batch", "output_hidden_states"),
        *("output_router_logits", "past_key_values", "position_embeddings", "position_ids", "return_dict"),
        *("sliding_window", "use_cache"),
    }
)
"""What models pass along that says nothing about the scores. A sliding window that bites shows in the mask."""


def paged_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor | Arriving,
    value: torch.Tensor | Arriving,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    is_causal: bool | None = None,
    **asked: object,
) -> tuple[torch.Tensor, None]:
    """The attention of new queries, [sequences, heads, new, head_dim], over their sequences: [sequences, new, heads,
    head_dim]. `key` and `value` are what `PagedCache` gives for new ones, `attention_mask` is what `padding_of` gives.
    Raises E1004 to E1014.
    """
    layer = getattr(module, "layer_idx", "?")
    if not isinstance(key, Arriving) or not isinstance(value, Arriving):
        raise PtoError([CacheMissing(None, layer=layer, given=_described(key))])
    if not isinstance(attention_mask, torch.Tensor) or attention_mask.ndim != 1:
        raise PtoError([MaskForeign(None, layer=layer, given=_described(attention_mask))])
    causal = getattr(module, "is_causal", True) if is_causal is None else is_causal
    wanted = {**asked, "dropout": dropout or None, "bidirectional attention": None if causal else True}
    problems = [*_asked(layer, wanted), *_kinds(layer, query, key.states, value.states)]
    if problems:
        raise PtoError(problems)
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    return key.layer.attend(query, key.states, value.states, attention_mask, scale), None


def _asked(layer: object, wanted: dict[str, object]) -> Iterator[Diagnostic]:
    """A complaint for everything that a model asks of its attention beyond what the kernels compute."""
    for name, value in wanted.items():
        if name not in HARMLESS and value is not None and value is not False:
            yield AttentionUnsupported(None, layer=layer, what=f"`{name}`" if name.isidentifier() else name)


def _kinds(layer: object, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> Iterator[Diagnostic]:
    """A complaint for every dtype, device or size that the kernels have no form for, and for gradients."""
    tensors = (query, key, value)
    for what, expected in _unfit(*((one.dtype, one.device.type, one.shape[1], one.shape[3]) for one in tensors)):
        yield TensorsUnsupported(None, layer=layer, what=what, expected=expected)
    if any(tensor.requires_grad for tensor in tensors):
        yield GradientsWanted(None, layer=layer)


Kind: TypeAlias = tuple[torch.dtype, str, int, int]
"""Dtype, device, heads and their width."""


@cache
def _unfit(query: Kind, key: Kind, value: Kind) -> tuple[tuple[str, str], ...]:
    """What is wrong and what would be right, of queries, keys and values of these kinds."""
    dtypes, devices, _, widths = zip(query, key, value, strict=True)
    taken = ", ".join(str(dtype) for dtype in DTYPES)
    rules = (
        (len(set(dtypes)) > 1 or query[0] not in DTYPES, f"tensors of {_listed(dtypes)}", f"one of {taken}"),
        (set(devices) != {"cpu"}, f"tensors on {_listed(devices)}", "those in the host's memory"),
        (query[3] not in HEAD_DIMS, f"heads of {query[3]}", f"{HEAD_DIMS[0]} to {HEAD_DIMS[-1]}"),
        (len(set(widths)) > 1, f"heads of {_listed(widths)}", "queries, keys and values of one width"),
        (key[2] != value[2], f"{key[2]} heads of keys and {value[2]} of values", "as many of both"),
        (query[2] % key[2] != 0, f"{query[2]} query heads on {key[2]} KV heads", "groups of one size"),
    )
    return tuple((what, expected) for wrong, what, expected in rules if wrong)


def _listed(things: Iterable[object]) -> str:
    return " and ".join(sorted({str(thing) for thing in things}))


def _described(value: object) -> str:
    if isinstance(value, torch.Tensor):
        return f"a tensor {list(value.shape)}"
    return "nothing" if value is None else f"a {type(value).__name__}"
