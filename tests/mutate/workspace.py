"""A copy of the project to plant faults in, and runs of its tests."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mutate.fault import Fault
from tests.tree import copy_tree

_NOT_GREEN = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)
_FITS_NO_FAULT = "tests/mutate/test_faults.py"
"""Fails of any fault that is planted, which says nothing."""

OWN_SECONDS, SUITE_SECONDS = 600, 1800
"""How long the tests of a part and the whole suite may run, several times what they take: a fault may make one wait
for ever."""

_GREEN = (0, 5)
"""Exit statuses of pytest where no test has failed: all passed, or there was none."""


class FaultMisplaced(Exception):
    """The text that a fault replaces is not found exactly once: the table does not fit the product any more."""


def patched(text: str, fault: Fault) -> str:
    """A file's text with the fault in it. Raises `FaultMisplaced`."""
    count = text.count(fault.old)
    if count != 1:
        raise FaultMisplaced(f"{fault.file}: what `{fault.what}` replaces stands there {count} times:\n{fault.old}")
    return text.replace(fault.old, fault.new)


@dataclass(frozen=True)
class Verdict:
    """What a run of tests says: the first test that is not green, empty where all are."""

    caught_by: str = ""
    output: str = ""


@dataclass(frozen=True)
class Workspace:
    """The copy, where its libraries are kept, and how many processes run its tests."""

    root: Path
    cache: Path
    workers: int

    @classmethod
    def at(cls, folder: Path, cache: Path, workers: int) -> Workspace:
        """A fresh copy of the tree, uncommitted changes included."""
        space = cls(copy_tree(folder), cache, workers)
        space._check_own()
        return space

    @contextmanager
    def with_fault(self, fault: Fault) -> Generator[None]:
        """The copy with a fault in it for as long as the block runs."""
        path = self.root / fault.file
        before = path.read_text(encoding="utf-8")
        path.write_text(patched(before, fault), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(before, encoding="utf-8")

    def test(self, paths: Sequence[str]) -> Verdict:
        """Runs some tests, one after the other, until the first that is not green."""
        return self._verdict([*paths], OWN_SECONDS)

    def test_all(self, *without: str) -> Verdict:
        """Runs the suite until the first test that is not green; `without` are files that have run already."""
        ignored = [f"--ignore={path}" for path in (_FITS_NO_FAULT, *without)]
        return self._verdict(["-n", str(self.workers), "--dist", "loadfile", *ignored], SUITE_SECONDS)

    def _verdict(self, arguments: Sequence[str], seconds: int) -> Verdict:
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=short", "-rfE", "-p", "no:cacheprovider"]
        done = self._run([*command, "-m", "not lint", *arguments], seconds)
        if done.returncode in _GREEN:
            return Verdict(output=done.stdout)
        found = _NOT_GREEN.search(done.stdout)
        return Verdict(found[1] if found else f"pytest ended with {done.returncode}", done.stdout + done.stderr)

    def _check_own(self) -> None:
        """The copy is what its tests import, not the project that is installed."""
        asked = [sys.executable, "-c", "import ptodsl, ptodsl.codegen, ptodsl.runtime; print(ptodsl.__file__)"]
        done = self._run(asked)
        if not Path(done.stdout.strip()).is_relative_to(self.root):
            raise RuntimeError(f"the tests in {self.root} would import {done.stdout.strip() or done.stderr}")

    def _run(self, command: Sequence[str], seconds: int | None = None) -> subprocess.CompletedProcess[str]:
        """The copy comes first on the path: this environment has the project itself installed."""
        environment = {**os.environ, "PYTHONPATH": str(self.root), "PTODSL_CACHE_DIR": str(self.cache)}
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            command, cwd=self.root, env=environment, stdout=pipe, stderr=pipe, text=True, start_new_session=True
        )
        try:
            output, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, errors = process.communicate()
            return subprocess.CompletedProcess(command, -signal.SIGKILL, output, f"{errors}\nno end after {seconds} s")
        return subprocess.CompletedProcess(command, process.returncode, output, errors)
