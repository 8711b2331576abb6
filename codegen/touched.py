"""The tensors that a task of a checked program is given, as it tells the engine of them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ptodsl.ir.nodes import Direction, Function
from ptodsl.ir.strides import contiguous_strides
from ptodsl.ir.types import TensorType

_USES = {Direction.IN: "Reads", Direction.OUT: "Writes", Direction.INOUT: "Both"}
"""What a kernel may do to a parameter, as the header names it."""


@dataclass(frozen=True)
class TouchedTensor:
    """One tensor as the template prints it; `shape` and `strides` are lists that count elements."""

    name: str
    address: str
    element_bytes: int
    use: str
    rank: int
    shape: str
    strides: str


def touched_tensors(function: Function, strided: frozenset[str]) -> tuple[TouchedTensor, ...]:
    """The tensor parameters of a kernel, their addresses and run-time strides read from the task's slots."""
    tensors: list[TouchedTensor] = []
    slot = 0
    for parameter in function.parameters:
        type_ = parameter.value.type
        if isinstance(type_, TensorType):
            name = quoted(parameter.value.name)
            strides = _strides(type_, slot, is_strided=parameter.value.name in strided)
            use = _USES[parameter.direction]
            address, shape = f"args[{slot}]", ", ".join(map(str, type_.shape))
            tensors.append(TouchedTensor(name, address, type_.dtype.size, use, type_.rank, shape, ", ".join(strides)))
            slot += type_.rank - 1 if parameter.value.name in strided else 0
        slot += 1
    return tuple(tensors)


def _strides(type_: TensorType, slot: int, *, is_strided: bool) -> list[str]:
    """Strides that run time gives follow the address in the slots; the innermost is always 1."""
    if is_strided:
        return [*(f"args[{slot + 1 + dim}]" for dim in range(type_.rank - 1)), "1"]
    return [str(stride) for stride in contiguous_strides(type_.shape)]


def quoted(name: str) -> str:
    """A name as a C++ string literal."""
    return json.dumps(name, ensure_ascii=False)
