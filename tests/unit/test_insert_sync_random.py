"""Random kernels, ordered, against the oracle: no race, no token too many or too few, no item to spare."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from ptodsl.ir.hardware import Pipe
from ptodsl.ir.nodes import Function, Op
from ptodsl.ir.parser import parse
from ptodsl.ir.rewrite import walk
from ptodsl.machine import A2A3, A5, Architecture
from ptodsl.ops.table import ROWS
from ptodsl.passes.insert_sync import InsertSync
from tests.oracle_sync import Oracle, without_item
from tests.random_kernels import random_kernel

TARGETS = list(product((A2A3, A5), (False, True)))
NAMES = [f"{architecture.name}-{'cube' if cube else 'vector'}" for architecture, cube in TARGETS]
PATHS = 40
"""To find what is wrong with an ordered kernel; wherever the order is incomplete, most paths show it."""

MORE_PATHS = 800
"""To find the one path that needs an item."""


def ordered(seed: int, architecture: Architecture, *, cube: bool, moving: bool = False, size: int = 9) -> Function:
    """A random kernel, ordered."""
    text = random_kernel(seed, cube=cube, left=architecture.left_layout.value, moving=moving, size=size)
    return InsertSync().run(parse(text), architecture).functions[0]


def check_order(seed: int, function: Function, oracle: Oracle) -> None:
    """The oracle finds no hazard and no mistake with tokens."""
    found = next(oracle.problems(function, limit=PATHS), None)
    assert found is None, f"kernel {seed}: {found}"


def check_need(seed: int, function: Function, oracle: Oracle) -> None:
    """The oracle finds something wrong once any item is taken away."""
    pairs = {op.attributes["pair"] for op in walk(function.body) if isinstance(op, Op) and "pair" in op.attributes}
    for number in pairs:
        assert isinstance(number, int)
        rest = without_item(function, number)
        assert next(oracle.problems(rest, limit=MORE_PATHS), None), f"kernel {seed}: item {number} is spare"


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    """How many kernels to try."""
    option = request.config.getoption("--random-kernels")
    assert isinstance(option, int)
    return option


@pytest.mark.parametrize(("architecture", "cube"), TARGETS, ids=NAMES)
def test_random_kernels_are_ordered_with_nothing_to_spare(architecture: Architecture, cube: bool, count: int) -> None:
    for seed in range(count):
        fixed = ordered(seed, architecture, cube=cube)
        oracle = Oracle(architecture)
        check_order(seed, fixed, oracle)
        check_need(seed, fixed, oracle)


@pytest.mark.parametrize(("architecture", "cube"), TARGETS, ids=NAMES)
def test_random_kernels_with_moving_windows_are_ordered(architecture: Architecture, cube: bool, count: int) -> None:
    for seed in range(count):
        moving = ordered(seed, architecture, cube=cube, moving=True)
        for scalar in (0, 4, 16):
            check_order(seed, moving, Oracle(architecture, scalar))


@pytest.mark.parametrize(("architecture", "cube"), TARGETS, ids=NAMES)
def test_random_kernels_with_one_event_id_are_ordered(architecture: Architecture, cube: bool, count: int) -> None:
    scarce = replace(architecture, events=1, reserved=frozenset())
    for seed in range(count):
        function = ordered(seed, scarce, cube=cube, size=12)
        oracle = Oracle(scarce)
        check_order(seed, function, oracle)
        check_need(seed, function, oracle)


def test_random_kernels_with_scalar_access_are_ordered(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setitem(ROWS, "exp", replace(ROWS["exp"], pipe=Pipe.S))
    for seed in range(count):
        function = ordered(seed, A2A3, cube=False)
        oracle = Oracle(A2A3)
        check_order(seed, function, oracle)
        check_need(seed, function, oracle)
