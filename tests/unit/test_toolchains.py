"""Finding compilers and headers, and saying what is missing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ptodsl.errors import PtoError
from ptodsl.errors.build import (
    ArchitectureUnsupported,
    CompilerMissing,
    DTypeUnsupported,
    HeadersMissing,
    LauncherMissing,
    TargetUnknown,
)
from ptodsl.ir.dtypes import BF16, FP16, FP32
from ptodsl.runtime import compilers, doctor, toolchains
from ptodsl.runtime.build import build
from ptodsl.runtime.cache import Cache
from ptodsl.runtime.compilers import HOST_NAMES, Family, parse
from tests.unit.runtime_programs import ADD, ERROR, cache_at

DEBIAN_GCC = (
    "g++ (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright (C) 2022 Free Software Foundation, Inc.\nThis is free software"
)
OLD_GCC = "g++ (GCC) 10.2.1 20210110\nCopyright (C) 2020 Free Software Foundation, Inc.\n"
RED_HAT_GCC = (
    "g++ (GCC) 11.4.1 20231218 (Red Hat 11.4.1-3)\nCopyright (C) 2021 Free Software Foundation, Inc.\nThis is free"
)
UBUNTU_CLANG = "Ubuntu clang version 18.1.3 (1ubuntu1)\nTarget: x86_64-pc-linux-gnu\nThread model: posix"
APPLE_CLANG = "Apple clang version 15.0.0 (clang-1500.3.9.4)\nTarget: arm64-apple-darwin23.5.0"
BISHENG = "BiSheng Compiler 2.1 clang version 15.0.5 (clang-a1b2)\nTarget: x86_64-unknown-linux-gnu"


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine with nothing on it: no compiler, no variable that names a toolchain; programs go to this folder."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    for name in ("CXX", "PTO_ISA_ROOT", "ASCEND_TOOLKIT_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(compilers, "_seen", {})
    with cache_at(tmp_path / "cache"):
        yield folder


def install(folder: Path, name: str, banner: str, status: int = 0) -> Path:
    """A program that answers `--version` like a compiler."""
    path = folder / name
    path.write_text(f"#!/bin/sh\nprintf '%s\\n' '{banner}'\nexit {status}\n")
    path.chmod(0o755)
    return path


def problems(target: str, arch: str = "a2a3", *dtypes: object) -> list[type]:
    """What keeps a toolchain from being found."""
    with pytest.raises(PtoError) as caught:
        toolchains.find(target, arch, dtypes)  # type: ignore[arg-type]  # the callers give dtypes
    assert str(caught.value)
    return [type(diagnostic) for diagnostic in caught.value.diagnostics]


@pytest.mark.parametrize(
    ("banner", "family", "version"),
    [
        (DEBIAN_GCC, Family.GCC, (12, 2, 0)),
        (RED_HAT_GCC, Family.GCC, (11, 4, 1)),
        (OLD_GCC, Family.GCC, (10, 2, 1)),
        (UBUNTU_CLANG, Family.CLANG, (18, 1, 3)),
        (APPLE_CLANG, Family.CLANG, (15, 0, 0)),
    ],
)
def test_version_is_read_from_what_compilers_print(banner: str, family: Family, version: tuple[int, ...]) -> None:
    compiler = parse(("/usr/bin/c++",), banner)
    assert compiler is not None
    assert (compiler.family, compiler.version, compiler.banner) == (family, version, banner.partition("\n")[0])


@pytest.mark.parametrize("banner", ["", "cl.exe 19.3", "ccache: error: no compiler"])
def test_what_is_no_compiler_is_passed_over(banner: str) -> None:
    assert parse(("/usr/bin/c++",), banner) is None


def test_bisheng_is_told_from_clang() -> None:
    compiler = parse(("/opt/cann/bin/bisheng",), BISHENG)
    assert compiler is not None
    assert (compiler.family, compiler.version) == (Family.BISHENG, (15, 0, 5))


def test_first_compiler_that_is_new_enough_is_taken(machine: Path) -> None:
    install(machine, "g++", OLD_GCC)
    install(machine, "clang++-18", UBUNTU_CLANG)
    assert toolchains.find("cpu", "a2a3").compiler.command == (str(machine / "clang++-18"),)
    install(machine, "g++-12", DEBIAN_GCC)
    assert toolchains.find("cpu", "a2a3").compiler.command == (str(machine / "g++-12"),)


def test_cxx_comes_first_with_its_arguments(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(machine, "g++", DEBIAN_GCC)
    other = install(machine, "my clang", UBUNTU_CLANG)
    monkeypatch.setenv("CXX", f"'{other}' --gcc-toolchain=/opt")
    assert toolchains.find("cpu", "a2a3").compiler.command == (str(other), "--gcc-toolchain=/opt")


@pytest.mark.parametrize("chosen", ["no-such-compiler", "broken", "  ", "g++ 'unclosed"])
def test_cxx_that_does_not_work_is_passed_over(machine: Path, monkeypatch: pytest.MonkeyPatch, chosen: str) -> None:
    gcc = install(machine, "g++", DEBIAN_GCC)
    install(machine, "broken", DEBIAN_GCC, status=1)
    monkeypatch.setenv("CXX", chosen)
    assert toolchains.find("cpu", "a2a3").compiler.command == (str(gcc),)


def test_missing_compiler_says_what_to_install() -> None:
    assert problems("cpu") == [CompilerMissing]
    with pytest.raises(PtoError, match=r"g\+\+ 11 or newer or clang\+\+ 14 or newer[\s\S]*apt install g\+\+"):
        toolchains.find("cpu", "a2a3")


def test_compiler_that_is_too_old_is_named(machine: Path) -> None:
    install(machine, "g++", OLD_GCC)
    with pytest.raises(PtoError, match=r"g\+\+ 10\.2\.1"):
        toolchains.find("cpu", "a2a3")


def test_version_is_asked_once_and_remembered_in_the_cache(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gcc = install(machine, "g++", DEBIAN_GCC)
    first = toolchains.find("cpu", "a2a3")
    monkeypatch.setattr(compilers, "_seen", {})
    monkeypatch.setattr(subprocess, "run", None)
    assert toolchains.find("cpu", "a2a3") == first
    monkeypatch.undo()
    monkeypatch.setenv("PATH", str(machine))
    gcc.write_text(gcc.read_text().replace("12.2.0", "13.1.0"))
    os.utime(gcc, ns=(1, 1))
    assert toolchains.find("cpu", "a2a3").compiler.version == (13, 1, 0)


def test_unusable_cache_only_forgets_the_version(machine: Path, tmp_path: Path) -> None:
    install(machine, "g++", DEBIAN_GCC)
    (tmp_path / "file").write_text("")
    with cache_at(tmp_path / "file"):
        assert toolchains.find("cpu", "a2a3").compiler.version == (12, 2, 0)


def test_unknown_target_lists_the_known_ones() -> None:
    assert problems("gpu") == [TargetUnknown]
    with pytest.raises(PtoError, match="`cpu`, `checked`, `pto-isa`, `npu`"):
        toolchains.find("gpu", "a2a3")


def test_architectures_differ_in_their_flags(machine: Path) -> None:
    install(machine, "g++", DEBIAN_GCC)
    plain, other = toolchains.find("cpu", "a2a3"), toolchains.find("cpu", "a5")
    assert set(plain.flags) ^ set(other.flags) == {"-DPTODSL_ARCH_A2A3", "-DPTODSL_ARCH_A5"}
    poisoned = toolchains.find("cpu", "a2a3", poison=True)
    assert set(plain.flags) ^ set(poisoned.flags) == {"-DPTODSL_POISON"}
    assert problems("cpu", "a9") == [ArchitectureUnsupported]


def test_simulator_names_everything_that_is_missing(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(machine, "g++", DEBIAN_GCC)
    assert problems("pto-isa", "a2a3", FP32, BF16) == [CompilerMissing, HeadersMissing, DTypeUnsupported]
    monkeypatch.setenv("PTO_ISA_ROOT", str(machine))
    with pytest.raises(PtoError, match=r"PTO_ISA_ROOT is .*/bin, where there is no include/pto/pto-inst.hpp"):
        toolchains.find("pto-isa", "a2a3")


def test_simulator_takes_all_but_bfloat16(machine: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(machine, "clang++-18", UBUNTU_CLANG)
    (tmp_path / "pto" / "include" / "pto").mkdir(parents=True)
    (tmp_path / "pto" / "include" / "pto" / "pto-inst.hpp").write_text("")
    monkeypatch.setenv("PTO_ISA_ROOT", str(tmp_path / "pto"))
    toolchain = toolchains.find("pto-isa", "a2a3", [FP16, FP32])
    assert "-D__CPU_SIM" in toolchain.flags
    assert toolchain.includes == (tmp_path / "pto" / "include", toolchains.SUPPORT)
    assert problems("pto-isa", "a2a3", BF16) == [DTypeUnsupported]


def test_npu_names_what_is_missing_and_then_the_launcher(
    machine: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(machine, "g++", DEBIAN_GCC)
    assert problems("npu") == [CompilerMissing, HeadersMissing, HeadersMissing]
    install(machine, "bisheng", BISHENG)
    (tmp_path / "cann" / "include" / "pto").mkdir(parents=True)
    (tmp_path / "cann" / "include" / "pto" / "pto-inst.hpp").write_text("")
    for name in ("ASCEND_TOOLKIT_HOME", "PTO_ISA_ROOT"):
        monkeypatch.setenv(name, str(tmp_path / "cann"))
    assert problems("npu") == [LauncherMissing]
    assert problems("npu", "a5") == [ArchitectureUnsupported]


def test_doctor_sees_what_is_there_and_what_is_not(machine: Path) -> None:
    install(machine, "g++", DEBIAN_GCC)
    install(machine, "clang++", "something else")
    survey = doctor.survey()
    ready = {target.target: target.ready for target in survey.targets}
    assert ready == {"cpu": True, "checked": True, "pto-isa": False, "npu": False}
    assert [compiler.family for compiler in survey.compilers] == [Family.GCC]
    assert all(problem.help for target in survey.targets for problem in target.problems)
    assert not survey.cache_problems


def test_doctor_reports_an_unusable_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with cache_at(tmp_path / "file"):
        assert [problem.code for problem in doctor.survey().cache_problems] == ["E0608"]


def test_every_installed_host_compiler_builds_a_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.undo()
    monkeypatch.delenv("CXX", raising=False)
    with cache_at(tmp_path / "cache"):
        found = [compilers.identify(command, Cache(tmp_path / "cache")) for command in compilers.candidates(HOST_NAMES)]
        names = {compiler.family: compiler.command[0] for compiler in found if compiler is not None}
        for name in names.values():
            monkeypatch.setenv("CXX", name)
            toolchain = toolchains.find("cpu", "a2a3")
            assert toolchain.compiler.command == (name,)
            assert build(ADD, toolchain).is_file()


@pytest.mark.slow
def test_simulator_builds_a_program_that_includes_its_header(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.undo()
    if not os.environ.get("PTO_ISA_ROOT"):
        pytest.skip("PTO_ISA_ROOT does not name a checkout of pto-isa")
    text = f"""#include <pto/pto-inst.hpp>
#include <ptodsl/orchestration.hpp>
{ERROR}
extern "C" int64_t ptodsl_run(const int64_t*, ptodsl_error*) {{ return 0; }}
"""
    with cache_at(tmp_path / "cache"):
        assert build(text, toolchains.find("pto-isa", "a2a3", [FP32])).is_file()
