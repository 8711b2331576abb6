"""A kernel as synchronisation sees it: instructions on pipes, in branches and loops."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from typing_extensions import assert_never

from ptodsl.ir.cores import pipe_of
from ptodsl.ir.hardware import Pipe
from ptodsl.ir.nodes import Block, Call, For, Function, If, Op, Return, Yield
from ptodsl.machine import Architecture


@dataclass(frozen=True, eq=False)
class Instruction:
    """An op that a pipe executes. `number` counts them in printed order; `loops` enclose it, the outermost first."""

    statement: Op
    number: int
    pipe: Pipe
    loops: tuple[For, ...]


@dataclass(frozen=True, eq=False)
class Branch:
    """An `if` with instructions in it."""

    statement: If
    regions: tuple[Region, ...]


@dataclass(frozen=True, eq=False)
class Loop:
    """A `for` with instructions in it."""

    statement: For
    body: Region


Element: TypeAlias = Instruction | Branch | Loop


@dataclass(frozen=True, eq=False)
class Region:
    """A block: its elements in order, those without instructions left out.

    `starts` are the numbers of the first instruction of each element, then that of the first one behind the region;
    `loops` all that stand in it, at any depth.
    """

    block: Block
    depth: int
    elements: tuple[Element, ...]
    starts: tuple[int, ...]
    loops: tuple[Loop, ...] = field(default=())

    def index_of(self, number: int) -> int:
        """The element that holds an instruction of this region."""
        return bisect_right(self.starts, number) - 1

    def between(self, start: int, stop: int) -> int:
        """The instructions of elements `start` (included) to `stop` (excluded), as a bitset."""
        return (1 << self.starts[stop]) - (1 << self.starts[start])


@dataclass(frozen=True, eq=False)
class Place:
    """Where a loop stands: an element of a region."""

    region: Region
    index: int


@dataclass(frozen=True, eq=False)
class Kernel:
    """A kernel's body, its instructions by number, for each loop its place and its outermost enclosing loop.

    `owners` are the loops by their bodies.
    """

    function: Function
    body: Region
    instructions: tuple[Instruction, ...]
    places: dict[Loop, Place]
    owners: dict[Region, Loop]
    outermost: dict[Loop, Loop]


def kernel_of(function: Function, architecture: Architecture) -> Kernel:
    """The regions of a kernel whose tiles have memories."""
    instructions: list[Instruction] = []
    body = _region(function.body, 0, (), instructions, architecture)
    places: dict[Loop, Place] = {}
    owners: dict[Region, Loop] = {}
    outermost: dict[Loop, Loop] = {}
    for region in regions_of(body):
        for index, element in enumerate(region.elements):
            if isinstance(element, Loop):
                places[element] = Place(region, index)
                owners[element.body] = element
                for inner in (element, *element.body.loops):
                    outermost.setdefault(inner, element)
    return Kernel(function, body, tuple(instructions), places, owners, outermost)


def regions_of(region: Region) -> Iterator[Region]:
    """A region and all nested in it, in printed order."""
    yield region
    for element in region.elements:
        for inner in children_of(element):
            yield from regions_of(inner)


def children_of(element: Element) -> tuple[Region, ...]:
    """The regions of a branch or loop."""
    match element:
        case Instruction():
            return ()
        case Branch():
            return element.regions
        case Loop():
            return (element.body,)
        case _:
            assert_never(element)


def _region(
    block: Block, depth: int, loops: tuple[For, ...], instructions: list[Instruction], architecture: Architecture
) -> Region:
    elements: list[Element] = []
    starts: list[int] = []
    for statement in block.statements:
        start = len(instructions)
        element: Element
        match statement:
            case Op():
                pipe = pipe_of(statement, architecture)
                if pipe is None:
                    continue
                element = Instruction(statement, start, pipe, loops)
                instructions.append(element)
            case If():
                blocks = (statement.then, statement.orelse)
                element = Branch(
                    statement, tuple(_region(inner, depth + 1, loops, instructions, architecture) for inner in blocks)
                )
            case For():
                inside = (*loops, statement)
                element = Loop(statement, _region(statement.body, depth + 1, inside, instructions, architecture))
            case Call() | Yield() | Return():
                continue
            case _:
                assert_never(statement)
        if len(instructions) > start:
            elements.append(element)
            starts.append(start)
    inner = tuple(loop for element in elements for loop in _loops(element))
    return Region(block, depth, tuple(elements), (*starts, len(instructions)), inner)


def _loops(element: Element) -> tuple[Loop, ...]:
    """The loops that an element is or holds."""
    inner = tuple(loop for region in children_of(element) for loop in region.loops)
    return (element, *inner) if isinstance(element, Loop) else inner
