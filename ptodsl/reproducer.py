"""One file that shows a bug again: versions, the traceback, and the text that was worked on.

IR where there is one, so that `ptodsl compile` takes the file as it is; else the user's Python file.
"""

from __future__ import annotations

import hashlib
import os
import platform
import tempfile
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ptodsl import pipeline
from ptodsl.errors import PassRefused
from ptodsl.ir.nodes import Program
from ptodsl.ir.printer import print_program
from ptodsl.machine import Architecture
from ptodsl.pipeline import Stage
from ptodsl.version import VERSION


@dataclass(frozen=True)
class Subject:
    """What was being worked on."""

    program: Program
    architecture: Architecture


def request(path: Path | None) -> str:
    """What a user is asked to do about a bug."""
    how = f"Please report it with {path}" if path else "Please report it; no file could be written that shows it again"
    return f"This is a bug in ptodsl, not in your program. {how}"


def write(error: Exception, subject: Subject | None, file: str) -> Path | None:
    """Writes the reproducer into the current directory, or where that cannot be written the one for temporary files.

    None where neither can be written.
    """
    text, suffix = _text(error, subject, file)
    name = f"ptodsl-crash-{hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}{suffix}"
    folder = Path.cwd() if os.access(Path.cwd(), os.W_OK) else Path(tempfile.gettempdir())
    path = folder / name
    try:
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
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


def last_good(subject: Subject, until: str) -> Stage:
    """The last stage that the program reaches, at most `until`; the frontend's if it is not even well formed."""
    good = Stage(pipeline.FRONTEND, subject.program)
    for name in pipeline.STAGES[1 : pipeline.STAGES.index(until) + 1]:
        try:
            good = pipeline.stages(subject.program, subject.architecture, until=name)[-1]
        except Exception:
            break
    return good


def _of_program(error: Exception, subject: Subject) -> str:
    parts = [
        _commented("//", [*versions(), f"architecture {subject.architecture.name}", "", *_trace(error)]),
        print_program(subject.program),
        *(_commented("//", [heading, "", *text.splitlines()]) for heading, text in _later(error, subject)),
    ]
    return "\n".join(parts)


def _later(error: Exception, subject: Subject) -> Iterator[tuple[str, str]]:
    """What the passes had made of the program: the last that was right, and what a verifier refuses."""
    refused = error if isinstance(error, PassRefused) else None
    stage = last_good(subject, until=_before(refused.made) if refused else pipeline.STAGES[-1])
    if stage.name != pipeline.FRONTEND:
        yield f"The last good stage, after {stage.name}:", print_program(stage.program)
    if refused is not None:
        yield f"What is refused, after {refused.made}:", refused.text


def _before(name: str) -> str:
    return pipeline.STAGES[pipeline.STAGES.index(name) - 1]


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
