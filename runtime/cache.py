"""The cache of what was built: a folder of the user's own, one folder an entry, each made whole or not at all.

An entry holds its source, its product (a library, or an object to link with) and a seal, the product's hash. It is
built under `building/` and renamed into place, so that a reader sees all of it or nothing; what does not match its seal
is built again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ptodsl.errors import PtoError
from ptodsl.errors.build import CacheNotOwned, CacheUnusable

SOURCE = "program.cpp"
SEAL = "seal"

_STALE_SECONDS = 3600
_PUBLISH_ATTEMPTS = 4


def location() -> Path:
    """Where the cache of this process lies: `$PTODSL_CACHE_DIR`, else below the user's folder for caches."""
    if chosen := os.environ.get("PTODSL_CACHE_DIR"):
        return _absolute(chosen)
    if base := os.environ.get("XDG_CACHE_HOME"):
        return _absolute(base) / "ptodsl"
    try:
        return Path("~/.cache/ptodsl").expanduser()
    except RuntimeError as error:  # neither $HOME nor the system knows one
        raise PtoError([CacheUnusable(None, folder="~/.cache/ptodsl", reason=str(error))]) from error


def _absolute(folder: str) -> Path:
    try:
        return Path(folder).absolute()
    except FileNotFoundError as error:
        reason = "it is relative, and the current folder is gone"
        raise PtoError([CacheUnusable(None, folder=folder, reason=reason)]) from error


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of entries by key."""

    root: Path

    def lookup(self, key: str) -> Path | None:
        """The product of an entry, if it is whole and the user's own.

        Raises E0607 where the folder or the product belongs to somebody else.
        """
        entry = self.root / key
        seal = _read_seal(entry)
        if seal is None:
            return None
        _check_owner(self.root)
        _check_owner(entry / seal.name)
        return entry / seal.name if _digest(entry / seal.name) == seal.digest else None

    @contextmanager
    def building(self) -> Generator[Path]:
        """A fresh folder to build an entry in; gone afterwards unless it was published or kept."""
        self.prepare()
        try:
            folder = Path(tempfile.mkdtemp(dir=self.root / "building"))
        except OSError as error:
            raise _unusable(self.root, error) from error
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def usable(self) -> Generator[None]:
        """Turns what the system refuses inside (a full disk, say) into E0608."""
        try:
            yield
        except OSError as error:
            raise _unusable(self.root, error) from error

    def publish(self, folder: Path, key: str, name: str) -> Path:
        """The entry's product, after moving the folder to its place, or after finding that another process did so."""
        (folder / SEAL).write_text(f"{_digest(folder / name)} {name}", encoding="ascii")
        for _ in range(_PUBLISH_ATTEMPTS):
            if _moved(folder, self.root / key):
                return self.root / key / name
            if (product := self.lookup(key)) is not None:
                return product
            self._discard(key)
        raise PtoError([CacheUnusable(None, folder=self.root, reason=f"entry {key} cannot be replaced")])

    def keep(self, folder: Path, key: str) -> Path:
        """Where the files of a failed build are from now on, for its user to look at."""
        kept = self.root / "failed" / key
        kept.parent.mkdir(exist_ok=True)
        shutil.rmtree(kept, ignore_errors=True)
        return kept if _moved(folder, kept) else folder

    def recall(self, fact: str) -> str | None:
        """What `remember` was told of a fact."""
        try:
            return self._note(fact).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None

    def remember(self, fact: str, value: str) -> None:
        """Notes something small that is costly to find out. It may be forgotten: a cache that is unusable forgets."""
        try:
            with self.building() as folder:
                (folder / "note").write_text(value, encoding="utf-8")
                (folder / "note").replace(self._note(fact))
        except (OSError, PtoError):
            return

    def _note(self, fact: str) -> Path:
        return self.root / "notes" / hashlib.sha256(fact.encode()).hexdigest()

    def prepare(self) -> None:
        """The folder and its parts, with nothing left of builds that were cut off."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            _check_owner(self.root)
            for part in ("building", "notes"):
                (self.root / part).mkdir(mode=0o700, exist_ok=True)
            _sweep(self.root / "building")
        except OSError as error:
            raise _unusable(self.root, error) from error

    def _discard(self, key: str) -> None:
        """Takes an entry that is not whole out of its place. Another process may be doing the same."""
        with self.building() as folder:
            _moved(self.root / key, folder / "discarded")


def _moved(source: Path, target: Path) -> bool:
    """Whether the folder now stands at `target`: not where another one does, or where the source has gone."""
    try:
        source.rename(target)
    except OSError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Seal:
    """What an entry holds: the hash of its product, and the product's name."""

    digest: str
    name: str


def _read_seal(entry: Path) -> _Seal | None:
    """The seal of an entry that has one, and its product too."""
    try:
        digest, name = (entry / SEAL).read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    return _Seal(digest, name) if (entry / name).is_file() else None


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _check_owner(path: Path) -> None:
    """Raises unless only this user, or nobody, can have put something there."""
    status = path.stat()
    if status.st_uid != os.geteuid():
        raise PtoError([CacheNotOwned(None, path=path, reason=f"belongs to user {status.st_uid}")])
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        reason = f"can be written by others: its mode is {stat.filemode(status.st_mode)}"
        raise PtoError([CacheNotOwned(None, path=path, reason=reason)])


def _sweep(folder: Path) -> None:
    """Removes what interrupted builds have left, once it is too old to be at work."""
    oldest = time.time() - _STALE_SECONDS
    for left in os.scandir(folder):
        try:
            if left.stat(follow_symlinks=False).st_mtime < oldest:
                shutil.rmtree(left.path, ignore_errors=True)
        except FileNotFoundError:
            continue


def _unusable(root: Path, error: OSError) -> PtoError:
    return PtoError([CacheUnusable(None, folder=root, reason=error.strerror or str(error))])
