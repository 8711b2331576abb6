"""What a pipe keeps in order by itself, and what it is only said to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from typing_extensions import assert_never

from ptodsl.ir.hardware import Memory, Pipe
from ptodsl.machine import Architecture, SamePipe
from ptodsl.ops.row import Family
from ptodsl.verify.access import Access
from ptodsl.verify.footprint import FRACTAL
from ptodsl.verify.hazard import Hazard
from ptodsl.verify.instructions import Instruction
from ptodsl.verify.window import Window


class PipeOrder:
    """The accesses of each pipe, and which of them need no barrier before an instruction of the same pipe."""

    def __init__(self, window: Window, architecture: Architecture, waits: Mapping[Pipe, int]) -> None:
        """`waits` are the bits of the waits that each pipe makes: they too are its instructions."""
        self._window = window
        self._architecture = architecture
        self.of_pipe = {pipe: waits.get(pipe, 0) for pipe in Pipe}
        for instruction in window.instructions():
            numbers = window.of(instruction)
            self.of_pipe[instruction.pipe] |= (1 << numbers.stop) - (1 << numbers.start)
        self._accumulators = self._large_accumulators()

    def kept(self, instruction: Instruction, bit: int) -> int:
        """The accesses that the instruction's pipe completes before it makes the access `bit`."""
        promise = self._architecture.same_pipe[instruction.pipe]
        match promise:
            case SamePipe.ORDERED:
                return self.of_pipe[instruction.pipe]
            case SamePipe.UNORDERED:
                return 0
            case SamePipe.ACCUMULATES:
                tile = _tile_key(self._window.access(bit))
                return self._accumulators.get(tile, 0) if instruction.row.tied else 0
            case _:
                assert_never(promise)

    def excuse(self, hazard: Hazard) -> str:
        """Why a conflict in code that others wrote is only worth a note; empty where it is an error."""
        if hazard.earlier.pipe is not hazard.later.pipe or _tile_key(hazard.first) != _tile_key(hazard.second):
            return ""
        if hazard.later.pipe is Pipe.M and hazard.later.row.tied:
            return f"accumulations of less than {self._architecture.accumulate_fractals} fractals may overlap"
        rows = (hazard.earlier.row, hazard.later.row)
        if hazard.later.pipe is Pipe.V and all(row.family is Family.ELEMENTWISE for row in rows):
            return "elementwise instructions on one window stream in order in practice, by no rule"
        return ""

    def _large_accumulators(self) -> dict[object, int]:
        """For each L0C tile that is large enough to be accumulated into in order, the accesses of M to it."""
        accumulators: defaultdict[object, int] = defaultdict(int)
        for instruction in self._window.instructions() if self.of_pipe[Pipe.M] else ():
            for bit in self._window.of(instruction) if instruction.pipe is Pipe.M else ():
                access = self._window.access(bit)
                if access.place is Memory.L0C and _fractals(access) >= self._architecture.accumulate_fractals:
                    accumulators[_tile_key(access)] |= 1 << bit
        return dict(accumulators)


def _tile_key(access: Access) -> object:
    """What two accesses to one tile have in common; their valid shapes may differ."""
    tile = access.tile
    return tile and (tile.memory, tile.offset, tile.physical, tile.layout, tile.dtype)


def _fractals(access: Access) -> int:
    """How many 16 x 16 fractals an access covers for sure: an extent that only run time knows may be one."""
    if access.tile is None:
        return 0
    rows, columns = (1 if extent is None else -(-extent // FRACTAL) for extent in access.tile.valid)
    return rows * columns
