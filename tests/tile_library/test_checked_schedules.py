"""The orders in which the engine does work: any that the flags allow, and no other."""

from __future__ import annotations

import numpy as np
import pytest

from tests.tile_library.checked_scripts import (
    Access,
    Barrier,
    Engine,
    Set,
    Step,
    Wait,
)
from tests.tile_library.checked_sequences import (
    END,
    MTE2,
    MTE3,
    S,
    V,
    add,
    flags,
    load,
    matmul,
    rowsum,
    store,
    tile,
    turns,
)

pytestmark = pytest.mark.xdist_group("tile_library_checked_engine")

ORDERS = [("lazy", 0), ("eager", 0), *[("random", seed) for seed in range(20)]]


@pytest.mark.parametrize("missing", range(1, 5))
def test_a_missing_flag_changes_the_numbers(engine: Engine, missing: int) -> None:
    """Without the pair to load, to compute or to store in order, some order that is left computes something else."""
    rounds: list[Step] = [*turns(3), *flags(V, MTE3), store(1), *flags(MTE3, MTE2), load(0, 0), *END]
    whole = engine.run(rounds)
    assert whole.kinds == []
    for schedule, seed in ORDERS:
        np.testing.assert_array_equal(engine.run(rounds, schedule, seed).memory, whole.memory)
    pair = [(V, MTE2), (MTE2, V), (V, MTE3), (MTE3, MTE2)][missing - 1]
    faulty = [step for step in rounds if not (isinstance(step, Set | Wait) and (step.source, step.target) == pair)]
    assert "race" in engine.run(faulty).kinds
    differing = [order for order in ORDERS if (engine.run(faulty, *order).memory != whole.memory).any()]
    assert differing, "no schedule shows it"


def test_lazy_runs_consumers_first_and_eager_producers(engine: Engine) -> None:
    independent: list[Step] = [store(3), add(1, 2, 2), load(0), *END]
    dependent: list[Step] = [load(0), add(1, 0, 0), store(1), *END]
    assert engine.run(dependent, "lazy").order == (2, 1, 0)
    assert engine.run(dependent, "eager").order == (0, 1, 2)
    assert engine.run(independent, "eager").order == (2, 1, 0)


def test_what_no_barrier_orders_may_change_places(engine: Engine) -> None:
    twice: list[Step] = [rowsum(1, 0, 2), rowsum(3, 1, 4)]
    orders = {engine.run(twice, schedule, seed).order for schedule, seed in ORDERS}
    assert orders == {(0, 1), (1, 0)}
    ordered = [twice[0], Barrier(V), twice[1]]
    assert {engine.run(ordered, schedule, seed).order for schedule, seed in ORDERS} == {(0, 2)}


def test_pipes_that_keep_order_keep_it(engines: dict[str, Engine]) -> None:
    twice: list[Step] = [rowsum(1, 0, 2), rowsum(3, 1, 4)]
    products: list[Step] = [matmul(), matmul(16, "TMATMUL_ACC"), matmul(16, "TMATMUL_ACC")]
    for schedule, seed in ORDERS:
        assert engines["a5"].run(twice, schedule, seed).order == (0, 1)
        assert engines["a2a3"].run(products, schedule, seed).order == (0, 1, 2)


def test_scalar_read_sees_what_it_waited_for(engine: Engine) -> None:
    steps: list[Step] = [load(0), *flags(MTE2, V), add(1, 0, 0), *flags(V, S), load(2), Access(tile(1))]
    orders = {engine.run(steps, schedule, seed).order for schedule, seed in ORDERS}
    assert (0, 3, 7, 6) in orders
    assert orders <= {(0, 3, 7, 6), (0, 3, 6, 7), (0, 6, 3, 7), (6, 0, 3, 7)}


def test_others_see_a_scalar_write_when_flags_say_so(engine: Engine) -> None:
    write = Access(tile(0, "writes"))
    assert {engine.run([write, add(1, 0, 0)], *order).order for order in ORDERS} == {(0, 1), (1, 0)}
    flagged: list[Step] = [write, *flags(S, V), add(1, 0, 0)]
    assert {engine.run(flagged, *order).order for order in ORDERS} == {(0, 3)}
    waited: list[Step] = [write, Barrier(), add(1, 0, 0)]
    assert {engine.run(waited, *order).order for order in ORDERS} == {(0, 2)}


def test_scalar_unit_sees_what_it_has_written_itself(engine: Engine) -> None:
    steps: list[Step] = [
        Access(tile(0, "writes")),
        Access(tile(1, "writes")),
        Access(tile(0)),
        Access(tile(0, "writes")),
    ]
    due = engine.run(steps)
    for order in ORDERS:
        other = engine.run(steps, *order)
        assert other.order == (0, 1, 2, 3)
        np.testing.assert_array_equal(other.memory, due.memory)


def test_more_works_than_are_looked_at(engine: Engine) -> None:
    steps: list[Step] = turns(700)
    due = engine.run(steps)
    assert due.kinds == []
    for order in ORDERS[:6]:
        other = engine.run(steps, *order)
        np.testing.assert_array_equal(other.memory, due.memory)
        assert len(other.order) == 1400
