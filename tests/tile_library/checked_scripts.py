"""What checked kernels say to the engine, as data, and the engine built to hear it: no tile library in between."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ptodsl.codegen.machine_header import PIPES, SPACES
from ptodsl.ir.hardware import Memory, Pipe
from tests.tile_library.toolchain import host_compiler

SUPPORT = Path(__file__).parents[2] / "runtime" / "support"
DRIVER = Path(__file__).with_name("checked_script.cpp")
FLAGS = ("-std=c++17", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-DPTO_CHECKED", f"-I{SUPPORT}")
MEMORY_BYTES = 4096
MOST_WORKS = 1 << 16
FILE = "script"

EFFECTS = ("reads", "writes", "adds to")
USES = ("reads", "writes", "both")
SCHEDULES = {"program": 0, "lazy": 1, "eager": 2, "random": 3}
Finding: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Touch:
    """Bytes of a memory: runs of `size`, along up to four dims of (count, pitch)."""

    memory: Memory
    start: int
    size: int
    effect: str = "reads"
    dims: tuple[tuple[int, int], ...] = ()
    operand: str = "operand"

    @cached_property
    def bytes(self) -> frozenset[int]:
        """All of them, one by one."""
        starts = {self.start}
        for count, pitch in self.dims:
            starts = {start + i * pitch for start in starts for i in range(count)}
        return frozenset(start + i for start in starts for i in range(self.size))


@dataclass(frozen=True)
class Instruction:
    """An instruction of a pipe."""

    name: str
    pipe: Pipe
    touches: tuple[Touch, ...]
    fractals: int = 0
    has_hidden_flags: bool = False
    is_elementwise: bool = False


@dataclass(frozen=True)
class Set:
    """A flag that is set."""

    source: Pipe
    target: Pipe
    event: int = 1


@dataclass(frozen=True)
class Wait:
    """A flag that is waited for."""

    source: Pipe
    target: Pipe
    event: int = 1


@dataclass(frozen=True)
class Barrier:
    """A barrier of one pipe, or of all."""

    pipe: Pipe = Pipe.ALL


@dataclass(frozen=True)
class Access:
    """A scalar read or write."""

    touch: Touch


@dataclass(frozen=True)
class Parameter:
    """A tensor in global memory, from a byte of it on; strides count elements."""

    name: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    element_bytes: int = 4
    use: str = "both"


@dataclass(frozen=True)
class Begin:
    """A kernel begins, with what it was given."""

    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True)
class End:
    """A kernel ends."""


@dataclass(frozen=True)
class Look:
    """A window is judged against the parameters; a work is done where it is outside."""

    touch: Touch


Step: TypeAlias = Instruction | Set | Wait | Barrier | Access | Begin | End | Look


@dataclass(frozen=True)
class Outcome:
    """What a script led to."""

    findings: tuple[Finding, ...]
    order: tuple[int, ...]
    """The lines of works, as they were done."""
    memory: npt.NDArray[np.uint8]

    def lines(self, kind: str) -> list[int]:
        """Where findings of a kind are."""
        return [finding["line"] for finding in self.findings if finding["kind"] == kind]

    @property
    def kinds(self) -> list[str]:
        """The kinds that were found, each once; a race that is only worth a note in brackets."""
        return sorted({f"({f['kind']})" if f.get("relaxed") else f["kind"] for f in self.findings})


@dataclass
class Engine:
    """The engine for one architecture. A line of a script is its step's number, from 0."""

    library: ctypes.CDLL
    _texts: dict[str, Any] = field(default_factory=dict[str, Any])

    def run(
        self, steps: Iterable[Step], schedule: str = "program", seed: int = 0, limit: int = 100, *, bare: bool = False
    ) -> Outcome:
        """Run a script as one kernel, or `bare` as it stands."""
        steps = list(steps)
        code = [] if bare else self._code(Begin(), -1)
        for line, step in enumerate(steps):
            code += self._code(step, line)
        code += [] if bare else self._code(End(), len(steps))
        numbers = np.array(code, np.int64)
        order, memory = np.zeros(MOST_WORKS, np.int64), np.zeros((len(SPACES), MEMORY_BYTES), np.uint8)
        self.start(schedule, seed, limit)
        count = self.library.run_script(
            _pointer(numbers), ctypes.c_int64(len(numbers)), _pointer(order), _pointer(memory)
        )
        return Outcome(self.findings(), tuple(order[:count].tolist()), memory)

    def start(self, schedule: str = "program", seed: int = 0, limit: int = 100) -> None:
        """Forget the last run."""
        control = (ctypes.c_int64 * 3)(SCHEDULES[schedule], seed, limit)
        self.library.ptodsl_check_start(control)

    def findings(self) -> tuple[Finding, ...]:
        """What was found since the start."""
        self.library.ptodsl_check_findings.restype = ctypes.c_char_p
        return tuple(json.loads(self.library.ptodsl_check_findings()))

    def _code(self, step: Step, line: int) -> list[int]:
        match step:
            case Instruction():
                flags = [step.fractals, step.has_hidden_flags, step.is_elementwise]
                touches = [number for touch in step.touches for number in self._touch(touch)]
                pipe = PIPES.index(step.pipe)
                return [0, line, self._text(step.name), pipe, *map(int, flags), len(step.touches), *touches]
            case Set() | Wait():
                kind = 1 if isinstance(step, Set) else 2
                return [kind, line, PIPES.index(step.source), PIPES.index(step.target), step.event]
            case Barrier():
                return [3, line, PIPES.index(step.pipe)]
            case Access():
                return [4, line, *self._touch(step.touch)]
            case Begin():
                parameters = [number for parameter in step.parameters for number in self._parameter(parameter)]
                return [5, line, len(step.parameters), *parameters]
            case End():
                return [6, line]
            case Look():
                return [7, line, self._text("TLOAD"), *self._touch(step.touch)]

    def _touch(self, touch: Touch) -> list[int]:
        dims = [*touch.dims, *[(1, 0)] * (4 - len(touch.dims))]
        place = [list(SPACES).index(touch.memory), touch.start, touch.size]
        counts, pitches = [count for count, _ in dims], [pitch for _, pitch in dims]
        return [self._text(touch.operand), EFFECTS.index(touch.effect), *place, *counts, *pitches]

    def _parameter(self, parameter: Parameter) -> list[int]:
        rest = [0] * (5 - len(parameter.shape))
        head = [self._text(parameter.name), parameter.offset, parameter.element_bytes, USES.index(parameter.use)]
        return [*head, len(parameter.shape), *parameter.shape, *rest, *parameter.strides, *rest]

    def _text(self, text: str) -> int:
        """The address of a text that stays."""
        if text not in self._texts:
            self._texts[text] = ctypes.create_string_buffer(text.encode())
        return ctypes.addressof(self._texts[text])


def _pointer(array: npt.NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def build_engines(folder: Path) -> dict[str, Engine]:
    """The engine for each architecture, by its name."""
    text = "\n".join(path.read_text() for path in (DRIVER, SUPPORT / "ptodsl" / "checked.cpp"))
    flags: dict[str, Sequence[str]] = {"a2a3": FLAGS, "a5": (*FLAGS, "-DPTODSL_ARCH_A5")}
    return {name: Engine(host_compiler().build(text, folder, name, *flags[name])) for name in flags}
