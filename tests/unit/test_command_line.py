"""The command line: what it prints, what it leaves behind, and its exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ptodsl import pipeline
from ptodsl.__main__ import COMMANDS
from ptodsl.commands import Status
from ptodsl.errors import load_all
from ptodsl.ir.nodes import Op
from ptodsl.ir.parser import parse
from ptodsl.ir.rewrite import walk
from tests.unit.shell import ADD, TWO, Shell, shell_in

WRONG = ADD.replace("b: T, c", "b: pl.Tensor[[M, N], pl.FP16], c").replace("b: T)", "b: pl.Tensor[[M, N], pl.FP16])")

LATE = """

@pl.function
def late(x: T, y: pl.Out[T]) -> T:
    return pl.store(pl.load(x, [0, 0], [M, N]) + undefined, [0, 0], y)
"""

VALID = """\
import ptodsl.language as pl

T = pl.Tensor[[4, 16], pl.FP32]


@pl.function
def part(x: T, count: pl.Scalar[pl.INT64], y: pl.Out[T]) -> T:
    t = pl.load(x, [0, 0], [4, 16], valid_shape=[4, count])
    return pl.store(pl.fillpad(t, pad_value=pl.PadValue.zero), [0, 0], y)
"""


shell = pytest.fixture(shell_in)


def test_run_compares_library_and_interpreter(shell: Shell) -> None:
    status, out, err = shell.run("run", shell.file(TWO))
    assert (status, err) == (Status.FINE, "")
    rows = [line.split() for line in out.splitlines()]
    assert rows[1][:7] == ["Add", "c", "5x24", "FP32", "0.00e+00", "bit", "for"]
    assert rows[2][:4] == ["grow", "x", "5x24", "FP32"]
    assert "within tolerance" in out.splitlines()[2]


def test_a_program_with_two_names_runs_once(shell: Shell) -> None:
    _, out, _ = shell.run("run", shell.file(ADD))
    assert len(out.splitlines()) == 2


def test_an_imported_program_is_not_the_file_s(shell: Shell) -> None:
    shell.file(TWO, "other.py")
    file = shell.file(f"from other import grow\n{ADD}")
    _, out, _ = shell.run("run", file, "--json")
    assert [one["program"] for one in json.loads(out)] == ["Add"]


def test_run_prints_json(shell: Shell) -> None:
    status, out, _ = shell.run("run", shell.file(ADD), "--json", "--arch", "a5", "--seed", "3")
    (one,) = json.loads(out)
    assert status == Status.FINE
    assert (one["program"], one["arch"], one["seed"], one["target"]) == ("Add", "a5", 3, "cpu")
    (result,) = one["results"]
    assert (result["name"], result["shape"], result["dtype"], result["max_abs_error"]) == ("c", [5, 24], "fp32", 0.0)
    assert one["seconds"] > 0


def test_run_takes_ir(shell: Shell) -> None:
    _, text, _ = shell.run("ir", shell.file(ADD))
    for name in ("add.pto-ir", "no extension"):
        status, out, _ = shell.run("run", shell.file(text, name))
        assert status == Status.FINE
        assert "bit for bit" in out


def test_run_sets_values(shell: Shell) -> None:
    file = shell.file(VALID)
    assert shell.run("run", file, "--set", "count=7")[0] == Status.FINE
    status, _, err = shell.run("run", file, "--set", "count=17")
    assert status == Status.PROGRAM
    assert "error[E0833]" in err


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("cuont=7", "the parameters are x, count"),
        ("count", "write NAME=VALUE"),
        ("count=many", "--set count=many: "),
        ("x=1,2", "--set x=1,2: "),
    ],
)
def test_a_value_that_does_not_fit_is_a_usage_error(shell: Shell, value: str, message: str) -> None:
    status, _, err = shell.run("run", shell.file(VALID), "--set", value)
    assert status == Status.USAGE
    assert message in err


def test_unwritten_elements_do_not_count_as_differences(shell: Shell) -> None:
    text = VALID.replace("pl.fillpad(t, pad_value=pl.PadValue.zero)", "t")
    assert shell.run("run", shell.file(text), "--set", "count=5")[0] == Status.FINE


def test_all_mistakes_of_a_file_are_shown_at_once(shell: Shell) -> None:
    status, _, err = shell.run("run", shell.file(TWO.replace("by, [", "bye, [") + LATE))
    assert status == Status.PROGRAM
    assert err.count("error[E0101]") == 2
    assert "2 errors" in err


def test_a_mistake_is_shown_with_its_line(shell: Shell) -> None:
    status, _, err = shell.run("compile", shell.file(WRONG))
    assert status == Status.PROGRAM
    assert "error[E0201]" in err
    assert "kernels.py:11:" in err


def test_a_mistake_is_json_where_asked_for(shell: Shell) -> None:
    status, out, _ = shell.run("run", shell.file(WRONG), "--json")
    answer = json.loads(out)
    assert (status, answer["status"]) == (1, 1)
    (mistake,) = answer["diagnostics"]
    assert (mistake["code"], mistake["span"]["line"]) == ("E0201", 11)
    assert mistake["help"]


def test_a_file_s_own_exception_keeps_its_traceback(shell: Shell) -> None:
    status, _, err = shell.run("run", shell.file("def f():\n    import no_such_module\n\nf()\n"))
    assert status == Status.PROGRAM
    assert "line 2, in f" in err
    assert "ModuleNotFoundError" in err
    assert "user_file.py" not in err
    assert not shell.crashes()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = (\n", "SyntaxError"),
        ("import sys\nsys.exit(3)\n", "SystemExit: 3"),
        ("import ptodsl.language as pl\npl.no_such_op\n", "AttributeError"),
        ("import ptodsl\nptodsl.compile(5)\n", "TypeError: expected a @pl.program class"),
        (b"# caf\xe9\n", "is not the text that it should be"),
        (b"# -*- coding: nonsense -*-\n", "unknown encoding"),
        ("x = 1\n", "has no @pl.program class or @pl.function at module level"),
    ],
)
def test_a_file_that_cannot_be_taken_is_the_user_s(shell: Shell, text: str | bytes, message: str) -> None:
    status, _, err = shell.run("ir", shell.file(text))
    assert status == Status.PROGRAM
    assert message in err
    assert not shell.crashes()


def test_ir_that_is_not_utf8_is_said_to_be(shell: Shell) -> None:
    status, _, err = shell.run("run", shell.file(b"ptodsl-ir 1\nprogram @caf\xe9\n", "x.pto-ir"))
    assert status == Status.PROGRAM
    assert "is not UTF-8" in err


@pytest.mark.parametrize("name", ["with space.py", "näme.py", "no_extension", "numpy.py", "<odd>.py", "100%.py"])
def test_an_odd_file_name_works(shell: Shell, name: str) -> None:
    status, out, err = shell.run("ir", shell.file(ADD, name))
    assert (status, err) == (Status.FINE, "")
    assert out.startswith("ptodsl-ir")


def test_a_file_with_a_declared_encoding_works(shell: Shell) -> None:
    text = f"# -*- coding: latin-1 -*-\n# café\n{ADD}".encode("latin-1")
    assert shell.run("ir", shell.file(text))[0] == Status.FINE


def test_a_main_block_does_not_run(shell: Shell) -> None:
    assert shell.run("ir", shell.file(f"{ADD}\nif __name__ == '__main__':\n    1 / 0\n"))[0] == Status.FINE


@pytest.mark.parametrize("name", ["missing.py", ".", "nul\0l.py"])
def test_a_file_that_cannot_be_read_is_a_usage_error(shell: Shell, name: str) -> None:
    status, _, err = shell.run("run", name)
    assert status == Status.USAGE
    assert "cannot read" in err


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nonsense",),
        ("run",),
        ("ir", "x.py", "--after", "nonsense"),
        ("run", "x.py", "--arch", "a1"),
        ("compile", "x.py", "--target", "gpu"),
        ("explain", "nonsense"),
        ("run", "x.py", "--seed", "-1"),
    ],
)
def test_wrong_usage_has_its_status(shell: Shell, arguments: tuple[str, ...]) -> None:
    status, out, err = shell.run(*arguments)
    assert (status, out) == (Status.USAGE, "")
    assert err


def test_a_program_that_the_file_does_not_have_is_a_usage_error(shell: Shell) -> None:
    status, _, err = shell.run("ir", shell.file(ADD), "--program", "Sub")
    assert status == Status.USAGE
    assert "it has Add" in err


@pytest.mark.parametrize("stage", pipeline.STAGES)
def test_ir_prints_the_stage(shell: Shell, stage: str) -> None:
    _, out, _ = shell.run("ir", shell.file(ADD), "--after", stage)
    program = parse(out)
    ops = [one.name for function in program.functions for one in walk(function.body) if isinstance(one, Op)]
    assert ("set_flag" in ops) == (stage == "insert_sync")
    assert ("@0x" in out) == (stage in ("allocate", "insert_sync"))


def test_the_help_of_ir_lists_the_stages(shell: Shell) -> None:
    status, out, _ = shell.run("ir", "--help")
    assert status == Status.FINE
    assert all(name in out for name in pipeline.STAGES)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_subcommand_has_help(shell: Shell, name: str) -> None:
    status, out, _ = shell.run(name, "--help")
    assert status == Status.FINE
    assert f"usage: ptodsl {name}" in out


def test_compile_writes_the_texts(shell: Shell) -> None:
    status, out, _ = shell.run("compile", shell.file(ADD), "-o", "texts", "--dump-passes", "--json")
    assert status == Status.FINE
    names = {Path(file).name for file in json.loads(out)["Add"]}
    assert {"Add.cpp", "Add.pto-ir", "memory_map.txt", "schedule.txt", "0-frontend.pto-ir"} < names
    assert len(names) == 4 + len(pipeline.STAGES)
    assert "TADD" in (shell.folder / "texts" / "Add" / "Add.cpp").read_text()


def test_compile_without_a_compiler_leaves_the_cpp(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(shell.folder))
    monkeypatch.delenv("CXX", raising=False)
    status, _, err = shell.run("compile", shell.file(ADD), "-o", "texts")
    assert status == Status.TOOLCHAIN
    assert "error[E0602]" in err
    assert (shell.folder / "texts" / "Add" / "Add.cpp").exists()


def test_compile_to_where_nothing_can_be_written_is_a_usage_error(shell: Shell) -> None:
    status, _, err = shell.run("compile", shell.file(ADD), "-o", shell.file("in the way", "texts"))
    assert status == Status.USAGE
    assert "cannot write to" in err


def test_doctor_says_what_is_there(shell: Shell) -> None:
    status, out, _ = shell.run("doctor", "--json")
    answer = json.loads(out)
    ready = {one["target"]: one["ready"] for one in answer["targets"]}
    assert set(ready) == {"cpu", "checked", "pto-isa", "npu"}
    assert (status == Status.FINE) == ready["cpu"]
    assert all(bool(one["problems"]) != one["ready"] for one in answer["targets"])


def test_doctor_says_what_to_install(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(shell.folder))
    monkeypatch.delenv("CXX", raising=False)
    status, out, _ = shell.run("doctor")
    assert status == Status.TOOLCHAIN
    assert "target cpu: not ready" in out
    assert "install g++" in out


@pytest.mark.parametrize("code", load_all())
def test_every_code_is_explained(shell: Shell, code: str) -> None:
    status, out, _ = shell.run("explain", code.lower())
    mistake = load_all()[code]
    assert status == Status.FINE
    assert mistake.template in out
    assert mistake.remedy in out


def test_explain_without_a_code_lists_all(shell: Shell) -> None:
    _, out, _ = shell.run("explain")
    assert [line.split()[0] for line in out.splitlines()[1:]] == list(load_all())


def test_an_unknown_code_names_near_ones(shell: Shell) -> None:
    status, _, err = shell.run("explain", "E0299")
    assert status == Status.USAGE
    assert "E020" in err


def test_the_chosen_subcommand_alone_is_loaded() -> None:
    program = (
        "import sys; from ptodsl.__main__ import main; main(['explain', 'E0101']); "
        "print([m for m in ('ptodsl.driver', 'ptodsl.pipeline', 'torch', 'jinja2', 'lark') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_it_runs_as_a_module() -> None:
    assert subprocess.run([sys.executable, "-m", "ptodsl", "--version"], check=False).returncode == 0


def test_a_closed_pipe_is_no_failure() -> None:
    command = f"{sys.executable} -m ptodsl explain --json | head -1"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[\n", "")


def test_text_that_is_placed_is_taken_as_it_stands(shell: Shell) -> None:
    assert shell.run("compile", shell.file(ADD), "-o", "first")[0] == Status.FINE
    first, again = (shell.folder / name / "Add" for name in ("first", "again"))
    text = (first / "Add.pto-ir").read_text(encoding="utf-8")
    moved = shell.file(text.replace("@0x0>", "@0x8000>"), "moved.pto-ir")
    assert shell.run("compile", moved, "-o", "again")[0] == Status.FINE
    assert "0x8000" in (again / "Add.cpp").read_text(encoding="utf-8")
    assert "0x8000" not in (first / "Add.cpp").read_text(encoding="utf-8")
    status, out, err = shell.run("run", moved)
    assert (status, err) == (Status.FINE, "")
    assert "bit for bit" in out


def test_placed_text_that_is_wrong_is_refused(shell: Shell) -> None:
    shell.run("compile", shell.file(ADD), "-o", "first")
    text = (shell.folder / "first" / "Add" / "Add.pto-ir").read_text(encoding="utf-8")
    flag = next(line for line in text.splitlines() if "set_flag mte2" in line)
    status, _, err = shell.run("compile", shell.file(text.replace(f"{flag}\n", ""), "moved.pto-ir"))
    assert status == Status.PROGRAM
    assert "E0502" in err
    assert not shell.crashes()
