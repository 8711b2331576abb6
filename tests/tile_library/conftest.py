"""Fixtures of the tile library's tests."""

from __future__ import annotations

import numpy as np
import pytest

from tests.tile_library.checked_scripts import Engine, build_engines


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Random numbers that differ from test to test and not from run to run."""
    return np.random.default_rng(list(request.node.nodeid.encode()))


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Engine]:
    """The engine of the checked library for each architecture, without the library."""
    return build_engines(tmp_path_factory.mktemp("engines"))


@pytest.fixture
def engine(engines: dict[str, Engine]) -> Engine:
    """That for A2/A3."""
    return engines["a2a3"]
