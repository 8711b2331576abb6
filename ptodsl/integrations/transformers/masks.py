"""From the mask that a model asks for to the one number a sequence that the kernels need: its padding."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import torch
from transformers import masking_utils

from ptodsl.errors import PtoError
from ptodsl.errors.integrations import MaskUnsupported
from ptodsl.integrations.transformers.pages import integers

_MASK = cast("Callable[..., torch.Tensor]", masking_utils.sdpa_mask)
"""Which keys each query sees, [sequences, 1, queries, keys] of BOOL, where no shortcut may be taken."""


def padding_of(
    *,
    batch_size: int,
    q_length: int,
    kv_length: int,
    q_offset: int = 0,
    kv_offset: int = 0,
    attention_mask: torch.Tensor | None = None,
    **asked: object,
) -> torch.Tensor:
    """How many positions of each sequence come before its first token, INT64 [sequences].

    Called by a model in place of making its mask, with what it would be made of. The mask is made all the same and
    compared with what the kernels do, causal attention behind that padding, so that no kind of mask needs to be known
    here to be refused: sliding windows that bite, chunks, packed sequences, holes, padding on the right. Raises E1007.
    """
    padding = torch.zeros(batch_size, dtype=torch.int64)
    if attention_mask is not None:
        padding = attention_mask.int().argmax(-1)
    sizes = {"batch_size": batch_size, "q_length": q_length, "kv_length": kv_length}
    offsets = {"q_offset": q_offset, "kv_offset": kv_offset}
    exact = {**asked, "allow_is_causal_skip": False, "allow_is_bidirectional_skip": False}
    seen = _MASK(**sizes, **offsets, attention_mask=attention_mask, **exact)[:, 0]
    queries = torch.arange(q_length) + q_offset
    keys = torch.arange(kv_length) + kv_offset
    ours = (keys <= queries[:, None]) & (keys >= padding[:, None, None])
    if not torch.equal(seen, ours):
        sequence, query, key = integers((seen != ours).nonzero()[0])
        verb = "attend to" if seen[sequence, query, key] else "skip"
        place = {"query": query + q_offset, "key": key + kv_offset}
        raise PtoError([MaskUnsupported(None, sequence=sequence, verb=verb, **place)])
    return padding
