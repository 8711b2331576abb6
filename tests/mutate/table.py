"""`make mutation-table`: every mutant of every kernel of the suite before every judge, as one table.

Exit status 1 where a fault is reported by nobody, a right program by somebody, or more than 2 % are harmless.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from tqdm import tqdm  # type: ignore[import-untyped] # its stubs are a package of their own, for one call

from tests.mutate.corpus import Subject, random_subjects, suite_subjects
from tests.mutate.editing import Mutant
from tests.mutate.graphs import SCANS, Graph, graphs
from tests.mutate.tally import Outcome, Tally
from tests.mutate.task_edges import ancestors
from tests.mutate.trials import Bench, compiled, trials
from tests.mutate.verdicts import MANY, Court
from tests.st.suite import SUITE

HARMLESS = 0.02
"""The part of the mutants that may be harmless."""
EDGE = "task edge dropped"
TRACED = range(1, 41)
"""The orders in which a graph's dependencies are collected."""


def judge_all(subjects: Sequence[Subject], tally: Tally, every: int = 1, orders: Sequence[str] = MANY) -> None:
    """Every mutant of the subjects, or every nth: compiled together, launched in some orders, then judged."""
    chosen = every_nth([(subject, mutant) for subject in subjects for mutant in subject.mutants()], every)
    with tqdm(total=sum(map(len, chosen.values())), unit="mutant", dynamic_ncols=True, disable=None) as bar:
        for subject, mutants in chosen.items():
            bench = Bench(subject, compiled(subject, mutants))
            court = Court(subject, bench, orders)
            if not subject.is_generated and (codes := bench.findings()):
                tally.accused.append(f"{subject.name} {subject.arch}: {', '.join(sorted(codes))}")
            for number, trial in enumerate(trials(bench, range(len(mutants)))):
                court.judge(number, mutants[number], trial, tally)
                bar.update()


def every_nth(pairs: Sequence[tuple[Subject, Mutant]], every: int) -> dict[Subject, list[Mutant]]:
    """Every nth of the pairs, by subject."""
    chosen: dict[Subject, list[Mutant]] = {}
    for subject, mutant in pairs[::every]:
        chosen.setdefault(subject, []).append(mutant)
    return chosen


def judge_edges(found: Sequence[Graph], tally: Tally, schedules: int) -> None:
    """Every dependency of the graphs dropped: reported where brute force finds a pair of tasks in no order then."""
    known = {graph.name: graph.edges(TRACED) for graph in found}
    pairs = [(graph, edge) for graph in found for edge in known[graph.name]]
    for graph, edge in tqdm(pairs, unit="edge", dynamic_ncols=True, disable=None):
        others = [one for one in known[graph.name] if one != edge]
        is_missed = graph.misses(others)
        outcomes = {Outcome.STATIC} if is_missed else set[Outcome]()
        if graph.differs(edge, range(1, schedules + 1)):
            outcomes |= {Outcome.SCHEDULES} if is_missed else {Outcome.SCHEDULES, Outcome.UNREPORTED}
        name = f"{graph.name} {edge}"
        if edge[0] in ancestors(others).get(edge[1], ()):
            tally.add_equivalent(EDGE, "the others give the same order", outcomes or {Outcome.HARMLESS}, name)
        else:
            tally.add(EDGE, "tasks", outcomes or {Outcome.HARMLESS}, name if outcomes else "its tasks share nothing")


def main() -> int:
    """The whole table, or that of every nth mutant."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutate.table", description=__doc__)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="judge every Nth mutant only")
    parser.add_argument("--random", type=int, default=10, metavar="N", help="so many random kernels of each core")
    parser.add_argument("--schedules", type=int, default=1000, metavar="N", help="orders of each task graph")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the counts by kind there too")
    options = parser.parse_args()
    tally = Tally()
    judge_all(list(chain(suite_subjects(), random_subjects(options.random))), tally, options.every)
    with tempfile.TemporaryDirectory(prefix="ptodsl-edges-") as folder:
        judge_edges(list(graphs((*SUITE, SCANS), Path(folder))), tally, options.schedules)
    print(tally)
    if options.json is not None:
        options.json.write_text(json.dumps(tally.data(), indent=2) + "\n", encoding="utf-8")
    return 1 if tally.unreported or tally.accused or tally.harmless_share > HARMLESS else 0


if __name__ == "__main__":
    sys.exit(main())
