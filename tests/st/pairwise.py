"""Samples of a grid in which every pair of values of two axes occurs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, product
from random import Random
from typing import Any, TypeAlias

Point: TypeAlias = Mapping[str, Any]
"""A value for each axis, in the order of the axes."""

Pair: TypeAlias = tuple[tuple[str, Any], tuple[str, Any]]
"""The values of two axes."""

TRIES = 100
"""How many random points each place of a sample is chosen from."""


def pairs_of(point: Point) -> set[Pair]:
    """The pairs of values that a point covers."""
    return set(combinations(point.items(), 2))


def every_pair(axes: Mapping[str, Sequence[Any]]) -> list[Pair]:
    """The pairs that there are."""
    return [((one, a), (other, b)) for one, other in combinations(axes, 2) for a, b in product(axes[one], axes[other])]


def pairwise_sample(axes: Mapping[str, Sequence[Any]], allows: Callable[[Point], bool], seed: int = 0) -> list[Point]:
    """Allowed points that together cover every pair of values; the same for the same seed.

    Raises ValueError for a pair that no allowed point seems to have.
    """
    random = Random(seed)
    missing = set(every_pair(axes))
    sample: list[Point] = []
    for pair in every_pair(axes):
        if pair in missing:
            candidates = [point for point in _points_with(axes, pair, random) if allows(point)]
            if not candidates:
                raise ValueError(f"no allowed point with {dict(pair)} among {TRIES}")
            sample.append(max(candidates, key=lambda point: len(pairs_of(point) & missing)))
            missing -= pairs_of(sample[-1])
    return sample


def _points_with(axes: Mapping[str, Sequence[Any]], pair: Pair, random: Random) -> Iterator[Point]:
    """Random points that have a pair."""
    given = dict(pair)
    for _ in range(TRIES):
        yield {axis: given.get(axis, random.choice(values)) for axis, values in axes.items()}
