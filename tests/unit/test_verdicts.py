"""Findings in words: what the engine's fields become, and where they point."""

from __future__ import annotations

from typing import Any

import pytest

from ptodsl.diagnostics import render
from ptodsl.errors.checked import Race, RaceRelaxed, SetTwice, SetTwiceNoted
from ptodsl.errors.checked_bytes import Unworded
from ptodsl.ir.span import Span
from ptodsl.runtime.findings import Finding, Place, parse, parse_record
from ptodsl.verdicts import verdicts

RACE: dict[str, Any] = {
    "op": "TADD",
    "pipe": "V",
    "effect": "reads",
    "operand": "src0",
    "other_op": "TLOAD",
    "other_pipe": "MTE2",
    "other_effect": "writes",
    "other_operand": "dst",
    "memory": "UB",
    "start": 4096,
    "end": 4352,
}
FLAG: dict[str, Any] = {"source": "PIPE_V", "target": "PIPE_MTE2", "event": 3}


def located(place: Place) -> Span | None:
    """A span for every line but those of a file that is nobody's."""
    return None if place.file == "nobody.cpp" else Span(place.file, place.line, 0, place.line, 4)


def said(kind: str, fields: dict[str, Any], at: int = 9, other: int | None = 5, arch: str = "a2a3") -> Any:
    """The diagnostic of one finding, judged as code of others is."""
    place = None if other is None else Place("k.cpp", other)
    (one,) = verdicts([Finding(kind, Place("k.cpp", at), place, fields)], located, arch, strict_flags=False)
    return one


def test_race_names_both_sides_their_bytes_and_the_flag() -> None:
    race = said("race", RACE)
    assert isinstance(race, Race)
    assert race.message == "nothing orders `TADD` on V after `TLOAD` on MTE2, and both touch UB 0x1000 to 0x1100"
    assert (race.label, race.notes[0].message) == ("V reads `src0`", "MTE2 writes `dst`")
    assert (race.span, race.notes[0].span) == (located(Place("k.cpp", 9)), located(Place("k.cpp", 5)))
    assert "`set_flag(PIPE_MTE2, PIPE_V, EVENT_ID1)` after `TLOAD`" in race.help


def test_reserved_pair_is_given_an_id_that_is_free_inside_instructions() -> None:
    assert "EVENT_ID1" in said("race", RACE).help
    assert "EVENT_ID0" in said("race", RACE | {"pipe": "MTE3", "other_pipe": "V"}).help


@pytest.mark.parametrize(
    ("pipe", "other_pipe", "arch", "remedy"),
    [
        ("V", "V", "a2a3", "pipe_barrier(PIPE_V)"),
        ("V", "V", "a5", "pipe_barrier(PIPE_ALL)"),
        ("S", "S", "a2a3", "pipe_barrier(PIPE_ALL)"),
        ("V", "M", "a2a3", "pipe_barrier(PIPE_ALL)"),
        ("FIX", "M", "a2a3", "set_flag(PIPE_M, PIPE_FIX, EVENT_ID0)"),
    ],
)
def test_remedy_is_one_that_the_core_has(pipe: str, other_pipe: str, arch: str, remedy: str) -> None:
    assert remedy in said("race", RACE | {"pipe": pipe, "other_pipe": other_pipe}, arch=arch).help


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"memory": "GM", "parameter": "x"}, "the bytes 4096 to 4352 of `x`"),
        ({"memory": "GM"}, "the same 256 bytes of global memory"),
        ({"memory": "L0C"}, "L0C 0x1000 to 0x1100"),
    ],
)
def test_bytes_are_named_by_their_memory(fields: dict[str, Any], where: str) -> None:
    assert said("race", RACE | fields).message.endswith(f"both touch {where}")


def test_relaxed_is_a_warning_unless_strict() -> None:
    found = [Finding("race", None, None, RACE | {"relaxed": 1, "why": "it streams"})]
    (lenient,), (strict,) = (verdicts(found, located, "a2a3", strict=strict) for strict in (False, True))
    assert isinstance(lenient, RaceRelaxed)
    assert lenient.message.endswith("it streams")
    assert isinstance(strict, Race)


def test_second_token_is_an_error_in_our_own_code_only() -> None:
    assert isinstance(said("set-twice", FLAG), SetTwiceNoted)
    (ours,) = verdicts([Finding("set-twice", None, None, FLAG)], located, "a2a3")
    assert isinstance(ours, SetTwice)
    assert "`PIPE_V, PIPE_MTE2, EVENT_ID3`" in ours.message


def test_instructions_of_one_pipe_are_said_to_overlap() -> None:
    race = said("race", RACE | {"other_pipe": "V", "same_pipe": 1})
    assert race.notes[-1].message.startswith("V may start an instruction before")


def test_what_stands_behind_and_came_first_says_so() -> None:
    assert said("race", RACE, at=5, other=9).notes[0].message.endswith(", issued before it")
    assert said("race", RACE, at=5, other=5).notes[0].message.endswith(", issued before it")
    assert not said("race", RACE, at=9, other=5).notes[0].message.endswith("it")


@pytest.mark.parametrize(("circular", "remedy"), [(0, "on every path"), (1, "each of them waits for another")])
def test_wait_says_how_much_is_behind_it(circular: int, remedy: str) -> None:
    one = said("wait-without-set", FLAG | {"blocked": 1, "circular": circular}, other=None)
    assert "1 instruction behind it" in one.message
    assert remedy in one.help
    assert "2 instructions behind" in said("wait-without-set", FLAG | {"blocked": 2, "circular": 0}).message


@pytest.mark.parametrize("pipe", ["S", "M"])
def test_barrier_that_is_not_legal_has_a_remedy(pipe: str) -> None:
    one = said("illegal-barrier", {"pipe": f"PIPE_{pipe}", "core": "vector"})
    assert one.help.startswith("leave it out" if pipe == "S" else "put `pipe_barrier(PIPE_ALL)`")


@pytest.mark.parametrize(
    "finding",
    [
        Finding("of-tomorrow", Place("k.cpp", 3), None, {"depth": 4}),
        Finding("race", Place("k.cpp", 3), None, {"op": "TADD", "same_pipe": 1, "pipe": "V"}),
        Finding("race", None, None, {}),
        Finding("out-of-bounds", Place("k.cpp", 3), None, {"op": "TLOAD"}),
    ],
)
def test_finding_without_words_is_shown_plainly(finding: Finding) -> None:
    (one,) = verdicts([finding], located, "a2a3")
    assert isinstance(one, Unworded)
    assert finding.kind in one.message
    assert all(f"{name}={value}" in one.message for name, value in finding.fields.items())
    assert render(one)


def test_place_of_nobody_has_no_span() -> None:
    (one,) = verdicts([Finding("token-left", Place("nobody.cpp", 3), None, FLAG)], located, "a2a3")
    assert one.span is None
    assert render(one).startswith("error[E1103]")


def test_answer_of_the_engine_is_read() -> None:
    row = '{"kind": "race", "file": "a.cpp", "line": 3, "other_file": null, "other_line": 0, "start": 64, "op": "TADD"}'
    (one,) = parse(f"[{row}]")
    assert one == Finding("race", Place("a.cpp", 3), None, {"start": 64, "op": "TADD"})
    assert parse("[]") == ()


def test_record_that_was_cut_off_holds_what_was_written_whole() -> None:
    record = '{"kind": "race", "file": "a.cpp", "line": 3}\n{"kind": "token-left"}\n{"kind": "unassi'
    assert parse_record(record) == (Finding("race", Place("a.cpp", 3), None, {}), Finding("token-left", None, None, {}))
    assert parse_record("") == ()
