"""`make mutate`: plants each seeded fault in a copy of the project and shows which test turns red.

Exit status 1 where a fault leaves every test green, 2 where the suite is not green without one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from tqdm import tqdm  # type: ignore[import-untyped] # its stubs are a package of their own, for one call

from tests.mutate.fault import Fault
from tests.mutate.faults import FAULTS
from tests.mutate.workspace import Verdict, Workspace


@dataclass(frozen=True)
class Result:
    """A fault, the test that found it (empty: none did), whether that is one of its part, and how long it took."""

    fault: Fault
    caught_by: str
    by_its_own: bool
    seconds: float
    output: str
    """What pytest printed."""

    def __str__(self) -> str:
        """One row of the table."""
        colour = "red" if self.caught_by else "GREEN"
        test = self.caught_by if self.by_its_own else f"(elsewhere) {self.caught_by}"
        return f"{colour:5} {self.seconds:5.0f} s  {self.fault.part}: {self.fault.what}\n        {test}"


def tried(space: Workspace, fault: Fault, *, own_only: bool = False) -> Result:
    """The fault planted: the tests of its part run first, then all others."""
    start = time.monotonic()
    with space.with_fault(fault):
        own = space.test(fault.tests)
        found = own if own.caught_by or own_only else space.test_all(*fault.tests)
    return Result(fault, found.caught_by, bool(own.caught_by), time.monotonic() - start, found.output)


def chosen(words: Sequence[str]) -> list[Fault]:
    """The faults whose part, file or words contain any of the given ones; all where none is given."""
    texts = [(fault, f"{fault.part} {fault.file} {fault.what}") for fault in FAULTS]
    return [fault for fault, text in texts if not words or any(word in text for word in words)]


def results(
    spaces: Sequence[Workspace], faults: Sequence[Fault], outputs: Path | None, *, own_only: bool
) -> Iterator[Result]:
    """Every fault, one in each copy at a time; each result is shown, its output kept where a folder is given."""
    free: SimpleQueue[Workspace] = SimpleQueue()
    for space in spaces:
        free.put(space)

    def result_of(fault: Fault) -> Result:
        space = free.get()
        try:
            return tried(space, fault, own_only=own_only)
        finally:
            free.put(space)

    with ThreadPoolExecutor(len(spaces)) as pool:
        found = tqdm(pool.map(result_of, faults), total=len(faults), unit="fault", dynamic_ncols=True)
        for number, result in enumerate(found):
            tqdm.write(str(result))
            if outputs is not None:
                (outputs / f"{number:02}.txt").write_text(f"{result}\n\n{result.output}", encoding="utf-8")
            yield result


def report(found: Sequence[Result]) -> int:
    """Prints the table by part, and how many are red; the exit status."""
    green = [result for result in found if not result.caught_by]
    print(f"\n{len(found) - len(green)} of {len(found)} faults turn the suite red")
    for result in green:
        print(result)
    return 1 if green else 0


def main() -> int:
    """Tries faults in copies of the tree as it is now, uncommitted changes included."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutate", description=__doc__)
    parser.add_argument("words", nargs="*", help="only faults whose part, file or description has one of these")
    parser.add_argument("--workers", type=int, default=2, help="how many faults are tried at once")
    parser.add_argument("--trusted", action="store_true", help="the suite is known to be green without a fault")
    parser.add_argument("--own", action="store_true", help="run the tests of each fault's part alone")
    parser.add_argument("--outputs", type=Path, metavar="FOLDER", help="where to keep what pytest prints of each fault")
    options = parser.parse_args()
    faults = chosen(options.words)
    if not faults:
        parser.error("no fault has one of these words")
    with tempfile.TemporaryDirectory(prefix="ptodsl-mutate-") as folder:
        copies = (Path(folder) / str(number) for number in range(options.workers))
        spaces = [Workspace.at(copy, Path(folder) / "cache", options.workers) for copy in copies]
        clean = Verdict() if options.trusted else spaces[0].test_all()
        if clean.caught_by:
            print(f"without a fault the suite is not green: {clean.caught_by}\n{clean.output}")
            return 2
        found = results(spaces, faults, options.outputs, own_only=options.own)
        return report(list(found))


if __name__ == "__main__":
    sys.exit(main())
