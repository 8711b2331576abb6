"""`ptodsl ir`: the IR of the programs of a file, as it stands after a pass."""

from __future__ import annotations

import argparse

from ptodsl import pipeline
from ptodsl.commands import Status, programs
from ptodsl.ir.printer import print_program
from ptodsl.machine import ARCHITECTURES
from ptodsl.pipeline import FRONTEND, STAGES


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments."""
    programs.configure(parser)
    parser.add_argument(
        "--after",
        choices=STAGES,
        default=FRONTEND,
        metavar="PASS",
        help=f"the stage to print: {', '.join(STAGES)} (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> Status:
    """Prints one text for each program."""
    architecture = ARCHITECTURES[options.arch]
    texts = programs.for_each(
        programs.load(options.file, options.program),
        architecture,
        lambda one: print_program(pipeline.stages(one.program, architecture, until=options.after)[-1].program),
    )
    print("\n".join(text if text.endswith("\n") else f"{text}\n" for text in texts), end="")
    return Status.FINE
