"""Arguments of a launch: what is taken in place, and what is refused before anything runs."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ml_dtypes
import numpy as np
import pytest
import torch

from ptodsl.errors import PtoError
from ptodsl.errors.launch import (
    ArrayExpected,
    ArrayUnreadable,
    ByteOrderDiffers,
    DeviceDiffers,
    DTypeDiffers,
    Misaligned,
    NotContiguous,
    Overlap,
    ReadOnly,
    RequiresGrad,
    ScalarExpected,
    ScalarOutOfRange,
    ShapeDiffers,
)
from ptodsl.ir.dtypes import BF16, BOOL, DTYPES, FP16, FP32, INT8, INT32, INT64, UINT8, UINT16, UINT64, DType
from ptodsl.ir.span import Span
from ptodsl.runtime import launch
from ptodsl.runtime.launch import Launch
from ptodsl.runtime.results import numpy_dtype, torch_name
from ptodsl.runtime.signature import Access, ScalarSlot, Signature, Slot, TensorSlot
from tests.unit.launching import DLPack, echoed, interface, numbers, pointer, problems, read_only
from tests.unit.runtime_programs import COUNT, echo_signature, tensor


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
