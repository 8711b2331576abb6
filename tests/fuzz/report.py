"""What a failing program is reported as: made small, in a file that shows it again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.fuzz import reproducer
from tests.fuzz.batch import disagreements
from tests.fuzz.campaign import Failure, tried
from tests.fuzz.shrink import failure, shrunk
from tests.fuzz.sources import Source
from tests.fuzz.trial import Placed, Refused


def reported(found: Failure, folder: Path) -> str:
    """How the program fails, the file that shows it, and the text of the smallest one that fails so."""
    smaller = shrunk(found.source) if failure(found.source) else found.source
    problem, bounds = _problem(smaller, found)
    path = reproducer.written(smaller, problem, bounds, folder)
    return f"{found.source.name} on {found.source.arch}: {problem}\nshown by {path}\n\n{smaller.text}"


def all_reported(found: Iterable[Failure], folder: Path) -> str:
    """One text of every failure; empty where there is none."""
    return "\n\n".join(reported(one, folder) for one in found)


def _problem(source: Source, found: Failure) -> tuple[str, tuple[float | None, ...]]:
    """How a program fails now, and how far its arrays may be apart where it gets so far."""
    again = tried(source)
    if isinstance(again, Placed):
        texts = [text for _, text in disagreements([again])]
        return (texts[0] if texts else found.problem), again.bounds
    text = again.problem if isinstance(again, Failure) else again.text if isinstance(again, Refused) else found.problem
    return text, (None,) * len(source.is_rough)
