"""C++ compilers on this machine: which there are, what they are, and how old they may be."""

from __future__ import annotations

import enum
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ptodsl.runtime.cache import Cache


class Family(enum.Enum):
    """Compilers that share their options and their version numbers."""

    GCC = "g++"
    CLANG = "clang++"
    BISHENG = "bisheng"


Version: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Compiler:
    """A compiler that was found: how to call it, and what it says of itself."""

    command: tuple[str, ...]
    family: Family
    version: Version
    banner: str
    """The first line of `--version`, whole: it tells two builds of one version apart."""

    def __str__(self) -> str:
        return f"{' '.join(self.command)} ({self.family.value} {'.'.join(map(str, self.version))})"


HOST_NAMES = (
    "g++",
    "clang++",
    *(f"g++-{major}" for major in range(16, 10, -1)),
    *(f"clang++-{major}" for major in range(22, 13, -1)),
)
"""Names that C++ compilers are installed under, in the order they are tried."""

_VERSION_SECONDS = 20
_seen: dict[str, Compiler] = {}


def candidates(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The commands to try: `$CXX` where it is set, then `names`; only those that exist, with their full path."""
    chosen = _split(os.environ.get("CXX", ""))
    for command in ([chosen] if chosen else []) + [[name] for name in names]:
        found = shutil.which(command[0])
        if found is not None:
            yield (found, *command[1:])


def identify(command: tuple[str, ...], cache: Cache) -> Compiler | None:
    """What stands behind a command; None for what is no compiler we know.

    Asked once per file and modification: the answer is remembered here and in the cache.
    """
    key = _identity(command)
    if key not in _seen:
        banner = cache.recall(key)
        compiler = parse(command, banner or "")
        if banner is None or (banner and compiler is None):  # a note that is damaged is none
            banner = _ask(command)
            compiler = parse(command, banner)
            cache.remember(key, banner)
        if compiler is None:
            return None
        _seen[key] = compiler
    return _seen[key]


def find(
    names: Iterable[str], floors: Mapping[Family, Version], cache: Cache
) -> tuple[Compiler | None, list[Compiler]]:
    """The first compiler that is new enough, and those before it that were not."""
    refused: list[Compiler] = []
    for command in candidates(names):
        compiler = identify(command, cache)
        if compiler is None:
            continue
        floor = floors.get(compiler.family)
        if floor is not None and compiler.version >= floor:
            return compiler, refused
        refused.append(compiler)
    return None, refused


def parse(command: tuple[str, ...], banner: str) -> Compiler | None:
    """The compiler that a `--version` answer speaks of."""
    first = banner.partition("\n")[0]
    if match := re.search(r"clang version (\d+(?:\.\d+)*)", banner):
        family = Family.BISHENG if "bisheng" in Path(command[0]).name else Family.CLANG
    elif "Free Software Foundation" in banner and (match := re.search(r"(\d+(?:\.\d+)+)(?!.*\d\.\d)", first)):
        family = Family.GCC
    else:
        return None
    return Compiler(command, family, tuple(int(part) for part in match[1].split(".")), first)


def _split(command: str) -> list[str]:
    """The words of a command; of one that no shell would take, the whole."""
    try:
        return shlex.split(command)
    except ValueError:
        return [command]


def _identity(command: tuple[str, ...]) -> str:
    real = Path(command[0]).resolve()
    status = real.stat()
    return f"{shlex.join(command)}\n{real}\n{status.st_size}\n{status.st_mtime_ns}"


def _ask(command: tuple[str, ...]) -> str:
    """What `--version` prints; empty where the command fails, as a wrapper without its compiler does."""
    try:
        answer = subprocess.run(
            [*command, "--version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_VERSION_SECONDS,
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout if answer.returncode == 0 else ""
