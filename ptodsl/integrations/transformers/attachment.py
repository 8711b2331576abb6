"""The one call that gives a model its attention and its cache."""

from __future__ import annotations

from collections.abc import Iterator

from transformers.configuration_utils import PreTrainedConfig
from transformers.masking_utils import AttentionMaskInterface
from transformers.modeling_utils import AttentionInterface, PreTrainedModel

from ptodsl import driver
from ptodsl.errors import Diagnostic, PtoError
from ptodsl.errors.integrations import ModelUnsupported, OptionUnsupported
from ptodsl.integrations.transformers.attention import paged_attention
from ptodsl.integrations.transformers.cache import PagedCache
from ptodsl.integrations.transformers.masks import padding_of
from ptodsl.integrations.transformers.pages import Pages
from ptodsl.integrations.transformers.programs import Options

NAME = "ptodsl"
"""What the attention is called among transformers'."""

LAYER_TYPES = frozenset({"chunked_attention", "full_attention", "sliding_attention"})
"""Layers that keep keys and values; where a chunk or a window bites is for the mask to say."""

BLOCK_SIZES = range(16, 129)


def attach(
    model: PreTrainedModel,
    *,
    max_tokens: int,
    block_size: int = 64,
    sequences: int = 1,
    blocks: int | None = None,
    chunk: int = 32,
    threads: int | None = None,
    arch: str = "a2a3",
) -> PagedCache:
    """Sets the attention of a decoder model to the compiled kernels and gives a cache for it to be called with.

    The cache holds up to `max_tokens` tokens of each of `sequences` sequences (prompt and answer; padding does not
    count) in `blocks` pages of `block_size` tokens, by default as many as that takes; sequences of different lengths
    make do with fewer. A prompt goes through in launches of `chunk` positions. Programs are compiled at first use, on
    `threads` workers a launch. Call it again for another cache; `model.set_attn_implementation("sdpa")` undoes it.
    Raises E1002, E1003, E0611.
    """
    driver.architecture_of(arch)
    problems = list(_problems(max_tokens, block_size, sequences, blocks, chunk, threads))
    if problems:
        raise PtoError(problems)
    AttentionInterface.register(NAME, paged_attention)
    AttentionMaskInterface.register(NAME, padding_of)
    config = _decoder(model)
    model.set_attn_implementation(NAME)
    if config._attn_implementation != NAME:  # pyright: ignore[reportPrivateUsage]  # it has no public name
        raise PtoError([ModelUnsupported(None, model=type(model).__name__, why="does not let its attention be set")])
    pages = Pages(sequences=sequences, max_tokens=max_tokens, block_size=block_size, blocks=blocks)
    return PagedCache(config.num_hidden_layers, pages, chunk, Options(arch, threads))


def _decoder(model: PreTrainedModel) -> PreTrainedConfig:
    """The configuration of the part that generates. Raises E1002 where that is not layers of attention alone."""
    config = model.config.get_text_config(decoder=True)
    foreign = {*(getattr(config, "layer_types", None) or ())} - LAYER_TYPES
    if config.is_encoder_decoder:
        foreign.add("attention to an encoder")
    if foreign:
        why = f"has layers of {', '.join(sorted(foreign))}"
        raise PtoError([ModelUnsupported(None, model=type(model).__name__, why=why)])
    return config


def _problems(
    max_tokens: int, block_size: int, sequences: int, blocks: int | None, chunk: int, threads: int | None
) -> Iterator[Diagnostic]:
    counts = {
        "max_tokens": max_tokens,
        "sequences": sequences,
        "chunk": chunk,
        "blocks": 1 if blocks is None else blocks,
        "threads": 1 if threads is None else threads,
    }
    for name, given in counts.items():
        if given < 1:
            yield OptionUnsupported(None, name=name, given=given, expected="1 or more")
    if block_size not in BLOCK_SIZES:
        expected = f"{BLOCK_SIZES[0]} to {BLOCK_SIZES[-1]}"
        yield OptionUnsupported(None, name="block_size", given=block_size, expected=expected)
