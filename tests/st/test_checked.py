"""The suite in the checked library: nothing is found, and every order that the flags allow gives the same bits."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ptodsl import driver
from ptodsl.commands.agreement import Buffers, identical
from ptodsl.compiled import Compiled
from ptodsl.machine import ARCHITECTURES
from ptodsl.runtime.checked_launch import CheckedLaunch
from tests.st.suite import SUITE, Entry

ORDERS = ("program", "lazy", "eager", "random:1", "random:2")


@pytest.fixture(scope="module", params=ARCHITECTURES)
def compiled(request: pytest.FixtureRequest) -> Mapping[str, tuple[Compiled, Compiled]]:
    """Each program of the suite for the fast library and for the checked one."""
    programs = [entry.program() for entry in SUITE]
    fast, checked = (driver.compile_all(programs, request.param, target, poison=True) for target in ("cpu", "checked"))
    names = (entry.name for entry in SUITE)
    return dict(zip(names, zip(fast, checked, strict=True), strict=True))


@pytest.mark.parametrize("entry", SUITE, ids=lambda entry: entry.name)
def test_nothing_is_found_and_every_order_agrees(
    entry: Entry, compiled: Mapping[str, tuple[Compiled, Compiled]]
) -> None:
    fast, checked = compiled[entry.name]
    wanted = Buffers.of(fast.signature, entry.arguments())
    fast(*wanted.given, out=wanted.out or None)
    assert isinstance(checked.launch, CheckedLaunch)
    for order in ORDERS:
        checked.launch.follow(order)
        found = Buffers.of(checked.signature, entry.arguments())
        checked(*found.given, out=found.out or None)
        assert not checked.launch.findings
        assert all(identical(*pair) for pair in zip(found.written, wanted.written, strict=True)), order
