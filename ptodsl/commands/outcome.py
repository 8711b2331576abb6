"""From what a command raised to what the user reads and the shell sees."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, cast

from ptodsl.commands import Command, Refused, Status
from ptodsl.commands.streams import abandon_output, tell
from ptodsl.errors import Diagnostic, InternalError, PtoError
from ptodsl.ir.span import Span

_INTERRUPTED = 130
"""What shells give for a program that SIGINT ended."""


def status_of(module: str, parser: argparse.ArgumentParser, arguments: Sequence[str]) -> int:
    """Loads a subcommand, runs it on its arguments, reports what it raises, and gives the exit status."""
    options = argparse.Namespace()
    try:
        command = cast("Command", import_module(module))
        command.configure(parser)
        parser.parse_args(arguments, options)
        return _answered(command, options)
    except BrokenPipeError:
        abandon_output()  # whoever read it has had enough
        return Status.FINE
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:
        return _bug(error, getattr(options, "file", None))


def _answered(command: Command, options: argparse.Namespace) -> Status:
    """The status of a command that ended, or stopped with something for the user to mend."""
    try:
        status = command.run(options)
        sys.stdout.flush()
        return status
    except PtoError as error:
        return _wrong(error, as_json=getattr(options, "json", False) is True)
    except MemoryError as error:
        return _wrong(PtoError([_no_memory(error)]), as_json=getattr(options, "json", False) is True)
    except OSError as error:
        if error.filename is not None or isinstance(error, BrokenPipeError):
            raise
        abandon_output()
        tell(f"ptodsl: the output cannot be written: {error.strerror or error}")
        return Status.USAGE
    except Refused as refused:
        tell(f"ptodsl: {refused}")
        return refused.status


def status_for(error: PtoError) -> Status:
    """The status of mistakes: the toolchain's where one of them is its, else the program's."""
    is_toolchain = any(diagnostic.code.startswith("E06") for diagnostic in error.diagnostics)
    return Status.TOOLCHAIN if is_toolchain else Status.PROGRAM


def _no_memory(error: MemoryError) -> Diagnostic:
    from ptodsl.errors.runtime import OutOfMemory

    return OutOfMemory(None, what=f"this command: {error}" if str(error) else "this command")


def _wrong(error: PtoError, *, as_json: bool) -> Status:
    status = status_for(error)
    if as_json:
        print(json.dumps({"status": status, "diagnostics": [data_of(one) for one in error.diagnostics]}, indent=2))
    else:
        tell(error)
    return status


def _bug(error: Exception, file: object) -> Status:
    from ptodsl import reproducer
    from ptodsl.crash import Crash

    if isinstance(error, Crash):
        what, path = error.what, error.path
    else:
        what = error.message if isinstance(error, InternalError) else f"{type(error).__name__}: {error}"
        path = reproducer.write(error, None, str(file) if file else "")
    tell(f"ptodsl: internal error: {what}")
    tell(reproducer.request(path))
    return Status.BUG


def data_of(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic for a machine; lines count from 1, columns from 0."""
    return {
        "code": diagnostic.code,
        "message": diagnostic.message,
        "label": diagnostic.label,
        "help": diagnostic.help,
        "span": _place(diagnostic.span),
        "notes": [{"message": note.message, "span": _place(note.span)} for note in diagnostic.notes],
    }


def _place(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
