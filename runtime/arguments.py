"""The arguments of a launch: bound to the parameters, checked all together, and as the slots of the program entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from typing_extensions import assert_never

from ptodsl.errors import Diagnostic, PtoError
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
    Overlap,
    ReadOnly,
    RequiresGrad,
    ScalarExpected,
    ScalarOutOfRange,
    ShapeDiffers,
)
from ptodsl.ir.dtypes import INDEX, DType, Kind
from ptodsl.runtime.arrays import HOST, ArrayView, Unreadable, view
from ptodsl.runtime.scalars import OutOfRange, WrongKind, slot_bits
from ptodsl.runtime.signature import Access, ScalarSlot, Signature, Slot, TensorSlot

_NUMBERS = {Kind.BOOL: "a bool", Kind.FLOAT: "a float"}
_KIND_REMEDIES = {
    Kind.BOOL: "pass True or False, e.g. `flag != 0`, or declare the parameter as an integer",
    Kind.FLOAT: "pass `float(value)`",
}


def bind(signature: Signature, positional: Sequence[object], named: Mapping[str, object]) -> tuple[object, ...]:
    """One argument for each parameter. Raises E0701 to E0704, all that apply."""
    slots = signature.parameters
    names = [slot.name for slot in slots]
    given = dict(zip(names, positional, strict=False))
    problems: list[Diagnostic] = []
    listed = ", ".join(f"`{name}`" for name in names) or "none"
    if len(positional) > len(slots):
        counts = {"given": len(positional), "count": len(slots)}
        problems.append(ArgumentsExtra(None, program=signature.program, parameters=listed, **counts))
    for name, value in named.items():
        if name not in names:
            problems.append(ArgumentUnknown(None, program=signature.program, name=name, parameters=listed))
        elif name in given:
            problems.append(ArgumentTwice(None, name=name))
        else:
            given[name] = value
    problems += [
        ArgumentMissing(
            slot.span, program=signature.program, name=slot.name, parameters=listed, declared=declaration(slot)
        )
        for slot in slots
        if slot.name not in given
    ]
    if problems:
        raise PtoError(problems)
    return tuple(given[name] for name in names)


def declaration(slot: Slot) -> str:
    """A slot's type as messages spell it: `FP32[16, 64]`, or `FP32` for a scalar."""
    match slot:
        case TensorSlot():
            return f"{slot.dtype.label}{list(slot.shape)}"
        case ScalarSlot():
            return slot.dtype.label
        case _:
            assert_never(slot)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Arguments as the program takes them."""

    bits: list[int]
    """The contents of the slots."""
    owners: list[object]
    """What keeps the memory alive that the slots point to."""


def unpack(slots: Sequence[Slot], values: Sequence[object]) -> Unpacked:
    """The contents of the slots. Raises E0705 to E0717, all that apply to any argument."""
    checked = [_check(slot, value) for slot, value in zip(slots, values, strict=True)]
    problems = [problem for one in checked for problem in one.problems]
    problems += _overlaps(checked)
    if problems:
        raise PtoError(problems)
    return Unpacked([one.bits for one in checked], [one.view.owner for one in checked if one.view is not None])


@dataclass(frozen=True, slots=True)
class _Checked:
    """What one argument came to."""

    slot: Slot
    bits: int = 0
    view: ArrayView | None = None
    """The memory of an array that nothing is wrong with."""
    problems: tuple[Diagnostic, ...] = ()


def _check(slot: Slot, value: object) -> _Checked:
    match slot:
        case TensorSlot():
            return _check_tensor(slot, value)
        case ScalarSlot():
            return _check_scalar(slot, value)
        case _:
            assert_never(slot)


def _check_tensor(slot: TensorSlot, value: object) -> _Checked:
    try:
        seen = view(value)
    except Unreadable as error:
        return _Checked(slot, problems=(ArrayUnreadable(slot.span, name=slot.name, reason=error),))
    if seen is None:
        expected = ArrayExpected(slot.span, name=slot.name, given=_described(value), declared=declaration(slot))
        return _Checked(slot, problems=(expected,))
    problems = tuple(problem for check in _TENSOR_CHECKS if (problem := check(slot, seen)) is not None)
    return _Checked(slot, seen.address, None if problems else seen, problems)


def _shape(slot: TensorSlot, seen: ArrayView) -> Diagnostic | None:
    if seen.shape == slot.shape:
        return None
    shapes = {"given": list(seen.shape), "expected": list(slot.shape)}
    return ShapeDiffers(slot.span, name=slot.name, declared=declaration(slot), **shapes)


def _dtype(slot: TensorSlot, seen: ArrayView) -> Diagnostic | None:
    if seen.dtype == slot.dtype.numpy or (slot.dtype is INDEX and seen.dtype == "int64"):
        return None
    names = {"given": seen.dtype, "expected": slot.dtype.label, "numpy": slot.dtype.numpy}
    return DTypeDiffers(slot.span, name=slot.name, declared=declaration(slot), **names)


def _device(slot: TensorSlot, seen: ArrayView) -> Diagnostic | None:
    return None if seen.device == HOST else DeviceDiffers(slot.span, name=slot.name, device=seen.device)


def _contiguity(slot: TensorSlot, seen: ArrayView) -> Diagnostic | None:
    return None if seen.strides is None else NotContiguous(slot.span, name=slot.name, strides=list(seen.strides))


def _writability(slot: TensorSlot, seen: ArrayView) -> Diagnostic | None:
    if seen.writable or slot.access is Access.READ:
        return None
    return ReadOnly(slot.span, name=slot.name, declared=declaration(slot))


def _byte_order(slot: TensorSlot, seen: ArrayView) -> Diagnostic | None:
    return None if seen.native else ByteOrderDiffers(slot.span, name=slot.name)


def _alignment(slot: TensorSlot, seen: ArrayView) -> Diagnostic | None:
    aligned = seen.address % slot.dtype.size == 0 or seen.dtype != slot.dtype.numpy
    return None if aligned else Misaligned(slot.span, name=slot.name, size=slot.dtype.size)


def _gradient(slot: TensorSlot, seen: ArrayView) -> Diagnostic | None:
    return RequiresGrad(slot.span, name=slot.name) if seen.requires_grad else None


_TENSOR_CHECKS: tuple[Callable[[TensorSlot, ArrayView], Diagnostic | None], ...] = (
    _shape,
    _dtype,
    _device,
    _contiguity,
    _writability,
    _byte_order,
    _alignment,
    _gradient,
)


def _check_scalar(slot: ScalarSlot, value: object) -> _Checked:
    try:
        return _Checked(slot, slot_bits(value, slot.dtype))
    except WrongKind:
        problem: Diagnostic = ScalarExpected(
            slot.span,
            name=slot.name,
            expected=_NUMBERS.get(slot.dtype.kind, "an integer"),
            given=_described(value),
            declared=declaration(slot),
            how=_KIND_REMEDIES.get(slot.dtype.kind, "pass `int(value)`, or declare the parameter as a float"),
        )
    except OutOfRange:
        least, greatest = _limits(slot.dtype)
        problem = ScalarOutOfRange(
            slot.span,
            name=slot.name,
            dtype=slot.dtype.label,
            value=value,
            least=least,
            greatest=greatest,
            declared=declaration(slot),
        )
    return _Checked(slot, problems=(problem,))


def _limits(dtype: DType) -> tuple[object, object]:
    """The least and the greatest number of a dtype."""
    if not dtype.is_float:
        return dtype.range
    exponent = (1 << (dtype.exponent - 1)) - 1
    greatest = (2.0 - 2.0**-dtype.mantissa) * 2.0**exponent
    return -greatest, greatest


def _described(value: object) -> str:
    """A value as the subject of a complaint: its type, and itself where it is short."""
    kind = type(value).__name__
    return f"the {kind} {value!r}" if isinstance(value, (bool, int, float, str)) else f"of type {kind}"


def _overlaps(checked: Sequence[_Checked]) -> Iterator[Diagnostic]:
    """A complaint for every two arrays of which the program writes one into the other."""
    arrays = [(one.slot, one.view.bytes) for one in checked if one.view is not None]
    for index, (slot, own) in enumerate(arrays):
        for other, bytes_ in arrays[:index]:
            shared = min(own.stop, bytes_.stop) - max(own.start, bytes_.start)
            written = next((one for one in (slot, other) if _is_written(one)), None)
            if shared > 0 and written is not None:
                names = {"written": written.name, "other": (other if written is slot else slot).name}
                yield Overlap(slot.span, size=shared, **names)


def _is_written(slot: Slot) -> bool:
    return isinstance(slot, TensorSlot) and slot.access is not Access.READ
