"""The programs that the tests of launching share, and the caches and the toolchain of the tests of building."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from ptodsl.runtime import build, launch, launcher, toolchains
from ptodsl.runtime.launch import Launch
from ptodsl.runtime.toolchains import Toolchain
from tests.unit.launching import FAULTS
from tests.unit.runtime_programs import ADD, ECHO, WAIT, add_signature, cache_at, echo_signature


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Path]]:
    """The programs, built once."""
    with cache_at(tmp_path_factory.mktemp("cache")):
        toolchain = toolchains.find("cpu", "a2a3")
        echo, add, wait = build.build_all([(ECHO, toolchain), (ADD, toolchain), (WAIT, toolchain)])
        yield {"echo": echo, "add": add, "wait": wait}


@pytest.fixture(params=["native", "python"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, libraries: Mapping[str, Path]) -> str:
    """Both ways through a launch: by the native launcher, and without it."""
    del libraries
    if request.param == "python":
        monkeypatch.setattr(launcher, "load", lambda: None)
    else:
        assert launcher.load() is not None
    return str(request.param)


@pytest.fixture
def echo(libraries: Mapping[str, Path], way: str) -> Callable[..., Launch]:
    """The echo program with any further parameters."""
    del way
    return lambda *slots: launch.load(libraries["echo"], echo_signature(*slots), FAULTS)


@pytest.fixture
def add(libraries: Mapping[str, Path], way: str) -> Launch:
    """The adding program."""
    del way
    return launch.load(libraries["add"], add_signature())


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache that holds the launcher and the compiler's version, to start from."""
    with cache_at(tmp_path_factory.mktemp("prepared")) as folder:
        build.build_launcher()
        yield folder


@pytest.fixture
def root(tmp_path: Path, prepared: Path) -> Iterator[Path]:
    """A cache of the test's own."""
    with cache_at(tmp_path / "cache") as folder:
        shutil.copytree(prepared, folder)
        folder.chmod(0o700)
        yield folder


@pytest.fixture
def toolchain(root: Path) -> Toolchain:
    """The host's toolchain, without the tile library: nothing here needs it."""
    del root
    return dataclasses.replace(toolchains.find("cpu", "a2a3"), includes=(toolchains.SUPPORT,))
