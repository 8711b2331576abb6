"""Models of transformers over a paged cache: the same logits and tokens as with torch's own attention and cache.

Models are tiny and random, with weights large enough that attention is far from uniform; pages start as NaN.
"""

from __future__ import annotations

import copy
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    BloomConfig,
    BloomForCausalLM,
    Lfm2Config,
    Lfm2ForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from ptodsl.errors import PtoError
from ptodsl.integrations.transformers import PagedCache, attach
from ptodsl.integrations.transformers.pages import Pages, integers
from ptodsl.integrations.transformers.programs import compiled
from tests.unit.runtime_programs import cache_at

LAYERS, HEADS, KV_HEADS, HEAD_DIM, VOCABULARY = 2, 6, 2, 16, 97
BLOCK, CHUNK, STEPS = 16, 8, 10
SIZES = {
    "vocab_size": VOCABULARY,
    "hidden_size": 96,
    "intermediate_size": 64,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "num_key_value_heads": KV_HEADS,
    "head_dim": HEAD_DIM,
    "max_position_embeddings": 512,
    "initializer_range": 0.2,
    "pad_token_id": 0,
}

TOLERANCE = 1e-5
"""Of the largest logit, in FP32: both sides round to 24 bits and add in orders of their own, over less than a hundred
terms a sum and two layers; a key that is missed or a slot that is mistaken changes the first digit."""


@dataclass(frozen=True)
class Answer:
    """What a generation gives: all tokens, and the logits of every step."""

    tokens: torch.Tensor
    logits: torch.Tensor


@pytest.fixture(scope="module", autouse=True)
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache that starts empty, so that what the models call is compiled; and one thread of torch, enough for them."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with cache_at(tmp_path_factory.mktemp("cache")):
        yield
    torch.set_num_threads(threads)


def made(kind: Any, config: Any, **changed: Any) -> Any:
    """A random model in FP32."""
    torch.manual_seed(0)
    return kind(config(**{**SIZES, **changed})).eval()


@pytest.fixture(scope="module")
def llama() -> Any:
    """The model that most tests ask."""
    return made(LlamaForCausalLM, LlamaConfig)


def tokens(count: int, sequences: int = 1, seed: int = 1) -> torch.Tensor:
    """A random prompt."""
    return torch.randint(1, VOCABULARY, (sequences, count), generator=torch.Generator().manual_seed(seed))


def answer(model: Any, prompt: torch.Tensor, cache: Any = None, steps: int = STEPS, **more: Any) -> Answer:
    """Greedy generation of exactly so many tokens."""
    found = model.generate(
        prompt,
        past_key_values=cache,
        do_sample=False,
        max_new_tokens=steps,
        min_new_tokens=steps,
        output_logits=True,
        return_dict_in_generate=True,
        **more,
    )
    return Answer(found.sequences, torch.stack(found.logits, 1).float())


def torchs(model: Any, prompt: torch.Tensor, **more: Any) -> Answer:
    """The same with torch's attention and a cache that grows by concatenation."""
    model.set_attn_implementation("sdpa")
    return answer(model, prompt, **more)


def poisoned(model: Any, **options: Any) -> PagedCache:
    """An attached model's cache, NaN in every slot."""
    options = {"max_tokens": 64, "block_size": BLOCK, "chunk": CHUNK, **options}
    cache = attach(model, **options)
    cache.early_initialization(cache.pages.sequences, KV_HEADS, HEAD_DIM, model.dtype, torch.device("cpu"))
    for layer in cache.paged_layers:
        for pages in (layer.keys, layer.values):
            assert pages is not None
            pages.fill_(torch.nan)
    return cache


def ours(model: Any, prompt: torch.Tensor, **more: Any) -> Answer:
    """The same through the compiled kernels."""
    return answer(model, prompt, poisoned(model, sequences=len(prompt)), **more)


def assert_same(found: Answer, expected: Answer, tolerance: float = TOLERANCE) -> None:
    """Equal tokens, and logits within the tolerance."""
    assert torch.equal(found.tokens, expected.tokens)
    assert_close(found.logits, expected.logits, tolerance)


def assert_close(found: torch.Tensor, expected: torch.Tensor, tolerance: float = TOLERANCE) -> None:
    """Within the tolerance of the largest."""
    assert float((found - expected).abs().max()) <= tolerance * float(expected.abs().max())


def codes(raised: pytest.ExceptionInfo[PtoError]) -> list[str]:
    """The codes of an error, whose text must render."""
    assert "{" not in str(raised.value)
    return [diagnostic.code for diagnostic in raised.value.diagnostics]


# The answer


@pytest.mark.parametrize("count", [1, CHUNK, BLOCK, BLOCK + 1, 2 * BLOCK + 5])
def test_answers_are_those_of_torch(llama: Any, count: int) -> None:
    assert_same(ours(llama, tokens(count)), torchs(llama, tokens(count)))


@pytest.mark.parametrize(
    ("kind", "config"),
    [(Qwen2ForCausalLM, Qwen2Config), (Qwen3ForCausalLM, Qwen3Config), (MistralForCausalLM, MistralConfig)],
    ids=["qwen2", "qwen3", "mistral"],
)
def test_answers_of_other_models_are_those_of_torch(kind: Any, config: Any) -> None:
    model = made(kind, config)
    assert_same(ours(model, tokens(21)), torchs(model, tokens(21)))


def test_answers_of_odd_sizes_are_those_of_torch() -> None:
    sizes = {"hidden_size": 84, "num_attention_heads": 7, "num_key_value_heads": 1, "head_dim": 34}
    model = made(LlamaForCausalLM, LlamaConfig, **sizes)
    cache = attach(model, max_tokens=45, block_size=17, chunk=7, sequences=3)
    assert_same(answer(model, tokens(30, sequences=3), cache), torchs(model, tokens(30, sequences=3)))


def test_guesses_that_were_wrong_are_taken_back(llama: Any) -> None:
    prompt = tokens(6, seed=5).repeat(1, 4)  # repeats, so that there is something to guess by
    guessing: dict[str, Any] = {"prompt_lookup_num_tokens": 4}
    cache = poisoned(llama)
    assert torch.equal(answer(llama, prompt, cache, **guessing).tokens, torchs(llama, prompt).tokens)
    assert cache.get_seq_length() == prompt.shape[1] + STEPS - 1


def test_window_that_is_wider_than_the_context_does_not_matter() -> None:
    model = made(MistralForCausalLM, MistralConfig, sliding_window=100)
    assert_same(ours(model, tokens(21)), torchs(model, tokens(21)))


def test_sequences_padded_on_the_left_answer_as_each_alone(llama: Any) -> None:
    prompt, mask = tokens(20, sequences=2), torch.ones(2, 20, dtype=torch.int64)
    mask[1, :7] = 0
    found = ours(llama, prompt, attention_mask=mask)
    assert_same(found, torchs(llama, prompt, attention_mask=mask))
    for sequence, start in enumerate((0, 7)):
        alone = torchs(llama, prompt[sequence : sequence + 1, start:])
        assert torch.equal(found.tokens[sequence, start:], alone.tokens[0])
        assert_close(found.logits[sequence], alone.logits[0])


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_half_precision_is_as_near_to_single_as_torch_is(llama: Any, dtype: torch.dtype) -> None:
    prompt, exact = tokens(21), torchs(llama, tokens(21), steps=1)
    model = copy.deepcopy(llama).to(dtype)
    expected, found = torchs(model, prompt, steps=1), ours(model, prompt, steps=1)
    error = float((found.logits - exact.logits).abs().max())
    assert error <= 1.5 * float((expected.logits - exact.logits).abs().max())


def test_every_position_of_a_prompt_has_its_logits(llama: Any) -> None:
    prompt = tokens(19)
    llama.set_attn_implementation("sdpa")
    with torch.inference_mode():
        expected = llama(prompt).logits
        found = llama(prompt, past_key_values=poisoned(llama)).logits
    assert_close(found, expected)


# The cache


def test_launches_are_counted(llama: Any) -> None:
    cache = poisoned(llama)
    answer(llama, tokens(2 * CHUNK + 1), cache)
    assert cache.launches == LAYERS * (3 + STEPS - 1)


def test_step_writes_one_slot_a_layer_in_place(llama: Any) -> None:
    cache = poisoned(llama)
    answer(llama, tokens(BLOCK - 1), cache, steps=1)
    layers = cache.paged_layers
    before = [(layer.keys, layer.values, layer.keys.clone(), layer.values.clone()) for layer in layers]  # type: ignore[union-attr]
    with torch.inference_mode():
        llama(tokens(1), past_key_values=cache)
    for layer, (keys, values, old_keys, old_values) in zip(layers, before, strict=True):
        assert layer.keys is keys
        assert layer.values is values
        for new, old in ((layer.keys, old_keys), (layer.values, old_values)):
            assert new is not None
            changed = (new.view(torch.int32) != old.view(torch.int32)).flatten(2).any(-1)
            assert int(changed.sum()) == 1


def test_pages_of_a_sequence_are_no_neighbours(llama: Any) -> None:
    cache = poisoned(llama)
    answer(llama, tokens(40), cache)
    held = integers(cache.pages.table[0])
    assert sorted(held) == [0, 1, 2, 3]
    assert held != sorted(held)
    assert cache.pages.free == 0


def test_second_cache_compiles_nothing(llama: Any) -> None:
    first = ours(llama, tokens(21))
    before = compiled.cache_info().misses
    assert_same(ours(llama, tokens(21)), first, tolerance=0)
    assert compiled.cache_info().misses == before


def test_cache_that_was_reset_is_as_new(llama: Any) -> None:
    cache = poisoned(llama)
    answer(llama, tokens(30, seed=5), cache)
    cache.reset()
    assert (cache.get_seq_length(), cache.pages.free) == (0, cache.pages.blocks)
    assert_same(answer(llama, tokens(21), cache), torchs(llama, tokens(21)))


def test_reset_forgets_where_the_last_pass_went(llama: Any) -> None:
    cache, padding = poisoned(llama), torch.zeros(1, dtype=torch.int64)
    first = cache.placements.of(padding, 0, 3)
    assert cache.placements.of(padding, 0, 3) is first
    cache.reset()
    assert cache.placements.of(padding, 0, 3) is not first
    assert cache.pages.free == cache.pages.blocks - 1


def test_conversation_goes_on_where_it_ended(llama: Any) -> None:
    cache = poisoned(llama)
    first = answer(llama, tokens(11), cache).tokens
    longer = torch.cat([first, tokens(7, seed=3)], -1)
    whole: dict[str, Any] = {
        "attention_mask": torch.ones_like(longer)
    }  # the answer may hold what stands for padding elsewhere
    launches = cache.launches
    assert_same(answer(llama, longer, cache, **whole), torchs(llama, longer, **whole))
    assert cache.launches - launches == LAYERS * (1 + STEPS - 1)


def test_cropped_cache_goes_on_from_there(llama: Any) -> None:
    cache = poisoned(llama)
    answer(llama, tokens(21), cache)
    cache.crop(-STEPS - 6)
    assert (cache.get_seq_length(), cache.pages.free) == (14, cache.pages.blocks - 1)
    assert_same(answer(llama, tokens(21), cache), torchs(llama, tokens(21)))


def test_copies_of_a_cache_go_on_apart(llama: Any) -> None:
    cache = poisoned(llama)
    with torch.inference_mode():
        llama(tokens(13), past_key_values=cache)
    prompts = [torch.cat([tokens(13), tokens(8, seed=seed)], -1) for seed in (2, 3)]
    found = [answer(llama, prompt, copy.deepcopy(cache)) for prompt in prompts]
    for prompt, one in zip(prompts, found, strict=True):
        assert_same(one, torchs(llama, prompt))
        llama.set_attn_implementation("ptodsl")


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("reorder_cache", torch.tensor([0])),
        ("batch_repeat_interleave", 2),
        ("batch_select_indices", torch.tensor([0])),
        ("crop", 3),
    ],
)
def test_what_a_cache_does_not_do_is_said(llama: Any, name: str, argument: Any) -> None:
    cache = poisoned(llama)
    with pytest.raises(PtoError, match=name) as raised:
        getattr(cache, name)(argument)
    assert codes(raised) == ["E1015"]


COUNTS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=8)


@given(COUNTS)
def test_no_page_is_lost_and_none_held_twice(steps: list[tuple[int, int, int]]) -> None:
    pages = Pages(sequences=3, max_tokens=40, block_size=16)
    for counts in steps:
        pages.shrink(counts)
        pages.reserve(counts)
        where = [pages.slots(torch.full((count,), row), torch.arange(count)) for row, count in enumerate(counts)]
        slots = integers(torch.cat(where))
        assert len(set(slots)) == len(slots) == sum(counts)
        held = {slot // 16 for slot in slots}
        assert pages.free == pages.blocks - len(held)
    pages.release()
    assert pages.free == pages.blocks


# What is refused


def test_program_that_does_not_compile_leaves_the_cache_as_it_was(
    llama: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cache = poisoned(llama, block_size=19)
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", str(tmp_path))  # where no compiler is
    with cache_at(tmp_path), pytest.raises(PtoError, match="E06"):
        answer(llama, tokens(5), cache)
    monkeypatch.setenv("PATH", path)
    assert cache.get_seq_length() == 0
    assert all(bool(layer.keys.isnan().all()) for layer in cache.paged_layers if layer.keys is not None)
    assert_same(answer(llama, tokens(5), cache), torchs(llama, tokens(5)))


def test_context_that_outgrows_the_table_is_refused(llama: Any) -> None:
    with pytest.raises(PtoError, match="would grow to 65 tokens, the cache is for 64") as raised:
        answer(llama, tokens(60), poisoned(llama))
    assert codes(raised) == ["E1012"]


def test_pool_that_is_too_small_is_refused_before_anything_is_written(llama: Any) -> None:
    cache = poisoned(llama, sequences=2, blocks=3)
    with pytest.raises(PtoError, match="sequence 1 needs 2 more pages, 1 of 3 are free") as raised:
        answer(llama, tokens(20, sequences=2), cache)
    assert codes(raised) == ["E1013"]
    assert (cache.pages.free, cache.get_seq_length()) == (3, 0)
    assert all(bool(layer.keys.isnan().all()) for layer in cache.paged_layers if layer.keys is not None)


@pytest.mark.parametrize("more", [{"num_beams": 2}, {"num_return_sequences": 2, "do_sample": True}], ids=str)
def test_more_sequences_than_the_cache_has_are_refused(llama: Any, more: dict[str, Any]) -> None:
    with pytest.raises(PtoError, match=r"attach\(model, sequences=2") as raised:
        llama.generate(tokens(5), past_key_values=poisoned(llama), max_new_tokens=3, **more)
    assert codes(raised) == ["E1011"]


def test_model_without_a_paged_cache_is_refused(llama: Any) -> None:
    attach(llama, max_tokens=64)
    with pytest.raises(PtoError, match="past_key_values=cache") as raised:
        answer(llama, tokens(5))
    assert codes(raised) == ["E1004"]


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_paged_cache_under_another_attention_is_refused(llama: Any, attention: str) -> None:
    cache = poisoned(llama)
    llama.set_attn_implementation(attention)
    with pytest.raises(PtoError, match="call `attach") as raised:
        answer(llama, tokens(5), cache)
    assert codes(raised) == ["E1005"]


def bloom() -> Any:
    """A model with an attention of its own."""
    return BloomForCausalLM(BloomConfig(vocab_size=VOCABULARY, hidden_size=32, n_layer=1, n_head=2))


def bart() -> Any:
    """A model with an encoder."""
    sizes: dict[str, Any] = {"vocab_size": VOCABULARY, "d_model": 32, "encoder_layers": 1, "decoder_layers": 1}
    return BartForConditionalGeneration(BartConfig(**sizes, encoder_attention_heads=2, decoder_attention_heads=2))


def lfm() -> Any:
    """A model whose first layer is a convolution."""
    return made(Lfm2ForCausalLM, Lfm2Config, layer_types=["conv", "full_attention"])


@pytest.mark.parametrize(
    ("model", "why"),
    [(bloom, "does not let its attention be set"), (bart, "attention to an encoder"), (lfm, "layers of conv")],
)
def test_model_that_is_not_all_settable_attention_is_refused(model: Callable[[], Any], why: str) -> None:
    with pytest.raises(PtoError, match=why) as raised:
        attach(model(), max_tokens=64)
    assert codes(raised) == ["E1002"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"max_tokens": 0}, "`max_tokens` is 0"),
        ({"block_size": 8}, "give 16 to 128"),
        ({"sequences": 0}, "`sequences`"),
        ({"blocks": 0}, "`blocks`"),
        ({"chunk": 0}, "`chunk`"),
        ({"threads": 0}, "`threads`"),
    ],
)
def test_options_without_meaning_are_refused(llama: Any, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(PtoError, match=said) as raised:
        attach(llama, **(dict[str, Any](max_tokens=64) | wrong))
    assert codes(raised) == ["E1003"]


def test_architecture_that_is_unknown_is_refused_at_once(llama: Any) -> None:
    with pytest.raises(PtoError) as raised:
        attach(llama, max_tokens=64, arch="a9")
    assert codes(raised) == ["E0611"]


def test_window_that_bites_is_refused() -> None:
    model = made(MistralForCausalLM, MistralConfig, sliding_window=12)
    with pytest.raises(PtoError, match="position 12 must skip position 0") as raised:
        ours(model, tokens(8))
    assert codes(raised) == ["E1007"]


def masked(*zeros: int) -> torch.Tensor:
    """A mask of ten tokens with holes."""
    mask = torch.ones(1, 10, dtype=torch.int64)
    mask[0, list(zeros)] = 0
    return mask


@pytest.mark.parametrize("zeros", [(9,), (4,), (0, 3)], ids=["right", "hole", "left and hole"])
def test_mask_that_is_not_padding_on_the_left_is_refused(llama: Any, zeros: tuple[int, ...]) -> None:
    with pytest.raises(PtoError, match="pad on the left") as raised, torch.inference_mode():
        llama(tokens(10), attention_mask=masked(*zeros), past_key_values=poisoned(llama))
    assert codes(raised) == ["E1007"]


def test_mask_that_forgets_the_padding_is_refused(llama: Any) -> None:
    cache = poisoned(llama)
    with torch.inference_mode():
        llama(tokens(10), attention_mask=masked(0, 1, 2), past_key_values=cache)
    with pytest.raises(PtoError, match="0 padded positions now, and had 3") as raised, torch.inference_mode():
        llama(tokens(1), past_key_values=cache)
    assert codes(raised) == ["E1014"]


def test_ready_made_mask_is_refused(llama: Any) -> None:
    mask = torch.ones(1, 1, 10, 10, dtype=torch.bool).tril()
    with pytest.raises(PtoError, match="a tensor \\[1, 1, 10, 10\\] for a mask") as raised, torch.inference_mode():
        llama(tokens(10), attention_mask=mask, past_key_values=poisoned(llama))
    assert codes(raised) == ["E1008"]


def test_gradients_are_refused(llama: Any) -> None:
    with pytest.raises(PtoError, match="inference_mode") as raised:
        llama(tokens(5), past_key_values=poisoned(llama))
    assert codes(raised) == ["E1009"]


def attended(**asked: Any) -> list[str]:
    """The codes of what our attention says to a call with this in it."""
    llama = made(LlamaForCausalLM, LlamaConfig)
    layer = poisoned(llama).paged_layers[0]
    shapes = {"query": (1, HEADS, 3, HEAD_DIM), "key": (1, KV_HEADS, 3, HEAD_DIM), "value": (1, KV_HEADS, 3, HEAD_DIM)}
    states = {name: asked.pop(name, torch.ones(shape)) for name, shape in shapes.items()}
    key, value = layer.update(states["key"], states["value"])
    attention: Any = importlib.import_module("ptodsl.integrations.transformers.attention").paged_attention
    with pytest.raises(PtoError) as raised:
        attention(torch.nn.Module(), states["query"], key, value, torch.zeros(1, dtype=torch.int64), **asked)
    return codes(raised)


@pytest.mark.parametrize(
    "asked",
    [
        {"dropout": 0.1},
        {"softcap": 30.0},
        {"s_aux": torch.ones(HEADS)},
        {"is_causal": False},
        {"output_attentions": True},
        {"position_bias": torch.ones(1, HEADS, 3, 3)},
        {"cu_seq_lens_q": torch.tensor([0, 3])},
    ],
    ids=lambda asked: next(iter(asked)),
)
def test_attention_of_another_kind_is_refused(asked: dict[str, Any]) -> None:
    assert attended(**asked) == ["E1006"]


@pytest.mark.parametrize(
    "states",
    [
        {"query": torch.ones(1, HEADS, 3, HEAD_DIM, dtype=torch.float64)},
        {"key": torch.ones(1, KV_HEADS, 3, HEAD_DIM, dtype=torch.bfloat16)},
        {"value": torch.ones(1, KV_HEADS, 3, 2 * HEAD_DIM)},
        {"query": torch.ones(1, 5, 3, HEAD_DIM)},
        {"query": torch.ones(1, HEADS, 3, HEAD_DIM, device="meta")},
        {name: torch.ones(1, KV_HEADS, 3, 8) for name in ("query", "key", "value")},
        {name: torch.ones(1, KV_HEADS, 3, 272) for name in ("query", "key", "value")},
    ],
    ids=["dtype", "dtypes", "value", "groups", "device", "narrow", "wide"],
)
def test_tensors_without_a_kernel_are_refused(states: dict[str, torch.Tensor]) -> None:
    assert attended(**states) == ["E1010"]


def test_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    monkeypatch.delitem(sys.modules, "ptodsl.integrations.transformers")
    with pytest.raises(PtoError, match=r"pip install 'ptodsl\[llm\]'") as raised:
        importlib.import_module("ptodsl.integrations.transformers")
    assert codes(raised) == ["E1001"]
