"""Random task graphs: the tasks of some kernels in order, several of them in one loop or branch now and then."""

from __future__ import annotations

from tests.fuzz.writing.kernels import Kernel
from tests.fuzz.writing.orchestration import Orchestration
from tests.fuzz.writing.tasks import submit

DEPTH = 2
LOOPS = 0.3
"""How often tasks stand in a loop."""
BRANCHES = 0.15
"""How often they stand in a branch."""


def write_tasks(main: Orchestration, kernels: list[Kernel]) -> None:
    """Tasks of every kernel, in order."""
    while kernels:
        count = main.random.randint(1, len(kernels))
        form = main.random.random()
        if main.depth < DEPTH and form < LOOPS:
            _loop(main, kernels[:count])
        elif main.depth < DEPTH and form < LOOPS + BRANCHES:
            _branch(main, kernels[:count])
        else:
            count = 1
            submit(main, kernels[0])
        kernels = kernels[count:]


def _loop(main: Orchestration, kernels: list[Kernel]) -> None:
    index = main.name("b")
    bounds = main.random.choice(("2", "3", "1, 3", "2, -1, -1"))
    if main.chance(0.6):
        bounds = main.number()
    elif main.arguments and main.chance(0.3):
        tensors = [one for one in main.arguments if one.shape and min(one.shape) <= 3]
        if tensors:
            found = main.random.choice(tensors)
            bounds = f"pl.tensor.dim({found.name}, {found.shape.index(min(found.shape))})"
    with main.block(f"for {index} in pl.range({bounds}):"):
        main.indices.append(index)
        write_tasks(main, kernels)


def _branch(main: Orchestration, kernels: list[Kernel]) -> None:
    left = main.random.choice([main.number(), *main.indices])
    with main.block(f"if {left} {main.random.choice(('>', '<', '==', '!='))} {main.random.randint(0, 2)}:"):
        write_tasks(main, kernels)
    if main.chance(0.4):
        with main.block("else:"):
            write_tasks(main, kernels[-1:])
