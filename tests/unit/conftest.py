"""The programs that the tests of launching share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from ptodsl.runtime import build, launch, launcher, toolchains
from ptodsl.runtime.launch import Launch
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
