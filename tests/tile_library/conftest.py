"""Fixtures of the tile library's tests."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Random numbers that differ from test to test and not from run to run."""
    return np.random.default_rng(list(request.node.nodeid.encode()))
