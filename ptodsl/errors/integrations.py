"""E10: what a model of another library asks for."""

from __future__ import annotations

from ptodsl.errors import Diagnostic


class TransformersMissing(Diagnostic):
    """The integration is with a library that is not installed."""

    code = "E1001"
    template = "`ptodsl.integrations.transformers` needs {name}, which is not installed"
    remedy = "pip install 'ptodsl[llm]'"


class ModelUnsupported(Diagnostic):
    """A model whose attention cannot be replaced, or that is more than layers of causal attention."""

    code = "E1002"
    template = "`{model}` {why}"
    remedy = "use a decoder whose layers all call transformers' `AttentionInterface`, e.g. Llama, Mistral or Qwen3"


class OptionUnsupported(Diagnostic):
    """An argument of `attach` that the kernels have no form for."""

    code = "E1003"
    template = "`{name}` is {given}"
    remedy = "give {expected}"


class CacheMissing(Diagnostic):
    """The model runs without a paged cache, or with a cache of another kind."""

    code = "E1004"
    template = "the attention of layer {layer} was given {given} for keys, not the pages of a `PagedCache`"
    remedy = (
        "pass what `attach` gave, `model.generate(..., past_key_values=cache)`, "
        'or go back to torch with `model.set_attn_implementation("sdpa")`'
    )


class NotAttached(Diagnostic):
    """A paged cache in a model whose attention is not ours."""

    code = "E1005"
    template = "the model asks a `PagedCache` for `{name}` of its keys: its attention is not the one that reads pages"
    remedy = "call `attach(model, ...)` before the cache is used, and use it with that model"


class AttentionUnsupported(Diagnostic):
    """A kind of attention that the kernels do not compute."""

    code = "E1006"
    template = "the attention of layer {layer} asks for {what}, the kernels compute causal attention and nothing else"
    remedy = 'use torch for this model, `model.set_attn_implementation("sdpa")`, or leave {what} out'


class MaskUnsupported(Diagnostic):
    """A mask that is not causal behind padding on the left."""

    code = "E1007"
    template = (
        "sequence {sequence}: position {query} must {verb} position {key}, "
        "which causal attention behind padding on the left does not"
    )
    remedy = (
        'pad on the left (`tokenizer.padding_side = "left"`) and leave no hole in the mask; '
        'with a sliding window or packed sequences use torch, `model.set_attn_implementation("sdpa")`'
    )


class MaskForeign(Diagnostic):
    """A mask that was not made by the function that `attach` registers."""

    code = "E1008"
    template = "the attention of layer {layer} was given {given} for a mask"
    remedy = "pass the mask of the tokens, [sequences, tokens], or none"


class GradientsWanted(Diagnostic):
    """A model that runs under automatic differentiation."""

    code = "E1009"
    template = "the queries of layer {layer} require a gradient, and the kernels compute none"
    remedy = "run the model under `torch.inference_mode()` or `torch.no_grad()`, as `generate` does"


class TensorsUnsupported(Diagnostic):
    """Queries, keys or values of a kind that the kernels have no form for."""

    code = "E1010"
    template = "the attention of layer {layer} has {what}, the kernels take {expected}"
    remedy = 'use torch for this model, `model.set_attn_implementation("sdpa")`'


class SequencesDiffer(Diagnostic):
    """A batch of another size than the cache's."""

    code = "E1011"
    template = "the batch has {given} sequences, the cache is for {sequences}"
    remedy = "`attach(model, sequences={given}, ...)`; beams and `num_return_sequences` count as sequences"


class ContextTooLong(Diagnostic):
    """A sequence that outgrows its row of the block table."""

    code = "E1012"
    template = "sequence {sequence} would grow to {tokens} tokens, the cache is for {limit}"
    remedy = "`attach(model, max_tokens={tokens}, ...)` or more, or generate fewer tokens"


class PagesExhausted(Diagnostic):
    """No page is free."""

    code = "E1013"
    template = "sequence {sequence} needs {needed} more pages, {free} of {blocks} are free"
    remedy = "give `attach` more `blocks`, or `cache.reset()` between unrelated prompts"


class PaddingChanged(Diagnostic):
    """A mask that disagrees with that of the tokens already in the cache."""

    code = "E1014"
    template = "sequence {sequence} has {given} padded positions now, and had {before} when its first tokens came"
    remedy = "pass the mask of all tokens, past ones too, or `cache.reset()` for new ones"


class CacheUnsupported(Diagnostic):
    """What a paged cache does not do."""

    code = "E1015"
    template = "a `PagedCache` has no `{name}`"
    remedy = "{how}"
