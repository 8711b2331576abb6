"""The memories of the architectures, as a table."""

from __future__ import annotations

from collections.abc import Iterator

from ptodsl.ir.hardware import Memory
from ptodsl.language.enums import MemorySpace
from ptodsl.machine import ARCHITECTURES, KIB, MemorySpec

_HOLDS = {
    Memory.GM: "tensors",
    Memory.UB: "vector tiles",
    Memory.L1: "tiles on their way to L0A and L0B",
    Memory.L0A: "left operands of matmul",
    Memory.L0B: "right operands of matmul",
    Memory.L0C: "accumulators",
}
"""The memories that users name."""


def memories() -> str:
    """Name, other name, contents and capacity of each."""
    names = " | ".join(ARCHITECTURES)
    return "\n".join((f"| name | also | holds | {names} |", "|---|---|---|" + "---|" * len(ARCHITECTURES), *_rows()))


def _rows() -> Iterator[str]:
    for memory, holds in _HOLDS.items():
        other = ", ".join(name for name, space in MemorySpace.__members__.items() if space.value == memory.value)
        also = other.replace(f"{memory.label}, ", "")
        yield f"| {memory.label} | {also} | {holds} | {' | '.join(_capacities(memory))} |"


def _capacities(memory: Memory) -> Iterator[str]:
    for architecture in ARCHITECTURES.values():
        spec = architecture.memories.get(memory)
        yield "" if spec is None else _capacity(spec)


def _capacity(spec: MemorySpec) -> str:
    whole = "" if spec.capacity == spec.physical else f" of {spec.physical // KIB}"
    return f"{spec.capacity // KIB} KiB{whole}"
