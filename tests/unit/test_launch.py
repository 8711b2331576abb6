"""Launching: binding, results, faults, threads."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ptodsl.errors import InternalError, PtoError
from ptodsl.errors.launch import (
    ArgumentMissing,
    ArgumentsExtra,
    ArgumentTwice,
    ArgumentUnknown,
    OutCountDiffers,
    Overlap,
    ReadOnly,
    ShapeDiffers,
)
from ptodsl.ir.dtypes import BOOL, DTYPES, FP16, FP32, INT8, INT32, INT64, DType
from ptodsl.runtime import build, launch, launcher
from ptodsl.runtime.launch import Launch
from ptodsl.runtime.signature import Access, ScalarSlot, Signature, Slot
from tests.unit.launching import FAULTS, DLPack, echoed, numbers, problems, read_only
from tests.unit.runtime_programs import COUNT, echo_signature, tensor


def test_provided_result_is_fresh(add: Launch) -> None:
    a, b = numbers(seed=1), numbers(seed=2)
    first, second = add(a, b), add(a, b=b)
    assert type(first) is np.ndarray
    assert first is not second
    np.testing.assert_array_equal(first, a + b)
    np.testing.assert_array_equal(second, a + b)


def test_result_is_of_the_first_arrays_library(add: Launch) -> None:
    a, b = numbers(seed=1), numbers(seed=2)
    for _ in range(2):
        result = add(torch.from_numpy(a), b)
        assert isinstance(result, torch.Tensor)
        np.testing.assert_array_equal(result.numpy(), a + b)
        assert isinstance(add(a, torch.from_numpy(b)), np.ndarray)
        assert isinstance(add(DLPack(a), torch.from_numpy(b)), np.ndarray)


@pytest.mark.parametrize("wrap", [None, list, tuple])
@pytest.mark.parametrize("make", [lambda: numbers(seed=3), lambda: torch.zeros(16, 5)], ids=["numpy", "torch"])
def test_out_takes_the_provided_result(
    add: Launch, wrap: Callable[[Any], object] | None, make: Callable[[], Any]
) -> None:
    a, b, out = numbers(seed=1), numbers(seed=2), make()
    assert add(a, b, out=out if wrap is None else wrap((out,))) is out
    np.testing.assert_array_equal(np.asarray(out), a + b)


def test_out_is_checked_like_an_argument(add: Launch) -> None:
    a, b = numbers(seed=1), numbers(seed=2)
    assert problems(add, a, b, out=numbers((5, 16))) == [ShapeDiffers]
    assert problems(add, a, b, out=read_only()) == [ReadOnly]
    assert problems(add, a, b, out=a) == [Overlap]
    assert problems(add, a, b, out=(a, b)) == [OutCountDiffers]
    assert problems(add, a, b, out=()) == [OutCountDiffers]


def test_out_without_provided_results_is_refused(echo: Callable[..., Launch]) -> None:
    assert problems(echo(), np.zeros(COUNT, np.int64), 0, out=numbers()) == [OutCountDiffers]


def is_poison(result: Any, dtype: DType) -> bool:
    """Whether a buffer is as a poisoned launch leaves it."""
    if isinstance(result, torch.Tensor):
        poisoned = result.isnan() if dtype.is_float else result.view(torch.uint8) == 0xA5
    else:
        poisoned = np.isnan(result.astype(np.float32)) if dtype.is_float else result.view(np.uint8) == 0xA5
    return bool(poisoned.all())


@pytest.mark.parametrize("first", [np.zeros(COUNT, np.int64), torch.zeros(COUNT, dtype=torch.int64)], ids=type)
def test_poison_shows_what_stays_unwritten(libraries: Mapping[str, Path], way: str, first: Any) -> None:
    del way
    provided = tuple(tensor(dtype.name, (2, 3), dtype, Access.WRITE) for dtype in DTYPES.values())
    program = launch.load(libraries["echo"], Signature("Echo", echo_signature().parameters, provided))
    for slot, result in zip(provided, program.run((first, 0), {}, poison=True), strict=True):
        assert isinstance(result, type(first))
        assert is_poison(result, slot.dtype)


def test_results_come_in_declared_order(libraries: Mapping[str, Path], way: str) -> None:
    del way
    inout = tensor("x", access=Access.READ_WRITE)
    provided = tensor("p", (2, 2), FP16, Access.WRITE), tensor("q", (3,), INT8, Access.WRITE)
    parameters = (*echo_signature().parameters, inout)
    program = launch.load(libraries["echo"], Signature("Echo", parameters, (provided[0], 2, provided[1], 0)))
    buffer, array = np.zeros(COUNT, np.int64), numbers()
    first, second, third, fourth = program(buffer, 3, array)
    assert second is array
    assert fourth is buffer
    assert (first.shape, first.dtype, third.shape, third.dtype) == ((2, 2), np.float16, (3,), np.int8)
    assert buffer[:3].tolist() == [array.ctypes.data, first.ctypes.data, third.ctypes.data]


def test_result_that_is_a_parameter_is_the_object_passed(libraries: Mapping[str, Path], way: str) -> None:
    del way
    program = launch.load(libraries["echo"], Signature("Echo", echo_signature().parameters, (0,)))
    for buffer in (np.zeros(COUNT, np.int64), torch.zeros(COUNT, dtype=torch.int64)):
        assert program(buffer, 0) is buffer


def test_program_without_results_gives_none(echo: Callable[..., Launch]) -> None:
    assert echo()(np.zeros(COUNT, np.int64), 0) is None


def test_arguments_bind_by_position_and_name(echo: Callable[..., Launch]) -> None:
    program = echo(ScalarSlot("n", INT32), ScalarSlot("self", INT32))
    buffer = np.zeros(COUNT, np.int64)
    program(buffer, self=5, count=2, n=4)
    assert buffer[:2].tolist() == [4, 5]


@pytest.mark.parametrize("name", ["class", "größe", "a b", "{0}", "%s", ""])
def test_odd_parameter_names_are_taken_and_printed(echo: Callable[..., Launch], name: str) -> None:
    program = echo(ScalarSlot(name, INT32))
    buffer = np.zeros(COUNT, np.int64)
    program(buffer, 1, **{name: 9})
    assert buffer[0] == 9
    with pytest.raises(PtoError, match="cannot hold 4294967296"):
        program(buffer, 1, **{name: 2**32})


def test_binding_mistakes_are_all_reported(echo: Callable[..., Launch]) -> None:
    program = echo(ScalarSlot("n", INT32))
    buffer = np.zeros(COUNT, np.int64)
    assert problems(program, buffer) == [ArgumentMissing, ArgumentMissing]
    assert problems(program, buffer, 1, 2, 3) == [ArgumentsExtra]
    assert problems(program, buffer, 1, m=2) == [ArgumentUnknown, ArgumentMissing]
    assert problems(program, buffer, 1, 2, count=1) == [ArgumentTwice]
    assert problems(program, buffer, buffer=1, echoed=2) == [ArgumentUnknown, ArgumentTwice] + [ArgumentMissing] * 2


def test_fault_becomes_an_error_with_its_values_and_line(echo: Callable[..., Launch]) -> None:
    program = echo(ScalarSlot("v", INT64))
    buffer = np.zeros(COUNT, np.int64)
    with pytest.raises(PtoError) as caught:
        program(buffer, -1, 100)
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.message) == ("E0801", "index 100 of 107")
    with pytest.raises(PtoError) as caught:
        program(buffer, -2, 100)
    (problem,) = caught.value.diagnostics
    assert problem.span is not None
    assert (problem.span.file, problem.span.line, problem.span.column) == (FAULTS[1].file, 1, 0)
    assert '1 | """What the tests of launching' in str(caught.value)


def test_fault_that_no_message_stands_for_is_a_bug_of_ours(echo: Callable[..., Launch]) -> None:
    with pytest.raises(InternalError, match="bug in ptodsl"):
        echo(ScalarSlot("v", INT64))(np.zeros(COUNT, np.int64), -3, 0)


def test_many_slots_are_left_to_python(libraries: Mapping[str, Path]) -> None:
    many = [ScalarSlot(f"n{index}", INT32) for index in range(COUNT)]
    slots: list[Slot] = [*many, *(tensor(f"x{index}", (index + 1,)) for index in range(COUNT))]
    program = launch.load(libraries["echo"], echo_signature(*slots))
    buffer = np.zeros(COUNT, np.int64)
    program(buffer, COUNT, *range(COUNT), *(numbers((index + 1,)) for index in range(COUNT)))
    assert buffer.tolist() == list(range(COUNT))


def test_threads_launch_at_the_same_time(echo: Callable[..., Launch]) -> None:
    program = echo(ScalarSlot("v", INT64), tensor("x", (3,), FP32))
    wrong: list[object] = []

    def work(number: int) -> None:
        array = numbers((3,))
        for value in range(number, number + 300):
            if echoed(program, value, array) != [value, array.ctypes.data]:
                wrong.append(value)
            with pytest.raises(PtoError, match=f"index {value} of {value + 7}"):
                program(np.zeros(COUNT, np.int64), -1, value, array)

    threads = [threading.Thread(target=work, args=(1000 * number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_interpreter_runs_on_while_a_program_does(libraries: Mapping[str, Path], way: str) -> None:
    del way
    program = launch.load(libraries["wait"], Signature("Wait", (tensor("flag", (1,), INT64, Access.READ_WRITE),), (0,)))
    flag = np.zeros(1, np.int64)
    setter = threading.Timer(0.02, flag.fill, (1,))
    setter.start()
    assert program(flag)[0] == 2
    setter.join()


def test_torch_is_not_imported_for_numpy_arrays(libraries: Mapping[str, Path]) -> None:
    script = f"""
import sys
import numpy as np
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from ptodsl.runtime import launch
from tests.unit.runtime_programs import add_signature
a = np.ones((16, 5), np.float32)
assert (launch.load({str(libraries["add"])!r}, add_signature())(a, a) == 2).all()
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_library_that_is_no_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.so").write_text("no library")
    for path in (tmp_path / "missing.so", tmp_path / "text.so"):
        with pytest.raises(PtoError, match="E0609"):
            launch.load(path, echo_signature())
    assert launcher.load() is not None
    with pytest.raises(PtoError, match="E0609"):
        launch.load(build.build_launcher(), echo_signature())


def test_native_structures_are_as_large_as_in_cpp(libraries: Mapping[str, Path]) -> None:
    """A mismatch would shift the second slot; many kinds in a row would not survive it."""
    slots = [ScalarSlot(f"n{index}", dtype) for index, dtype in enumerate([INT64, FP32, BOOL] * 12)]
    program = launch.load(libraries["echo"], echo_signature(*slots))
    values: list[object] = [5, 1.0, True] * 12
    assert echoed(program, *values) == [5, 0x3F800000, 1] * 12
    assert ctypes.sizeof(ctypes.c_void_p) == 8
