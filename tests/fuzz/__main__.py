"""`python -m tests.fuzz SEED [--mutated]`: the smallest program found that fails as the one of that seed does."""

from __future__ import annotations

import argparse

from tests.fuzz.mutations import mutated
from tests.fuzz.programs import random_program
from tests.fuzz.shrink import failure, shrunk


def main() -> None:
    """Prints the program and how it fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("--mutated", action="store_true", help="the program with a mistake of that seed")
    options = parser.parse_args()
    source = random_program(options.seed)
    if options.mutated:
        source = mutated(source, options.seed)
    how = failure(source)
    print(f"{shrunk(source).text}\n\n{source.arch}: {how}" if how else f"the program of seed {options.seed} is right")


if __name__ == "__main__":
    main()
