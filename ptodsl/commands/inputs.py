"""Random arguments for a program that nobody has described, and values that the user gives for some of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ptodsl.commands import Refused
from ptodsl.ir.dtypes import BF16, DType, Kind
from ptodsl.runtime.results import numpy_dtype
from ptodsl.runtime.signature import Access, ScalarSlot, Signature, Slot, TensorSlot

Array = npt.NDArray[Any]

POISON = 0xFF
"""The byte that outputs start as, that of the interpreter's fresh memory: NaN in every float dtype."""

LARGEST_INTEGER = 8
"""Integers are drawn from 1 to here: most are lengths, counts and indices."""


def given_values(written: Sequence[str]) -> dict[str, list[str]]:
    """`NAME=V`, `NAME=V,V,...` or `NAME=FILE.npy` by name."""
    values: dict[str, list[str]] = {}
    for one in written:
        name, sign, value = one.partition("=")
        if not sign:
            raise Refused(f"--set {one}: write NAME=VALUE, or NAME=VALUE,VALUE,... or NAME=FILE.npy for a tensor")
        values[name] = value.split(",")
    return values


def arguments_for(signature: Signature, given: Mapping[str, list[str]], seed: int) -> list[Any]:
    """An argument for each parameter: given, poison where the program only writes, else random by seed and position."""
    return [
        _argument(slot, given.get(slot.name), np.random.default_rng((seed, index)))
        for index, slot in enumerate(signature.parameters)
    ]


def check_names(slots: Iterable[Slot], given: Mapping[str, list[str]]) -> None:
    """Raises Refused for a value of a parameter that does not exist."""
    known = {slot.name: None for slot in slots}
    for name in given:
        if name not in known:
            raise Refused(f"--set {name}: the parameters are {', '.join(known)}")


def poisoned(slot: TensorSlot) -> Array:
    """An array for a tensor that shows where it has not been written."""
    array = np.empty(slot.shape, numpy_dtype(slot.dtype))
    array.view(np.uint8)[...] = POISON
    return array


def _argument(slot: Slot, given: list[str] | None, generator: np.random.Generator) -> Any:
    if given is not None:
        array = converted(slot, given)
    elif isinstance(slot, TensorSlot) and slot.access is Access.WRITE:
        array = poisoned(slot)
    else:
        array = _random(_shape(slot), slot.dtype, generator)
    return array.item() if isinstance(slot, ScalarSlot) else array


def _shape(slot: Slot) -> tuple[int, ...]:
    return slot.shape if isinstance(slot, TensorSlot) else ()


def _random(shape: tuple[int, ...], dtype: DType, generator: np.random.Generator) -> Array:
    """Floats from [-1, 1), integers from 1 to `LARGEST_INTEGER`, BOOL either way."""
    match dtype.kind:
        case Kind.FLOAT:
            values: Array = generator.uniform(-1.0, 1.0, shape)
        case Kind.BOOL:
            values = generator.integers(0, 2, shape)
        case _:
            values = generator.integers(1, LARGEST_INTEGER, shape, endpoint=True)
    return np.asarray(values).astype(numpy_dtype(dtype))


def converted(slot: Slot, given: list[str]) -> Array:
    """What the user wrote: a file, one value for all elements, or one for each."""
    if len(given) == 1 and given[0].endswith(".npy"):
        return _loaded(slot, Path(given[0]))
    read = float if slot.dtype.is_float else int
    shape = _shape(slot)
    try:
        values = np.array([read(value) for value in given]).astype(numpy_dtype(slot.dtype))
        whole = np.full(shape, values[0]) if len(values) == 1 else values.reshape(shape)
    except (ValueError, OverflowError) as error:
        raise Refused(f"--set {slot.name}={','.join(given)}: {error} ({slot.dtype}{list(shape)})") from error
    return whole


def _loaded(slot: Slot, file: Path) -> Array:
    """The array of a file; BF16, which such files do not know, is rounded from float32."""
    try:
        array: Array = np.load(file, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise Refused(f"--set {slot.name}={file}: {error}") from error
    wanted, held = numpy_dtype(slot.dtype), np.dtype(np.float32 if slot.dtype is BF16 else slot.dtype.numpy)
    if array.dtype != held or array.shape != _shape(slot):
        shown = f"{array.dtype}{list(array.shape)}"
        raise Refused(f"--set {slot.name}={file}: it holds {shown}, and {held}{list(_shape(slot))} is wanted")
    return array.astype(wanted)
