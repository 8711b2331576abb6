"""The kinds of random programs, by the word that a run of them is asked for with."""

from __future__ import annotations

from collections.abc import Callable

from tests.fuzz.mutations.ir_text import text_mutated
from tests.fuzz.mutations.python_text import mutated
from tests.fuzz.sources import Source
from tests.fuzz.writing.programs import random_program

KINDS: dict[str, Callable[[int], Source]] = {
    "well": random_program,
    "ill": lambda seed: mutated(random_program(seed), seed),
    "text": text_mutated,
}
"""Well-typed; with a mistake in the Python text; with a change in the IR text of some stage. Each gives the program of
a seed."""
