"""Random programs as source text, with the arguments to run them on; the same for the same seed."""

from __future__ import annotations

from random import Random

from ptodsl.machine import ARCHITECTURES
from tests.fuzz.sources import Source
from tests.fuzz.writing.facts import Tensor
from tests.fuzz.writing.graph import write_tasks
from tests.fuzz.writing.kernels import Kernel, random_kernel
from tests.fuzz.writing.orchestration import Orchestration

CUBES = 0.25
"""How many programs have cube kernels only."""
MIXED = 0.2
"""How many have kernels of both cores."""
SEVERAL = 0.3
"""How many of the others have several kernels."""
AGAIN = 0.3
"""How often the tasks of a kernel come with more of the kernel before."""


def random_program(seed: int) -> Source:
    """A program that the language allows."""
    random = Random(seed)
    architecture = random.choice(list(ARCHITECTURES.values()))
    kind = random.random()
    mixed, has_cube = CUBES <= kind < CUBES + MIXED, kind < CUBES + MIXED
    main = Orchestration(random)
    name = f"F{seed}"
    kernels: list[Kernel] = []
    for made in range(random.choice((2, 2, 3, 4)) if mixed or random.random() < SEVERAL else 1):
        is_cube = random.random() < 0.5 if mixed and made else has_cube and not mixed
        feeds_cube = mixed and (not made or random.random() < 0.3)
        title = f"{name.lower()}_k{made}"
        kernels.append(random_kernel(title, random, architecture, main.made, is_cube=is_cube, feeds_cube=feeds_cube))
        write_tasks(main, kernels[-2:] if random.random() < AGAIN else kernels[-1:])
    returned = _returned(main)
    lines = [line for kernel in kernels for line in [*kernel.text(random), ""]] + _entry(main, returned)
    body = "\n".join(f"    {line}" if line else "" for line in lines)
    text = f"import ptodsl.language as pl\n\n\n@pl.program\nclass {name}:\n{body}\n"
    rough = tuple(one.rough for one in returned)
    return Source(name, text, architecture.name, tuple(main.arguments), rough, has_cube, mixed)


def _returned(main: Orchestration) -> list[Tensor]:
    """Some of what may be returned, and all that nobody reads."""
    some = main.random.sample(main.results, min(len(main.results), main.random.randint(1, 3)))
    unused = {one.name for one in main.fresh} - main.used
    return [one for one in main.results if one in some or one.name in unused]


def _entry(main: Orchestration, returned: list[Tensor]) -> list[str]:
    """The lines of the orchestration's definition."""
    parameters = ", ".join(f"{one.name}: {one.annotation}" for one in main.arguments)
    types = ", ".join(one.annotation for one in returned)
    result = f"tuple[{types}]" if len(returned) > 1 else types or "None"
    names = ", ".join(one.name for one in returned)
    lines = [*main.lines, *([f"return {names}"] if names else [])]
    head = f"def main(self, {parameters}){f' -> {result}' if names else ''}:"
    return ["@pl.function(type=pl.FunctionType.Orchestration)", head, *(f"    {line}" for line in lines)]
