"""Launching: what is taken, what is refused, and what comes back."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ml_dtypes
import numpy as np
import pytest
import torch

from ptodsl.errors import InternalError, PtoError
from ptodsl.errors.launch import (
    ArgumentMissing,
    ArgumentsExtra,
    ArgumentTwice,
    ArgumentUnknown,
    ArrayExpected,
    ArrayUnreadable,
    ByteOrderDiffers,
    DeviceDiffers,
    DTypeDiffers,
    Misaligned,
    NotContiguous,
    OutCountDiffers,
    Overlap,
    ReadOnly,
    RequiresGrad,
    ScalarExpected,
    ScalarOutOfRange,
    ShapeDiffers,
)
from ptodsl.ir.dtypes import BF16, BOOL, DTYPES, FP16, FP32, INT8, INT32, INT64, UINT8, UINT16, UINT64, DType
from ptodsl.ir.span import Span
from ptodsl.runtime import build, launch, launcher, toolchains
from ptodsl.runtime.launch import Launch
from ptodsl.runtime.results import numpy_dtype, torch_name
from ptodsl.runtime.signature import Access, Fault, ScalarSlot, Signature, Slot, TensorSlot
from tests.unit.runtime_programs import ADD, COUNT, ECHO, WAIT, add_signature, cache_at, echo_signature, tensor

Maker = Callable[[Signature], Launch]


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Path]]:
    """The programs, built once."""
    with cache_at(tmp_path_factory.mktemp("cache")):
        toolchain = toolchains.find("cpu", "a2a3")
        echo, add, wait = build.build_all([(ECHO, toolchain), (ADD, toolchain), (WAIT, toolchain)])
        yield {"echo": echo, "add": add, "wait": wait}


@pytest.fixture(params=["native", "python"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, libraries: Mapping[str, Path]) -> str:
    """Both ways through a launch: by the native launcher, and without it."""
    del libraries
    if request.param == "python":
        monkeypatch.setattr(launcher, "load", lambda: None)
    else:
        assert launcher.load() is not None
    return str(request.param)


@pytest.fixture
def echo(libraries: Mapping[str, Path], way: str) -> Callable[..., Launch]:
    """The echo program with any further parameters."""
    del way
    return lambda *slots: launch.load(libraries["echo"], echo_signature(*slots), FAULTS)


@pytest.fixture
def add(libraries: Mapping[str, Path], way: str) -> Launch:
    """The adding program."""
    del way
    return launch.load(libraries["add"], add_signature())


FAULTS = (Fault("index {0} of {7}", "nowhere.py", 3), Fault("here", __file__, 1))


def echoed(program: Launch, *values: object) -> list[int]:
    """The slots of the values as the program saw them."""
    buffer = np.zeros(COUNT, np.int64)
    program(buffer, len(values), *values)
    return [int(bits) for bits in buffer[: len(values)]]


def problems(program: Launch, *arguments: object, out: object = None, **named: object) -> list[type]:
    """The classes of what a launch complains of."""
    with pytest.raises(PtoError) as caught:
        program(*arguments, out=out, **named)
    assert str(caught.value)
    return [type(diagnostic) for diagnostic in caught.value.diagnostics]


def numbers(shape: Sequence[int] = (16, 5), dtype: Any = np.float32, seed: int = 0) -> Any:
    """Random numbers."""
    return (np.random.default_rng(seed).standard_normal(shape) * 50).astype(dtype)


@pytest.mark.parametrize(
    ("value", "dtype", "bits"),
    [
        (True, BOOL, 1),
        (False, BOOL, 0),
        (-7, INT8, -7),
        (2**31 - 1, INT32, 2**31 - 1),
        (-(2**63), INT64, -(2**63)),
        (2**64 - 1, UINT64, -1),
        (np.int16(-3), INT32, -3),
        (1.1, FP32, 0x3F8CCCCD),
        (-0.0, FP32, 0x80000000),
        (float("inf"), FP32, 0x7F800000),
        (float("nan"), FP32, 0x7FC00000),
        (np.float32(2.5), FP32, 0x40200000),
        (3, FP32, 0x40400000),
        (-1.5, FP16, 0xBE00),
        (1.0, BF16, 0x3F80),
    ],
)
def test_scalar_arrives_with_its_bits(echo: Callable[..., Launch], value: object, dtype: DType, bits: int) -> None:
    assert echoed(echo(ScalarSlot("x", dtype)), value) == [bits]


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=str)
def test_array_arrives_in_place(echo: Callable[..., Launch], dtype: DType) -> None:
    array = np.empty((3, 1, 7), numpy_dtype(dtype))
    assert echoed(echo(tensor("x", (3, 1, 7), dtype)), array) == [array.ctypes.data]


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=str)
def test_torch_tensor_arrives_in_place(echo: Callable[..., Launch], dtype: DType) -> None:
    value = torch.empty((3, 1, 7), dtype=getattr(torch, torch_name(dtype)))
    assert echoed(echo(tensor("x", (3, 1, 7), dtype, Access.READ_WRITE)), value) == [value.data_ptr()]


def test_long_long_is_int64(echo: Callable[..., Launch]) -> None:
    array = np.empty(4, np.longlong)
    assert echoed(echo(tensor("x", (4,), INT64)), array) == [array.ctypes.data]


def test_plain_arguments_need_no_python(libraries: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the native launcher left this to Python")

    slots = (tensor("x"), tensor("y", (4, 2), BF16), ScalarSlot("f", FP32), ScalarSlot("n", INT32), tensor("t"))
    program = launch.load(libraries["echo"], echo_signature(*slots, ScalarSlot("b", BOOL)))
    monkeypatch.setattr(launch, "unpack", refuse)
    x, y, t = numbers(), numbers((4, 2), ml_dtypes.bfloat16), torch.from_numpy(numbers())
    expected = [x.ctypes.data, y.ctypes.data, 0x40000000, -3, t.data_ptr(), 1]
    assert echoed(program, x, y, 2.0, -3, t, True) == expected


def test_read_only_array_serves_as_input(echo: Callable[..., Launch]) -> None:
    array = numbers()
    array.flags.writeable = False
    assert echoed(echo(tensor("x")), array) == [array.ctypes.data]


def test_inputs_may_overlap(echo: Callable[..., Launch]) -> None:
    array = numbers()
    assert echoed(echo(tensor("x"), tensor("y")), array, array) == [array.ctypes.data] * 2


def test_arrays_side_by_side_do_not_overlap(echo: Callable[..., Launch]) -> None:
    array = numbers((32, 5))
    program = echo(tensor("x", access=Access.READ_WRITE), tensor("y", access=Access.READ_WRITE))
    assert echoed(program, array[:16], array[16:]) == [array.ctypes.data, array.ctypes.data + 320]


def test_contiguous_in_spite_of_strides(echo: Callable[..., Launch]) -> None:
    array = numbers((4, 16, 5))[::4].transpose(1, 0, 2)
    assert echoed(echo(tensor("x", (16, 1, 5))), array) == [array.ctypes.data]


def test_array_subclass_is_an_array(echo: Callable[..., Launch], tmp_path: Path) -> None:
    mapped = np.memmap(tmp_path / "numbers", np.float32, "w+", shape=(16, 5))
    assert echoed(echo(tensor("x", access=Access.READ_WRITE)), mapped) == [mapped.ctypes.data]


class DLPack:
    """An array of a library that speaks DLPack alone."""

    def __init__(self, array: Any, device: tuple[int, int] = (1, 0), *, versions: bool = True) -> None:
        self.array, self.device, self.versions = array, device, versions
        self.shape, self.dtype = array.shape, array.dtype

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.device

    def __dlpack__(self, **options: Any) -> Any:
        if options and not self.versions:
            raise TypeError("unexpected keyword")
        return self.array.__dlpack__(**options)


def pointer(array: Any, **more: object) -> SimpleNamespace:
    """An array of a library with torch's names."""
    return SimpleNamespace(
        data_ptr=lambda: array.ctypes.data, shape=array.shape, dtype=f"other.{array.dtype.name}", owner=array, **more
    )


def interface(array: Any) -> SimpleNamespace:
    """An array of a library with numpy's array interface."""
    return SimpleNamespace(__array_interface__=array.__array_interface__, owner=array)


@pytest.mark.parametrize("wrap", [DLPack, pointer, interface])
def test_foreign_array_is_taken_in_place(echo: Callable[..., Launch], wrap: Callable[[Any], object]) -> None:
    array = numbers()
    assert echoed(echo(tensor("x", access=Access.READ_WRITE)), wrap(array)) == [array.ctypes.data]


def test_bfloat16_by_dlpack_is_taken_in_place(echo: Callable[..., Launch]) -> None:
    value = torch.zeros((16, 5), dtype=torch.bfloat16)
    wrapped = SimpleNamespace(__dlpack__=value.__dlpack__, __dlpack_device__=value.__dlpack_device__)
    assert echoed(echo(tensor("x", dtype=BF16)), wrapped) == [value.data_ptr()]


def test_memory_of_a_foreign_array_lives_until_the_program_is_done(libraries: Mapping[str, Path], way: str) -> None:
    del way
    exported: list[weakref.ref[Any]] = []
    alive: list[bool] = []

    def export(**options: Any) -> Any:
        made_for_this_export = numbers()
        exported.append(weakref.ref(made_for_this_export))
        return made_for_this_export.__dlpack__(**options)

    foreign = SimpleNamespace(__dlpack__=export, __dlpack_device__=lambda: (1, 0))
    slots = (tensor("flag", (1,), INT64, Access.READ_WRITE), tensor("x"))
    program = launch.load(libraries["wait"], Signature("Wait", slots, ()))
    flag = np.zeros(1, np.int64)

    def look() -> None:
        while not exported:
            time.sleep(0.001)
        time.sleep(0.02)
        alive.append(exported[0]() is not None)
        flag.fill(1)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    program(flag, foreign)
    looking.join()
    assert alive == [True]
    assert exported[0]() is None


def test_unversioned_dlpack_is_read_only(echo: Callable[..., Launch]) -> None:
    wrapped = DLPack(numbers(), versions=False)
    assert echoed(echo(tensor("x")), wrapped) == [wrapped.array.ctypes.data]
    assert problems(echo(tensor("x", access=Access.WRITE)), np.zeros(COUNT, np.int64), 1, wrapped) == [ReadOnly]


def misaligned() -> Any:
    """An array that starts at an odd address."""
    return np.frombuffer(bytearray(16 * 5 * 4 + 1), np.float32, offset=1).reshape(16, 5)


def read_only() -> Any:
    """An array that may not be written."""
    array = numbers()
    array.flags.writeable = False
    return array


def records() -> Any:
    """An array of records."""
    return np.zeros((16, 5), [("f", "f4")])


def transposed() -> Any:
    """An array in Fortran's order."""
    return numbers((5, 16)).T


REFUSED: dict[str, tuple[Slot, Callable[[], object], list[type]]] = {
    "number": (tensor("x"), lambda: 3, [ArrayExpected]),
    "numpy scalar": (tensor("x"), lambda: np.float32(3), [ArrayExpected]),
    "list": (tensor("x"), lambda: [[0.0] * 5] * 16, [ArrayExpected]),
    "bytes": (tensor("x", (4,), UINT8), lambda: bytearray(4), [ArrayExpected]),
    "none": (tensor("x"), lambda: None, [ArrayExpected]),
    "shape": (tensor("x"), lambda: numbers((5, 16)), [ShapeDiffers]),
    "rank": (tensor("x"), lambda: numbers((1, 16, 5)), [ShapeDiffers]),
    "scalar array": (tensor("x", (1,)), lambda: np.array(1, np.float32), [ShapeDiffers]),
    "dtype": (tensor("x"), lambda: numbers(dtype=np.float64), [DTypeDiffers]),
    "same size": (tensor("x"), lambda: numbers(dtype=np.int32), [DTypeDiffers]),
    "half for bfloat": (tensor("x", dtype=BF16), lambda: numbers(dtype=np.float16), [DTypeDiffers]),
    "bits for bfloat": (tensor("x", dtype=BF16), lambda: np.zeros((16, 5), np.uint16), [DTypeDiffers]),
    "bfloat for bits": (tensor("x", dtype=UINT16), lambda: numbers(dtype=ml_dtypes.bfloat16), [DTypeDiffers]),
    "bytes for bools": (tensor("x", dtype=BOOL), lambda: np.zeros((16, 5), np.uint8), [DTypeDiffers]),
    "structured": (tensor("x"), records, [DTypeDiffers]),
    "objects": (tensor("x"), lambda: numbers(dtype=object), [DTypeDiffers]),
    "transposed": (tensor("x"), transposed, [NotContiguous]),
    "every other": (tensor("x"), lambda: numbers((32, 5))[::2], [NotContiguous]),
    "reversed": (tensor("x"), lambda: numbers()[::-1], [NotContiguous]),
    "repeated": (tensor("x"), lambda: np.broadcast_to(numbers((1, 5)), (16, 5)), [NotContiguous]),
    "bfloat slice": (tensor("x", dtype=BF16), lambda: numbers((16, 6), ml_dtypes.bfloat16)[:, :5], [NotContiguous]),
    "read-only": (tensor("x", access=Access.READ_WRITE), read_only, [ReadOnly]),
    "read-only bfloat": (
        tensor("x", dtype=BF16, access=Access.WRITE),
        lambda: np.broadcast_to(numbers(dtype=ml_dtypes.bfloat16), (16, 5)),
        [ReadOnly],
    ),
    "byte order": (tensor("x"), lambda: numbers(dtype=">f4"), [ByteOrderDiffers]),
    "misaligned": (tensor("x"), misaligned, [Misaligned]),
    "masked": (tensor("x"), lambda: np.ma.masked_less(numbers(), 0), [ArrayUnreadable]),
    "torch shape": (tensor("x"), lambda: torch.zeros(16, 6), [ShapeDiffers]),
    "torch dtype": (tensor("x"), lambda: torch.zeros(16, 5, dtype=torch.float64), [DTypeDiffers]),
    "torch half": (tensor("x", dtype=BF16), lambda: torch.zeros(16, 5, dtype=torch.half), [DTypeDiffers]),
    "torch transposed": (tensor("x"), lambda: torch.zeros(5, 16).T, [NotContiguous]),
    "torch expanded": (tensor("x"), lambda: torch.zeros(1).expand(16, 5), [NotContiguous]),
    "torch gradient": (tensor("x"), lambda: torch.zeros(16, 5, requires_grad=True), [RequiresGrad]),
    "torch parameter": (tensor("x"), lambda: torch.nn.Parameter(torch.zeros(16, 5)), [RequiresGrad]),
    "torch meta": (tensor("x"), lambda: torch.zeros(16, 5, device="meta"), [DeviceDiffers]),
    "torch misaligned": (tensor("x"), lambda: torch.from_numpy(misaligned()), [Misaligned]),
    "torch sparse": (tensor("x"), lambda: torch.zeros(16, 5).to_sparse(), [ArrayUnreadable]),
    "torch negated": (
        tensor("x", (1, 1)),
        lambda: torch.zeros(1, 1, dtype=torch.cfloat).conj().imag,
        [ArrayUnreadable],
    ),
    "other device": (tensor("x"), lambda: DLPack(numbers(), (2, 0)), [DeviceDiffers]),
    "pointer on device": (tensor("x"), lambda: pointer(numbers(), device="cuda:0"), [DeviceDiffers]),
    "broken": (tensor("x"), lambda: SimpleNamespace(__dlpack__=1, __dlpack_device__=2), [ArrayUnreadable]),
    "integer for bool": (ScalarSlot("x", BOOL), lambda: 1, [ScalarExpected]),
    "bool for integer": (ScalarSlot("x", INT32), lambda: True, [ScalarExpected]),
    "float for integer": (ScalarSlot("x", INT32), lambda: 1.0, [ScalarExpected]),
    "text for float": (ScalarSlot("x", FP32), lambda: "1.0", [ScalarExpected]),
    "array for float": (ScalarSlot("x", FP32), lambda: np.ones(1, np.float32), [ScalarExpected]),
    "tensor for integer": (ScalarSlot("x", INT64), lambda: torch.tensor(3), [ScalarExpected]),
    "too large": (ScalarSlot("x", INT8), lambda: 128, [ScalarOutOfRange]),
    "negative": (ScalarSlot("x", UINT64), lambda: -1, [ScalarOutOfRange]),
    "huge": (ScalarSlot("x", INT64), lambda: 2**70, [ScalarOutOfRange]),
    "infinite": (ScalarSlot("x", FP32), lambda: 1e300, [ScalarOutOfRange]),
    "inexact": (ScalarSlot("x", FP16), lambda: 2049, [ScalarOutOfRange]),
    "all at once": (
        tensor("x", access=Access.WRITE),
        lambda: np.broadcast_to(numbers((4,), ">f8"), (3, 4)),
        [ShapeDiffers, DTypeDiffers, NotContiguous, ReadOnly, ByteOrderDiffers],
    ),
}


@pytest.mark.parametrize(("slot", "make", "expected"), REFUSED.values(), ids=REFUSED)
def test_wrong_argument_is_refused_before_anything_runs(
    echo: Callable[..., Launch], slot: Slot, make: Callable[[], object], expected: list[type]
) -> None:
    program = echo(slot)
    buffer = np.zeros(COUNT, np.int64)
    for _ in range(2):  # after the first complaint the launcher knows torch
        assert problems(program, buffer, 1, make()) == expected
    assert not buffer.any()


def test_mistakes_of_all_arguments_are_reported_at_once(echo: Callable[..., Launch]) -> None:
    program = echo(tensor("x"), ScalarSlot("n", INT8), tensor("y", access=Access.WRITE))
    found = problems(program, np.zeros(COUNT, np.int32), 3, numbers().T, 1000, numbers(dtype=np.float16))
    assert found == [DTypeDiffers, ShapeDiffers, NotContiguous, ScalarOutOfRange, DTypeDiffers]


def test_message_says_what_where_and_what_to_do(libraries: Mapping[str, Path], tmp_path: Path) -> None:
    source = tmp_path / "attention.py"
    source.write_text("def main(query: pl.Tensor[[16, 5], pl.BF16]):\n")
    slot = TensorSlot("query", (16, 5), BF16, Access.READ, Span(str(source), 1, 9, 1, 14))
    program = launch.load(libraries["echo"], echo_signature(slot))
    with pytest.raises(PtoError) as caught:
        program(np.zeros(COUNT, np.int64), 1, numbers())
    assert str(caught.value).splitlines() == [
        "error[E0708]: `query` holds float32, the program takes BF16",
        " --> attention.py:1:10",
        "  |",
        "1 | def main(query: pl.Tensor[[16, 5], pl.BF16]):",
        "  |          ^^^^^ declared here as BF16[16, 5]",
        "   = help: convert the array to bfloat16, or change the declaration",
    ]


WRITES, READS = Access.READ_WRITE, Access.READ


@pytest.mark.parametrize("accesses", [(WRITES, READS), (READS, WRITES), (WRITES, WRITES)])
def test_written_bytes_may_not_belong_to_another_argument(
    echo: Callable[..., Launch], accesses: tuple[Access, Access]
) -> None:
    array = numbers((31, 5))
    program = echo(*(tensor(name, access=access) for name, access in zip("xy", accesses, strict=True)))
    buffer = np.zeros(COUNT, np.int64)
    with pytest.raises(PtoError) as caught:
        program(buffer, 2, array[:16], array[15:])
    (problem,) = caught.value.diagnostics
    assert isinstance(problem, Overlap)
    assert "20 bytes" in problem.message
    assert problem.fields["written"] == ("y" if accesses[1] is WRITES else "x")
    assert not buffer.any()


def test_overlap_between_libraries_is_found(echo: Callable[..., Launch]) -> None:
    array = numbers()
    program = echo(tensor("x"), tensor("y", access=WRITES))
    shared = torch.from_numpy(array)
    for _ in range(2):
        assert problems(program, np.zeros(COUNT, np.int64), 2, array, shared) == [Overlap]


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
    assert (problem.span.file, problem.span.line, problem.span.column) == (__file__, 1, 0)
    assert '"""Launching' in str(caught.value)


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
