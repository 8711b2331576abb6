"""One program through the compiler and the interpreter: refused, stopped at run time, or placed with its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ptodsl import interpreter, pipeline
from ptodsl.errors import PtoError
from ptodsl.ir.nodes import Program
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from ptodsl.runtime import arguments
from ptodsl.signature import signature_of
from tests.application import bits
from tests.fuzz.exactness import exact_arrays
from tests.fuzz.sources import Source
from tests.fuzz.stages import NotOurs, entered, meaning, stages
from tests.fuzz.watch import limited, out_of_time

READ_BACK = 4
"""One program in so many is printed, parsed and printed: it takes as long as all the passes."""

OTHER_POISON = 0x5A
"""A second thing that memory may start as."""

Arrays = list[NDArray[Any]]


@dataclass(frozen=True)
class Refused:
    """The compiler, or the interpreter at run time, says what is wrong with the program."""

    codes: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Endless:
    """A program that the compiler takes and whose loops nobody can wait for, which its mutation has made so."""


@dataclass(frozen=True)
class Placed:
    """A program that went all the way, and what it leaves behind: its results, then its arrays."""

    source: Source
    program: Program
    placed: Program
    answer: Arrays
    bounds: tuple[float | None, ...]
    """For each array how far another execution may be away, relatively; None where nothing is known of that."""
    defined: tuple[NDArray[np.bool_] | None, ...] = ()
    """The elements of each array that somebody has written; all of them where it is empty."""

    def apart(self, index: int, found: NDArray[Any]) -> str:
        """Where an array differs from the answer by more than it may, as text; empty where it does not."""
        bound = self.bounds[index]
        if bound is None:
            return ""
        return apart(found, self.answer[index], bound, self.defined[index] if self.defined else None)


Outcome = Refused | Endless | Placed


class Broken(AssertionError):
    """The compiler contradicts itself."""


def attempt(source: Source) -> Outcome:
    """The program read, placed, verified and interpreted at every stage.

    Raises what is no PtoError, PassRefused among it, and `Broken` where a stage means something else than the first or
    something does not end.
    """
    try:
        with limited("the compiler"):
            program = entered(source)
            signature = signature_of(program)
            arguments.unpack(signature.parameters, arguments.bind(signature, source.values(), {}))
            done = stages(program, source.stage, source.architecture)
    except PtoError as error:
        return _refused(error)
    except NotOurs as error:
        return Refused(("Python",), str(error))
    return _judged(source, program, done)


def _judged(source: Source, program: Program, done: list[pipeline.Stage]) -> Outcome:
    """What the verifiers and the interpreter say of a program in all its stages."""
    placed = done[-1].program
    try:
        with limited("a verifier"):
            if source.stage:
                pipeline.verified(placed, source.architecture)
            else:
                pipeline.proven(done, source.architecture)
    except PtoError as error:
        return _refused(error)
    try:
        with limited("the interpreter"):
            answer = interpreted(meaning(program, source.stage), source)
            _same_at_every_stage(done, answer, source)
    except PtoError as error:
        return _refused(error)
    except MemoryError as error:
        return Refused(("memory",), str(error))
    except TimeoutError as error:
        if source.changed and out_of_time(source.text):
            return Endless()
        raise Broken(str(error)) from error
    if crc32(source.name.encode()) % READ_BACK == 0:
        _reads_back(placed)
    return Placed(source, program, placed, answer, _bounds(source, program, answer), _defined(source, program, answer))


def _same_at_every_stage(done: list[pipeline.Stage], answer: Arrays, source: Source) -> None:
    before = None if meaning(done[0].program, source.stage) is not done[0].program else done[0].program
    for stage in done:
        if stage.program is not before:
            _same_answer(stage, answer, source)
        before = stage.program


def _same_answer(stage: pipeline.Stage, answer: Arrays, source: Source) -> None:
    try:
        found = interpreted(stage.program, source)
    except PtoError as error:
        raise Broken(f"after {stage.name} the interpreter stops:\n{error}") from error
    if any(a.tobytes() != b.tobytes() for a, b in zip(found, answer, strict=True)):
        raise Broken(f"after {stage.name} the interpreter's answer changes")


def _reads_back(program: Program) -> None:
    text = print_program(program)
    if print_program(parse(text)) != text:
        raise Broken("printed and parsed, the text changes")


def _refused(error: PtoError) -> Refused:
    """The error as the terminal shows it: rendering must not fail either."""
    return Refused(tuple(diagnostic.code for diagnostic in error.diagnostics), str(error))


def interpreted(program: Program, source: Source, poison: int = interpreter.POISON) -> Arrays:
    """What the interpreter's run leaves behind."""
    values = source.values()
    results = interpreter.run(program, values, architecture=source.architecture, poison=poison)
    return behind(results, values)


def behind(results: Sequence[NDArray[Any]], values: Sequence[Any]) -> Arrays:
    """The results, then every argument that is an array."""
    return [*results, *(value for value in values if isinstance(value, np.ndarray))]


def _bounds(source: Source, program: Program, answer: Arrays) -> tuple[float | None, ...]:
    """As the generator knows; of a program that something has been done to, as its ops tell."""
    if source.changed:
        exact = exact_arrays(program, products_are_exact=source.whole and not source.mixed)
        return tuple(0.0 if one else None for one in exact)
    pairs = zip(answer, source.is_rough, strict=True)
    return tuple((1e-4 if array.dtype == np.float32 else 1e-2) if rough else 0.0 for array, rough in pairs)


def _defined(source: Source, program: Program, answer: Arrays) -> tuple[NDArray[np.bool_], ...]:
    """What is the same whatever memory starts as: only what something has been done to may leave elements out."""
    if not source.changed:
        return ()
    other = interpreted(meaning(program, source.stage), source, OTHER_POISON)
    return tuple(bits(one) == bits(two) for one, two in zip(answer, other, strict=True))


def apart(found: NDArray[Any], wanted: NDArray[Any], bound: float, defined: NDArray[np.bool_] | None = None) -> str:
    """Where two executions differ by more than a bound, as text; empty where they agree."""
    same = bits(found) == bits(wanted)
    if defined is not None:
        same |= ~defined
    if bound:
        with np.errstate(all="ignore"):
            wide, right = found.astype(np.float64), wanted.astype(np.float64)
            same |= np.abs(wide - right) <= bound * np.abs(right)
    if same.all():
        return ""
    places = np.argwhere(~same)
    shown = ", ".join(f"{place.tolist()} {found[tuple(place)]} not {wanted[tuple(place)]}" for place in places[:3])
    return f"{len(places)} of {same.size} elements: {shown}"
