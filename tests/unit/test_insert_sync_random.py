"""Random kernels, ordered, against the oracle: no race, no token too many or too few, no item to spare."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import pytest

from ptodsl.errors import PtoError
from ptodsl.ir.hardware import Pipe
from ptodsl.ir.nodes import Function, Op, Program
from ptodsl.ir.parser import parse
from ptodsl.ir.rewrite import walk
from ptodsl.machine import A2A3, A5, Architecture
from ptodsl.ops.table import ROWS
from ptodsl.passes.insert_sync import InsertSync
from ptodsl.passes.sync.hazards import hazards_of
from ptodsl.passes.sync.plan import plan
from ptodsl.passes.sync.walk import Walk
from ptodsl.verify.sync import verify_sync
from tests.enumerate_sync import judge
from tests.oracle_sync import Oracle, without_item
from tests.ordered_kernels import items_of
from tests.random_kernels import random_kernel
from tests.random_sync import Cube, Generator, Mixed, Vector, Windows
from tests.scalar_access import scalar_access

TARGETS = list(product((A2A3, A5), (False, True)))
NAMES = [f"{architecture.name}-{'cube' if cube else 'vector'}" for architecture, cube in TARGETS]
PATHS = 40
"""To find what is wrong with an ordered kernel; wherever the order is incomplete, most paths show it."""

MORE_PATHS = 800
"""To find the one path that needs an item."""


@dataclass(frozen=True)
class Case:
    """A random kernel: as it was, and ordered."""

    seed: int
    placed: Function
    ordered: Function
    architecture: Architecture


def case(seed: int, architecture: Architecture, *, cube: bool, moving: bool = False, size: int = 9) -> Case:
    """A random kernel, ordered."""
    program = parse(random_kernel(seed, cube=cube, left=architecture.left_layout.value, moving=moving, size=size))
    ordered = InsertSync().run(program, architecture)
    return Case(seed, program.functions[0], ordered.functions[0], architecture)


def check_order(case: Case, scalar: int = 0) -> None:
    """The oracle finds no hazard and no mistake with tokens."""
    found = next(Oracle(case.architecture, scalar).problems(case.ordered, limit=PATHS), None)
    assert found is None, f"kernel {case.seed}: {found}"


def check_need(case: Case) -> None:
    """The oracle finds something wrong once any item is taken away.

    Or it finds that two branches order the same by different routes, which no analysis that joins branches can know.
    """
    oracle = Oracle(case.architecture)
    pairs = {op.attributes["pair"] for op in walk(case.ordered.body) if isinstance(op, Op) and "pair" in op.attributes}
    for number in pairs:
        assert isinstance(number, int)
        found = next(oracle.problems(without_item(case.ordered, number), limit=MORE_PATHS), None)
        assert found or not joined_order(case, number), f"kernel {case.seed}: item {number} is spare"


def joined_order(case: Case, number: int) -> bool:
    """Whether the pass itself takes a kernel without an item for ordered."""
    made = plan(case.placed, case.architecture)
    made.schedule.remove(made.items[number])
    kernel = made.schedule.kernel
    found: list[int] = []
    judge = Walk(hazards_of(kernel, case.architecture), made.schedule)
    judge.region(kernel.body, judge.start(kernel.body), lambda instruction, _: found.append(instruction))
    return not found


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    """How many kernels to try."""
    option = request.config.getoption("--random-kernels")
    assert isinstance(option, int)
    return option


@pytest.mark.parametrize(("architecture", "cube"), TARGETS, ids=NAMES)
def test_random_kernels_are_ordered_with_nothing_to_spare(architecture: Architecture, cube: bool, count: int) -> None:
    for seed in range(count):
        fixed = case(seed, architecture, cube=cube)
        check_order(fixed)
        check_need(fixed)


@pytest.mark.parametrize(("architecture", "cube"), TARGETS, ids=NAMES)
def test_random_kernels_with_moving_windows_are_ordered(architecture: Architecture, cube: bool, count: int) -> None:
    for seed in range(count):
        moving = case(seed, architecture, cube=cube, moving=True)
        for scalar in (0, 4, 16):
            check_order(moving, scalar)


@pytest.mark.parametrize(("architecture", "cube"), TARGETS, ids=NAMES)
def test_random_kernels_with_one_event_id_are_ordered(architecture: Architecture, cube: bool, count: int) -> None:
    scarce = replace(architecture, events=1, reserved=frozenset())
    for seed in range(count):
        crowded = case(seed, scarce, cube=cube, size=12)
        check_order(crowded)
        check_need(crowded)


def test_random_kernels_with_scalar_access_are_ordered(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setitem(ROWS, "exp", replace(ROWS["exp"], pipe=Pipe.S))
    for seed in range(count):
        scalar = case(seed, A2A3, cube=False)
        check_order(scalar)
        check_need(scalar)


@pytest.mark.parametrize("architecture", [A2A3, A5], ids=lambda architecture: architecture.name)
@pytest.mark.parametrize("generator", [Vector, Cube, Mixed, Windows])
def test_the_verifier_takes_what_is_ordered_and_misses_every_item(
    generator: type[Generator], architecture: Architecture, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Flags hidden in instructions, scratch, views, scalar access, windows that branches and loops choose."""
    scalar_access(monkeypatch)
    items = 0
    for seed in range(count):
        program = InsertSync().run(parse(generator(seed, architecture, size=7).without_order()), architecture)
        (function,) = program.functions
        verify_sync(program, architecture)
        judgement = judge(function, v_in_order=architecture is A5, limit=PATHS)
        assert not judgement.mistakes, f"kernel {seed}: {set(judgement.mistakes)}\n{program}"
        for number in items_of(function):
            items += 1
            lacking = replace(program, functions=(without_item(function, number),))
            assert not _passes(lacking, architecture), f"kernel {seed}: item {number} is spare\n{program}"
    assert items >= count


def _passes(program: Program, architecture: Architecture) -> bool:
    try:
        verify_sync(program, architecture)
    except PtoError:
        return False
    return True
