"""C++ compilers found on this machine, and shared libraries built with them from test kernels."""

from __future__ import annotations

import ctypes
import functools
import platform
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

INCLUDE = Path(__file__).parents[2] / "runtime" / "include"
SUPPORT = INCLUDE.parent / "support"
FLAGS = ("-std=c++17", "-O1", "-march=native", "-ffp-contract=off", "-fPIC", "-shared", "-fvisibility=hidden")
NARROW = tuple({"-march=native": "-march=x86-64"}.get(flag, flag) for flag in FLAGS)
"""The narrowest vectors of this kind of machine, hardly optimised: the same bits are due."""
STRICT = ("-Wall", "-Wextra", "-Werror")
CHECKED = "-DPTO_CHECKED"
ENGINE = SUPPORT / "ptodsl" / "checked.cpp"


@dataclass(frozen=True)
class Compiler:
    """A command that compiles C++ against the tile library."""

    command: str

    def run(self, source: Path, *flags: str) -> subprocess.CompletedProcess[str]:
        """The finished compilation, failed or not."""
        return subprocess.run(
            [self.command, *flags, f"-I{INCLUDE}", str(source)], capture_output=True, text=True, check=False
        )

    def build(self, source: str, folder: Path, name: str, *flags: str) -> ctypes.CDLL:
        """The loaded shared library of a translation unit; fails the test with the compiler's words."""
        path = folder / f"{name}.cpp"
        path.write_text(source)
        library = folder / f"{name}.so"
        finished = self.run(path, *(flags or FLAGS), *STRICT, "-o", str(library))
        if finished.returncode:
            pytest.fail(f"{name}.cpp does not compile:\n{finished.stderr[:4000]}", pytrace=False)
        return ctypes.CDLL(str(library))


def find_compilers() -> tuple[Compiler, ...]:
    """g++ first, then the newest clang++ there is."""
    clangs = (f"clang++-{version}" for version in range(30, 13, -1))
    clang = next((name for name in ("clang++", *clangs) if shutil.which(name)), None)
    return tuple(Compiler(name) for name in ("g++", clang) if name and shutil.which(name))


def widths() -> dict[str, tuple[str, ...]]:
    """Flags by name: the machine's own vectors, and narrow ones where it has such."""
    return {"native": FLAGS, "narrow": NARROW} if platform.machine() == "x86_64" else {"native": FLAGS}


@functools.cache
def engine_object(engine: Path = ENGINE, *defined: str) -> str:
    """The path of an engine of the checked library, compiled once in a run."""
    target = Path(tempfile.mkdtemp()) / "engine.o"
    flags = ("-std=c++17", "-O1", "-fPIC", "-fvisibility=hidden", CHECKED, *defined, f"-I{SUPPORT}")
    finished = host_compiler().run(engine, *flags, *STRICT, "-c", "-o", str(target))
    if finished.returncode:
        pytest.fail(f"{engine.name} does not compile:\n{finished.stderr[:4000]}", pytrace=False)
    return str(target)


def checked_flags(*defined: str, engine: Path = ENGINE) -> tuple[str, ...]:
    """Flags of a build in which every instruction is judged."""
    return (*FLAGS, CHECKED, *defined, engine_object(engine, *defined))


BUILDS = ("fast", "checked")
"""The two builds of the library, for fixtures."""


def build_flags(build: str) -> tuple[str, ...]:
    """The flags of a build: fast, checked, or a width of `widths`."""
    return checked_flags() if build == "checked" else widths().get(build, FLAGS)


def host_compiler() -> Compiler:
    """The compiler that builds kernels here; skips the test where there is none."""
    found = find_compilers()
    if not found:
        pytest.skip("no C++ compiler (g++ or clang++) on PATH")
    return found[0]
