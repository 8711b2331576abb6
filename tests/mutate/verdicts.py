"""One mutant before its judges: which of them report it, and, where none does, whether it is a fault at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from tests.mutate.corpus import Subject
from tests.mutate.editing import Mutant
from tests.mutate.judges import Arrays, edge_is_lost, is_unordered, left_behind, same, static_codes
from tests.mutate.placement_mutants import Shift
from tests.mutate.tally import Outcome, Tally

Dynamic = Callable[[Mutant], "set[Outcome]"]
"""What runs of the compiled mutant say: CHECKED, NUMBERS, both or nothing."""

TEMPORARY = "temporary shrunk"


@dataclass(frozen=True)
class Court:
    """The judges of one subject's mutants; `dynamic` runs them compiled, where there is something that can."""

    subject: Subject
    dynamic: Dynamic | None = None

    def judge(self, mutant: Mutant, tally: Tally) -> None:
        """Count a mutant."""
        outcomes: set[Outcome] = {Outcome.STATIC} if static_codes(mutant.program, self.subject.architecture) else set()
        if self.dynamic is not None:
            outcomes |= self.dynamic(mutant)
        text = f"{self.subject.name} {self.subject.arch} {mutant}"
        if not outcomes & {Outcome.STATIC, Outcome.CHECKED}:
            outcomes, text = self._unreported(mutant, outcomes, text)
        tally.add(mutant.kind, self.subject.class_of(mutant.function), outcomes, text)

    def _unreported(self, mutant: Mutant, outcomes: set[Outcome], text: str) -> tuple[set[Outcome], str]:
        """A wrong result is reported by whoever looks at results; what only a judge of this table sees, by no one."""
        if Outcome.NUMBERS in outcomes or self._differs(mutant):
            reports = mutant.kind == "outputs swapped"
            return {Outcome.NUMBERS} | (set() if reports else {Outcome.UNREPORTED}), text
        if self._is_real(mutant):
            return {Outcome.UNREPORTED}, text
        return {Outcome.HARMLESS}, REASONS.get(mutant.kind, ORDERED)

    def _differs(self, mutant: Mutant) -> bool:
        """Whether the interpreter, at the mutant's addresses, gives something else."""
        if self.subject.entry is None:
            return False
        architecture = self.subject.architecture
        runs = zip(self.subject.runs, self._answers, strict=True)
        return any(not same(left_behind(mutant.program, run, architecture), wanted) for run, wanted in runs)

    @cached_property
    def _answers(self) -> list[Arrays | str]:
        """What the program leaves as it is, for each run."""
        return [left_behind(self.subject.placed, run, self.subject.architecture) for run in self.subject.runs]

    def _is_real(self, mutant: Mutant) -> bool:
        """Whether a mutant that changes no number in order is a fault all the same."""
        if mutant.kind == TEMPORARY:
            return True
        if isinstance(mutant, Shift):
            return edge_is_lost(self.subject.placed.function(mutant.function), mutant)
        if mutant.kind == "outputs swapped":
            return False
        return is_unordered(mutant.program.function(mutant.function), self.subject.architecture)


ORDERED = "an exact enumeration of its paths finds every conflict still ordered"
_DEAD = "the tile lies on bytes that nothing needs while it lives, and what used them before or after is ordered"
REASONS = {
    "outputs swapped": "no run of the suite takes the path, or neither output is read again",
    "shifted by 32 bytes": _DEAD,
    "shifted by its size": _DEAD,
    "onto a live tile": "the two tiles are live together on no path",
    "onto the end of a live tile": "the two tiles are live together on no path",
}
"""Why mutants that nobody reports and no judge calls a fault are none, by kind."""
