"""The command line as tests call it, and files for it to read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from ptodsl.__main__ import main

ADD = """\
import ptodsl.language as pl

M, N = 5, 24
T = pl.Tensor[[M, N], pl.FP32]


@pl.program
class Add:
    @pl.function(type=pl.FunctionType.InCore)
    def add(self, a: T, b: T, c: pl.Out[T]) -> T:
        return pl.store(pl.load(a, [0, 0], [M, N]) + pl.load(b, [0, 0], [M, N]), [0, 0], c)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: T, b: T) -> T:
        return self.add(a, b)


Again = Add
"""

TWO = (
    ADD
    + """

@pl.function
def grow(x: pl.InOut[T], by: pl.Scalar[pl.FP32]) -> T:
    return pl.store(pl.exp(pl.load(x, [0, 0], [M, N])) * by, [0, 0], x)
"""
)


@dataclass
class Shell:
    """Runs command lines in an empty directory."""

    capsys: pytest.CaptureFixture[str]
    folder: Path

    def file(self, text: str | bytes, name: str = "kernels.py") -> str:
        """A file in the directory."""
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit status, output and error output."""
        try:
            status = main(arguments)
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        output = self.capsys.readouterr()
        return status, output.out, output.err

    def crashes(self) -> list[Path]:
        """The reproducers in the directory."""
        return sorted(self.folder.glob("ptodsl-crash-*"))


def shell_in(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell in an empty directory: `shell = pytest.fixture(shell_in)`."""
    monkeypatch.chdir(tmp_path)
    return Shell(capsys, tmp_path)
