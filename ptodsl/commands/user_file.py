"""A user's Python file, run as Python runs one, and its exceptions kept apart from ours."""

from __future__ import annotations

import io
import sys
import tokenize
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, TracebackType

from ptodsl.commands import Refused, Status
from ptodsl.commands.streams import open_stream
from ptodsl.errors import InternalError, PtoError

MODULE = "ptodsl_user_file"
"""The name of the module, so that no file's name can hide another module; `__main__` blocks do not run."""

_FACE = ("ptodsl.language", "ptodsl.driver")
"""Modules of ours that raise Python's own exceptions where they are called in a wrong way."""


def execute(path: Path, source: bytes) -> ModuleType:
    """The module that a file makes. Raises PtoError for its kernels, and Refused with its traceback if it fails."""
    file = str(path.absolute())
    _check_text(path, source)
    module = ModuleType(MODULE)
    module.__file__ = file
    sys.modules[MODULE] = module  # dataclasses and postponed annotations look their module up
    with _surroundings(str(path.absolute().parent)):
        try:
            exec(compile(source, file, "exec", dont_inherit=True), module.__dict__)
        except (PtoError, KeyboardInterrupt):
            raise
        except BaseException as error:
            if isinstance(error, Exception) and is_ours(error):
                raise
            raise Refused(f"{path} raised an exception\n\n{_shown(error)}".rstrip(), Status.PROGRAM) from error
    return module


@contextmanager
def _surroundings(folder: str) -> Generator[None]:
    """Modules beside the file are found, and whatever the file does to streams and paths, we have ours after."""
    streams, paths = (sys.stdout, sys.stderr), sys.path.copy()
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        if folder in sys.path:
            sys.path.remove(folder)
        sys.path += [path for path in paths if path not in sys.path]
        sys.stdout, sys.stderr = map(open_stream, streams)


def _check_text(path: Path, source: bytes) -> None:
    """Raises unless the bytes are text as the file declares it: `compile` lets others pass in comments."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        source.decode(encoding)
    except (SyntaxError, UnicodeDecodeError) as error:
        raise Refused(f"{path} is not the text that it should be: {error}", Status.PROGRAM) from error


def is_ours(error: BaseException) -> bool:
    """Whether an exception out of a user's file is a bug of ptodsl: the innermost frame of either's decides."""
    if isinstance(error, InternalError):
        return True
    innermost = ""
    for name in _modules(error.__traceback__):
        if name == MODULE or name.startswith("ptodsl."):
            innermost = name
    return innermost.startswith("ptodsl.") and innermost != __name__ and not innermost.startswith(_FACE)


def _modules(trace: TracebackType | None) -> list[str]:
    """The modules of a traceback's frames, outermost first."""
    return [str(frame.f_globals.get("__name__", "")) for frame, _ in traceback.walk_tb(trace)]


def _shown(error: BaseException) -> str:
    """The traceback as Python shows it, without our frames around the file's."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_globals.get("__name__") == __name__:
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))
