"""`make test-large`: paged attention over the whole grid, and at sizes up to 64 sequences of 8192 tokens."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice, product
from random import Random
from typing import Any

import torch
from tqdm import tqdm  # type: ignore[import-untyped] # its stubs are a package of their own, for one call

from ptodsl.machine import ARCHITECTURES
from ptodsl.testing import DataType, TestConfig, TestResult, TestRunner
from tests.st.attention_cases import PagedAttentionCase, Shape
from tests.st.pairwise import pairwise_sample

KV_BYTES = 1 << 30
"""What the caches take at most; where a batch needs more, sequences share blocks."""

AT_ONCE = 32
"""Programs that are compiled side by side before they run."""

GRID: Mapping[str, Sequence[Any]] = {
    "group": (1, 3, 4, 7, 16),
    "kv_heads": (1, 2, 3, 4, 5, 6, 7, 8),
    "head_dim": (16, 32, 64, 80, 128, 256),
    "block_size": (16, 32, 64, 128),
    "dtype": (DataType.FP32, DataType.FP16, DataType.BF16),
}

SMALL = ((5, 77), (4, 130), (6, 256), (1, 1000))
"""(sequences, longest context): one for each point of the grid, in turn."""

LARGE = ((1, 8192), (4, 4096), (16, 2048), (16, 8192), (64, 1024), (64, 8192))
"""Each on a sample in which every pair of values of the grid occurs."""


def every_case() -> Iterator[PagedAttentionCase]:
    """The whole grid at small sizes, then the samples of it at large ones, the architectures in turn."""
    architectures = cycle(ARCHITECTURES)
    for values, sizes in zip(product(*GRID.values()), cycle(SMALL), strict=False):
        yield _case(dict(zip(GRID, values, strict=True)), sizes, next(architectures))
    for seed, sizes in enumerate(LARGE):
        for point in pairwise_sample(GRID, lambda _: True, seed):
            yield _case(point, sizes, next(architectures))


def _case(point: Mapping[str, Any], sizes: tuple[int, int], arch: str) -> PagedAttentionCase:
    batch, longest = sizes
    return PagedAttentionCase(
        Shape(**point, batch=batch, longest=longest, kv_bytes=KV_BYTES), config=TestConfig(arch=arch)
    )


@dataclass
class Report:
    """What has been found so far."""

    count: int = 0
    failed: list[TestResult] = field(default_factory=list[TestResult])
    worst: dict[str, float] = field(default_factory=dict[str, float])

    def add(self, case: PagedAttentionCase, result: TestResult) -> None:
        """Takes a result in, and shows a failure at once."""
        dtype = case.shape.dtype.name
        self.count += 1
        self.worst[dtype] = max(self.worst.get(dtype, 0.0), result.max_rel_error)
        if not result.passed:
            self.failed.append(result)
            tqdm.write(f"{result.test_name}: {result.error}")

    def __str__(self) -> str:
        """The errors so far, by dtype."""
        return ", ".join(f"{dtype} {error:.1e}" for dtype, error in sorted(self.worst.items()))


def run(cases: Sequence[PagedAttentionCase]) -> Report:
    """Runs cases, with a bar that shows the largest errors."""
    runner, report, rest = TestRunner(), Report(), iter(cases)
    with tqdm(total=len(cases), unit="case", dynamic_ncols=True) as bar:
        while chunk := list(islice(rest, AT_ONCE)):
            runner.compile_ahead(chunk)
            for case in chunk:
                report.add(case, runner.run(case))
                bar.set_postfix_str(str(report), refresh=False)
                bar.update()
    return report


def main() -> int:
    """Runs all cases, or every nth one; the exit status says whether all are right."""
    parser = argparse.ArgumentParser(prog="python -m tests.st.large", description=__doc__)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="run every Nth case only")
    options = parser.parse_args()
    torch.set_num_threads(1)  # beside the threads of a launch, more would only wait for each other
    cases = list(every_case())
    Random(0).shuffle(cases)  # every Nth is a fair sample, and what is left takes as long as the bar says
    report = run(cases[:: options.every])
    print(f"{report.count - len(report.failed)} of {report.count} cases right; largest |x - r| / (1 + |r|): {report}")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
