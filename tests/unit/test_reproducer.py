"""What is left behind by a bug of ours, and how the pass that changed a program's meaning is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from ptodsl import driver, pipeline
from ptodsl.bisect import first_change
from ptodsl.commands import Status
from ptodsl.commands.programs import load
from ptodsl.crash import Crash
from ptodsl.errors import InternalError, PassRefused
from ptodsl.ir.nodes import Program
from ptodsl.ir.parser import parse
from ptodsl.machine import Architecture
from ptodsl.passes.allocate import Allocate
from ptodsl.passes.insert_sync import InsertSync
from ptodsl.passes.legalize import Legalize
from tests.oracle_sync import without_item
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
    monkeypatch.setattr("ptodsl.reproducer.print_program", breaks)
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

    monkeypatch.setattr("ptodsl.reproducer.os.access", is_refused)
    monkeypatch.setattr("ptodsl.reproducer.tempfile.gettempdir", lambda: str(elsewhere))
    assert shell.run("ir", shell.file(ADD), "--after", "allocate")[0] == Status.BUG
    assert not shell.crashes()
    assert len(list(elsewhere.glob("ptodsl-crash-*.pto-ir"))) == 1


@dataclass(frozen=True)
class LosesFlags:
    """An `insert_sync` that leaves out the flags it should put between pipes."""

    name: ClassVar[str] = "insert_sync"

    def run(self, program: Program, architecture: Architecture) -> Program:
        kernel, *others = InsertSync().run(program, architecture).functions
        return replace(program, functions=(without_item(kernel, 0), *others))


@dataclass(frozen=True)
class Overlays:
    """An `allocate` that puts the second tile on the first."""

    name: ClassVar[str] = "allocate"

    def run(self, program: Program, architecture: Architecture) -> Program:
        text = str(Allocate().run(program, architecture))
        return parse(text.replace("[0, 0] sizes=[5, 24] : tile<5x24xfp32, ub, nd, @0x1e0>", OVERLAID), "broken.ir")


@dataclass(frozen=True)
class Forgets:
    """A `legalize` that leaves the layout out of a type."""

    name: ClassVar[str] = "legalize"

    def run(self, program: Program, architecture: Architecture) -> Program:
        return parse(str(Legalize().run(program, architecture)).replace(", ub, nd>", ", ub>", 1), "broken.ir")


OVERLAID = "[0, 0] sizes=[5, 24] : tile<5x24xfp32, ub, nd, @0x0>"
BROKEN = {
    "insert_sync": (
        LosesFlags(),
        "verify_sync refuses what insert_sync made",
        ("error[E0501]: `add` on V does not wait for `load` on MTE2", "kernels.py:11:", "put `set_flag mte2, v, 1`"),
        "The last good stage, after allocate:",
    ),
    "allocate": (
        Overlays(),
        "verify_placement refuses what allocate made",
        ("error[E0455]: `add` reads `0`", "may hold what `load` wrote", "`load` writes there"),
        "The last good stage, after legalize:",
    ),
    "legalize": (
        Forgets(),
        "verify_structure refuses what legalize made",
        ("error[E01", "it has no layout"),
        "The last good stage, after infer_memory:",
    ),
}
"""A pass that makes what a verifier refuses: the pass, the sentence, parts of the picture, how far it went well."""


@pytest.mark.parametrize("name", BROKEN)
def test_a_pass_that_a_verifier_refuses_is_a_bug_with_the_picture(
    name: str, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, sentence, picture, reached = BROKEN[name]
    _with_pass(monkeypatch, wrong)
    status, out, err = shell.run("compile", shell.file(ADD))
    (crash,) = shell.crashes()
    text = crash.read_text(encoding="utf-8")
    assert status == Status.BUG
    assert not out
    assert f"internal error: {sentence}" in err
    assert f"Please report it with {crash}" in err
    for part in (*picture, sentence):
        assert part in err
        assert part in text
    assert reached in text
    assert f"What is refused, after {name}:" in text
    assert shell.run("compile", str(crash))[0] == Status.BUG, "the file shows it again"
    monkeypatch.undo()
    monkeypatch.chdir(shell.folder)
    assert shell.run("compile", str(crash))[0] == Status.FINE


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("call", [driver.emit, driver.compile])
def test_a_call_from_python_leaves_the_same_file(
    name: str, call: Callable[[Program], object], shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, sentence, picture, _ = BROKEN[name]
    (add,) = load(Path(shell.file(ADD)), ["Add"])
    _with_pass(monkeypatch, wrong)
    with pytest.raises(Crash) as caught:
        call(add.program)
    (crash,) = shell.crashes()
    assert caught.value.path == crash
    for part in (*picture, sentence, str(crash)):
        assert part in str(caught.value)
    assert isinstance(caught.value, InternalError)
    assert isinstance(caught.value.cause, PassRefused)
    assert caught.value.cause.diagnostics[0].code[:3] in ("E01", "E04", "E05")
    monkeypatch.undo()
    driver.emit(parse(crash.read_text(encoding="utf-8")))


def test_a_stage_that_is_interpreted_leaves_it_too(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    (add,) = load(Path(shell.file(ADD)), ["Add"])
    _with_pass(monkeypatch, Breaks())
    array = np.ones((5, 24), np.float32)
    with pytest.raises(Crash, match="KeyError: 'a bug of ours'"):
        driver.interpret(add.program, array, array, after="allocate")
    assert len(shell.crashes()) == 1


def test_an_order_by_hand_that_is_refused_is_its_authors_mistake(shell: Shell) -> None:
    """Of a kernel that came with flags nobody but its author has the order; of all others the pass has."""
    text = str(load(Path(shell.file(ADD)), ["Add"])[0].program).replace("  store", "  pipe_barrier v\n  store")
    status, _, err = shell.run("compile", shell.file(text, "by_hand.pto-ir"))
    assert status == Status.PROGRAM
    assert "E0501" in err or "E01" in err
    assert not shell.crashes()


def test_a_bug_where_no_file_can_be_written_still_says_what_happened(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(*_: object, **__: object) -> None:
        raise OSError("no space left")

    _with_pass(monkeypatch, Breaks())
    file = shell.file(ADD)
    monkeypatch.setattr("ptodsl.reproducer.Path.write_text", is_full)
    status, _, err = shell.run("compile", file)
    assert status == Status.BUG
    assert "KeyError: 'a bug of ours'" in err
    assert "no file could be written" in err
