"""The order in which the pipes of a checked program execute: its words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ptodsl.errors import PtoError
from ptodsl.errors.build import ScheduleUnknown


@dataclass(frozen=True, slots=True)
class Schedule:
    """An order that the flags allow: its number in `ptodsl_check`, and the seed that it is drawn from."""

    number: int
    seed: int = 0


PROGRAM = "program"
"""The word of program order."""

_NUMBERS = {PROGRAM: 0, "lazy": 1, "eager": 2}
_RANDOM = 3
_DRAWN = re.compile(r"random:(\d+)")
_SEEDS = 2**64

WORDS = ", ".join(f"`{word}`" for word in (*_NUMBERS, "random:SEED"))
"""How a schedule may be called, in words."""


def schedule(word: str) -> Schedule:
    """The schedule of a word: "program", "lazy", "eager" or "random:SEED". Raises E0613 for any other."""
    if word in _NUMBERS:
        return Schedule(_NUMBERS[word])
    drawn = _DRAWN.fullmatch(word)
    if drawn is None or int(drawn[1]) >= _SEEDS:
        raise PtoError([ScheduleUnknown(None, schedule=word, known=WORDS)])
    return Schedule(_RANDOM, int(drawn[1]))
