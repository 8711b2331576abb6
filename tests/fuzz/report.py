"""What a failing program is reported as: made small, in a file that shows it again."""

from __future__ import annotations

from pathlib import Path

from tests.fuzz import reproducer
from tests.fuzz.campaign import Failure, campaign
from tests.fuzz.shrink import failure, shrunk
from tests.fuzz.sources import Source


def reported(found: Failure, folder: Path) -> str:
    """How the program fails, the file that shows it, and the text of the smallest one that fails so."""
    smaller = shrunk(found.source) if failure(found.source) else found.source
    problem, bounds = _problem(smaller, found)
    path = reproducer.written(smaller, problem, bounds, folder)
    return f"{found.source.name} on {found.source.arch}: {problem}\nshown by {path}\n\n{smaller.text}"


def _problem(source: Source, found: Failure) -> tuple[str, tuple[float | None, ...]]:
    """How a program fails now, and how far its arrays may be apart where it gets so far."""
    again = campaign([source])
    problem = again.failures[0].problem if again.failures else found.problem
    return problem, again.placed[0].answer.bounds if again.placed else (None,) * len(source.is_rough)
