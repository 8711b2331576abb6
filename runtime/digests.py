"""Hashes of folders, for keys that must change when any file in them does."""

from __future__ import annotations

import functools
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

_SETTLED_NANOSECONDS = 2_000_000_000


def tree_digest(folder: Path) -> str:
    """A hash over the names and contents of all files below a folder."""
    total = hashlib.sha256()
    for path, entry in sorted(_files(str(folder), "")):
        total.update(f"{path}\0{_file_digest(entry)}\n".encode("utf-8", "surrogateescape"))
    return total.hexdigest()


def _files(folder: str, prefix: str) -> Iterator[tuple[str, str]]:
    """The files below a folder, by their path from the top."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _files(entry.path, f"{prefix}{entry.name}/")
            else:
                yield prefix + entry.name, entry.path


def _file_digest(path: str) -> str:
    """The hash of a file's content, remembered while the file stays as it is.

    A file that was changed a moment ago is read every time: a second change may leave the clock's tick where it was.
    """
    status = os.stat(path)  # noqa: PTH116  # a hundred files a build
    if time.time_ns() - status.st_mtime_ns < _SETTLED_NANOSECONDS:
        return _content_digest(path)
    return _remembered_digest(path, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@functools.lru_cache(maxsize=8192)
def _remembered_digest(path: str, *_identity: int) -> str:
    return _content_digest(path)


def _content_digest(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
