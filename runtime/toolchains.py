"""The toolchain that builds for a target: compiler, flags, headers.

`find` gives what is at hand or says what to install; nothing is compiled here.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from ptodsl.errors import Diagnostic, Note, PtoError
from ptodsl.errors.build import (
    ArchitectureUnsupported,
    CompilerMissing,
    DTypeUnsupported,
    HeadersMissing,
    LauncherMissing,
    TargetUnknown,
)
from ptodsl.ir.dtypes import DType
from ptodsl.runtime import compilers
from ptodsl.runtime.cache import Cache, location
from ptodsl.runtime.compilers import Compiler
from ptodsl.runtime.targets import C_ONLY, CHECKED_DEFINE, CPU, PLAIN, SHARED, TARGETS, UNDEFINED, Headers, Target

RUNTIME = Path(__file__).parent.resolve()
TILE_LIBRARY = RUNTIME / "include"
SUPPORT = RUNTIME / "support"


@dataclass(frozen=True, slots=True)
class Toolchain:
    """All that turns C++ text into a library: two equal ones make the same library from the same text."""

    target: str
    compiler: Compiler
    flags: tuple[str, ...]
    includes: tuple[Path, ...]
    """Folders with the headers; their files are part of what a build depends on."""
    libraries: tuple[str, ...] = ()
    product: str = "program.so"
    """The name of the file that it makes."""
    support_flags: tuple[str, ...] = ()
    """What the code that its programs are linked with is compiled with too."""

    def command(self, source: str, objects: Iterable[Path] = ()) -> tuple[str, ...]:
        """The one call that compiles a source, and links it with objects unless the product is one itself."""
        includes = (f"-I{folder}" for folder in self.includes)
        inputs = (source, *map(str, objects))
        return (*self.compiler.command, *self.flags, *includes, *inputs, "-o", self.product, *self.libraries)


def find(target: str, arch: str, dtypes: Collection[DType] = (), *, poison: bool = False) -> Toolchain:
    """The toolchain for a target, an architecture and the dtypes that a program uses.

    With `poison`, what a program creates starts as bytes that no computation takes for a number. Raises one PtoError
    with everything that is in the way: E0601 to E0605, E0610.
    """
    row = TARGETS.get(target)
    if row is None:
        raise PtoError([TargetUnknown(None, target=target, known=_listed(TARGETS))])
    compiler, problems = compiler_for(row)
    includes, missing = _includes(row)
    problems += missing
    if arch not in row.arch_flags:
        problems.append(ArchitectureUnsupported(None, target=target, arch=arch, known=_listed(row.arch_flags)))
    problems += [
        DTypeUnsupported(None, target=target, dtype=dtype.label, reason=row.refuses[dtype])
        for dtype in dtypes
        if dtype in row.refuses
    ]
    if compiler is not None and not problems and row.no_launcher:
        problems.append(LauncherMissing(None, target=target, reason=row.no_launcher))
    if compiler is None or problems:
        raise PtoError(problems)
    flags = (*row.flags, *row.arch_flags[arch], *(("-DPTODSL_POISON",) if poison else ()))
    support_flags = (CHECKED_DEFINE, *row.arch_flags[arch]) if row.is_checked else ()
    return Toolchain(target, compiler, flags, includes, row.libraries, support_flags=support_flags)


def for_launcher() -> Toolchain:
    """The toolchain of the launcher: the host's. Raises E0602."""
    compiler, problems = compiler_for(CPU)
    if compiler is None:
        raise PtoError(problems)
    flags = ("-std=c++17", "-O1", "-pthread", *PLAIN, *SHARED, *UNDEFINED)
    return Toolchain("launcher", compiler, flags, (SUPPORT,), C_ONLY, product="launcher.so")


def for_support(toolchain: Toolchain, product: str) -> Toolchain:
    """The toolchain of an object that programs are linked with: that of the program, knowing what it must of it."""
    flags = ("-std=c++17", "-O2", "-fno-exceptions", "-fPIC", "-fvisibility=hidden", *toolchain.support_flags, "-c")
    return Toolchain("support", toolchain.compiler, flags, (SUPPORT, TILE_LIBRARY), product=product)


def compiler_for(row: Target) -> tuple[Compiler | None, list[Diagnostic]]:
    """The compiler that builds for a target, or why there is none."""
    found, refused = compilers.find(row.compilers, row.floors, Cache(location()))
    if found is not None:
        return found, []
    notes = [Note(f"{compiler} was found and does not do") for compiler in refused]
    return None, [CompilerMissing(None, notes, target=row.name, needed=needed(row), install=row.install)]


def _includes(row: Target) -> tuple[tuple[Path, ...], list[Diagnostic]]:
    """The include folders, and what keeps them from being known."""
    if not row.headers:
        return (TILE_LIBRARY, SUPPORT), []
    problems = [
        HeadersMissing(None, target=row.name, what=headers.what, problem=problem, install=headers.install)
        for headers in row.headers
        if (problem := missing(headers))
    ]
    folders = (Path(os.environ.get(headers.variable, "")) / headers.folder for headers in row.headers)
    return (*(folder.absolute() for folder in folders), SUPPORT), [*problems]


def missing(headers: Headers) -> str:
    """What is wrong with the variable that names the headers' root; empty if nothing is."""
    root = os.environ.get(headers.variable)
    if not root:
        return f"{headers.variable} is not set"
    if not (Path(root) / headers.landmark).exists():
        return f"{headers.variable} is {root}, where there is no {headers.landmark}"
    return ""


def needed(row: Target) -> str:
    """The compilers that will do, in words."""
    return " or ".join(
        f"{family.value} {'.'.join(map(str, floor))} or newer" if any(floor) else family.value
        for family, floor in row.floors.items()
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
