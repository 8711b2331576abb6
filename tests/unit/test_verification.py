"""`ptodsl verify`: IR text that people write or edit, at whatever stage it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ptodsl import pipeline
from ptodsl.commands import Status
from ptodsl.commands.programs import load
from ptodsl.ir.printer import print_program
from ptodsl.machine import A2A3, A5
from tests.placed import kernel, pair, ub
from tests.unit.shell import ADD, Shell, shell_in

shell = pytest.fixture(shell_in)

X, Y = ub(0x0), ub(0x1000)
CHAIN = (
    f"%x = create_tile shape=[16, 64] dtype=fp32 : {X}\n%y = exp %x : {Y}\n%z = adds %y, 1.0 : {Y}\npipe_barrier all"
)
REUSED = f"{pair('mte2', 'v', 0)}{pair('mte2', 'v', 1)}pipe_barrier all"
TWICE = "set_flag mte2, v, 1\nset_flag mte2, v, 1\nwait_flag mte2, v, 1\nwait_flag mte2, v, 1\npipe_barrier all"


def _after(shell: Shell, stage: str) -> str:
    """A file with the text of a program after a pass."""
    (add,) = load(Path(shell.file(ADD)), ["Add"])
    return shell.file(str(pipeline.stages(add.program, A2A3, until=stage)[-1].program), f"{stage}.pto-ir")


def test_what_the_passes_made_passes(shell: Shell) -> None:
    for strictness in ((), ("--strict",), ("--strict", "--strict-flags")):
        status, out, err = shell.run("verify", _after(shell, "insert_sync"), *strictness)
        assert status == Status.FINE
        assert not err
        assert "add     vector             4      4         1  in order" in out


@pytest.mark.parametrize(
    ("stage", "missing"),
    [
        ("frontend", "memory, layout, offset"),
        ("check_outputs", "memory, layout, offset"),
        ("infer_memory", "layout, offset"),
        ("legalize", "offset"),
    ],
)
def test_text_of_an_earlier_stage_says_what_is_missing(stage: str, missing: str, shell: Shell) -> None:
    status, _, err = shell.run("verify", _after(shell, stage))
    assert status == Status.PROGRAM
    name = "frontend" if stage == "check_outputs" else stage
    assert f"error[E0457]: `add` is not placed: it stands as `{name}` leaves it, no tile has: {missing}\n" in err
    assert f" --> {stage}.pto-ir:4:1" in err
    assert "ptodsl ir FILE --after insert_sync" in err


def test_text_without_flags_says_so_and_shows_each_hazard(shell: Shell) -> None:
    status, _, err = shell.run("verify", _after(shell, "allocate"))
    assert status == Status.PROGRAM
    assert err.index("error[E0516]") < err.index("error[E0501]: `add` on V does not wait for `load` on MTE2")
    assert "error[E0501]: `store` on MTE3 does not wait for `add` on V" in err
    assert " --> allocate.pto-ir:7:3" in err


def test_one_tile_without_an_address_is_named(shell: Shell) -> None:
    text = Path(_after(shell, "insert_sync")).read_text(encoding="utf-8")
    status, _, err = shell.run("verify", shell.file(text.replace(", @0x1e0>", ">", 1), "edited.pto-ir"))
    assert status == Status.PROGRAM
    assert "it has no offset" in err
    assert "^" in err


@pytest.mark.parametrize(
    ("body", "relaxed", "strict", "strict_flags"),
    [
        (CHAIN, "warning[W0503]", "error[E0501]", "warning[W0503]"),
        (REUSED, "warning[W0501]", "warning[W0501]", "error[E0515]"),
        (TWICE, "warning[W0504]", "error[E0503]", "error[E0503]"),
    ],
)
def test_strictness_turns_notes_into_errors(
    body: str, relaxed: str, strict: str, strict_flags: str, shell: Shell
) -> None:
    file = shell.file(kernel(body), "written.pto-ir")
    for options, expected in (((), relaxed), (("--strict",), strict), (("--strict-flags",), strict_flags)):
        status, out, err = shell.run("verify", file, *options)
        assert expected in (err if expected.startswith("error") else out)
        assert status == (Status.PROGRAM if expected.startswith("error") else Status.FINE)


def test_an_edited_address_is_found_with_the_bytes(shell: Shell) -> None:
    text = Path(_after(shell, "insert_sync")).read_text(encoding="utf-8")
    status, _, err = shell.run("verify", shell.file(text.replace("@0x1e0>", "@0x100>"), "edited.pto-ir"))
    assert status == Status.PROGRAM
    assert "error[E0455]: `add` reads `0`, but UB 0x100 to 0x1e0 may hold what `load` wrote" in err
    assert "error[E0501]" in err, "both verifiers speak"


def test_an_edited_view_is_said_with_the_bytes_it_should_have(shell: Shell) -> None:
    body = f"""
    %x = load %h[0, 0] sizes=[16, 64] : {X}
    %s = slice %x[4, 0] sizes=[4, 64] : {ub(0x5000, 4)}
    pipe_barrier all
    """
    status, _, err = shell.run("verify", shell.file(kernel(body), "written.pto-ir"))
    assert status == Status.PROGRAM
    assert "error[E0454]: `s` must lie in the bytes of `x`" in err
    assert "it should start at 0x400" in err
    assert "E0170" not in err


def test_every_kernel_is_judged_by_itself(shell: Shell) -> None:
    one = kernel(CHAIN)
    two = one[one.index("kernel") :].replace("@k", "@k2").replace(f" : {Y}\n%z", " : {Y}\n  pipe_barrier v\n%z")
    status, out, _ = shell.run("verify", shell.file(f"{one}\n{two}", "two.pto-ir"))
    assert status == Status.FINE
    assert [line.split()[0] for line in out.splitlines()[1:3]] == ["k", "k2"]


def test_json_has_the_kernels_and_the_notes_or_what_is_wrong(shell: Shell) -> None:
    file = shell.file(kernel(CHAIN), "written.pto-ir")
    _, out, _ = shell.run("verify", file, "--json")
    fine = json.loads(out)
    assert fine["kernels"] == [{"name": "k", "core": "vector", "instructions": 2, "flags": 0, "barriers": 1}]
    assert [note["code"] for note in fine["notes"]] == ["W0503"]
    status, out, _ = shell.run("verify", file, "--json", "--strict")
    assert status == json.loads(out)["status"] == Status.PROGRAM
    assert json.loads(out)["diagnostics"][0]["span"]["file"] == file


def test_what_is_no_ir_text_is_refused_with_the_way_to_get_it(shell: Shell) -> None:
    status, _, err = shell.run("verify", shell.file(ADD))
    assert status == Status.USAGE
    assert "--after insert_sync" in err
    assert shell.run("verify", "nothing.pto-ir")[0] == Status.USAGE
    assert shell.run("verify", shell.file("ptodsl-ir 1\nprogram", "short.pto-ir"))[0] == Status.PROGRAM


def test_the_architecture_is_the_one_asked_for(shell: Shell) -> None:
    (add,) = load(Path(shell.file(ADD)), ["Add"])
    text = print_program(pipeline.place(add.program, A5))
    barrier = text.replace("  store", "  pipe_barrier v\n  store", 1)
    assert shell.run("verify", shell.file(barrier, "one.pto-ir"), "--arch", "a2a3")[0] == Status.FINE
    status, _, err = shell.run("verify", shell.file(barrier, "one.pto-ir"), "--arch", "a5")
    assert status == Status.PROGRAM
    assert "E0509" in err
