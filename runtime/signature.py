"""What a compiled program takes and gives: all that the runtime knows of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TypeAlias

from ptodsl.ir.dtypes import DType
from ptodsl.ir.span import Span


class Access(enum.Enum):
    """What the program does to a tensor argument."""

    READ = "in"
    WRITE = "out"
    READ_WRITE = "inout"


@dataclass(frozen=True, slots=True)
class TensorSlot:
    """A tensor in global memory: C-contiguous, of this shape (elements) and dtype."""

    name: str
    shape: tuple[int, ...]
    dtype: DType
    access: Access
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class ScalarSlot:
    """A number, passed in one 8-byte slot: floats by bit pattern, BOOL as 0 or 1."""

    name: str
    dtype: DType
    span: Span | None = None


Slot: TypeAlias = TensorSlot | ScalarSlot


@dataclass(frozen=True, slots=True)
class Signature:
    """The program entry `ptodsl_run(args, error)`: `parameters` in order, then one slot for each of `provided`.

    `results` are the declared results in order: an int is the index of the parameter that the result is, a TensorSlot
    (which then stands in `provided`, in the same order) a buffer that the launch makes or takes by `out=`.
    """

    program: str
    parameters: tuple[Slot, ...]
    results: tuple[int | TensorSlot, ...]

    @property
    def provided(self) -> tuple[TensorSlot, ...]:
        """The results that the launch makes."""
        return tuple(result for result in self.results if isinstance(result, TensorSlot))


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry of the program's table of run-time messages: entry n is what `ptodsl_run` returns n for (from 1).

    `template` has `{0}` to `{7}` for the values that the program left in `ptodsl_error`.
    """

    template: str
    file: str
    line: int
