"""Many programs tried: what becomes of each, every one that fails as a report with its text."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.fuzz.judging.batch import batches, disagreements
from tests.fuzz.judging.trial import Broken, Endless, Outcome, Placed, Refused, attempt
from tests.fuzz.sources import Source

RIGHTLY_REFUSED = frozenset({"E0413", "E0414", "E0415", "E0416", "E0422", "E0423"})
"""What well-typed random programs may be refused for: windows, columns and reshapes that no instruction can do, and
tiles that do not fit."""


@dataclass(frozen=True)
class Failure:
    """A program that shows a bug, and how."""

    source: Source
    problem: str

    def __str__(self) -> str:
        return f"{self.source.name} on {self.source.arch}: {self.problem}\n\n{self.source.text}"


@dataclass
class Campaign:
    """What became of some programs, in order; those that are refused by their codes."""

    placed: list[Placed] = field(default_factory=list[Placed])
    refused: list[Refused] = field(default_factory=list[Refused])
    endless: int = 0
    failures: list[Failure] = field(default_factory=list[Failure])


def campaign(sources: Iterable[Source]) -> Campaign:
    """Every program tried; one as it was written also fails by being refused for what the language allows."""
    done = Campaign()
    for source in sources:
        found = tried(source)
        match found:
            case Placed():
                done.placed.append(found)
            case Failure():
                done.failures.append(found)
            case Endless():
                done.endless += 1
            case Refused():
                done.refused.append(found)
                if not source.changed and not RIGHTLY_REFUSED.issuperset(found.codes):
                    done.failures.append(Failure(source, f"refused\n{found.text}"))
    done.failures += _disagreeing(done.placed)
    return done


def _disagreeing(placed: list[Placed]) -> Iterator[Failure]:
    for batch in batches(placed):
        for one, text in disagreements(batch):
            yield Failure(one.source, text)


def tried(source: Source) -> Outcome | Failure:
    """One program through the compiler and the interpreter."""
    try:
        return attempt(source)
    except (Broken, TimeoutError) as broken:
        return Failure(source, str(broken))
    except Exception:  # whatever it is belongs in the report: only PtoError is the user's
        return Failure(source, traceback.format_exc(limit=-6))
