"""Conflicts that the machine does not order by itself: what flags and barriers are for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from typing_extensions import assert_never

from ptodsl.ir.cores import core_of
from ptodsl.ir.hardware import Pipe
from ptodsl.ir.nodes import Op
from ptodsl.ir.tiles import tile_type
from ptodsl.machine import Architecture, CoreSpec, SamePipe
from ptodsl.ops.table import row_of
from ptodsl.passes.sync.conflicts import conflicts_of
from ptodsl.passes.sync.regions import Instruction, Kernel
from ptodsl.passes.sync.tile_accesses import ByteRange, bytes_of

FRACTAL = 16
"""Rows and columns of a fractal of L0C."""


@dataclass(frozen=True)
class Hazards:
    """What must be ordered in a kernel, and what its core has to do so.

    `pipes` are those of the core; `pipe_of` gives the position of each instruction's in it, `on_pipe` the bitset of the
    instructions of each. `before[n]` is the bitset of instructions that must be done when `n` starts.
    """

    core: CoreSpec
    pipes: tuple[Pipe, ...]
    position: Mapping[Pipe, int]
    pipe_of: tuple[int, ...]
    on_pipe: tuple[int, ...]
    before: tuple[int, ...]


def hazards_of(kernel: Kernel, architecture: Architecture) -> Hazards:
    """The hazards of a kernel whose tiles have addresses."""
    core = architecture.cores[core_of(kernel.function, architecture)]
    used = {instruction.pipe for instruction in kernel.instructions}
    pipes = tuple(pipe for pipe in Pipe if pipe in core.pipes | used)
    position = {pipe: index for index, pipe in enumerate(pipes)}
    on_pipe = [0] * len(pipes)
    for instruction in kernel.instructions:
        on_pipe[position[instruction.pipe]] |= 1 << instruction.number
    chains = _Chains(kernel, architecture)
    before = tuple(
        conflicts & ~_ordered(instruction, on_pipe[position[instruction.pipe]], chains, architecture)
        for instruction, conflicts in zip(kernel.instructions, conflicts_of(kernel, architecture), strict=True)
    )
    pipe_of = tuple(position[instruction.pipe] for instruction in kernel.instructions)
    return Hazards(core, pipes, position, pipe_of, tuple(on_pipe), before)


class _Chains:
    """Accumulations: the instructions of pipe M that write each range of L0C."""

    def __init__(self, kernel: Kernel, architecture: Architecture) -> None:
        self._writers: dict[ByteRange, int] = defaultdict(int)
        for instruction in kernel.instructions:
            if architecture.same_pipe[instruction.pipe] is SamePipe.ACCUMULATES:
                for result in instruction.statement.results:
                    self._writers[bytes_of(result)] |= 1 << instruction.number

    def predecessors(self, op: Op) -> int:
        """The instructions whose result the op accumulates on, or may."""
        return self._writers[bytes_of(op.result)]


def _ordered(instruction: Instruction, own_pipe: int, chains: _Chains, architecture: Architecture) -> int:
    """The instructions of the same pipe that the hardware completes before this one where they conflict."""
    rule = architecture.same_pipe[instruction.pipe]
    match rule:
        case SamePipe.ORDERED:
            return own_pipe
        case SamePipe.UNORDERED:
            return 0
        case SamePipe.ACCUMULATES:
            op = instruction.statement
            long_enough = row_of(op).tied and _fractals(op) >= architecture.accumulate_fractals
            return chains.predecessors(op) if long_enough else 0
        case _:
            assert_never(rule)


def _fractals(op: Op) -> int:
    """The fractals of L0C that a product surely covers: an extent that only run time knows may be 1."""
    return prod(-(-(extent or 1) // FRACTAL) for extent in tile_type(op.result).valid)
