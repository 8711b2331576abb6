"""A loaded program as something to call: arguments in, results out."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ptodsl.diagnostics import source_line
from ptodsl.errors import InternalError, PtoError
from ptodsl.errors.build import LibraryRefused
from ptodsl.errors.runtime import OutOfMemory, ProgramFault
from ptodsl.ir.span import Span
from ptodsl.runtime import launcher, results, workers
from ptodsl.runtime.arguments import bind, unpack
from ptodsl.runtime.plan import Plan
from ptodsl.runtime.results import Provider
from ptodsl.runtime.signature import Fault, Signature, TensorSlot

OUT_OF_MEMORY = -1
"""What `ptodsl_run` returns where a tensor that the program creates found no memory."""

_ERROR_VALUES = 8


def load(library: Path, signature: Signature, faults: Sequence[Fault] = (), threads: int | None = None) -> Launch:
    """The program in a library that `build` gave, ready to run with at most so many threads. Raises E0609 and E0612."""
    workers_of_a_launch = workers.count(threads)
    return Launch(entry_of(library), signature, tuple(faults), workers_of_a_launch)


def entry_of(library: Path) -> Any:
    """The entry of the program in a library. Raises E0609."""
    try:
        return ctypes.CDLL(str(library)).ptodsl_entry
    except (OSError, AttributeError) as error:
        raise PtoError([LibraryRefused(None, path=library, reason=error)]) from error


class Launch:
    """A program that runs when called. Threads may call it at the same time; the interpreter's lock is released."""

    __slots__ = (
        "_count",
        "_entry",
        "_faults",
        "_native",
        "_plan",
        "_provider",
        "_returned",
        "_slots",
        "signature",
        "threads",
    )

    def __init__(self, entry: Any, signature: Signature, faults: tuple[Fault, ...], threads: int) -> None:
        self.signature = signature
        self.threads = threads
        self._faults = faults
        self._slots = (*signature.parameters, *signature.provided)
        self._provider = Provider(signature) if signature.provided else None
        self._count = len(signature.parameters)
        self._returned = _returned(signature)
        self._entry = entry
        entry.argtypes = (ctypes.POINTER(ctypes.c_int64), ctypes.POINTER(ctypes.c_int64), ctypes.c_void_p)
        entry.restype = ctypes.c_int64
        self._native = launcher.load()
        address = ctypes.cast(entry, ctypes.c_void_p).value
        assert address is not None
        self._plan = Plan(address, self._slots, threads)
        self._plan.admit_torch()

    def __call__(self, /, *arguments: object, out: object = None, **named: object) -> Any:
        """Runs the program: one argument for each parameter, by position or name.

        Gives its results in declared order: None, one, or a tuple. `out` takes the buffers of provided results, one
        array or a sequence. A parameter that is itself called `out` is passed by position. Raises E07, before anything
        has run, and E08.
        """
        return self.run(arguments, named, out=out)

    def run(
        self, arguments: Sequence[object], named: Mapping[str, object], *, out: object = None, poison: bool = False
    ) -> Any:
        """The same with the arguments in hand. With `poison`, fresh results start as NaN, or as bytes 0xA5."""
        values = tuple(arguments)
        if named or len(values) != self._count:
            values = bind(self.signature, values, named)
        if out is not None:
            values += results.given(self.signature.provided, out)
        elif self._provider is not None:
            values += self._provider.fresh(values, poison=poison)
        return self._launch(values)

    def shuffle(self, seed: int) -> None:
        """Has ready tasks run in an order drawn from a seed, as a test of the dependencies; 0: earliest first."""
        self._plan.shuffle(seed)

    def _launch(self, values: tuple[object, ...]) -> Any:
        """Runs the program on one object for each slot and picks the results out of them."""
        self._execute(values)
        if len(self._returned) == 1:
            return values[self._returned[0]]
        return tuple(values[index] for index in self._returned) if self._returned else None

    def _execute(self, values: tuple[object, ...]) -> None:
        """Runs the program. Raises what is wrong with the arguments, and what the program finds wrong."""
        if not self._launch_native(values):
            self._launch_unpacked(values)

    def _launch_native(self, values: tuple[object, ...]) -> bool:
        """Whether the native launcher knew what to do."""
        if self._native is None:
            return False
        code = self._native.launch(self._plan.address, values)
        if code == 0:
            return True
        if code == launcher.UNFIT:
            return False
        raise self._fault(code, self._native.outcome().contents.fault_values)

    def _launch_unpacked(self, values: tuple[object, ...]) -> None:
        """The launch in Python: of what the native launcher does not know, and with words for what is wrong."""
        unpacked = unpack(self._slots, values)
        self._plan.admit_torch()
        code, numbers = self._run(unpacked.bits)
        del unpacked  # not before the program is done
        if code != 0:
            raise self._fault(code, numbers)

    def _run(self, bits: Sequence[int]) -> tuple[int, Sequence[int]]:
        """The program's return code, and the numbers of its fault. Without a launcher it has no thread but this one."""
        slots = (ctypes.c_int64 * max(1, len(bits)))(*bits)
        if self._native is not None:
            code = self._native.launch_slots(self._plan.address, slots)
            return code, list(self._native.outcome().contents.fault_values)
        numbers = (ctypes.c_int64 * _ERROR_VALUES)()
        return self._entry(slots, numbers, None), list(numbers)

    def _fault(self, code: int, numbers: Sequence[int]) -> Exception:
        if code == OUT_OF_MEMORY:
            return PtoError([OutOfMemory(None, what=f"the tensors that `{self.signature.program}` creates")])
        if not 0 < code <= len(self._faults):
            return InternalError(f"`{self.signature.program}` returned {code} and has {len(self._faults)} messages")
        fault = self._faults[code - 1]
        return PtoError([ProgramFault(_line(fault), what=fault.template.format(*numbers))])


def _returned(signature: Signature) -> tuple[int, ...]:
    """For each result the index of its slot: a parameter's, or a provided buffer's after them."""
    provided = iter(range(len(signature.parameters), len(signature.parameters) + len(signature.provided)))
    return tuple(next(provided) if isinstance(result, TensorSlot) else result for result in signature.results)


def _line(fault: Fault) -> Span:
    """The whole line that a fault is at, without its indentation."""
    text = source_line(fault.file, fault.line)
    start = len(text) - len(text.lstrip())
    return Span(fault.file, fault.line, start, fault.line, len(text.rstrip()))
