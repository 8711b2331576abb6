"""What is left behind by a bug of ours, and how the pass that changed a program's meaning is found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from ptodsl import pipeline
from ptodsl.bisect import first_change
from ptodsl.commands import Status
from ptodsl.commands.programs import load
from ptodsl.errors import InternalError
from ptodsl.ir.nodes import Program
from ptodsl.ir.parser import parse
from ptodsl.machine import Architecture
from ptodsl.passes.legalize import Legalize
from tests.unit.shell import ADD, TWO, Shell, shell_in

shell = pytest.fixture(shell_in)


@dataclass(frozen=True)
class Miscompiles:
    """A pass that subtracts where the program adds."""

    name: ClassVar[str] = "legalize"

    def run(self, program: Program, architecture: Architecture) -> Program:
        text = str(Legalize().run(program, architecture))
        assert " = add " in text
        return parse(text.replace(" = add ", " = sub "))


@dataclass(frozen=True)
class Breaks:
    """A pass with a bug."""

    name: ClassVar[str] = "legalize"

    def run(self, program: Program, architecture: Architecture) -> Program:
        raise KeyError("a bug of ours")


def _with_pass(monkeypatch: pytest.MonkeyPatch, wrong: Any) -> None:
    """The pipeline with a pass in the place of the one of its name."""
    passes = tuple(wrong if one.name == wrong.name else one for one in pipeline.PASSES)
    monkeypatch.setattr(pipeline, "PASSES", passes)


def test_a_pass_that_changes_the_meaning_is_named(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_pass(monkeypatch, Miscompiles())
    status, out, err = shell.run("run", shell.file(ADD), "--bisect-pass")
    assert status == Status.BUG
    assert "first changes after legalize" in out
    assert "differs" in out
    assert "after legalize the interpreter's answer of Add changes" in err


def test_bisection_finds_nothing_where_nothing_is_wrong(shell: Shell) -> None:
    status, out, _ = shell.run("run", shell.file(ADD), "--bisect-pass")
    assert status == Status.FINE
    assert "the same after every pass" in out


def test_bisection_leaves_the_arguments(shell: Shell) -> None:
    (grow,) = load(Path(shell.file(TWO)), ["grow"])
    array = np.ones((5, 24), np.float32)
    assert first_change(grow.program, [array, 2.0]) is None
    assert (array == 1.0).all()


def test_a_difference_of_library_and_interpreter_is_a_bug(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_pass(monkeypatch, Miscompiles())
    status, out, err = shell.run("run", shell.file(ADD))
    assert status == Status.BUG
    assert "differs" in out
    assert "[0, 0]: " in out
    assert "library and interpreter differ in c of Add" in err


def test_a_bug_leaves_a_file_that_shows_it_again(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_pass(monkeypatch, Breaks())
    status, _, err = shell.run("compile", shell.file(ADD))
    (crash,) = shell.crashes()
    assert status == Status.BUG
    assert "internal error" in err
    assert str(crash) in err
    text = crash.read_text(encoding="utf-8")
    assert "KeyError: 'a bug of ours'" in text
    assert "The last good stage, after infer_memory:" in text
    assert "ptodsl " in text.splitlines()[0]
    assert shell.run("compile", str(crash))[0] == Status.BUG
    monkeypatch.undo()
    monkeypatch.chdir(shell.folder)
    assert shell.run("compile", str(crash))[0] == Status.FINE


def test_a_bug_in_the_frontend_leaves_the_file(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> Program:
        raise InternalError("a bug of ours")

    monkeypatch.setattr("ptodsl.frontend.programs.lower_class", breaks)
    status, _, err = shell.run("run", shell.file(ADD))
    (crash,) = shell.crashes()
    assert status == Status.BUG
    assert "internal error" in err
    assert crash.suffix == ".py"
    assert crash.read_text(encoding="utf-8").endswith(ADD)


def test_a_bug_that_has_no_text_leaves_the_file(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> str:
        raise ValueError("nor does it print")

    _with_pass(monkeypatch, Breaks())
    monkeypatch.setattr("ptodsl.commands.reproducer.print_program", breaks)
    assert shell.run("compile", shell.file(ADD))[0] == Status.BUG
    (crash,) = shell.crashes()
    text = crash.read_text(encoding="utf-8")
    assert text.endswith(ADD)
    assert "nor does it print" in text
    assert "a bug of ours" in text


def test_a_bug_where_nothing_can_be_written_goes_elsewhere(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    _with_pass(monkeypatch, Breaks())

    def is_refused(*_: object) -> bool:
        return False

    monkeypatch.setattr("ptodsl.commands.reproducer.os.access", is_refused)
    monkeypatch.setattr("ptodsl.commands.reproducer.tempfile.gettempdir", lambda: str(elsewhere))
    assert shell.run("ir", shell.file(ADD), "--after", "allocate")[0] == Status.BUG
    assert not shell.crashes()
    assert len(list(elsewhere.glob("ptodsl-crash-*.pto-ir"))) == 1
