"""What a hazard's message says: the two instructions, the bytes they share, and what would order them."""

from __future__ import annotations

from dataclasses import dataclass

from ptodsl.errors import Diagnostic, Note
from ptodsl.errors.sync import ChainRelaxed, HazardUnordered
from ptodsl.ir.hardware import Memory, Pipe
from ptodsl.ir.span import Span
from ptodsl.machine import Architecture, CoreSpec
from ptodsl.verify.access import Access, Side
from ptodsl.verify.instructions import Instruction
from ptodsl.verify.pending import Flag


@dataclass(frozen=True)
class Hazard:
    """Two accesses that nothing orders, `earlier` the one that runs first."""

    earlier: Instruction
    first: Access
    later: Instruction
    second: Access
    early: Span | None = None
    """A set between the two pipes that is waited for in between, and that stands before the first instruction."""

    @property
    def goes_round(self) -> bool:
        """Whether the first one is of an earlier iteration of a loop."""
        return self.earlier.order >= self.later.order

    @property
    def distance(self) -> tuple[bool, int]:
        """Orders hazards of one instruction: those of this iteration first, the last source first."""
        return self.goes_round, -self.earlier.order

    def finding(self, architecture: Architecture, core: CoreSpec) -> Diagnostic:
        """The error."""
        return HazardUnordered(
            self.later.op.span, self._notes(), **self._fields(), how=self._remedy(architecture, core)
        )

    def relaxed(self, architecture: Architecture, core: CoreSpec, why: str) -> Diagnostic:
        """The note for a conflict that hardware is said to keep in order."""
        fields = self._fields()
        return ChainRelaxed(self.later.op.span, self._notes(), **fields, how=self._remedy(architecture, core), why=why)

    def _fields(self) -> dict[str, str]:
        return {
            "later": self.later.row.label,
            "sink": pipe_text(self.later.pipe),
            "earlier": self.earlier.row.label,
            "source": pipe_text(self.earlier.pipe),
            "where": common_text(self.first, self.second),
            "does": self.second.kind.value,
            "what": f"{place_text(self.second)}{_whose(self.second)}",
        }

    def _notes(self) -> list[Note]:
        did = f"{pipe_text(self.earlier.pipe)} {self.first.kind.value} {place_text(self.first)}{_whose(self.first)}"
        notes = [Note(f"{did} in an earlier iteration" if self.goes_round else did, self.earlier.op.span)]
        if self.earlier.op is self.later.op:
            notes = [Note("the two are one statement in two iterations of a loop")]
        if self.early is not None:
            covers = f"this set covers only what {pipe_text(self.earlier.pipe)} was given before it"
            notes.append(Note(covers, self.early))
        if self.earlier.pipe is self.later.pipe:
            notes.append(Note(f"{pipe_text(self.later.pipe)} starts an instruction before the one ahead is complete"))
        if [side.start.terms for side in self.first.window] != [side.start.terms for side in self.second.window]:
            notes.append(Note("only run time knows whether the two windows meet: nothing here keeps them apart"))
        return notes

    def _remedy(self, architecture: Architecture, core: CoreSpec) -> str:
        source, sink = self.earlier.pipe, self.later.pipe
        if source is sink:
            return _same_pipe_remedy(source, self.later.row.label, core)
        if (source, sink) not in core.pairs:
            return (
                f"put `pipe_barrier all` between them: there are no flags from {pipe_text(source)} to {pipe_text(sink)}"
            )
        flag = Flag(source, sink, architecture.first_event((source, sink)))
        order = f"put `set_flag {flag}` after `{self.earlier.row.label}` and `wait_flag {flag}` before"
        if self.goes_round:
            return f"{order} `{self.later.row.label}`; set it once before the loop too, and wait for it once after"
        return f"{order} `{self.later.row.label}`; any id will do that is free there"


def _same_pipe_remedy(pipe: Pipe, label: str, core: CoreSpec) -> str:
    if pipe in core.barriers:
        return f"put `pipe_barrier {pipe.value}` before `{label}`"
    both_ways = (other for other in Pipe if {(pipe, other), (other, pipe)} <= core.pairs and other is not Pipe.S)
    other = next(both_ways, None)
    if other is None:
        return f"put `pipe_barrier all` before `{label}`"
    there, back = f"{pipe.value}, {other.value}", f"{other.value}, {pipe.value}"
    return f"put a round trip before `{label}`: set and wait `{there}`, then `{back}`; or `pipe_barrier all`"


def pipe_text(pipe: Pipe) -> str:
    """How messages call a pipe."""
    return pipe.value.upper()


def place_text(access: Access) -> str:
    """The bytes or the window that an access touches."""
    if isinstance(access.place, Memory):
        (side,) = access.window
        return range_text(access.place, side.start.constant, side.start.constant + side.size)
    starts = ", ".join(_start_text(side) for side in access.window)
    return f"`{access.place.name}[{starts}]` ({'×'.join(str(side.size) for side in access.window)})"


def _whose(access: Access) -> str:
    """Whose bytes of a memory those are; nothing where the place says it, or a tile has no name of its user's."""
    if not isinstance(access.place, Memory):
        return ""
    if access.tile is None:
        return ", scratch that the library takes behind the kernel's back"
    return "" if access.name.isdigit() else f" (`{access.name}`)"


def common_text(first: Access, second: Access) -> str:
    """The bytes that two accesses share; of a tensor, its name."""
    if not isinstance(first.place, Memory):
        return f"`{first.place.name}`"
    (one,), (other,) = first.window, second.window
    low = max(one.start.constant, other.start.constant)
    high = min(one.start.constant + one.size, other.start.constant + other.size)
    return range_text(first.place, low, high)


def range_text(memory: Memory, low: int, high: int) -> str:
    """A range of bytes, the end excluded."""
    return f"{memory.label} 0x{low:x} to 0x{high:x}"


def _start_text(side: Side) -> str:
    """The start of a side as a sum, the constant last."""
    parts = sorted(value.name if factor == 1 else f"{factor}*{value.name}" for value, factor in side.start.terms)
    if side.start.constant or not parts:
        parts.append(str(side.start.constant))
    return " + ".join(parts)
