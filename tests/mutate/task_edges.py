"""Task graphs that ignore one dependency: built from a copy of the runtime's support with one line more."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ptodsl.interpreter.execution import Execution
from ptodsl.interpreter.frame import Frame
from ptodsl.interpreter.values import Tensor
from ptodsl.ir.nodes import Call, Direction
from ptodsl.runtime import launch, toolchains
from ptodsl.runtime.launch import Launch
from ptodsl.runtime.signature import Fault, Signature
from ptodsl.runtime.toolchains import SUPPORT, TILE_LIBRARY, Toolchain
from tests.mutate.fault import Fault as Patch
from tests.mutate.workspace import patched
from tests.unit.task_runs import Host

Edge = tuple[int, int]
"""The numbers of the task that is waited for, and of the one that waits."""

_HOOK = Patch(
    "one dependency is ignored",
    "task graph",
    "ptodsl/graph/dependencies.hpp",
    "inline void Graph::add_edge(Submission& from, Submission& to) {\n",
    'extern "C" { __attribute__((visibility("default"))) inline int64_t ptodsl_ignored[2] = {-1, -1}; }\n'
    "inline void Graph::add_edge(Submission& from, Submission& to) {\n"
    "    if (from.number == ptodsl_ignored[0] && to.number == ptodsl_ignored[1]) return;\n",
    (),
)


@dataclass(frozen=True)
class Forgetful:
    """A program whose graph forgets the dependency that it is told to."""

    launch: Launch
    library: ctypes.CDLL

    def ignore(self, edge: Edge | None) -> None:
        """From here on, the second task of the edge does not wait for the first."""
        ignored = (ctypes.c_int64 * 2).in_dll(self.library, "ptodsl_ignored")
        ignored[:] = list(edge or (-1, -1))

    def edges(self, slots: Sequence[int], seeds: Sequence[int]) -> set[Edge]:
        """The dependencies that the graph finds in runs in some orders: in none of them all need be found."""
        found: set[Edge] = set()
        entry = self.library.ptodsl_entry
        entry.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(Host))
        entry.restype = ctypes.c_int64

        def note(_: int, earlier: int, later: int) -> None:
            found.add((earlier, later))

        def go_on(_: int) -> bool:
            return False

        for seed in seeds:
            host = Host(workers=1, seed=seed)
            host.interrupted, host.traced = Host.INTERRUPTED(go_on), Host.TRACED(note)
            code = entry((ctypes.c_int64 * len(slots))(*slots), None, ctypes.byref(host))
            assert code == 0
        return found


def forgetful(text: str, signature: Signature, faults: Sequence[Fault], arch: str, folder: Path) -> Forgetful:
    """A program of several tasks, compiled in a folder of its own with the patched graph."""
    support = folder / "support"
    if not support.exists():
        shutil.copytree(SUPPORT, support)
        header = support / _HOOK.file
        header.write_text(patched(header.read_text(encoding="utf-8"), _HOOK), encoding="utf-8")
    tool = toolchains.find("cpu", arch, poison=True)
    here = folder / signature.program
    here.mkdir()
    includes = (TILE_LIBRARY, support)
    source = (support / "ptodsl/orchestration.cpp").read_text(encoding="utf-8")
    part = _compiled(here, source, replace(toolchains.for_support(tool, "orchestration.o"), includes=includes))
    library = _compiled(here, text, replace(tool, includes=includes), part)
    return Forgetful(launch.load(library, signature, faults, 1), ctypes.CDLL(str(library)))


def _compiled(folder: Path, text: str, tool: Toolchain, *objects: Path) -> Path:
    (folder / "program.cpp").write_text(text, encoding="utf-8")
    subprocess.run(tool.command("program.cpp", objects), cwd=folder, check=True, capture_output=True)
    return folder / tool.product


@dataclass(frozen=True)
class Use:
    """Elements that a task uses, and whether it writes any of them."""

    elements: np.ndarray[Any, Any]
    writes: bool


@dataclass(frozen=True)
class Recorder(Execution):
    """A run on the interpreter that keeps what each task uses, in the order of submission."""

    uses: list[list[Use]] = field(default_factory=list[list[Use]])

    def _call(self, call: Call, frame: Frame) -> None:
        parameters = self.program.function(call.callee).parameters
        bindings = [frame.binding(argument) for argument in call.arguments]
        self.uses.append(
            [
                Use(binding.data, parameter.direction is not Direction.IN)
                for parameter, binding in zip(parameters, bindings, strict=True)
                if isinstance(binding, Tensor)
            ]
        )
        super()._call(call, frame)


def ancestors(edges: Iterable[Edge]) -> dict[int, set[int]]:
    """The tasks that each one waits for, be it through others."""
    before: dict[int, set[int]] = {}
    for earlier, later in sorted(edges, key=lambda edge: edge[1]):
        before.setdefault(later, set()).update({earlier}, before.get(earlier, ()))
    return before


def conflicts(tasks: Sequence[Sequence[Use]]) -> Iterator[Edge]:
    """By brute force, the pairs of tasks that share an element which one of them writes."""
    for later, uses in enumerate(tasks):
        for earlier in range(later):
            if any(_meet(one, other) for one in uses for other in tasks[earlier]):
                yield earlier, later


def _meet(one: Use, other: Use) -> bool:
    return (one.writes or other.writes) and np.shares_memory(one.elements, other.elements)
