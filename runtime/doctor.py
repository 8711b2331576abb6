"""What this machine has for building and running programs, and what it lacks: data for the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ptodsl.errors import Diagnostic, PtoError
from ptodsl.runtime import compilers, toolchains
from ptodsl.runtime.cache import Cache, location
from ptodsl.runtime.compilers import Compiler
from ptodsl.runtime.targets import TARGETS, Target


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether programs can be built for a target and run."""

    target: str
    summary: str
    compiler: Compiler | None
    limits: tuple[str, ...]
    """What it does not take although it is ready."""
    problems: tuple[Diagnostic, ...]
    """What is in the way, each with its remedy."""

    @property
    def ready(self) -> bool:
        """Whether nothing is in the way."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Survey:
    """All that was looked at."""

    targets: tuple[Readiness, ...]
    compilers: tuple[Compiler, ...]
    """Every C++ compiler that was found, new enough or not."""
    cache: Path
    cache_problems: tuple[Diagnostic, ...]


def survey() -> Survey:
    """Looks for everything that any target needs. Nothing is compiled."""
    cache = Cache(location())
    names = sorted({name for target in TARGETS.values() for name in target.compilers})
    found = (compilers.identify(command, cache) for command in compilers.candidates(names))
    unique = {compiler.command: compiler for compiler in found if compiler is not None}
    return Survey(
        targets=tuple(_readiness(target) for target in TARGETS.values()),
        compilers=tuple(unique.values()),
        cache=cache.root,
        cache_problems=_cache_problems(cache),
    )


def _readiness(target: Target) -> Readiness:
    limits = tuple(f"{dtype.label}: {reason}" for dtype, reason in target.refuses.items())
    compiler, _ = toolchains.compiler_for(target)
    problems: tuple[Diagnostic, ...] = ()
    try:
        toolchains.find(target.name, next(iter(target.arch_flags)))
    except PtoError as error:
        problems = error.diagnostics
    return Readiness(target.name, target.summary, compiler, limits, problems)


def _cache_problems(cache: Cache) -> tuple[Diagnostic, ...]:
    try:
        cache.prepare()
    except PtoError as error:
        return error.diagnostics
    return ()
