"""The tensors that a task of a checked program is given, as it tells the engine of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ptodsl.ir.dtypes import DType
from ptodsl.ir.nodes import Direction, Function
from ptodsl.ir.strides import contiguous_strides
from ptodsl.ir.types import TensorType

_USES = {Direction.IN: "Reads", Direction.OUT: "Writes", Direction.INOUT: "Both"}
"""What a kernel may do to a parameter, as the header names it."""


@dataclass(frozen=True)
class Touched:
    """A tensor in the slots of a task; `strides` counts elements, as C++ text where run time gives them."""

    name: str
    slot: int
    dtype: DType
    direction: Direction
    shape: tuple[int, ...]
    strides: tuple[str, ...]

    def __str__(self) -> str:
        """The `pto::checked::Parameter` that describes it."""
        use = f"pto::checked::Use::{_USES[self.direction]}"
        facts = (quoted(self.name), f"args[{self.slot}]", self.dtype.size, use, len(self.shape))
        return f"{{{', '.join(map(str, facts))}, {_braced(self.shape)}, {_braced(self.strides)}}}"


def touched_tensors(function: Function, strided: frozenset[str]) -> tuple[Touched, ...]:
    """The tensor parameters of a kernel; run-time strides follow the address in the slots, the innermost is 1."""
    tensors: list[Touched] = []
    slot = 0
    for parameter in function.parameters:
        name, type_ = parameter.value.name, parameter.value.type
        outer = range(type_.rank - 1) if isinstance(type_, TensorType) and name in strided else ()
        if isinstance(type_, TensorType):
            given = (*(f"args[{slot + 1 + dim}]" for dim in outer), "1")
            strides = given if name in strided else dense(type_.shape)
            tensors.append(Touched(name, slot, type_.dtype, parameter.direction, type_.shape, strides))
        slot += 1 + len(outer)
    return tuple(tensors)


def dense(shape: Sequence[int]) -> tuple[str, ...]:
    """The strides of a tensor without gaps."""
    return tuple(str(stride) for stride in contiguous_strides(shape))


def quoted(name: str) -> str:
    """A name as a C++ string literal."""
    return json.dumps(name, ensure_ascii=False)


def _braced(items: Sequence[object]) -> str:
    return "{" + ", ".join(map(str, items)) + "}"
