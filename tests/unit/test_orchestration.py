"""What orchestrations decide at run time, in the interpreter at every stage and in the library."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import ptodsl
from ptodsl import pipeline
from ptodsl.errors import PtoError
from ptodsl.errors.runtime import ElementOutside, ProgramFault, UndefinedRead
from ptodsl.ir.nodes import Direction
from ptodsl.ir.strides import contiguous_strides, reshaped
from ptodsl.machine import ARCHITECTURES
from tests.unit import orchestration_programs as programs

Run = Callable[..., Any]

Array = np.ndarray[Any, Any]


def _compiled(program: Any, *arguments: Any, arch: str) -> Any:
    return ptodsl.compile(program, arch)(*arguments)


RUNS = [
    *(pytest.param(partial(ptodsl.interpret, after=stage), id=stage) for stage in pipeline.STAGES),
    *(pytest.param(partial(_compiled, arch=arch), id=arch) for arch in ARCHITECTURES),
]
everywhere = pytest.mark.parametrize("run", RUNS)


def _random(*shape: int) -> Array:
    return np.random.default_rng(0).random(shape, np.float32)


def _steps(x: Array, count: int) -> Array:
    for _ in range(count):
        x = x * np.float32(2) + np.float32(1)
    return x


@everywhere
@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_buffers_change_places_in_a_loop(run: Run, n: int) -> None:
    a, out = _random(16, 64), np.full((16, 64), np.nan, np.float32)
    assert run(programs.ping_pong_program(), a, n, out) is out
    assert np.array_equal(out, _steps(a, n + 2))


@everywhere
@pytest.mark.parametrize("n", [0, 1, 2, 4])
def test_a_loop_carries_the_buffer_that_each_iteration_makes(run: Run, n: int) -> None:
    a = _random(16, 64)
    start = {4: a, 1: _steps(a + 1, 1)}.get(n, a + 1)
    assert np.array_equal(run(programs.fresh_buffers_program(), a, a + 1, n), _steps(start, n + 1))


@everywhere
def test_a_task_decides_how_long_a_loop_is_and_what_is_written(run: Run) -> None:
    a, log = _random(16, 64), np.full((2, 4), -1, np.int32)
    a[0, :16] = np.arange(16)
    result, found = run(programs.counted_program(), a, log)
    assert found is log
    assert np.array_equal(result, _steps(a, 4))
    assert log.tolist() == [[0, -1, 22, 2], [-1, 11, -1, -1]]


def test_an_element_written_makes_a_parameter_an_output() -> None:
    parameters = programs.counted_program().ir.entry.parameters
    assert [parameter.direction for parameter in parameters] == [Direction.IN, Direction.OUT]


@everywhere
@pytest.mark.parametrize("heads", [1, 3])
def test_pages_of_a_cache_go_in_and_come_out(run: Run, heads: int) -> None:
    cache, table = _random(5, 16, heads, 24), np.array([4, 0, 3], np.int32)
    out = np.full((3, 16, 2, 24), np.nan, np.float32)
    run(programs.pages_program(5, 16, heads, 24), cache, table, 0, out)
    assert np.array_equal(out[:, :, 1], cache[table, :, 0])
    assert np.isnan(out[:, :, 0]).all()


def test_a_view_chosen_by_if_may_be_reshaped() -> None:
    cache, table = _random(5, 16, 3, 24), np.array([4, 0, 3], np.int32)
    out = np.full((3, 16, 2, 24), np.nan, np.float32)
    ptodsl.compile(programs.pages_program(5, 16, 3, 24))(cache, table, 2, out)
    assert np.array_equal(out[:, :, 1], np.broadcast_to(cache[0, :, 0], (3, 16, 24)))


@pytest.mark.parametrize(("count", "wrong"), [(17, 16), (20, 16)])
def test_an_index_outside_of_its_tensor_is_an_error_that_names_it(count: int, wrong: int) -> None:
    a = np.full((16, 64), count, np.float32)
    arguments = a, np.zeros((2, 4), np.int32)
    with pytest.raises(PtoError) as interpreted:
        ptodsl.interpret(programs.counted_program(), *arguments)
    (mistake,) = interpreted.value.diagnostics
    assert isinstance(mistake, ElementOutside)
    assert mistake.message == f"`read`: the index {wrong} is outside of dim 1, whose extent is 16"
    with pytest.raises(PtoError) as launched:
        ptodsl.compile(programs.counted_program())(*arguments)
    (fault,) = launched.value.diagnostics
    assert isinstance(fault, ProgramFault)
    assert fault.message == f"the element at [0, {wrong}] is not in `n` of [1, 16]"
    assert fault.span is not None
    assert mistake.span is not None
    assert fault.span.line == mistake.span.line


def test_a_view_that_only_a_reshape_takes_stands_in_its_expression() -> None:
    (text,) = ptodsl.emit(programs.pages_program(5, 16, 3, 24)).values()
    assert "place = out.view({i, 0, 1, 0}, {1, 16, 1, 24}).reshape({16, 1, 24});" in text
    assert "page = cache.view(" in text


WRITTEN = """ptodsl-ir 1
program @P

orchestration @main(%n: index) -> (tensor<2x2xint32>) {
  %c = create_tensor shape=[2, 2] dtype=int32 : tensor<2x2xint32>
  %v = view %c[1, 0] sizes=[1, 2] : tensor<1x2xint32>
  %r = tensor.reshape %v shape=[2] : tensor<2xint32>
  write %r[%n], 5:int32
  %x = read %c[1, 0] : int32
  write %c[0, 1], %x
  return %c
}
"""


def test_an_element_is_defined_once_it_is_written() -> None:
    program = ptodsl.parse(WRITTEN)
    assert str(program) == WRITTEN
    assert ptodsl.interpret(program, 0)[:, 0].tolist()[1:] == [5]
    assert ptodsl.interpret(program, 0)[0, 1] == 5
    with pytest.raises(PtoError) as caught:
        ptodsl.interpret(program, 1)
    assert isinstance(caught.value.diagnostics[0], UndefinedRead)


@pytest.mark.parametrize(
    ("shape", "window", "target", "expected"),
    [
        ((4, 6), (4, 6), (24,), (1,)),
        ((4, 6), (2, 6), (3, 4), (4, 1)),
        ((4, 6), (2, 3), (2, 1, 3), (6, 3, 1)),
        ((4, 6), (2, 3), (6,), None),
        ((4, 6), (2, 3), (3, 2), None),
        ((4, 6), (1, 3), (3,), (1,)),
        ((5, 16, 2, 8), (1, 16, 1, 8), (16, 8), (16, 1)),
        ((5, 16, 2, 8), (1, 16, 1, 8), (128,), None),
        ((5, 16, 2, 8), (1, 16, 2, 8), (256,), (1,)),
        ((5, 16, 1, 8), (1, 16, 1, 8), (128,), (1,)),
        ((5, 6, 2), (5, 6, 1), (5, 6), (12, 2)),
    ],
)
def test_strides_after_a_reshape_are_those_of_numpy(
    shape: tuple[int, ...], window: tuple[int, ...], target: tuple[int, ...], expected: tuple[int, ...] | None
) -> None:
    strides = contiguous_strides(shape)
    assert reshaped(strides, window, target) == expected
    view = np.zeros(shape, np.int8)[tuple(slice(size) for size in window)]
    assert np.shares_memory(view.reshape(target), view) is (expected is not None)
