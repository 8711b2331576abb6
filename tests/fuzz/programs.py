"""Random programs as source text, with the arguments to run them on; the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import numpy as np

from ptodsl.ir.dtypes import BOOL, INDEX, INT32, INT64, DType
from ptodsl.machine import ARCHITECTURES, Architecture
from ptodsl.runtime.results import numpy_dtype
from tests.fuzz import control, cube, transfers, vector
from tests.fuzz.body import Body
from tests.fuzz.facts import Scalar, Tensor
from tests.fuzz.literals import array

CUBES = 0.3
SEVERAL = 0.3
SIZES = (3, 4, 5, 6, 8, 8, 10, 12, 16, 40)
"""About how many statements a vector kernel has."""
LARGE = 0.04
"""How often the tiles of a vector kernel fill its memory."""
LOOPS = 0.2
"""How often a task stands in a loop."""
AGAIN = 0.4
"""How often a task writes to what another one wrote, if it fits."""
PAGED = 0.3
"""How many views have a dim less than what they are views of."""
WRITTEN = 0.3
"""How many scalars are read from where they have been written, those that are literals included."""
DARING = 0.05
"""How often a column is cut out of a wider tensor, which no transfer can cover."""


@dataclass(frozen=True)
class Argument:
    """What the entry is passed: an array filled by a seed, or given values."""

    name: str
    shape: tuple[int, ...]
    dtype: DType
    seed: int = 0
    values: tuple[int | float, ...] | None = None
    rough: bool = False

    @property
    def annotation(self) -> str:
        """Its type as programs write it; a scalar has no shape."""
        if not self.shape:
            return f"pl.Scalar[pl.{self.dtype}]"
        return Tensor("", self.shape, self.dtype).annotation

    def value(self, *, whole_numbers: bool) -> Any:
        """A fresh argument."""
        if self.values is None:
            return array(self.seed, self.shape, self.dtype, whole_numbers=whole_numbers)
        if not self.shape:
            return bool(self.values[0]) if self.dtype is BOOL else self.values[0]
        return np.array(self.values, numpy_dtype(self.dtype))


@dataclass(frozen=True)
class Source:
    """A program's text, what to compile it for, and its arguments."""

    name: str
    text: str
    arch: str
    arguments: tuple[Argument, ...]
    rough_results: tuple[bool, ...]
    is_cube: bool

    @property
    def architecture(self) -> Architecture:
        """What it is compiled for."""
        return ARCHITECTURES[self.arch]

    def values(self) -> list[Any]:
        """Fresh arguments, the same every time."""
        return [argument.value(whole_numbers=self.is_cube) for argument in self.arguments]

    @property
    def is_rough(self) -> tuple[bool, ...]:
        """Which of the results, then of the arguments, may differ in their last bits."""
        return (*self.rough_results, *(argument.rough for argument in self.arguments if argument.shape))


@dataclass(frozen=True)
class Kernel:
    """A kernel of a program. `provided` says how many of its last outputs a caller may leave out."""

    name: str
    lines: tuple[str, ...]
    inputs: tuple[Tensor, ...]
    scalars: tuple[Scalar, ...]
    outputs: tuple[Tensor, ...]
    provided: int

    def text(self, random: Random) -> list[str]:
        """The lines of its definition."""
        parameters = [f"{one.name}: {one.annotation}" for one in self.inputs]
        parameters += [f"{one.name}: pl.Scalar[pl.{one.dtype}]" for one in self.scalars]
        for one in self.outputs:
            written = one.covered and random.random() < 0.5
            parameters.append(f"{one.name}: {f'pl.Out[{one.annotation}]' if written else one.annotation}")
        results = ", ".join(one.annotation for one in self.outputs)
        result = f"tuple[{results}]" if len(self.outputs) > 1 else results
        return [
            "@pl.function" if random.random() < 0.5 else "@pl.function(type=pl.FunctionType.InCore)",
            f"def {self.name}(self, {', '.join(parameters)}) -> {result}:",
            *(f"    {line}" for line in self.lines),
            f"    return {', '.join(one.name for one in self.outputs)}",
        ]


@dataclass
class ProgramWriter:
    """A program being written."""

    name: str
    seed: int
    lines: list[str] = field(default_factory=list[str])
    arguments: list[Argument] = field(default_factory=list[Argument])
    made: list[Tensor] = field(default_factory=list[Tensor])
    """Tensors of the orchestration that are wholly written."""
    results: list[Tensor] = field(default_factory=list[Tensor])
    """Tensors that the program may return as its own."""
    fresh: list[Tensor] = field(default_factory=list[Tensor])
    """Outputs that calls left out."""
    written: set[Argument] = field(default_factory=set[Argument])
    """Arguments that tasks write."""
    present: set[Argument] = field(default_factory=set[Argument])
    """Those that the present task writes."""
    index: str = ""
    """The loop index of the present task; empty for one that is in no loop."""
    used: set[str] = field(default_factory=set[str])
    """Names that later tasks read."""

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.architecture = self.random.choice(list(ARCHITECTURES.values()))
        self.is_cube = self.random.random() < CUBES

    def source(self) -> Source:
        """The whole program."""
        kernels: list[Kernel] = []
        for index in range(self.random.choice((2, 3)) if self.random.random() < SEVERAL else 1):
            kernel = self._kernel(f"{self.name.lower()}_k{index}")
            kernels.append(kernel)
            self._call(kernel)
        returned = self.random.sample(self.results, min(len(self.results), self.random.randint(1, 3)))
        unused = {one.name for one in self.fresh} - self.used
        returned = [one for one in self.results if one in returned or one.name in unused]
        lines = [line for kernel in kernels for line in [*kernel.text(self.random), ""]]
        lines += self._main(returned)
        body = "\n".join(f"    {line}" if line else "" for line in lines)
        text = f"import ptodsl.language as pl\n\n\n@pl.program\nclass {self.name}:\n{body}\n"
        rough = tuple(one.rough for one in returned)
        return Source(self.name, text, self.architecture.name, tuple(self.arguments), rough, self.is_cube)

    def _main(self, returned: list[Tensor]) -> list[str]:
        parameters = ", ".join(f"{one.name}: {one.annotation}" for one in self.arguments)
        types = ", ".join(one.annotation for one in returned)
        result = f"tuple[{types}]" if len(returned) > 1 else types or "None"
        names = ", ".join(one.name for one in returned)
        lines = [*self.lines, *([f"return {names}"] if names else [])]
        head = f"def main(self, {parameters}){f' -> {result}' if names else ''}:"
        return ["@pl.function(type=pl.FunctionType.Orchestration)", head, *(f"    {line}" for line in lines)]

    def _kernel(self, name: str) -> Kernel:
        body = (
            cube_kernel(self.random, self.architecture)
            if self.is_cube
            else vector_kernel(self.random, self.architecture, self.made)
        )
        outputs = sorted(body.outputs, key=lambda one: one.covered)
        used = "\n".join(body.lines)
        scalars = [one for one in body.scalars if f"{one.name}" in used]
        covered = sum(one.covered for one in outputs)
        provided = self.random.randint(0, covered) if self.random.random() < 0.7 else 0
        return Kernel(name, tuple(body.lines), tuple(body.inputs), tuple(scalars), tuple(outputs), provided)

    def _call(self, kernel: Kernel) -> None:
        """A task of the kernel, or several in a loop."""
        if kernel.provided or self.random.random() > LOOPS:
            self._submit(kernel)
            return
        trips, made = self._argument((), INT64, values=(self.random.randint(0, 3),)), list(self.made)
        self.index = f"b{len(self.lines)}"
        self._line(f"for {self.index} in pl.range({trips.name}):")
        self._submit(kernel)
        self.index, self.made = "", made

    def _line(self, text: str) -> None:
        is_inside = self.index and not text.startswith("for ")
        self.lines.append(f"    {text}" if is_inside else text)

    def _submit(self, kernel: Kernel) -> None:
        """A task of the kernel, on arguments of the program, parts of them, and what other tasks have written."""
        self.present = set()
        passed = len(kernel.outputs) - kernel.provided
        names = [self._input(one) for one in kernel.inputs]
        names += [self._scalar(one) for one in kernel.scalars]
        targets = [self._target(one) for one in kernel.outputs[:passed]]
        names += targets
        fresh = [
            replace(one, name=f"r{len(self.results) + index}_{kernel.name}")
            for index, one in enumerate(kernel.outputs[passed:])
        ]
        bound = ", ".join([*(f"x_{kernel.name}_{index}" for index in range(passed)), *(one.name for one in fresh)])
        self._line(f"{bound} = self.{kernel.name}({', '.join(names)})")
        self.fresh += fresh
        self.made += [one for one in fresh if not one.rough]
        self.results += fresh

    def _argument(self, shape: tuple[int, ...], dtype: DType, **facts: Any) -> Argument:
        argument = Argument(f"p{len(self.arguments)}", shape, dtype, len(self.arguments), **facts)
        self.arguments.append(argument)
        return argument

    def _input(self, tensor: Tensor) -> str:
        fitting = [one.name for one in self.made if (one.shape, one.dtype) == (tensor.shape, tensor.dtype)]
        if fitting:
            name = self.random.choice(fitting)
            self.used.add(name)
            return name
        if self.random.random() < 0.1:
            return self._chosen(tensor)
        return self._view(tensor) if self.random.random() < 0.2 else self._argument(tensor.shape, tensor.dtype).name

    def _chosen(self, tensor: Tensor) -> str:
        """One of two tensors, as a number tells that only run time knows."""
        number = self._argument((), INT64, values=(self.random.randint(0, 3),))
        sides = [
            self._view(tensor) if self.random.random() < 0.5 else self._argument(tensor.shape, tensor.dtype).name
            for _ in range(2)
        ]
        name = f"w{len(self.lines)}"
        for line in (f"if {number.name} > 1:", f"    {name} = {sides[0]}", "else:", f"    {name} = {sides[1]}"):
            self._line(line)
        return name

    def _target(self, tensor: Tensor) -> str:
        if tensor.covered and self.random.random() < 0.3:
            name = f"s{len(self.lines)}"
            self._line(f"{name} = pl.create_tensor({list(tensor.shape)}, pl.{tensor.dtype})")
            if not tensor.rough:
                self.made.append(replace(tensor, name=name))
            return name
        if self.random.random() < 0.2:
            return self._view(tensor)
        kind = (tensor.shape, tensor.dtype, tensor.rough)
        again = [one for one in self.written - self.present if (one.shape, one.dtype, one.rough) == kind]
        if again and self.random.random() < AGAIN:
            argument = min(again, key=lambda one: one.name)
        else:
            argument = self._argument(tensor.shape, tensor.dtype, rough=tensor.rough)
            self.results.append(replace(tensor, name=argument.name))
        self.written.add(argument)
        self.present.add(argument)
        return argument.name

    def _view(self, tensor: Tensor) -> str:
        """A window of a larger argument, or a page of one with a dim more."""
        return self._page(tensor) if self.random.random() < PAGED else self._window(tensor)

    def _page(self, tensor: Tensor) -> str:
        """A window of an argument that has one more dim, which a reshape takes away; before a column it comes first."""
        is_column = tensor.shape[-1] == 1 and self.random.random() > DARING
        at = 0 if is_column else self.random.randint(0, len(tensor.shape) - 1)
        extent = self.random.randint(1, 3)
        shape = (*tensor.shape[:at], extent, *tensor.shape[at:])
        argument = self._argument(shape, tensor.dtype, rough=tensor.rough)
        sizes = [*tensor.shape[:at], 1, *tensor.shape[at:]]
        places: list[int | str] = [0] * len(shape)
        places[at] = f"pl.min({self.index}, {extent - 1})" if self.index else self.random.randrange(extent)
        name = f"v{len(self.lines)}"
        window = f"pl.view({argument.name}, {sizes}, [{', '.join(map(str, places))}])"
        self._line(f"{name} = pl.reshape({window}, {list(tensor.shape)})")
        return name

    def _window(self, tensor: Tensor) -> str:
        """A window of a larger argument."""
        is_column = tensor.shape[-1] == 1 and self.random.random() > DARING
        room = [self.random.choice((0, 1, 4)) for _ in tensor.shape]
        if is_column:
            room = [*room[:1], *(0 for _ in room[1:])]
        shape = tuple(size + more for size, more in zip(tensor.shape, room, strict=True))
        argument = self._argument(shape, tensor.dtype, rough=tensor.rough)
        places: list[int | str] = [self.random.randint(0, more) for more in room]
        if self.index:
            places[0] = f"pl.min({self.index}, {room[0]})"
        elif self.random.random() < 0.5:
            ranges = [f"{place}:{int(place) + size}" for place, size in zip(places, tensor.shape, strict=True)]
            return f"{argument.name}[{', '.join(ranges)}]"
        name = f"v{len(self.lines)}"
        self._line(f"{name} = pl.tensor.view({argument.name}, {list(tensor.shape)}, [{', '.join(map(str, places))}])")
        return name

    def _scalar(self, scalar: Scalar) -> str:
        """A scalar argument: a literal, a parameter, or an element that is read, perhaps after it is written."""
        form = self.random.random()
        literal = repr(bool(scalar.value) if scalar.dtype is BOOL else scalar.value)
        if form < 0.2:
            return literal
        if form < WRITTEN:
            return self._written(scalar, literal)
        if form < 0.5:
            return self._argument((), scalar.dtype, values=(scalar.value,)).name
        dtype = {BOOL: INT64, INDEX: INT32}.get(scalar.dtype, scalar.dtype)
        argument = self._argument((2,), dtype, values=(0, scalar.value))
        read = f"pl.tensor.read({argument.name}, [1])"
        if scalar.dtype is BOOL:
            return f"{read} != 0"
        return f"pl.cast({read}, pl.INDEX)" if scalar.dtype is INDEX else read

    def _written(self, scalar: Scalar, literal: str) -> str:
        """An element of a buffer that nobody else has written."""
        name = f"e{len(self.lines)}"
        self._line(f"{name} = pl.create_tensor([3], pl.{scalar.dtype})")
        self._line(f"pl.write({name}, [2], {literal})")
        return f"pl.read({name}, [2])"


def vector_kernel(random: Random, architecture: Architecture, wanted: list[Tensor]) -> Body:
    """The body of a vector kernel; its first tiles may be what other kernels have written."""
    body = Body(random, architecture, wanted, is_large=random.random() < LARGE)
    for one in random.sample(wanted, min(len(wanted), 2)):
        transfers.load_all(body, one)
    while len(body.tiles) < 2:
        transfers.load(body)
    control.write_block(body, vector.WRITERS, random.choice(SIZES[:4] if body.is_large else SIZES))
    for tile in random.sample(body.tiles, min(len(body.tiles), random.randint(1, 4))):
        transfers.store(body, tile)
    return body


def cube_kernel(random: Random, architecture: Architecture) -> Body:
    """The body of a cube kernel."""
    body = cube.CubeBody(random, architecture)
    cube.matmul(body)
    cube.write_block(body, random.randint(1, 6))
    for tile in random.sample(body.tiles, min(len(body.tiles), 2)):
        cube.store(body, tile)
    return body


def random_program(seed: int) -> Source:
    """A program that the language allows."""
    return ProgramWriter(f"F{seed}", seed).source()
