"""Caches and compilers that do what they should not: each ends in words, and nothing half-made is left in place."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ptodsl.errors import PtoError
from ptodsl.runtime import build, cache, compilation, compilers, toolchains
from ptodsl.runtime.cache import Cache
from ptodsl.runtime.toolchains import Toolchain
from tests.tree import ROOT
from tests.unit.runtime_programs import ADD, cache_at
from tests.unit.test_cache import SLOW_COMPILER, add_works, builder, code_of, started, wait_for

pytestmark = pytest.mark.usefixtures("prepared")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="limits and mounts as Linux has them")


def compiler_that(toolchain: Toolchain, folder: Path, does: str, name: str = "odd compiler") -> Toolchain:
    """The toolchain with a shell script for a compiler."""
    script = folder / name
    script.write_text(f"#!/bin/sh\n{does}\n")
    script.chmod(0o755)
    return dataclasses.replace(toolchain, compiler=dataclasses.replace(toolchain.compiler, command=(str(script),)))


def refusal(toolchain: Toolchain) -> str:
    """The message of a build that must fail, E0606, with nothing left at work."""
    with pytest.raises(PtoError) as caught:
        build.build(ADD, toolchain)
    assert code_of(caught) == "E0606"
    assert not list((cache.location() / "building").iterdir())
    return str(caught.value)


def test_compiler_that_makes_nothing_is_said_to(toolchain: Toolchain, tmp_path: Path) -> None:
    assert "made no program.so" in refusal(compiler_that(toolchain, tmp_path, "exit 0"))
    assert "made no program.so" in refusal(compiler_that(toolchain, tmp_path, "mkdir program.so"))


def test_compiler_that_is_gone_or_no_program_is_said_to_be(toolchain: Toolchain, tmp_path: Path) -> None:
    odd = compiler_that(toolchain, tmp_path, "")
    script = Path(odd.compiler.command[0])
    script.write_bytes(b"\x7fELF nonsense")
    assert "cannot be started" in refusal(odd)
    script.unlink()
    assert "cannot be started" in refusal(odd)


def test_compiler_that_crashes_is_said_to(toolchain: Toolchain, tmp_path: Path) -> None:
    assert "was killed by signal 11" in refusal(compiler_that(toolchain, tmp_path, "kill -11 $$"))


def test_compiler_that_prints_what_is_no_text_is_quoted(toolchain: Toolchain, tmp_path: Path) -> None:
    message = refusal(compiler_that(toolchain, tmp_path, "printf '\\377\\000\\033[2J%0999d' 7; exit 9"))
    assert "failed with status 9" in message
    assert "\0" not in message
    assert "\33" not in message
    assert max(map(len, message.splitlines())) < 600


def test_compiler_that_prints_without_end_is_stopped(
    toolchain: Toolchain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compilation, "MOST_OUTPUT", 1 << 16)
    assert "was stopped: it printed more than 65536 bytes" in refusal(compiler_that(toolchain, tmp_path, "yes"))


def test_compiler_that_hangs_is_stopped_with_what_it_started(
    toolchain: Toolchain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compilation, "MOST_SECONDS", 0.5)
    begun = time.monotonic()
    message = refusal(compiler_that(toolchain, tmp_path, f"sleep 50 & echo $! > '{tmp_path}/child'\nwait"))
    assert "longer than 0 seconds is stopped" in message or "was killed by signal 9" in message
    assert time.monotonic() - begun < 20
    child = int((tmp_path / "child").read_text())
    wait_for(lambda: not is_at_work(child))


def is_at_work(process: int) -> bool:
    """Whether a process has not ended; one that nobody has waited for has."""
    try:
        os.kill(process, 0)
        return sys.platform != "linux" or ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_signal_in_mid_compile_leaves_a_sound_cache(
    toolchain: Toolchain, root: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """Ctrl-C takes the compilers along; after the others a folder under `building/` stays."""
    odd = compiler_that(toolchain, tmp_path, SLOW_COMPILER.format(folder=tmp_path).partition("\n")[2], "slow")
    (tmp_path / "hold").touch()
    process = builder(Path(odd.compiler.command[0]), root)
    wait_for(lambda: len(started(tmp_path)) == 2)  # the program and the launcher
    process.send_signal(number)
    try:
        process.communicate(timeout=60)
    finally:
        process.kill()
    if number == signal.SIGINT:
        wait_for(lambda: not any(map(is_at_work, started(tmp_path))))  # they have been killed; the end takes a moment
        assert not list((root / "building").iterdir())
    for compiler in filter(is_at_work, started(tmp_path)):
        os.kill(compiler, signal.SIGKILL)
    (tmp_path / "hold").unlink()
    assert process.returncode == -number
    with builder(Path(odd.compiler.command[0]), root) as second:
        output, errors = second.communicate()
    assert second.returncode == 0, errors
    assert add_works(Path(output.strip()))


def test_version_that_hangs_or_is_nonsense_is_passed_over(
    toolchain: Toolchain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compilers, "_VERSION_SECONDS", 0.2)
    for index, does in enumerate(("exec sleep 50", "head -c 3000 /dev/urandom", "printf 'clang version '", "exit 1")):
        odd = compiler_that(toolchain, tmp_path, f"# {index}\n{does}")
        monkeypatch.setenv("CXX", f"'{odd.compiler.command[0]}'")
        assert toolchains.find("cpu", "a2a3").compiler == toolchain.compiler


def test_damaged_note_is_asked_for_again(toolchain: Toolchain, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for damage in (b"\xff\xfe", b"g++ (Ub", b"\0" * 100):
        for note in (root / "notes").iterdir():
            note.write_bytes(damage)
        monkeypatch.setattr(compilers, "_seen", {})
        assert toolchains.find("cpu", "a2a3").compiler == toolchain.compiler


def no_entry(_: Path) -> None:
    pass


def empty_folder(place: Path) -> None:
    place.mkdir()


def file(place: Path) -> None:
    place.write_text("in the way")


def dangling_link(place: Path) -> None:
    place.symlink_to(place.parent / "nowhere")


def link_to_itself(place: Path) -> None:
    place.symlink_to(place)


def folder_for_library(place: Path) -> None:
    (place / "program.so").mkdir(parents=True)
    (place / cache.SEAL).write_text("0 program.so")


def dangling_library(place: Path) -> None:
    place.mkdir()
    (place / "program.so").symlink_to("nowhere")
    (place / cache.SEAL).write_text("0 program.so")


def folder_for_seal(place: Path) -> None:
    (place / cache.SEAL).mkdir(parents=True)
    (place / "program.so").write_text("")


def wrong_library(place: Path) -> None:
    place.mkdir()
    (place / "program.so").write_text("another")
    (place / cache.SEAL).write_text("0 program.so")


def seal_that_names_another_file(place: Path) -> None:
    place.mkdir()
    (place / cache.SEAL).write_text("0 ../../../../../../etc/passwd")


IN_THE_WAY = [
    *(no_entry, empty_folder, file, dangling_link, link_to_itself, folder_for_library, dangling_library),
    *(folder_for_seal, wrong_library, seal_that_names_another_file),
]


@pytest.mark.parametrize("obstacle", IN_THE_WAY)
def test_what_is_in_the_place_of_an_entry_is_replaced(
    toolchain: Toolchain, root: Path, obstacle: Callable[[Path], None]
) -> None:
    obstacle(root / build.key(ADD, toolchain))
    assert add_works(build.build(ADD, toolchain))
    assert not list((root / "building").iterdir())


@pytest.mark.parametrize("part", ["building", "notes", "failed"])
@pytest.mark.parametrize("obstacle", [file, dangling_link])
def test_what_is_in_the_place_of_a_part_of_the_cache_is_named(
    toolchain: Toolchain, root: Path, part: str, obstacle: Callable[[Path], None]
) -> None:
    shutil.rmtree(root / part, ignore_errors=True)
    obstacle(root / part)
    with pytest.raises(PtoError) as caught:
        build.build(ADD.replace("return 0;", "return nothing;"), toolchain)
    assert code_of(caught) in ("E0606", "E0608")


def test_leftover_of_a_build_is_no_lock(toolchain: Toolchain, root: Path) -> None:
    (root / "building" / "of another").mkdir()
    (root / "building" / "of another" / "program.so").write_text("half")
    assert add_works(build.build(ADD, toolchain))
    assert (root / "building" / "of another").exists()


def test_root_that_is_a_dangling_link_is_named(toolchain: Toolchain, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere" / "at all")
    with cache_at(tmp_path / "link"), pytest.raises(PtoError) as caught:
        build.build(ADD, toolchain)
    assert code_of(caught) == "E0608"


def test_entry_that_cannot_be_read_is_named(toolchain: Toolchain, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build.build(ADD, toolchain)

    def refuse(_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(PtoError, match="Permission denied") as caught:
        build.build(ADD, toolchain)
    assert code_of(caught) == "E0608"
    assert str(root) in str(caught.value)


def python(program: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A program in a Python of its own, with what it needs to build ADD."""
    beginning = (
        "import os, resource, sys\n"
        "from ptodsl.errors import PtoError\nfrom ptodsl.runtime import build, toolchains\n"
        "from tests.unit.runtime_programs import ADD\n"
    )
    command = [sys.executable, "-c", beginning + program]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=120)


REFUSED = """
try:
    build.build(ADD, toolchains.find("cpu", "a2a3"))
except PtoError as error:
    print([one.code for one in error.diagnostics], error)
"""


@linux_only
@pytest.mark.parametrize("bytes_left", [0, 100, 4000, 12000])
def test_full_disk_is_an_error_not_an_entry(root: Path, tmp_path: Path, bytes_left: int) -> None:
    """No file may get longer than so many bytes: the source, the library, the seal or the compiler's own files."""
    before = {entry.name for entry in root.iterdir()}
    limit = f"resource.setrlimit(resource.RLIMIT_FSIZE, ({bytes_left}, {bytes_left}))\n"
    done = python(limit + REFUSED, tmp_path)
    assert done.stderr == ""
    assert done.stdout.startswith(("['E0608']", "['E0606']")), done
    assert {entry.name for entry in root.iterdir()} <= {*before, "failed"}
    assert not list((root / "building").iterdir())


@linux_only
@pytest.mark.parametrize("options", ["size=64k", "ro"])
def test_small_and_read_only_file_systems(tmp_path: Path, options: str) -> None:
    folder = tmp_path / "mounted"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=False)
    if mounted.returncode != 0:
        pytest.skip("this user may not mount a file system")
    try:
        done = python(REFUSED, tmp_path, PTODSL_CACHE_DIR=str(folder / "cache"))
        assert done.stderr == ""
        assert done.stdout.startswith(("['E0608']", "['E0606']")), done
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@linux_only
def test_relative_cache_without_a_current_folder_is_named(tmp_path: Path) -> None:
    gone = "os.mkdir('gone')\nos.chdir('gone')\nos.rmdir('../gone')\n"
    done = python(gone + REFUSED, tmp_path, PTODSL_CACHE_DIR="relative")
    assert done.stdout.startswith("['E0608'] error[E0608]: the cache folder relative cannot be used"), done


@linux_only
def test_no_home_no_temporary_folder_no_current_folder(tmp_path: Path, root: Path) -> None:
    gone = "os.mkdir('gone')\nos.chdir('gone')\nos.rmdir('../gone')\n"
    built = "print(build.build(ADD, toolchains.find('cpu', 'a2a3')).name)"
    nowhere = {"HOME": "/nonexistent", "TMPDIR": "/nonexistent", "XDG_CACHE_HOME": "/dev/null"}
    done = python(gone + built, tmp_path, PTODSL_CACHE_DIR=str(root), **nowhere)
    assert done.stdout == "program.so\n", done


def test_home_that_nobody_knows_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("PTODSL_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "expanduser", unknown)
    with pytest.raises(PtoError, match="home directory") as caught:
        cache.location()
    assert code_of(caught) == "E0608"


def test_lookup_of_odd_keys_finds_nothing(root: Path) -> None:
    for key in ("", ".", "..", "x" * 5000, "building", "nul\0l"):
        assert Cache(root).lookup(key) is None
