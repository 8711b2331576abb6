"""`python -m tests.fuzz run`: thousands of random programs; `show KIND SEED`: one of them, made small if it fails."""

from __future__ import annotations

import argparse
import json
import signal
import tempfile
from pathlib import Path

from tests.fuzz import chunk
from tests.fuzz.campaign import campaign
from tests.fuzz.chunk import Chunk
from tests.fuzz.journal import Journal
from tests.fuzz.kinds import KINDS
from tests.fuzz.long_run import LongRun
from tests.fuzz.report import reported
from tests.fuzz.sources import Source


def main() -> int:
    """The exit status: 0 where nothing failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="programs of some kinds, with a progress bar and a summary")
    run.add_argument("--kinds", default=",".join(KINDS), help="which, with commas between (default: %(default)s)")
    run.add_argument("--count", type=int, default=10_000, help="how many of each kind (default: %(default)s)")
    run.add_argument("--seed", type=int, default=1000, help="the seed of the first (default: %(default)s)")
    run.add_argument("--workers", type=int, default=2, help="how many processes (default: %(default)s)")
    run.add_argument("--journal", type=Path, help="a file to note in what is done, and to take it up from")
    run.add_argument("--json", type=Path, help="a file to write the counts to")
    some = commands.add_parser("chunk", help="a few programs; what became of them as one line of JSON")
    some.add_argument("kind", choices=KINDS)
    some.add_argument("seed", type=int)
    some.add_argument("count", type=int)
    show = commands.add_parser("show", help="one program, and how it fails")
    show.add_argument("kind", choices=KINDS)
    show.add_argument("seed", type=int)
    folder = Path(tempfile.gettempdir()) / "ptodsl-fuzz"
    for command in (run, some, show):
        command.add_argument(
            "--reproducers", type=Path, default=folder, help="where files that show a failure go (default: %(default)s)"
        )
    return _do(parser.parse_args())


def _do(options: argparse.Namespace) -> int:
    match options.command:
        case "run":
            for ending in (signal.SIGINT, signal.SIGTERM):  # the first of them is ignored behind `nohup`
                signal.signal(ending, signal.default_int_handler)
            kinds = options.kinds.split(",")
            run = LongRun(kinds, options.seed, options.count, options.reproducers, Journal(options.journal))
            is_right = run.run(options.workers)
            if options.json is not None:
                options.json.write_text(json.dumps(run.data(), indent=2) + "\n", encoding="utf-8")
            return int(not is_right)
        case "chunk":
            record = chunk.run(Chunk(options.kind, options.seed, options.count), options.reproducers)
            print(json.dumps(record.data()))
            return 0
        case _:
            return _show(KINDS[options.kind](options.seed), options.reproducers)


def _show(source: Source, folder: Path) -> int:
    found = campaign([source]).failures
    print(reported(found[0], folder) if found else f"{source.text}\n{source.name} on {source.arch} is right")
    return len(found)


if __name__ == "__main__":
    raise SystemExit(main())
