"""The engine of the checked library: what it finds in short scripts."""

from __future__ import annotations

import time

import numpy as np
import pytest

from ptodsl.ir.hardware import Memory, Pipe
from ptodsl.machine import A2A3, ARCHITECTURES
from tests.tile_library.checked_scripts import (
    Barrier,
    Begin,
    End,
    Engine,
    Instruction,
    Parameter,
    Set,
    Step,
    Touch,
    Wait,
)
from tests.tile_library.checked_sequences import (
    END,
    FIX,
    MTE1,
    MTE2,
    MTE3,
    SEQUENCES,
    M,
    S,
    V,
    add,
    flags,
    load,
    matmul,
    store,
    tile,
    window,
)

pytestmark = pytest.mark.xdist_group("tile_library_checked_engine")

ORDERS = [("lazy", 0), ("eager", 0), *[("random", seed) for seed in range(20)]]
PIPELINE: list[Step] = [load(0), *flags(MTE2, V), add(1, 0, 0), *flags(V, MTE3), store(1)]


@pytest.mark.parametrize("arch", sorted(ARCHITECTURES))
@pytest.mark.parametrize("name", SEQUENCES)
def test_sequences_of_the_reference(engines: dict[str, Engine], name: str, arch: str) -> None:
    sequence = SEQUENCES[name]
    due = {"a2a3": sequence.a2a3, "a5": sequence.a5}[arch]
    program = engines[arch].run(sequence.steps)
    assert program.kinds == sorted(due)
    for schedule, seed in ORDERS:
        other = engines[arch].run(sequence.steps, schedule, seed)
        assert other.findings == program.findings
        if not due and name != "10 both add":
            np.testing.assert_array_equal(other.memory, program.memory)


def test_race_tells_both_sides(engine: Engine) -> None:
    (race,) = engine.run([load(0), add(1, 0, 2)]).findings
    assert race == {
        "kind": "race",
        "file": "script",
        "line": 1,
        "other_file": "script",
        "other_line": 0,
        "op": "TADD",
        "pipe": "V",
        "effect": "reads",
        "operand": "operand",
        "other_op": "TLOAD",
        "other_pipe": "MTE2",
        "other_effect": "writes",
        "other_operand": "operand",
        "memory": "UB",
        "start": 0,
        "end": 128,
        "same_pipe": 0,
        "relaxed": 0,
    }


def test_race_in_a_parameter_counts_from_its_start(engine: Engine) -> None:
    given = Begin((Parameter("x", 64, (128,), (1,)), Parameter("y", 1024, (64,), (1,))))
    (race,) = engine.run([given, store(0, 1), load(2, 1), *END, End()], bare=True).findings
    assert (race["memory"], race["parameter"], race["start"], race["end"]) == ("GM", "x", 64, 192)


def test_rows_between_rows_are_no_race(engine: Engine) -> None:
    rows = {start: Touch(Memory.UB, start, 16, "writes", ((4, 32),)) for start in (0, 16)}
    steps = [Instruction("TLOAD", MTE2, (rows[0],)), Instruction("TADD", V, (rows[16],))]
    assert engine.run(steps).kinds == []
    shifted = Instruction("TADD", V, (Touch(Memory.UB, 20, 16, "reads", ((4, 32),)),))
    (race,) = engine.run([steps[0], shifted]).findings
    assert (race["start"], race["end"]) == (32, 36)


FORGETTING: dict[str, tuple[list[Step], list[tuple[int, int]]]] = {
    "bytes between the rows of a newer write": (
        [
            Instruction("TLOAD", MTE2, (Touch(Memory.UB, 16, 16, "writes"),)),
            Instruction("TLOAD", MTE2, (Touch(Memory.UB, 0, 16, "writes", ((4, 32),)),)),
            Instruction("TADD", V, (Touch(Memory.UB, 16, 16),)),
        ],
        [(0, 2)],
    ),
    "a read of another pipe": ([add(1, 0, 0), store(0), *flags(MTE3, MTE2), load(0), *END], [(0, 4)]),
    "a read that is no link of a chain": (
        [Instruction("TROWSUM", V, (tile(0),)), Instruction("TADD", V, (tile(0),), is_elementwise=True), add(0, 1, 1)],
        [(0, 2)],
    ),
    "an addition below another": (
        [
            Instruction("TSTORE", FIX, (window(0, "adds to"),)),
            Instruction("TSTORE", MTE3, (window(0, "adds to"),)),
            *flags(MTE3, MTE2),
            Instruction("TLOAD", MTE2, (window(0),)),
            *END,
        ],
        [(0, 4)],
    ),
    "one of many, once some are complete": (
        [
            *(Instruction("TLOAD", MTE2, (Touch(Memory.GM, 16 * i, 16),)) for i in range(100)),
            *flags(MTE2, S),
            *(Instruction("TLOAD", MTE2, (Touch(Memory.GM, 1600 + 16 * i, 16),)) for i in range(100)),
            Instruction("TSTORE", MTE3, (Touch(Memory.GM, 16, 16, "writes"),)),
            Instruction("TSTORE", MTE3, (Touch(Memory.GM, 1616, 16, "writes"),)),
            *END,
        ],
        [(103, 203)],
    ),
    "one that took the place of another": (
        [
            *(Instruction("TLOAD", MTE2, (Touch(Memory.UB, 16 * i, 16, "writes"),)) for i in range(32)),
            Instruction("TLOAD", MTE2, (Touch(Memory.UB, 4000, 16, "writes"),)),
            Barrier(MTE2),
            Instruction("TLOAD", MTE2, (Touch(Memory.UB, 0, 16, "writes"),)),
            Instruction("TADD", V, (Touch(Memory.UB, 4000, 16),)),
        ],
        [(32, 35)],
    ),
}


@pytest.mark.parametrize("name", FORGETTING)
def test_what_is_forgotten_hides_nothing(engine: Engine, name: str) -> None:
    steps, races = FORGETTING[name]
    found = engine.run(steps).findings
    assert sorted((f["other_line"], f["line"]) for f in found if not f["relaxed"]) == races


@pytest.mark.parametrize("place", range(1024, 1536, 16))
def test_a_read_is_not_mistaken_for_that_of_another_pipe(engine: Engine, place: int) -> None:
    """Where a read is looked for first, one of another pipe may lie by now: whether it does hangs on the place."""
    read = Touch(Memory.UB, place, 16)
    steps: list[Step] = [
        Instruction("TADD", V, (read,)),
        *(Instruction("TADD", V, (Touch(Memory.UB, 16 * i, 16),)) for i in range(63)),
        *flags(V, S),
        Instruction("TSTORE", MTE3, (read,)),
        Instruction("TADD", V, (read,)),
        *flags(V, MTE2),
        Instruction("TLOAD", MTE2, (Touch(Memory.UB, place, 16, "writes"),)),
    ]
    assert [(f["other_line"], f["line"]) for f in engine.run(steps).findings] == [(66, 70)]


@pytest.mark.parametrize("schedule", ["program", "lazy", "eager", "random"])
def test_wait_may_come_before_its_set(engine: Engine, schedule: str) -> None:
    early = [Wait(MTE2, V), add(1, 0, 0), Wait(V, MTE3), store(1), load(0), Set(MTE2, V), Set(V, MTE3), *END]
    outcome, usual = engine.run(early, schedule), engine.run([*PIPELINE, *END])
    assert outcome.kinds == []
    assert outcome.order == (4, 1, 3)
    assert len(outcome.memory) == len(usual.memory)


def test_what_stands_behind_an_early_wait_is_let_go_by_what_comes_later(engine: Engine) -> None:
    """So it starts after what S has waited for in between, though it was issued before."""
    steps: list[Step] = [Wait(MTE3, V), add(1, 0, 0), load(0), *flags(MTE2, S), Set(MTE3, V)]
    assert engine.run(steps).kinds == []
    assert engine.run([step for step in steps if step not in flags(MTE2, S)]).kinds == ["race"]


DEADLOCKS: dict[str, tuple[list[Step], list[int]]] = {
    "at a wait on S": ([Wait(V, S), add(1, 0, 0)], [0]),
    "at a barrier of all": ([load(0), Wait(MTE3, V), add(1, 0, 0), Barrier(), store(1), *END], [1]),
    "at the end": ([Wait(MTE3, V), add(1, 0, 0)], [0]),
    "behind another": ([Wait(MTE3, V), Set(V, S), Wait(V, S)], [0]),
    "through two pipes": ([Wait(MTE2, V), Set(V, MTE3), Wait(V, MTE3), Set(MTE3, S), Wait(MTE3, S)], [0]),
    "round a circle": ([Wait(V, MTE2), Set(MTE2, V), Wait(MTE2, V), Set(V, MTE2)], [0]),
    "set after the scalar unit waits for it": ([Wait(V, S), Set(V, S)], [0]),
    "another wait may still be let go": ([Wait(MTE2, V), Wait(MTE3, S), Set(MTE2, V)], [1]),
}


@pytest.mark.parametrize("name", DEADLOCKS)
def test_deadlock_is_found_at_once_at_its_cause(engine: Engine, name: str) -> None:
    steps, lines = DEADLOCKS[name]
    start = time.perf_counter()
    outcome = engine.run(steps)
    assert time.perf_counter() - start < 1
    assert outcome.kinds == ["wait-without-set"]
    assert outcome.lines("wait-without-set") == lines


def test_deadlock_says_what_it_keeps(engine: Engine) -> None:
    (alone,) = engine.run([Wait(MTE3, V), add(1, 0, 0), add(3, 2, 2), *END]).findings
    assert (alone["source"], alone["target"], alone["event"]) == ("MTE3", "V", 1)
    assert (alone["blocked"], alone["circular"]) == (2, 0)
    (circle,) = engine.run([Wait(V, MTE2), Set(MTE2, V), Wait(MTE2, V), Set(V, MTE2)]).findings
    assert circle["circular"] == 1


FLAGS: dict[str, tuple[list[Step], dict[str, list[int]]]] = {
    "second set": ([Set(V, S), Set(V, S), Wait(V, S), Wait(V, S)], {"set-twice": [1]}),
    "other events": ([Set(V, S, 1), Set(V, S, 2), Wait(V, S, 2), Wait(V, S, 1)], {}),
    "left": ([Set(V, S, 3)], {"token-left": [0]}),
    "no such event": ([Set(V, S, 8), Wait(V, S, -1)], {"bad-event": [0, 1]}),
    "one pipe": ([Set(V, V), Wait(V, V)], {"same-pipe-flag": [0, 1]}),
    "not for a vector core": ([Set(V, M), Wait(V, M)], {"illegal-pair": [0, 1]}),
    "shows later": ([*flags(MTE1, MTE2), add(1, 0, 0)], {"illegal-pair": [0, 1]}),
    "never shows": ([*flags(MTE1, MTE2), load(0)], {"illegal-pair": [0, 1]}),
    "legal for the core that shows": ([*flags(MTE1, MTE2), matmul()], {}),
    "all pipes": ([Set(Pipe.ALL, V)], {"illegal-pair": [0]}),
    "barrier of S": ([Barrier(S)], {"illegal-barrier": [0]}),
    "barrier of the other core": ([add(1, 0, 0), Barrier(M)], {"illegal-barrier": [1]}),
    "both cores": ([add(1, 0, 0), load(5), matmul()], {"cores-mixed": [2]}),
    "no hidden flags": ([Set(V, S, 0), add(1, 0, 0), Wait(V, S, 0)], {}),
    "hidden flags take nothing else": (
        [Set(V, S, 1), Instruction("TROWMAX", V, (), has_hidden_flags=True), Wait(V, S, 1)],
        {},
    ),
}


@pytest.mark.parametrize("name", FLAGS)
def test_flags_and_barriers(engine: Engine, name: str) -> None:
    steps, due = FLAGS[name]
    outcome = engine.run(steps)
    assert {kind: outcome.lines(kind) for kind in outcome.kinds} == due


def test_too_many_tokens(engine: Engine) -> None:
    outcome = engine.run([Set(MTE2, V)] * 17 + [Wait(MTE2, V)] * 17)
    assert outcome.lines("too-many-tokens") == [15, 16]
    assert outcome.kinds == ["set-twice", "too-many-tokens"]


def test_illegal_flag_still_orders(engine: Engine) -> None:
    steps = [matmul(), Instruction("TSTORE", MTE3, (tile(0, "reads", Memory.L0C), window(0, "writes"))), *END]
    assert engine.run(steps).kinds == ["race"]
    assert engine.run([steps[0], *flags(M, MTE3), *steps[1:]]).kinds == ["illegal-pair"]


def test_hidden_scratch_shows_when_what_it_took_is_read(engine: Engine) -> None:
    assert A2A3.hidden_scratch is not None
    start = A2A3.hidden_scratch.start
    kept = Touch(Memory.UB, start + 512, 64, "writes")
    hidden = Touch(Memory.UB, start, len(A2A3.hidden_scratch), "writes", operand="hidden scratch")
    scratch = Instruction("TROWEXPANDMUL", V, (hidden,))
    write, read = Instruction("TADD", V, (kept,)), Instruction("TADD", V, (Touch(Memory.UB, start + 512, 64),))
    steps: list[Step] = [write, Barrier(V), scratch, Barrier(V)]
    assert engine.run(steps).kinds == []
    (found,) = engine.run([*steps, read]).findings
    assert (found["kind"], found["line"], found["other_line"]) == ("hidden-scratch", 2, 0)
    assert (found["op"], found["start"], found["end"]) == ("TROWEXPANDMUL", start + 512, start + 576)
    assert engine.run([*steps, write, Barrier(V), read]).kinds == []
    assert engine.run([write, scratch]).kinds == ["race"]
