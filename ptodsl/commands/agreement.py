"""A program's library against the interpreter on the same input, result by result."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ptodsl import driver
from ptodsl.commands.inputs import Array, poisoned
from ptodsl.compiled import Compiled
from ptodsl.ir.nodes import Op, Program
from ptodsl.ir.rewrite import walk
from ptodsl.ops.table import row_of
from ptodsl.runtime.signature import Access, Signature, TensorSlot
from ptodsl.testing.comparison import Difference, difference, tolerance

LAUNCHES = 10
"""How many launches at most the time is the least of."""

_SECONDS = 0.2
"""After how long no further launch is started."""


@dataclass(frozen=True)
class Compared:
    """One tensor that the program wrote."""

    slot: TensorSlot
    difference: Difference
    agrees: bool
    is_exact: bool
    """Whether every bit had to be the same."""

    @property
    def verdict(self) -> str:
        """What the comparison came to."""
        if not self.agrees:
            return "differs"
        return "bit for bit" if self.is_exact else "within tolerance"


@dataclass(frozen=True)
class Agreement:
    """What the library and the interpreter made of the same arguments; `seconds` is the least of some launches."""

    results: tuple[Compared, ...]
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether every result agrees."""
        return all(result.agrees for result in self.results)


def agreement(compiled: Compiled, arguments: Sequence[Any]) -> Agreement:
    """Runs both on copies of the arguments, outputs poisoned. Raises PtoError where the program has no answer."""
    signature = compiled.signature
    wanted = _outputs(
        signature, arguments, partial(driver.interpret, compiled.program, arch=compiled.architecture.name)
    )
    found = _outputs(signature, arguments, compiled)
    exact = _is_exact(compiled.program)
    slots = outputs_of(signature)
    bound = 0.0 if exact else _tolerance(signature)
    compared = tuple(_compared(*one, bound) for one in zip(slots, found, wanted, strict=True))
    return Agreement(compared, _least(compiled, arguments))


def _outputs(signature: Signature, arguments: Sequence[Any], call: Callable[..., object]) -> list[Array]:
    """What a call leaves in written parameters and provided results."""
    buffers = Buffers.of(signature, arguments)
    call(*buffers.given, out=buffers.out or None)
    return buffers.written


@dataclass(frozen=True)
class Buffers:
    """Copies of a call's arguments, and poisoned buffers for what it provides."""

    signature: Signature
    given: list[Any]
    out: list[Array]

    @staticmethod
    def of(signature: Signature, arguments: Sequence[Any]) -> Buffers:
        """Fresh ones."""
        provided = [poisoned(slot) for slot in signature.provided]
        return Buffers(signature, [copy(argument) for argument in arguments], provided)

    @property
    def written(self) -> list[Array]:
        """What the program may have written: parameters, then provided results."""
        pairs = zip(self.signature.parameters, self.given, strict=True)
        return [*(array for slot, array in pairs if _is_written(slot)), *self.out]


def outputs_of(signature: Signature) -> list[TensorSlot]:
    """The slots of what a program may write: parameters, then provided results."""
    written = (slot for slot in signature.parameters if isinstance(slot, TensorSlot) and _is_written(slot))
    return [*written, *signature.provided]


def _is_written(slot: object) -> bool:
    return isinstance(slot, TensorSlot) and slot.access is not Access.READ


def _is_exact(program: Program) -> bool:
    """Whether every op of a program has one right result to the bit."""
    ops = (one for function in program.functions for one in walk(function.body) if isinstance(one, Op))
    return all(row_of(op).numerics.exact for op in ops)


def _tolerance(signature: Signature) -> float:
    return tolerance(slot.dtype for slot in (*signature.parameters, *signature.provided))


def _compared(slot: TensorSlot, found: Array, wanted: Array, bound: float) -> Compared:
    gap = difference(found, wanted, bound, bound)
    agrees = gap.count == 0 if bound else identical(found, wanted)
    return Compared(slot, gap, agrees, is_exact=not bound)


def identical(found: Array, wanted: Array) -> bool:
    """Whether two arrays hold the same bits; any NaN is as good as another."""
    differ = found.view(np.uint8) != wanted.view(np.uint8)
    elements = differ.reshape(*found.shape, found.dtype.itemsize).any(axis=-1)
    numbers = found.astype(np.float64), wanted.astype(np.float64)
    return not (elements & ~(np.isnan(numbers[0]) & np.isnan(numbers[1]))).any()


def _least(compiled: Compiled, arguments: Sequence[Any]) -> float:
    """The least time of a launch in seconds; each starts from fresh copies, which are not counted."""
    out = [poisoned(slot) for slot in compiled.signature.provided] or None
    times: list[float] = []
    while len(times) < LAUNCHES and sum(times) < _SECONDS:
        given = [copy(argument) for argument in arguments]
        start = time.perf_counter()
        compiled(*given, out=out)
        times.append(time.perf_counter() - start)
    return min(times)
