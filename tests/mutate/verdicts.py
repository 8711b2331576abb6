"""One mutant before its judges: which of them report it, and, where none does, whether it is a fault at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tests.mutate.corpus import Subject
from tests.mutate.editing import Mutant
from tests.mutate.equivalents import why_equivalent
from tests.mutate.judges import Arrays, edge_is_lost, is_unordered, left_behind, same, static_codes
from tests.mutate.placement_mutants import OUTPUTS, TEMPORARY, Shift
from tests.mutate.tally import Outcome, Tally
from tests.mutate.trials import Bench, Trial, trials

MANY = ("lazy", "eager", *(f"random:{seed}" for seed in range(1, 999)))
"""The orders that a mutant is tried in before it is called harmless."""

ORDERED = "an enumeration of its paths finds every conflict ordered, and a thousand orders the same numbers"
_DEAD = "nothing needs those bytes while the tile lives, and what used them before or after is ordered"
REASONS = {
    OUTPUTS: "no run of the suite takes the path, or neither output is read again",
    "shifted by 32 bytes": _DEAD,
    "shifted by its size": _DEAD,
    "onto a live tile": "the two tiles are live together on no path",
    "onto the end of a live tile": "the two tiles are live together on no path",
}
"""Why mutants that nobody reports and no judge calls a fault are none, by kind."""


@dataclass(frozen=True)
class Court:
    """The judges of one subject's mutants; `bench` has them compiled."""

    subject: Subject
    bench: Bench
    orders: Sequence[str] = MANY

    def judge(self, number: int, mutant: Mutant, trial: Trial, tally: Tally) -> None:
        """Count a mutant, by its number on the bench and what a few runs said."""
        why = why_equivalent(self.subject, mutant)
        outcomes = _outcomes(trial)
        if static_codes(mutant.program, self.subject.architecture):
            outcomes.add(Outcome.STATIC)
        name = text = f"{self.subject.name} {self.subject.arch} {mutant} {trial.ended}".rstrip()
        if trial.ended:
            outcomes.add(Outcome.UNREPORTED)
        elif not outcomes & {Outcome.STATIC, Outcome.CHECKED}:
            outcomes, text = self._unreported(number, mutant, outcomes, text)
        if why:
            tally.add_equivalent(mutant.kind, why, outcomes, name)
        else:
            tally.add(mutant.kind, self.subject.class_of(mutant.function), outcomes, text)

    def _unreported(self, number: int, mutant: Mutant, outcomes: set[Outcome], text: str) -> tuple[set[Outcome], str]:
        """A swapped output is whoever's to report who looks at results; what else only this table sees is nobody's."""
        if mutant.kind == OUTPUTS:
            if Outcome.SCHEDULES in outcomes or self._differs(mutant):
                return {*outcomes, Outcome.NUMBERS}, text
        elif Outcome.SCHEDULES in outcomes or self._is_real(number, mutant):
            return {*outcomes, Outcome.UNREPORTED}, text
        return {Outcome.HARMLESS}, REASONS.get(mutant.kind, ORDERED)

    def _is_real(self, number: int, mutant: Mutant) -> bool:
        """Whether a mutant that has changed no number so far is a fault all the same."""
        if mutant.kind == TEMPORARY:
            return True
        original = self.subject.placed.function(mutant.function)
        if isinstance(mutant, Shift) and edge_is_lost(original, mutant):
            return True
        if is_unordered(mutant.program.function(mutant.function), self.subject.architecture):
            return True
        return self._differs(mutant) or any(trial.differs for trial in trials(self.bench, [number], self.orders))

    def _differs(self, mutant: Mutant) -> bool:
        """Whether the interpreter, at the mutant's addresses, gives something else."""
        architecture = self.subject.architecture
        runs = zip(self.subject.runs, self._answers, strict=True)
        return any(not same(left_behind(mutant.program, run, architecture), wanted) for run, wanted in runs)

    @cached_property
    def _answers(self) -> list[Arrays | str]:
        """What the program leaves as it is, for each run."""
        return [left_behind(self.subject.placed, run, self.subject.architecture) for run in self.subject.runs]


def _outcomes(trial: Trial) -> set[Outcome]:
    found: set[Outcome] = set()
    if trial.codes:
        found.add(Outcome.CHECKED)
    if trial.differs:
        found.add(Outcome.SCHEDULES)
    return found
