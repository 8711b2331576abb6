"""A checked program as something to call: each launch is judged, and what is wrong is raised once it is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

from ptodsl.errors import Diagnostic, PtoError
from ptodsl.errors.build import LimitUnusable
from ptodsl.runtime.arguments import unpack
from ptodsl.runtime.control import control
from ptodsl.runtime.findings import Finding
from ptodsl.runtime.launch import Launch, entry_of
from ptodsl.runtime.schedules import PROGRAM, schedule
from ptodsl.runtime.signature import Access, Fault, Signature, TensorSlot

LIMIT = 20
"""Findings of a launch that are kept: more say little, as they nearly always have one cause."""

_WORKERS = 1
"""Which pipe did what is told in the order of one thread."""


@dataclass(frozen=True, slots=True)
class Checking:
    """How a program is judged."""

    schedule: str = PROGRAM
    """The order in which its pipes execute: "program", "lazy", "eager" or "random:SEED"."""
    strict: bool = False
    """Whether what hardware is only said to keep in order is an error, and no warning."""
    limit: int = LIMIT
    """How many findings are kept."""


BY_DEFAULT = Checking()
"""In program order, as hardware is said to be."""


Judge = Callable[[Sequence[Finding], "Checking"], tuple[Diagnostic, ...]]
"""Puts findings into words that point at the user's text."""


def load_checked(
    library: Path,
    signature: Signature,
    faults: Sequence[Fault],
    judge: Judge,
    checking: Checking = BY_DEFAULT,
) -> CheckedLaunch:
    """The checked program in a library that `build` gave. Raises E0609, E0613 and E0615."""
    return CheckedLaunch(library, signature, tuple(faults), judge, checking)


class CheckedLaunch(Launch):
    """A checked program that runs when called, on the calling thread alone.

    Threads may call it at the same time: launches of one library wait for each other.
    """

    __slots__ = ("_checking", "_control", "_judge", "_schedule", "findings", "remarks")

    def __init__(
        self, library: Path, signature: Signature, faults: tuple[Fault, ...], judge: Judge, checking: Checking
    ) -> None:
        if checking.limit < 1:
            raise PtoError([LimitUnusable(None, limit=checking.limit)])
        self._schedule = schedule(checking.schedule)
        super().__init__(entry_of(library), signature, faults, _WORKERS)
        self._control = control(library)
        self._judge = judge
        self._checking = checking
        self.findings: tuple[Finding, ...] = ()
        """What the engine reported of the last launch, as it reported it."""
        self.remarks: tuple[Diagnostic, ...] = ()
        """The warnings of the last launch."""

    def follow(self, word: str) -> None:
        """Has the pipes execute in another order from now on. Raises E0613 for a word that is no schedule."""
        self._schedule = schedule(word)

    def _execute(self, values: tuple[object, ...]) -> None:
        """Runs the program and raises all that was found: E11, and what the program itself found wrong behind it."""
        unpacked = unpack(self._slots, values)
        with self._control.lock:
            self._control.start(self._schedule, self._checking.limit, self._undefined(unpacked.bits))
            code, numbers = self._run(unpacked.bits)
            found = self._control.findings()
        problems = self._judge(found, self._checking)
        self.findings = found
        self.remarks = tuple(one for one in problems if one.is_warning)
        errors = [one for one in problems if not one.is_warning]
        if code == 0 and not errors:
            return
        fault = self._fault(code, numbers) if code else None
        if fault is not None and not isinstance(fault, PtoError):
            raise fault
        raise PtoError([*errors, *(fault.diagnostics if fault is not None else ())])

    def _undefined(self, bits: Sequence[int]) -> Iterator[range]:
        """The addresses of the tensors that the program only writes."""
        for slot, start in zip(self._slots, bits, strict=True):
            if isinstance(slot, TensorSlot) and slot.access is Access.WRITE:
                yield range(start, start + prod(slot.shape) * slot.dtype.size)
