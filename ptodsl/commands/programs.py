"""The programs of a file: of a Python file those that it defines at module level, of IR text the one that it is."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptodsl import driver
from ptodsl.commands import Refused, Status
from ptodsl.commands.user_file import MODULE, execute
from ptodsl.crash import blaming
from ptodsl.errors import Diagnostic, PtoError
from ptodsl.frontend.decorators import Kernel, ProgramClass
from ptodsl.ir.nodes import Program
from ptodsl.machine import Architecture

IR_SUFFIX = ".pto-ir"
IR_MARK = b"ptodsl-ir"


@dataclass(frozen=True)
class Named:
    """A program under the name that it has in its file."""

    name: str
    program: Program


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of every command that takes a file of programs."""
    from ptodsl.machine import ARCHITECTURES

    parser.add_argument("file", metavar="FILE", type=Path, help="a Python file or IR text")
    parser.add_argument(
        "--program", action="append", default=[], metavar="NAME", help="take this program only (may be repeated)"
    )
    parser.add_argument("--arch", choices=ARCHITECTURES, default="a2a3", help="the architecture (default: %(default)s)")


def load(file: Path, only: Sequence[str] = ()) -> list[Named]:
    """The programs of a file in order, or those of them named in `only`.

    Raises PtoError with every mistake of every one of them, and Refused where there is nothing to take.
    """
    found = _found(file, _read(file))
    unknown = [name for name in only if name not in found]
    if unknown or not found:
        known = f"it has {', '.join(found)}" if found else "a function that makes a program is not called"
        missing = f"`{unknown[0]}`" if unknown else "@pl.program class or @pl.function at module level"
        raise Refused(f"{file} has no {missing}: {known}", Status.USAGE if unknown else Status.PROGRAM)
    names = [name for name in found if not only or name in only]
    programs = gather(names, lambda name: driver.program_of(found[name]))
    return [Named(name, program) for name, program in zip(names, programs, strict=True)]


def for_each(programs: Iterable[Named], architecture: Architecture, act: Callable[[Named], Any]) -> list[Any]:
    """What an action gives for each program; a bug that stops it knows the program."""

    def acted(one: Named) -> Any:
        with blaming(one.program, architecture, (Refused,)):
            return act(one)

    return gather(programs, acted)


def gather(items: Iterable[Any], act: Callable[[Any], Any]) -> list[Any]:
    """What an action gives for each item; raises one PtoError with the mistakes of all."""
    given: list[Any] = []
    mistakes: list[Diagnostic] = []
    for item in items:
        try:
            given.append(act(item))
        except PtoError as error:
            mistakes += error.diagnostics
    if mistakes:
        raise PtoError(mistakes)
    return given


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refused(f"cannot read {file}: {error.strerror or error}") from error
    except ValueError as error:  # a null byte in the name
        raise Refused(f"cannot read {str(file)!r}: {error}") from error


def _found(file: Path, data: bytes) -> dict[str, Any]:
    """The programs by name; one that has several names counts once, under the first."""
    if _is_ir(file, data):
        program = driver.parse(_text(file, data), str(file))
        return {program.name: program}
    first_names: dict[int, str] = {}
    defined = {name: value for name, value in vars(execute(file, data)).items() if _is_defined(value)}
    return {name: value for name, value in defined.items() if first_names.setdefault(id(value), name) == name}


def text_of(file: Path) -> str | None:
    """The IR text of a file; None where it holds something else. Raises Refused for what cannot be read."""
    data = _read(file)
    return _text(file, data) if _is_ir(file, data) else None


def _is_ir(file: Path, data: bytes) -> bool:
    return file.suffix == IR_SUFFIX or data.lstrip().startswith(IR_MARK)


def _is_defined(value: object) -> bool:
    """Whether a value is a program that the file makes, not one that it imports.

    Its class is asked, not the value: `isinstance` would run code of the user's.
    """
    if not issubclass(type(value), (Program, ProgramClass, Kernel)):
        return False
    return isinstance(value, Program) or value.__module__ == MODULE


def _text(file: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{file} is not UTF-8: {error}", Status.PROGRAM) from error
