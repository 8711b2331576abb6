"""One file that shows a bug again: versions, the traceback, and the text that was worked on.

IR where there is one, so that `ptodsl run` takes the file as it is; else the user's Python file.
"""

from __future__ import annotations

import hashlib
import os
import platform
import tempfile
import traceback
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ptodsl import pipeline
from ptodsl.commands.crash import Subject
from ptodsl.ir.printer import print_program
from ptodsl.pipeline import Stage
from ptodsl.version import VERSION


def write(error: Exception, subject: Subject | None, file: str) -> Path:
    """Writes the reproducer into the current directory, or where that cannot be written the one for temporary files."""
    text, suffix = _text(error, subject, file)
    name = f"ptodsl-crash-{hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}{suffix}"
    folder = Path.cwd() if os.access(Path.cwd(), os.W_OK) else Path(tempfile.gettempdir())
    path = folder / name
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    return path


def _text(error: Exception, subject: Subject | None, file: str) -> tuple[str, str]:
    """The reproducer and how its name should end; the file where not even the program's text can be had."""
    if subject is not None:
        try:
            return _of_program(error, subject), ".pto-ir"
        except Exception as printing:
            printing.__context__ = error  # both tracebacks are shown
            error = printing
    return _of_file(error, file)


def last_good(subject: Subject) -> Stage:
    """The last stage that the program reaches; the frontend's if it is not even well formed."""
    good = Stage(pipeline.FRONTEND, subject.program)
    for name in pipeline.STAGES[1:]:
        try:
            good = pipeline.stages(subject.program, subject.architecture, until=name)[-1]
        except Exception:
            break
    return good


def _of_program(error: Exception, subject: Subject) -> str:
    stage = last_good(subject)
    parts = [
        _commented("//", [*versions(), f"architecture {subject.architecture.name}", "", *_trace(error)]),
        print_program(subject.program),
    ]
    if stage.name != pipeline.FRONTEND:
        reached = [f"The last good stage, after {stage.name}:", "", *print_program(stage.program).splitlines()]
        parts.append(_commented("//", reached))
    return "\n".join(parts)


def _of_file(error: Exception, file: str) -> tuple[str, str]:
    """The file that was read, if one was, behind comments in its own language; and how the name should end."""
    suffix = Path(file).suffix or ".txt"
    try:
        source = Path(file).read_text(encoding="utf-8", errors="replace") if file else ""
    except OSError:
        source = ""
    mark = "//" if suffix == ".pto-ir" else "#"
    return "\n".join([_commented(mark, [*versions(), "", *_trace(error)]), source]), suffix


def versions() -> list[str]:
    """What the bug was seen with."""
    return [
        f"ptodsl {VERSION}, Python {platform.python_version()}, numpy {np.__version__}",
        platform.platform(),
    ]


def _trace(error: Exception) -> list[str]:
    return "".join(traceback.format_exception(type(error), error, error.__traceback__)).splitlines()


def _commented(mark: str, lines: Iterable[str]) -> str:
    return "".join(f"{mark} {line}".rstrip() + "\n" for line in lines)
