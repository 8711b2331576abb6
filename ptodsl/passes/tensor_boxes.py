"""Which elements of a buffer a tensor of an orchestration stands for, as far as is known."""

from __future__ import annotations

from dataclasses import dataclass

from ptodsl.ir.nodes import Function, Literal, Op, Value
from ptodsl.ir.rewrite import walk
from ptodsl.ir.types import TensorType


@dataclass(frozen=True)
class Box:
    """A window of a buffer: known offsets (None: run time's) and sizes, one a dim."""

    buffer: Value
    offsets: tuple[int | None, ...]
    sizes: tuple[int, ...]

    def surely_meets(self, other: Box) -> bool:
        """Whether two boxes are known to share an element."""
        if self.buffer is not other.buffer:
            return False
        windows = zip(self.offsets, self.sizes, other.offsets, other.sizes)
        return all(a is not None and b is not None and a < b + n and b < a + m for a, m, b, n in windows)


def box_of(function: Function, tensor: Value) -> Box:
    """The window of its buffer that a tensor is."""
    assert isinstance(tensor.type, TensorType)
    views = {s.result: s for s in walk(function.body) if isinstance(s, Op) and s.name == "view"}
    offsets: tuple[int | None, ...] = (0,) * tensor.type.rank
    sizes = tensor.type.shape
    while tensor in views:
        (source,), starts = views[tensor].operands
        known = (int(start.value) if isinstance(start, Literal) else None for start in starts)
        offsets = tuple(None if a is None or b is None else a + b for a, b in zip(offsets, known))
        assert isinstance(source, Value)
        tensor = source
    return Box(tensor, offsets, sizes)
