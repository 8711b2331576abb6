"""`ptodsl compile`: the texts of the programs of a file, and their libraries in the cache."""

from __future__ import annotations

import argparse
import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ptodsl import driver
from ptodsl.commands import Refused, Status, programs
from ptodsl.commands.outcome import status_for
from ptodsl.commands.programs import Named
from ptodsl.errors import PtoError
from ptodsl.machine import ARCHITECTURES
from ptodsl.runtime.targets import TARGETS


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments."""
    programs.configure(parser)
    parser.add_argument("--target", choices=TARGETS, default="cpu", help="what to compile for (default: %(default)s)")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="where to write, each program into a folder of its name (default: build/ and the file's name)",
    )
    parser.add_argument("--dump-passes", action="store_true", help="write the IR after every pass too")
    parser.add_argument("--json", action="store_true", help="print the written files as JSON")


def run(options: argparse.Namespace) -> Status:
    """Writes the files and prints their names. Where only the C++ compiler fails, the C++ is there to look at."""
    output = options.output or Path("build") / options.file.stem
    found = programs.load(options.file, options.program)
    programs.for_each(found, ARCHITECTURES[options.arch], lambda one: _write(one, output / one.name, options))
    written = {one.name: sorted(str(file) for file in (output / one.name).iterdir()) for one in found}
    if options.json:
        print(json.dumps(written, indent=2))
    else:
        print("\n".join(file for files in written.values() for file in files))
    return Status.FINE


def _write(one: Named, folder: Path, options: argparse.Namespace) -> None:
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        compiled = driver.compile(one.program, options.arch, options.target, folder if options.dump_passes else None)
    except PtoError as error:
        if status_for(error) is Status.TOOLCHAIN:
            _write_sources(one, folder, options.arch)
        raise
    with _writing(folder):
        compiled.save(folder)


def _write_sources(one: Named, folder: Path, arch: str) -> None:
    """The C++ alone, which needs no toolchain."""
    with _writing(folder):
        for name, text in driver.emit(one.program, arch).items():
            (folder / name).write_text(text, encoding="utf-8")


@contextmanager
def _writing(folder: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise Refused(f"cannot write to {folder}: {error.strerror or error}") from error
