"""The command line on files, streams and surroundings that are not as they should be: always a status, never a bug."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ptodsl.commands import Status
from tests.tree import ROOT
from tests.unit.shell import ADD, TWO, Shell, shell_in

shell = pytest.fixture(shell_in)

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="/dev/full and closed streams as Linux has them")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that all of these tests share."""
    monkeypatch.setenv("PTODSL_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "command line cache"))


@pytest.mark.parametrize(
    ("beginning", "status"),
    [
        ("import sys; sys.exit(0)", Status.PROGRAM),
        ("import sys; sys.exit('text')", Status.PROGRAM),
        ("raise BaseException('odd')", Status.PROGRAM),
        ("raise GeneratorExit", Status.PROGRAM),
        ("raise Exception('\\ud800\\0\\33[2J')", Status.PROGRAM),
        ("class E(Exception):\n    def __str__(self): raise ValueError\nraise E", Status.PROGRAM),
        ("def f(): f()\nf()", Status.PROGRAM),
        ("x = [0] * 10**17", Status.PROGRAM),
        ("import numpy\nnumpy.zeros(10**17)", Status.PROGRAM),
        ("x = " + "(" * 100_000, Status.PROGRAM),
        ("x = " + "-" * 100_000 + "1", Status.PROGRAM),
        ("x = '\0'", Status.PROGRAM),
        ("import os; os.chdir('/')", Status.FINE),
        ("import os; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')", Status.FINE),
        ("import sys; del sys.modules['ptodsl_user_file']", Status.FINE),
        ("import sys; sys.stdout = sys.stderr = None", Status.FINE),
        ("class E:\n    @property\n    def __class__(self): raise ValueError\nx = E()", Status.FINE),
        ("import warnings; warnings.simplefilter('error')", Status.FINE),
        ("import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)", Status.FINE),
        ("import sys; sys.setrecursionlimit(200)", Status.FINE),
        ("import locale, os; os.environ.clear()", Status.FINE),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else None,
)
def test_whatever_a_file_does_first_has_a_status(shell: Shell, beginning: str, status: Status) -> None:
    file = shell.file(f"{beginning}\n{ADD}")
    run = subprocess.run(
        [sys.executable, "-m", "ptodsl", "ir", file], cwd=shell.folder, capture_output=True, text=True, check=False
    )
    assert run.returncode == status, run.stderr
    assert run.stdout.startswith("ptodsl-ir") == (status == Status.FINE)
    assert "internal error" not in run.stderr
    assert "ptodsl/commands" not in run.stderr.replace(os.sep, "/")
    assert not shell.crashes()


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\0\0", bytes(range(256)), b"ptodsl-ir", b"ptodsl-ir 1\nprogram @P\n"]
)
@pytest.mark.parametrize("name", ["x.py", "x.pto-ir"])
@pytest.mark.parametrize("command", ["ir", "run", "compile"])
def test_any_content_has_a_status(shell: Shell, command: str, name: str, content: bytes) -> None:
    status, _, err = shell.run(command, shell.file(content, name))
    assert status in (Status.PROGRAM, Status.FINE)
    assert err or (command, content[-3:]) == ("ir", b"@P\n")
    assert not shell.crashes()


@pytest.mark.parametrize("suffix", [".py", ".pto-ir"])
def test_what_is_no_file_is_a_usage_error(shell: Shell, suffix: str) -> None:
    (shell.folder / f"folder{suffix}").mkdir()
    (shell.folder / f"dangling{suffix}").symlink_to("nowhere")
    (shell.folder / f"loop{suffix}").symlink_to(f"loop{suffix}")
    for name in ("folder", "dangling", "loop", "missing", "x" * 5000, "nul\0l"):
        status, _, err = shell.run("run", f"{name}{suffix}")
        assert status == Status.USAGE
        assert "cannot read" in err


def test_giant_shapes_of_random_input_are_an_error(shell: Shell) -> None:
    file = shell.file(ADD.replace("M, N = 5, 24", "M, N = 2**40, 24").replace("[M, N])", "[5, 24])"))
    status, _, err = shell.run("run", file)
    assert status == Status.PROGRAM
    assert "error[E0802]" in err
    assert not shell.crashes()


def test_programs_of_two_kinds_in_one_file_are_both_taken(shell: Shell) -> None:
    _, out, _ = shell.run("ir", shell.file(TWO))
    assert out.count("program @") == 2
    assert shell.run("ir", shell.file(TWO), "--program", "grow")[1].count("program @") == 1
    assert shell.run("ir", shell.file(TWO), "--program", "")[0] == Status.USAGE


def command(*arguments: str, redirected: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A command line in a shell that redirects its streams."""
    line = f'exec "{sys.executable}" -m ptodsl "$@" {redirected}'
    return subprocess.run(
        ["/bin/sh", "-c", line, "sh", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@linux_only
@pytest.mark.parametrize(
    ("redirected", "status"),
    [
        (">&-", Status.FINE),
        ("2>&-", Status.FINE),
        (">&- 2>&- <&-", Status.FINE),
        (">/dev/full", Status.USAGE),
        ("2>/dev/full", Status.FINE),
    ],
)
def test_streams_that_take_nothing(shell: Shell, redirected: str, status: Status) -> None:
    run = command("ir", shell.file(ADD), redirected=redirected, cwd=shell.folder)
    assert run.returncode == status, run
    assert not shell.crashes()
    wrong = command("ir", "missing.py", redirected=redirected, cwd=shell.folder)
    assert wrong.returncode == Status.USAGE
    assert not shell.crashes()


@linux_only
def test_output_that_cannot_be_written_is_said_to_be(shell: Shell) -> None:
    for arguments in (("ir", shell.file(ADD)), ("explain",), ("explain", "--json"), ("doctor",)):
        run = command(*arguments, redirected=">/dev/full", cwd=shell.folder)
        assert run.returncode == Status.USAGE
        assert run.stderr == "ptodsl: the output cannot be written: No space left on device\n"


@linux_only
def test_no_current_folder_no_home(shell: Shell) -> None:
    file = shell.file(ADD)
    gone = "mkdir gone && cd gone && rmdir ../gone &&"
    line = f'{gone} HOME=/nonexistent TMPDIR=/nonexistent exec "{sys.executable}" -m ptodsl "$@"'
    for arguments, status in (
        (("ir", file), Status.FINE),
        (("run", file), Status.FINE),
        (("compile", file), Status.USAGE),
        (("ir", "relative.py"), Status.USAGE),
    ):
        run = subprocess.run(
            ["/bin/sh", "-c", line, "sh", *arguments],
            cwd=shell.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == status, run
        assert "internal error" not in run.stderr


@pytest.mark.parametrize("value", ["", "~", "relative", "we\nird", "größe", "a b'\"$"])
def test_any_cache_folder_that_can_be_made_is_used(shell: Shell, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PTODSL_CACHE_DIR", value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(shell.folder / "xdg"))
    assert shell.run("run", shell.file(ADD))[0] == Status.FINE


@linux_only
@pytest.mark.parametrize("value", ["/dev/null", "/dev/null/x", "/proc/x", "x" * 300, "/tmp/" + "x/" * 3000])
def test_any_other_cache_folder_is_a_toolchain_error(shell: Shell, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PTODSL_CACHE_DIR", value)
    status, _, err = shell.run("run", shell.file(ADD))
    assert status == Status.TOOLCHAIN
    assert "error[E0608]" in err
    assert max(map(len, err.splitlines())) < 500


@pytest.mark.parametrize("value", ["/nonexistent", "true", "cat", "'unbalanced", " ", "/tmp", "\n", "x" * 10_000, "--"])
def test_cxx_that_is_no_compiler_is_passed_over(shell: Shell, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CXX", value)
    assert shell.run("run", shell.file(ADD))[0] == Status.FINE


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -15)])
def test_file_that_never_ends_is_stopped_by_the_user(shell: Shell, number: signal.Signals, status: int) -> None:
    """There is no time limit on what a file does."""
    file = shell.file("import pathlib, time\npathlib.Path('started').touch()\nwhile True: time.sleep(0.01)\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "ptodsl", "ir", file], cwd=shell.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    end = time.monotonic() + 30
    while not (shell.folder / "started").exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    process.send_signal(number)
    try:
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == status
    assert errors == b""
    assert not shell.crashes()
