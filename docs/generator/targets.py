"""The targets, as a table."""

from __future__ import annotations

from collections.abc import Iterator

from ptodsl.runtime.targets import TARGETS, Target
from ptodsl.runtime.toolchains import needed


def table() -> str:
    """What each target is, and what it needs and refuses."""
    return "\n".join(("| target | runs on | needs | limits |", "|---|---|---|---|", *map(_row, TARGETS.values())))


def _row(target: Target) -> str:
    needs = "; ".join((needed(target), *(f"{headers.what} (`{headers.variable}`)" for headers in target.headers)))
    return f"| `{target.name}` | {target.summary} | {needs} | {'; '.join(_limits(target)) or 'none'} |"


def _limits(target: Target) -> Iterator[str]:
    yield from (f"{dtype.label}: {reason}" for dtype, reason in target.refuses.items())
    if target.no_launcher:
        yield target.no_launcher
