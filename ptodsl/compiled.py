"""A compiled program: something to call, to look at and to save."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ptodsl.codegen.emitter import Emitted
from ptodsl.codegen.names import identifier
from ptodsl.ir.cores import core_of
from ptodsl.ir.nodes import Direction, Function, FunctionKind, Program
from ptodsl.ir.printer import print_program
from ptodsl.machine import Architecture
from ptodsl.memory_map import MemoryMap, memory_map
from ptodsl.runtime.launch import Launch
from ptodsl.runtime.signature import Signature
from ptodsl.signature import signature_of


@dataclass(frozen=True)
class Task:
    """A kernel that the program submits: its core, and the tensors it reads and writes."""

    kernel: str
    core: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


class Translated:
    """A program as C++ text, before any compiler has seen it."""

    def __init__(self, program: Program, placed: Program, architecture: Architecture, emitted: Emitted) -> None:
        self.program = program
        """The IR as the frontend built it."""
        self.placed = placed
        """The placed and ordered IR."""
        self.emitted = emitted
        self.architecture = architecture

    @property
    def sources(self) -> dict[str, str]:
        """The C++ text by file name."""
        return {f"{identifier(self.program.name)}.cpp": self.emitted.text}

    @cached_property
    def signature(self) -> Signature:
        """The parameters and results."""
        return signature_of(self.program)

    @cached_property
    def memory_map(self) -> MemoryMap:
        """Every tile with its memory, offset, size in bytes, live range and line."""
        return memory_map(self.placed)

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """The kernels of the program."""
        kernels = (function for function in self.placed.functions if function.kind is FunctionKind.KERNEL)
        return tuple(_task(kernel, self.architecture) for kernel in kernels)

    def save(self, directory: str | os.PathLike[str]) -> None:
        """Writes the C++, the placed IR and the memory map into a directory, made where it does not exist."""
        target = Path(directory)
        target.mkdir(parents=True, exist_ok=True)
        for name, text in self._files():
            (target / name).write_text(text, encoding="utf-8")

    def _files(self) -> Iterator[tuple[str, str]]:
        yield from self.sources.items()
        yield f"{self.program.name}.pto-ir", print_program(self.placed)
        yield "memory_map.txt", f"{self.memory_map}\n"


class Compiled(Translated):
    """A program ready to run. Call it with its arguments, numpy arrays or torch tensors, taken in place."""

    def __init__(self, translated: Translated, launch: Launch) -> None:
        super().__init__(translated.program, translated.placed, translated.architecture, translated.emitted)
        self.launch = launch

    def __call__(self, /, *arguments: object, out: object = None, **named: object) -> Any:
        """Runs the program; see `runtime.launch.Launch`."""
        return self.launch.run(arguments, named, out=out)


def _task(kernel: Function, architecture: Architecture) -> Task:
    def named(*directions: Direction) -> tuple[str, ...]:
        return tuple(one.value.name for one in tensors if one.direction in directions)

    tensors = kernel.tensors
    core = core_of(kernel, architecture).value
    return Task(kernel.name, core, named(Direction.IN, Direction.INOUT), named(Direction.OUT, Direction.INOUT))
