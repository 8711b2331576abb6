"""From C++ text to a shared library, through the cache."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import subprocess
from collections import deque
from collections.abc import Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ptodsl.errors import PtoError
from ptodsl.errors.build import CompileFailed
from ptodsl.runtime import compilation, processor
from ptodsl.runtime.cache import SOURCE, Cache, location
from ptodsl.runtime.digests import tree_digest
from ptodsl.runtime.toolchains import RUNTIME, SUPPORT, Toolchain, for_launcher, for_support

_FORMAT = "1"
"""Goes up when entries of an older release must not be taken."""
_SHOWN_LINES = 12

SUPPORT_SOURCES: Mapping[str, Path] = {
    "<ptodsl/orchestration.hpp>": SUPPORT / "ptodsl" / "orchestration.cpp",
    "<pto/checked/kernel.hpp>": SUPPORT / "ptodsl" / "checked.cpp",
}
"""The code behind a header, compiled once and linked with the texts that include it."""

LINE_COMMENT = re.compile(r'^([^"\n]*?)[ \t]*//[^\n]*$', re.MULTILINE)
"""A comment to the end of its line, where no string literal can hold the two slashes."""


def build(text: str, toolchain: Toolchain) -> Path:
    """The library of a program: from the cache, or compiled now.

    Raises E0606 with the compiler's words, E0607 or E0608 where the cache cannot be used.
    """
    return build_all([(text, toolchain)])[0]


def build_all(sources: Iterable[tuple[str, Toolchain]]) -> list[Path]:
    """The libraries of several programs; what is missing is compiled at the same time, the launcher too."""
    cache = Cache(location())
    jobs = [_job(text, toolchain) for text, toolchain in sources]
    with cache.usable():
        found = {job.key: product for job in jobs if (product := cache.lookup(job.key)) is not None}
        missing = {job.key: job for job in jobs if job.key not in found}
        if missing:
            objects = _objects(cache, missing.values())
            found |= _run(cache, [*(_linked(job, objects) for job in missing.values()), *_launcher(cache)])
    return [found[job.key] for job in jobs]


def build_launcher() -> Path:
    """The library that launches programs. Raises as `build` does, and E0602 where no compiler is found."""
    cache = Cache(location())
    with cache.usable():
        return _built(cache, _launcher_job())


def key(text: str, toolchain: Toolchain) -> str:
    """The name of the entry that holds a product: everything that the product depends on, hashed."""
    parts = (
        _FORMAT,
        LINE_COMMENT.sub(r"\1", text),
        repr(toolchain.compiler),
        repr(toolchain.flags + toolchain.libraries),
        *(tree_digest(folder) for folder in toolchain.includes),
        processor.identity(),
    )
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(frozen=True, slots=True)
class _Job:
    """Something to compile."""

    key: str
    text: str
    toolchain: Toolchain
    objects: tuple[Path, ...] = ()
    """What it is linked with. Their sources are among the toolchain's headers, and so in the key."""


def _job(text: str, toolchain: Toolchain) -> _Job:
    return _Job(key(text, toolchain), text, toolchain)


def _launcher_job() -> _Job:
    return _job((RUNTIME / "launcher.cpp").read_text(encoding="utf-8"), for_launcher())


def _launcher(cache: Cache) -> list[_Job]:
    """The launcher as one more thing to build, where it is missing and a compiler for it is not."""
    try:
        job = _launcher_job()
    except PtoError:
        return []
    return [] if cache.lookup(job.key) else [job]


def _objects(cache: Cache, jobs: Iterable[_Job]) -> Mapping[str, Path]:
    """The objects that jobs are linked with, by key; what is missing is compiled at the same time, the launcher too."""
    wanted = {support.key: support for job in jobs for support in _supports(job)}
    found = {key: product for key in wanted if (product := cache.lookup(key)) is not None}
    missing = [support for support in wanted.values() if support.key not in found]
    return found | (_run(cache, [*missing, *_launcher(cache)]) if missing else {})


def _linked(job: _Job, objects: Mapping[str, Path]) -> _Job:
    return replace(job, objects=tuple(objects[support.key] for support in _supports(job)))


def _supports(job: _Job) -> list[_Job]:
    """The code behind those headers that a job's text includes."""
    sources = (source for header, source in SUPPORT_SOURCES.items() if f"#include {header}" in job.text)
    return [_support_job(source, job.toolchain) for source in sources]


def _support_job(source: Path, toolchain: Toolchain) -> _Job:
    return _job(source.read_text(encoding="utf-8"), for_support(toolchain, f"{source.stem}.o"))


def _built(cache: Cache, job: _Job) -> Path:
    return cache.lookup(job.key) or _run(cache, [job])[job.key]


def _run(cache: Cache, jobs: Iterable[_Job]) -> dict[str, Path]:
    """The products of jobs by key, compiled as many at a time as there are processors."""
    built: dict[str, Path] = {}
    running: deque[_Compilation] = deque()
    with ExitStack() as stack:
        for job in jobs:
            if len(running) >= max(2, os.cpu_count() or 1):
                _finish(running.popleft(), built)
            running.append(stack.enter_context(_compiling(cache, job)))
        while running:
            _finish(running.popleft(), built)
    return built


def _finish(compilation: _Compilation, built: dict[str, Path]) -> None:
    built[compilation.job.key] = compilation.finish()


@dataclass(frozen=True, slots=True)
class _Compilation:
    """A compiler at work in a folder of the cache."""

    cache: Cache
    job: _Job
    folder: Path
    command: tuple[str, ...]
    process: subprocess.Popen[bytes]

    def finish(self) -> Path:
        """The product in its place, once the compiler is done."""
        outcome, output = compilation.said(self.process)
        product = self.job.toolchain.product
        if not outcome and (self.folder / product).is_file():
            return self.cache.publish(self.folder, self.job.key, product)
        (self.folder / "output.txt").write_text(output, encoding="utf-8")
        (self.folder / "command.txt").write_text(shlex.join(self.command) + "\n", encoding="utf-8")
        kept = self.cache.keep(self.folder, self.job.key)
        raise _failed(self.command, outcome or f"made no {product}", output, kept)


@contextmanager
def _compiling(cache: Cache, job: _Job) -> Generator[_Compilation]:
    """A compiler that has been started; it does not outlive the block."""
    command = job.toolchain.command(SOURCE, job.objects)
    with cache.building() as folder, ExitStack() as stack:
        (folder / SOURCE).write_text(job.text, encoding="utf-8", errors="surrogateescape")
        try:
            process = stack.enter_context(compilation.started(command, folder))
        except OSError as error:
            raise _failed(command, "cannot be started", str(error), folder) from error
        yield _Compilation(cache, job, folder, command, process)


def _failed(command: tuple[str, ...], outcome: str, output: str, folder: Path) -> PtoError:
    lines = output.splitlines() or ["(it said nothing)"]
    shown = "\n".join(lines[:_SHOWN_LINES])
    failure = CompileFailed(None, compiler=shlex.join(command[:1]), outcome=outcome, output=shown, folder=folder)
    return PtoError([failure])
