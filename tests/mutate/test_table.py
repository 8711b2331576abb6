"""A slice of the mutation table, and that its judges can tell a fault from none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from ptodsl import pipeline
from ptodsl.codegen.emitter import emit_program
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from ptodsl.machine import A2A3, Architecture
from ptodsl.passes.insert_sync import InsertSync
from ptodsl.version import VERSION
from tests.mutate import verdicts
from tests.mutate.corpus import Subject, random_subjects, suite_subjects
from tests.mutate.editing import Mutant
from tests.mutate.equivalents import AS_GOOD, FREE, RENAMED, why_equivalent
from tests.mutate.graphs import SCANS, graphs
from tests.mutate.judges import edge_is_lost, is_unordered, static_codes
from tests.mutate.placement_mutants import Exchange, Shift, shrunk_temporaries
from tests.mutate.switch import NUMBER, Switch
from tests.mutate.table import HARMLESS, TRACED, judge_all, judge_edges
from tests.mutate.tally import Outcome, Tally
from tests.mutate.task_edges import Edge
from tests.mutate.trials import Bench, Trial, compiled
from tests.mutate.verdicts import Court
from tests.st.test_mutations import ENTRIES
from tests.unit.runtime_programs import cache_at

FEW = ("lazy", "eager", "random:1")


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache of these tests' own."""
    with cache_at(tmp_path_factory.mktemp("cache")):
        yield


def subject(name: str) -> Subject:
    """A program of the suite, placed for A2/A3."""
    return next(one for one in suite_subjects((ENTRIES[name],)) if one.arch == A2A3.name)


def test_counts_are_data_by_kind() -> None:
    tally = Tally()
    tally.add("barrier deleted", "cube", {Outcome.STATIC, Outcome.CHECKED}, "b0")
    tally.add("barrier deleted", "vector", {Outcome.HARMLESS}, "nothing runs there")
    tally.add_equivalent("shifted", "nobody lies there", {Outcome.HARMLESS}, "t0")
    counts = {"static": 1, "checked": 1, "schedules": 0, "numbers alone": 0, "harmless": 1, "unreported": 0}
    assert tally.data() == {"kinds": {"barrier deleted": {"mutants": 2, **counts}}, "left out": 1}


@pytest.mark.parametrize("name", ["softmax", "running", "matmul_bf16"])
def test_no_fault_of_a_slice_goes_unreported(name: str) -> None:
    tally = Tally()
    judge_all([subject(name)], tally, every=4, orders=FEW)
    assert tally.unreported == []
    assert tally.accused == []
    assert tally.mutants.total() > 20
    assert tally.total(Outcome.STATIC) > 0.9 * tally.mutants.total()
    assert tally.total(Outcome.CHECKED) > 0.6 * tally.mutants.total()
    assert tally.harmless_share <= HARMLESS


def test_no_fault_of_a_random_kernel_goes_unreported() -> None:
    tally = Tally()
    judge_all(list(random_subjects(1)), tally, every=9, orders=FEW)
    assert tally.mutants.total() > 10
    assert tally.unreported == []
    assert tally.accused == []


def test_every_dependency_is_demanded_and_missed(tmp_path: Path) -> None:
    found = list(graphs((ENTRIES["dag"], ENTRIES["paged_attention_16x1x16_32_fp32"], SCANS), tmp_path))
    assert len(found) == 3
    for graph in found:
        edges = graph.edges(TRACED)
        assert graph.demanded.issuperset(edges)
        assert not graph.misses(edges)
        assert graph.misses(edges[1:]) or graph.misses(edges[:-1])
    tally = Tally()
    judge_edges(found, tally, schedules=10)
    assert tally.unreported == []
    assert tally.accused == []
    assert tally.total(Outcome.HARMLESS) == 0
    assert tally.total(Outcome.SCHEDULES) > 0.6 * tally.mutants.total()
    assert tally.left_out.total() == sum(len(implied(graph.edges(TRACED))) for graph in found) > 0


def implied(edges: list[Edge]) -> list[Edge]:
    """The edges whose ends a longer way joins as well."""
    return [edge for edge in edges if any((edge[0], way) in edges and joined(edges, way, edge[1]) for _, way in edges)]


def joined(edges: list[Edge], start: int, end: int) -> bool:
    """Whether a way of at least one edge leads from a task to another."""
    return any(way == end or joined(edges, way, end) for earlier, way in edges if earlier == start)


def test_judges_find_nothing_in_a_program_as_it_is() -> None:
    for one in (subject("running"), subject("matmul_bf16")):
        for kernel in one.kernels:
            still = Shift("as it is", "", kernel.name, one.placed)
            assert not edge_is_lost(kernel, still)
            assert not is_unordered(kernel, one.architecture)
            assert not static_codes(one.placed, one.architecture)


def test_tile_on_a_live_one_loses_an_edge() -> None:
    one = subject("softmax")
    shifts = [mutant for mutant in one.mutants() if mutant.kind.startswith("onto")]
    assert len(shifts) > 10
    for mutant in shifts:
        assert isinstance(mutant, Shift)
        assert edge_is_lost(one.placed.function(mutant.function), mutant)


def equivalents(one: Subject) -> dict[str, list[Mutant]]:
    """The mutants that are no other program, by the reason why."""
    found: dict[str, list[Mutant]] = {}
    for mutant in one.mutants():
        if why := why_equivalent(one, mutant):
            found.setdefault(why, []).append(mutant)
    return found


@pytest.mark.parametrize("name", ["softmax", "layer_norm", "update_9x48_first0_last0"])
def test_placement_as_good_has_the_flags_of_its_own(name: str) -> None:
    one = subject(name)
    found = equivalents(one)
    assert {*found} <= {FREE, AS_GOOD}
    assert len(found[AS_GOOD]) > 1
    for mutant in found[AS_GOOD]:
        assert isinstance(mutant, Shift)
        assert mutant.kind.startswith("shifted by")
        assert reordered(mutant, one.architecture) == print_program(mutant.program)
        assert not edge_is_lost(one.placed.function(mutant.function), mutant)


def reordered(mutant: Mutant, architecture: Architecture) -> str:
    """A mutant ordered again, from its text without flags and barriers."""
    lines = print_program(mutant.program).splitlines(keepends=True)
    bare = "".join(line for line in lines if not re.match(r" *(set_flag|wait_flag|pipe_barrier)", line))
    return print_program(InsertSync().run(parse(bare), architecture))


def test_place_that_asks_for_other_flags_is_another_program() -> None:
    one = subject("matmul_bf16")
    shifts = [mutant for mutant in one.mutants() if mutant.kind.startswith("shifted by")]
    others = [mutant for mutant in shifts if reordered(mutant, one.architecture) != print_program(mutant.program)]
    assert len(others) > 2
    assert {why_equivalent(one, mutant) for mutant in others} <= {"", FREE}
    assert any(why_equivalent(one, mutant) == "" for mutant in others)


def test_tensors_that_exchange_their_names_are_of_one_call_alone() -> None:
    one = subject("paged_attention_1x2x32_16_bf16")
    swaps = [mutant for mutant in one.mutants() if isinstance(mutant, Exchange)]
    assert {mutant.what: why_equivalent(one, mutant) for mutant in swaps} == {
        "mij and lij of softmax_prepare": "",
        "mi and li of online_update": RENAMED,
        "oi and dst of online_update": "",
    }


def test_judge_that_reports_an_equivalent_mutant_accuses_a_right_program(monkeypatch: pytest.MonkeyPatch) -> None:
    one = subject("softmax")
    mutants = equivalents(one)[AS_GOOD][:1]
    court, tally = Court(one, Bench(one, compiled(one, mutants)), FEW), Tally()
    court.judge(0, mutants[0], Trial(), tally)
    assert tally.accused == []
    assert f"   1  {mutants[0].kind}: {AS_GOOD}" in str(tally)
    court.judge(0, mutants[0], Trial(codes=frozenset({"E1101"})), tally)
    court.judge(0, mutants[0], Trial(differs=True), tally)
    monkeypatch.setattr(verdicts, "static_codes", Mock(return_value=["E0501"]))
    court.judge(0, mutants[0], Trial(), tally)
    said = [text.rpartition(": ")[2] for text in tally.accused]
    assert said == ["checked", "schedules, unreported", "static"]
    assert tally.mutants.total() == 0


def test_fault_that_no_one_reports_is_counted_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    one = subject("softmax")
    monkeypatch.setattr(pipeline, "VERIFIERS", ())
    mutants = [mutant for mutant in one.mutants() if mutant.kind == "onto a live tile"][:2]
    mutants += list(shrunk_temporaries(one.placed, one.kernels[0]))[:1]
    court, tally = Court(one, Bench(one, compiled(one, mutants)), FEW), Tally()
    for number, mutant in enumerate(mutants):
        court.judge(number, mutant, Trial(), tally)
    court.judge(0, mutants[0], Trial(ended="the process ended with -11"), tally)
    assert len(tally.unreported) == 4
    assert "UNREPORTED onto a live tile: softmax a2a3 softmax: onto a live tile" in str(tally)


@pytest.mark.parametrize("name", ["softmax", "matmul_bf16"])
def test_switch_gives_the_text_of_each_mutant(name: str) -> None:
    one = subject(name)

    def lines(mutated: object) -> list[str]:
        assert isinstance(mutated, type(one.placed))
        return emit_program(mutated, one.architecture, VERSION).text.split("\n")

    mutants = list(one.mutants())
    switch = Switch(lines(one.placed))
    taken = [number for number, mutant in enumerate(mutants) if switch.add(number, lines(mutant.program))]
    assert len(taken) > 0.8 * len(mutants)
    text = switch.text.split("\n")
    assert _chosen(text, -1) == _bare(lines(one.placed))
    for number in taken[::7]:
        assert _chosen(text, number) == _bare(lines(mutants[number].program))


_BRANCH = re.compile(rf" *if \((.*{NUMBER}.*)\) {{ (.*) }}")
_CHOICE = re.compile(rf"(.*, )({NUMBER} .*)\);")


def _chosen(text: list[str], number: int) -> list[str]:
    """What a switched text says for one number, by hand."""
    lines: list[str] = []
    for line in text:
        branch, choice = _BRANCH.fullmatch(line), _CHOICE.fullmatch(line)
        if branch is not None and all(_holds(condition, number) for condition in branch[1].split(" && ")):
            lines.append(branch[2])
        elif choice is not None:
            *cases, last = choice[2].split(" : ")
            given = (case.split(" ? ")[1] for case in cases if _holds(case.split(" ? ")[0], number))
            lines.append(f"{choice[1]}{next(given, last)});")
        elif branch is None and NUMBER not in line:
            lines.append(line)
    return _bare(lines)


def _holds(condition: str, number: int) -> bool:
    _, relation, other = condition.split()
    return (int(other) == number) is (relation == "==")


def _bare(lines: list[str]) -> list[str]:
    """Lines without indentation and comments; empty ones left out."""
    bare = (line.partition("//")[0].strip() for line in lines)
    return [line for line in bare if line]
