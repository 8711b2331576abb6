"""The cache of libraries: what it is keyed on, and what it survives."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ptodsl.errors import PtoError
from ptodsl.runtime import build, cache, compilation, digests, launch, processor, toolchains
from ptodsl.runtime.cache import Cache
from ptodsl.runtime.toolchains import Toolchain
from tests.unit.runtime_programs import ADD, add_signature, cache_at

pytestmark = pytest.mark.usefixtures("prepared")

ROOT = Path(__file__).parents[2]

SLOW_COMPILER = """#!/bin/sh
case "$*" in *--version*) exec g++ --version ;; esac
echo "$$" >> "{folder}/started"
while [ -e "{folder}/hold" ]; do sleep 0.02; done
exec g++ "$@"
"""

BUILD = """
import sys
from ptodsl.runtime import build, toolchains
sys.path.insert(0, {root!r})
from tests.unit.runtime_programs import ADD
print(build.build(ADD, toolchains.find("cpu", "a2a3")))
"""


def add_works(library: Path) -> bool:
    """Whether the library computes what its source says."""
    a, b = np.random.default_rng(3).standard_normal((2, 16, 5)).astype(np.float32)
    return bool(np.array_equal(launch.load(library, add_signature())(a, b), a + b))


def code_of(error: pytest.ExceptionInfo[PtoError]) -> str:
    (problem,) = error.value.diagnostics
    assert problem.help
    return problem.code


def refuse_to_compile(*_: object, **__: object) -> Any:
    raise AssertionError("a compiler was started")


def test_second_build_starts_no_process(toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch) -> None:
    first = build.build(ADD, toolchain)
    monkeypatch.setattr(subprocess, "Popen", refuse_to_compile)
    assert build.build(ADD, toolchain) == first
    assert toolchains.find("cpu", "a2a3").compiler == toolchain.compiler
    assert add_works(first)


def test_launcher_is_built_along_with_the_first_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with cache_at(tmp_path / "empty"):
        build.build(ADD, toolchains.find("cpu", "a2a3"))
        monkeypatch.setattr(subprocess, "Popen", refuse_to_compile)
        assert build.build_launcher().is_file()


def test_programs_built_together_come_in_order(toolchain: Toolchain) -> None:
    texts = [ADD, ADD.replace("16 * 5", "16 * 4"), ADD, ADD.replace("16 * 5", "16 * 3")]
    libraries = build.build_all([(text, toolchain) for text in texts])
    assert libraries[0] == libraries[2]
    for text, library in zip(texts, libraries, strict=True):
        assert (library.parent / cache.SOURCE).read_text() == text


def test_line_comments_do_not_count(toolchain: Toolchain) -> None:
    key = build.key(ADD, toolchain)
    assert "// add.py:5" in ADD
    assert build.key(ADD.replace("// add.py:5", "// softmax.py:99"), toolchain) == key
    assert build.key(ADD.replace("  // add.py:5", ""), toolchain) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("int x = 1;", "int x = 2;"),
        ("int x = 1;\n", "int x = 1;"),
        ('const char* x = "a // b";', 'const char* x = "a // c";'),
        ('const char* x = "a // b";  // p.py:1', 'const char* x = "a";  // p.py:1'),
        ("int x = 4 / 2;", "int x = 4 / 1;"),
    ],
)
def test_every_other_character_counts(toolchain: Toolchain, one: str, other: str) -> None:
    assert build.key(one, toolchain) != build.key(other, toolchain)


def test_key_depends_on_compiler_flags_and_processor(toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = toolchain.compiler
    others = [
        dataclasses.replace(toolchain, flags=(*toolchain.flags, "-DX")),
        dataclasses.replace(toolchain, libraries=(*toolchain.libraries, "-lx")),
        dataclasses.replace(toolchain, includes=(*toolchain.includes, toolchains.RUNTIME / "include")),
        dataclasses.replace(toolchain, compiler=dataclasses.replace(compiler, banner=compiler.banner + " patched")),
        dataclasses.replace(toolchain, compiler=dataclasses.replace(compiler, command=("/opt/g++",))),
    ]
    keys = {build.key(ADD, other) for other in [toolchain, *others]}
    assert len(keys) == len(others) + 1
    monkeypatch.setattr(processor, "identity", lambda: "another machine")
    assert build.key(ADD, toolchain) not in keys


def test_processor_is_told_by_its_extensions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def identity(text: str) -> str:
        (tmp_path / "cpuinfo").write_text(text)
        processor.identity.cache_clear()
        return processor.identity()

    monkeypatch.setattr(processor, "_CPUINFO", tmp_path / "cpuinfo")
    first = identity("processor\t: 0\nflags\t\t: fpu avx2\ncpu MHz\t\t: 2000\n\nprocessor\t: 1\nflags\t\t: none\n")
    assert identity("processor\t: 0\nflags\t\t: fpu avx2\ncpu MHz\t\t: 2900\n\n") == first
    assert identity("processor\t: 0\nflags\t\t: fpu avx512\ncpu MHz\t\t: 2000\n\n") != first
    processor.identity.cache_clear()


def test_changed_header_is_noticed_at_once(tmp_path: Path, toolchain: Toolchain) -> None:
    include = tmp_path / "include"
    (include / "pto").mkdir(parents=True)
    header = include / "pto" / "add.hpp"
    own = dataclasses.replace(toolchain, includes=(include,))
    keys: list[str] = []
    for text in ("int x = 1;", "int x = 2;", "int x = 3;"):
        header.write_text(text)
        os.utime(header, ns=(1, 10**18))
        keys.append(build.key(ADD, own))
    header.rename(include / "add.hpp")
    keys.append(build.key(ADD, own))
    assert len(set(keys)) == 4


def test_change_within_one_tick_of_the_clock_is_noticed(
    tmp_path: Path, toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = tmp_path / "include" / "new.hpp"
    header.parent.mkdir()
    own = dataclasses.replace(toolchain, includes=(header.parent,))
    status = SimpleNamespace(st_ino=1, st_size=10, st_mtime_ns=time.time_ns(), st_ctime_ns=1)

    def same_status(path: str) -> SimpleNamespace:
        del path
        return status

    keys: list[str] = []
    for text in ("int x = 1;", "int x = 2;"):
        header.write_text(text)
        with monkeypatch.context() as still:
            still.setattr(os, "stat", same_status)
            keys.append(build.key(ADD, own))
    assert keys[0] != keys[1]


def test_unchanged_header_is_read_once(tmp_path: Path, toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch) -> None:
    header = tmp_path / "include" / "old.hpp"
    header.parent.mkdir()
    header.write_text("int x;")
    os.utime(header, ns=(1, 10**18))
    own = dataclasses.replace(toolchain, includes=(header.parent,))
    monkeypatch.setattr(digests, "_SETTLED_NANOSECONDS", -(10**18))
    key = build.key(ADD, own)
    monkeypatch.setattr(Path, "read_bytes", None)
    assert build.key(ADD, own) == key


def test_cache_is_the_users_alone(toolchain: Toolchain, tmp_path: Path) -> None:
    with cache_at(tmp_path / "a" / "new one"):
        library = build.build(ADD, toolchain)
        assert cache.location() == library.parent.parent
        assert cache.location().stat().st_mode & 0o777 == 0o700
        assert library.parent.stat().st_mode & 0o777 == 0o700


def test_location_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("PTODSL_CACHE_DIR", str(tmp_path / "own"))
    assert cache.location() == tmp_path / "own"
    monkeypatch.delenv("PTODSL_CACHE_DIR")
    assert cache.location() == tmp_path / "xdg" / "ptodsl"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    assert cache.location() == tmp_path / ".cache" / "ptodsl"


@pytest.mark.parametrize("name", ["with space", "größe", "a'b\"c", "-o", "$HOME", "we\nird"])
def test_odd_folder_names_work(toolchain: Toolchain, tmp_path: Path, name: str) -> None:
    with cache_at(tmp_path / name):
        (tmp_path / name).mkdir(mode=0o700)
        cache_of_name = Cache(cache.location())
        with cache_of_name.building() as folder:
            (folder / "program.so").write_bytes(b"library")
            library = cache_of_name.publish(folder, "key", "program.so")
        assert cache_of_name.lookup("key") == library
    del toolchain


def test_text_of_any_characters_is_built(toolchain: Toolchain) -> None:
    assert add_works(build.build(ADD.replace("// add.py:3", "// größe\udcff\u2028.py:3"), toolchain))


def damage_nothing_left(library: Path) -> None:
    library.write_bytes(b"")


def damage_cut_off(library: Path) -> None:
    library.write_bytes(library.read_bytes()[:-100])


def damage_zeros(library: Path) -> None:
    content = library.read_bytes()
    library.write_bytes(content[:4096] + bytes(len(content) - 4096))


def damage_seal(library: Path) -> None:
    (library.parent / cache.SEAL).unlink()


def damage_seal_bytes(library: Path) -> None:
    (library.parent / cache.SEAL).write_bytes(b"\xff")


def damage_only_the_library_gone(library: Path) -> None:
    library.unlink()


@pytest.mark.parametrize(
    "damage",
    [damage_nothing_left, damage_cut_off, damage_zeros, damage_seal, damage_seal_bytes, damage_only_the_library_gone],
)
def test_damaged_entry_is_built_again(toolchain: Toolchain, damage: Any) -> None:
    library = build.build(ADD, toolchain)
    damage(library)
    assert Cache(cache.location()).lookup(library.parent.name) is None
    assert build.build(ADD, toolchain) == library
    assert add_works(library)
    assert not list((cache.location() / "building").iterdir())


def test_failed_compile_says_what_the_compiler_said_and_keeps_the_source(toolchain: Toolchain, root: Path) -> None:
    broken = ADD.replace("return 0;", "return nothing;")
    for _ in range(2):
        with pytest.raises(PtoError, match=r"failed with status 1:\n.*program\.cpp") as caught:
            build.build(broken, toolchain)
        assert code_of(caught) == "E0606"
        folder = Path(str(caught.value.diagnostics[0].fields["folder"]))
        assert "‘nothing’" in str(caught.value) or "'nothing'" in str(caught.value)
        assert str(folder) in str(caught.value)
        assert (folder / "program.cpp").read_text() == broken
        assert "nothing" in (folder / "output.txt").read_text()
        assert "-std=c++17" in (folder / "command.txt").read_text()
    assert not list((root / "building").iterdir())
    assert add_works(build.build(ADD, toolchain))


def test_one_failure_leaves_the_others_whole(toolchain: Toolchain, root: Path) -> None:
    with pytest.raises(PtoError, match="E0606"):
        build.build_all([("broken", toolchain), (ADD, toolchain)])
    assert not list((root / "building").iterdir())
    assert add_works(build.build(ADD, toolchain))


@pytest.fixture
def slow(tmp_path: Path, toolchain: Toolchain) -> Toolchain:
    """A toolchain whose compiler waits as long as the file `hold` is there."""
    script = tmp_path / "slow-g++"
    script.write_text(SLOW_COMPILER.format(folder=tmp_path))
    script.chmod(0o755)
    return dataclasses.replace(toolchain, compiler=dataclasses.replace(toolchain.compiler, command=(str(script),)))


def wait_for(condition: Any, seconds: float = 60) -> None:
    """Until a condition holds; the test fails if it never does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def started(folder: Path) -> list[int]:
    """The slow compilers that are or were at work."""
    file = folder / "started"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def test_compiler_that_is_killed_is_an_error_not_an_entry(slow: Toolchain, tmp_path: Path, root: Path) -> None:
    script = Path(slow.compiler.command[0])
    whole = script.read_text()
    script.write_text("#!/bin/sh\necho half > program.so\nkill -9 $$\n")
    with pytest.raises(PtoError, match="was killed by signal 9") as caught:
        build.build(ADD, slow)
    assert code_of(caught) == "E0606"
    assert not list((root / "building").iterdir())
    script.write_text(whole)
    assert add_works(build.build(ADD, slow))
    del tmp_path


def test_interrupt_stops_the_compiler_and_leaves_nothing(
    slow: Toolchain, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> Any:
        wait_for(lambda: started(tmp_path))
        monkeypatch.undo()
        raise KeyboardInterrupt

    (tmp_path / "hold").touch()
    monkeypatch.setattr(compilation, "said", interrupt)
    with cache_at(root):
        with pytest.raises(KeyboardInterrupt):
            build.build(ADD, slow)
        (compiler,) = started(tmp_path)
        with pytest.raises(ProcessLookupError):
            os.kill(compiler, 0)
        assert not list((root / "building").iterdir())
        (tmp_path / "hold").unlink()
        assert add_works(build.build(ADD, slow))


def builder(compiler: Path, root: Path) -> subprocess.Popen[str]:
    """Another process that builds the adding program."""
    environment = {**os.environ, "CXX": str(compiler), "PTODSL_CACHE_DIR": str(root), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", BUILD.format(root=str(ROOT))],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_process_killed_in_mid_compile_leaves_nothing_corrupt(slow: Toolchain, tmp_path: Path, root: Path) -> None:
    (tmp_path / "hold").touch()
    script = Path(slow.compiler.command[0])
    process = builder(script, root)
    wait_for(lambda: len(started(tmp_path)) == 2)  # the program and the launcher
    for one in (process.pid, *started(tmp_path)):
        os.kill(one, signal.SIGKILL)
    process.communicate()
    (tmp_path / "hold").unlink()
    left = list((root / "building").iterdir())
    assert len(left) == 2
    with builder(script, root) as second:
        output, errors = second.communicate()
    assert second.returncode == 0, errors
    assert add_works(Path(output.strip()))
    assert all(folder.exists() for folder in left)  # they might still be at work
    long_ago = time.time() - 7200
    for folder in left:
        os.utime(folder, (long_ago, long_ago))
    build.build(ADD.replace("16 * 5", "16"), slow)
    assert not list((root / "building").iterdir())


def test_two_processes_building_the_same_program_both_succeed(slow: Toolchain, tmp_path: Path, root: Path) -> None:
    (tmp_path / "hold").touch()
    script = Path(slow.compiler.command[0])
    with builder(script, root) as one, builder(script, root) as other:
        wait_for(lambda: len(started(tmp_path)) == 4)  # the program and the launcher, twice
        (tmp_path / "hold").unlink()
        answers = [process.communicate() for process in (one, other)]
    assert [one.returncode, other.returncode] == [0, 0], answers
    (library,) = {Path(output.strip()) for output, _ in answers}
    assert add_works(library)
    assert (library.parent / cache.SEAL).read_text() == f"{hashlib.sha256(library.read_bytes()).hexdigest()} program.so"
    assert not list((root / "building").iterdir())


def test_file_in_place_of_the_folder_is_named(toolchain: Toolchain, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with cache_at(tmp_path / "file"), pytest.raises(PtoError, match="PTODSL_CACHE_DIR") as caught:
        build.build(ADD, toolchain)
    assert code_of(caught) == "E0608"
    assert str(tmp_path / "file") in str(caught.value)


@pytest.mark.parametrize("call", ["mkdir", "mkdtemp"])
def test_folder_that_cannot_be_written_is_named(
    toolchain: Toolchain, root: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    owner: Any = {"mkdir": Path, "mkdtemp": tempfile}[call]
    monkeypatch.setattr(owner, call, refuse)
    with pytest.raises(PtoError, match="Permission denied") as caught:
        build.build(ADD, toolchain)
    assert code_of(caught) == "E0608"
    assert str(root) in str(caught.value)


def test_folder_of_another_user_is_not_loaded_from(toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch) -> None:
    build.build(ADD, toolchain)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(PtoError, match="belongs to user") as caught:
        build.build(ADD, toolchain)
    assert code_of(caught) == "E0607"
    with pytest.raises(PtoError, match="E0607"):
        build.build(ADD.replace("16", "8"), toolchain)


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_folder_that_others_can_write_is_not_loaded_from(toolchain: Toolchain, root: Path, mode: int) -> None:
    library = build.build(ADD, toolchain)
    for path in (root, library):
        before = path.stat().st_mode
        path.chmod(mode)
        with pytest.raises(PtoError, match="can be written by others") as caught:
            build.build(ADD, toolchain)
        assert code_of(caught) == "E0607"
        path.chmod(before)
    assert build.build(ADD, toolchain) == library
