"""Mutants compiled for the checked library and launched: what it finds, and whether some order changes the numbers."""

from __future__ import annotations

import ctypes
import multiprocessing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from ptodsl.codegen.emitter import emit_program
from ptodsl.errors import PtoError
from ptodsl.ir.dtypes import DType
from ptodsl.ir.nodes import Program
from ptodsl.ir.rewrite import values_of
from ptodsl.ir.types import ErrorType
from ptodsl.runtime import build, toolchains
from ptodsl.runtime.checked_launch import Checking, load_checked
from ptodsl.runtime.results import Provider
from ptodsl.signature import signature_of
from ptodsl.verdicts import judging
from ptodsl.version import VERSION
from tests.mutate.corpus import Subject
from tests.mutate.editing import Mutant
from tests.mutate.judges import Arrays, arrays_of, fresh, same
from tests.mutate.placement_mutants import TEMPORARY
from tests.mutate.switch import NUMBER, Switch

SECONDS = 60.0
"""How long one mutant may take: a launch takes less than a thousandth of a second."""
ORDERS = ("program", "lazy", "eager", *(f"random:{seed}" for seed in range(1, 18)))
"""What every mutant is run in."""


@dataclass(frozen=True)
class Trial:
    """What runs of one mutant say: the codes of findings that the program itself has not, and whether numbers change.

    `ended` says how the process ended, where the mutant took it along.
    """

    codes: frozenset[str] = frozenset()
    differs: bool = False
    ended: str = ""


@dataclass(frozen=True)
class Library:
    """A compiled text, and the number of the mutant to set in it; None where it is one mutant alone."""

    path: Path
    number: int | None


def compiled(subject: Subject, mutants: Sequence[Mutant]) -> list[Library | None]:
    """The library of the program as it is, then that of each mutant: the same one wherever a switch can do.

    Of the others only those with other temporaries are compiled, each alone: the rest is not what the checked library
    could judge, as outputs that are swapped, or is no other C++, as one name of a variable at another address.
    """
    base, tool = Switch(_text(subject, subject.placed)), _toolchain(subject)
    switched: set[int] = set()
    alone: dict[int, str] = {}
    for number, mutant in enumerate(mutants):
        lines = _text(subject, mutant.program)
        if base.add(number, lines):
            switched.add(number)
        elif mutant.kind == TEMPORARY:
            alone[number] = "\n".join(lines)
    first, *others = build.build_all((text, tool) for text in (base.text, *alone.values()))
    libraries = {number: Library(path, None) for number, path in zip(alone, others, strict=True)}
    libraries |= {number: Library(first, number) for number in switched}
    return [Library(first, -1), *(libraries.get(number) for number in range(len(mutants)))]


def _text(subject: Subject, program: Program) -> list[str]:
    return emit_program(program, subject.architecture, VERSION, is_checked=True).text.split("\n")


def _toolchain(subject: Subject) -> toolchains.Toolchain:
    values = (value for function in subject.placed.functions for value in values_of(function))
    dtypes: set[DType] = {value.type.dtype for value in values if not isinstance(value.type, ErrorType)}
    return toolchains.find("checked", subject.arch, dtypes, poison=True)


@dataclass(frozen=True)
class Bench:
    """The libraries of a subject and its mutants, to be launched."""

    subject: Subject
    libraries: Sequence[Library | None]

    def run(self, number: int, order: str, seed: int = 0) -> tuple[frozenset[str], Arrays]:
        """The codes that a launch gives and what it leaves; `number` -1 is the program itself."""
        library = self.libraries[number + 1]
        assert library is not None
        if library.number is not None:
            ctypes.c_int64.in_dll(ctypes.CDLL(str(library.path)), NUMBER).value = library.number
        signature = signature_of(self.subject.placed)
        judge = judging(lambda _: None, self.subject.arch)
        launch = load_checked(library.path, signature, (), judge, Checking(order, strict=True))
        values = fresh(self.subject.runs[seed])
        results = Provider(signature).fresh(values, poison=True)
        codes: frozenset[str] = frozenset()
        try:
            launch.run(values, {}, out=results or None)
        except PtoError as error:
            codes = frozenset(diagnostic.code for diagnostic in error.diagnostics)
        return codes, [*results, *arrays_of(values)]

    def findings(self) -> frozenset[str]:
        """The codes that the program itself gives, in program order."""
        return frozenset(code for seed in range(len(self.subject.runs)) for code in self.run(-1, "program", seed)[0])

    def trial(self, number: int, orders: Sequence[str]) -> Trial:
        """A mutant in some orders, on all arguments; findings of the program itself are not its own."""
        if self.libraries[number + 1] is None:
            return Trial()
        codes: set[str] = set()
        differs = False
        for seed in range(len(self.subject.runs)):
            known, wanted = self.run(-1, "program", seed)
            assert all(code.startswith("E11") for code in known), f"{self.subject.name} does not run: {known}"
            for order in orders:
                found, left = self.run(number, order, seed)
                codes |= found - known
                differs |= not same(left, wanted)
        return Trial(frozenset(codes), differs)


def trials(bench: Bench, numbers: Sequence[int], orders: Sequence[str] = ORDERS) -> Iterator[Trial]:
    """Each mutant in turn, in a process of its own that may end or hang."""
    left = list(numbers)
    while left:
        done = list(_until_it_ends(bench, left, orders))
        yield from done
        left = left[len(done) :]


def _until_it_ends(bench: Bench, numbers: Sequence[int], orders: Sequence[str]) -> Iterator[Trial]:
    receiver, sender = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_child, args=(bench, numbers, orders, sender))
    child.start()
    sender.close()
    try:
        for _ in numbers:
            if not receiver.poll(SECONDS):
                yield Trial(ended=f"no end after {SECONDS:.0f} s")
                return
            try:
                yield receiver.recv()
            except EOFError:
                child.join()
                yield Trial(ended=f"the process ended with {child.exitcode}")
                return
    finally:
        child.kill()
        child.join()


def _child(bench: Bench, numbers: Sequence[int], orders: Sequence[str], sender: Connection) -> None:
    for number in numbers:
        sender.send(bench.trial(number, orders))
