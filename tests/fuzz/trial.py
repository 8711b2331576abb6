"""One program through the compiler and the interpreter: refused, stopped at run time, or placed with its answer."""

from __future__ import annotations

import linecache
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptodsl import interpreter, pipeline
from ptodsl.driver import program_of
from ptodsl.errors import PtoError
from ptodsl.ir.nodes import Program
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from ptodsl.runtime import arguments
from ptodsl.signature import signature_of
from tests.application import bits
from tests.fuzz.programs import Source

Arrays = list[NDArray[Any]]


@dataclass(frozen=True)
class Refused:
    """The compiler, or the interpreter at run time, says what is wrong with the program."""

    codes: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Placed:
    """A program that went all the way, and what it leaves behind: its results, then its arrays."""

    source: Source
    program: Program
    placed: Program
    answer: Arrays


class Broken(AssertionError):
    """The compiler contradicts itself."""


def decorated(source: Source) -> Program:
    """The frontend's IR of the text, which `linecache` knows as if it were a file."""
    file = f"<fuzz {source.name}>"
    linecache.cache[file] = (len(source.text), None, source.text.splitlines(keepends=True), file)
    names: dict[str, Any] = {}
    exec(compile(source.text, file, "exec", dont_inherit=True), names)
    return program_of(names[source.name])


def attempt(source: Source) -> Refused | Placed:
    """The program decorated, placed, verified and interpreted at every stage.

    Raises what is no PtoError, and `Broken` where a stage means something else than the first or a verifier rejects
    what our own passes made.
    """
    try:
        program = decorated(source)
        arguments.unpack(signature_of(program).parameters, source.values())
        stages = pipeline.stages(program, source.architecture)
    except PtoError as error:
        return _refused(error)
    _verified(stages[-1].program, source)
    try:
        answer = interpreted(program, source)
    except PtoError as error:
        return _refused(error)
    for before, stage in pairwise(stages):
        if stage.program is not before.program:
            _same_answer(stage, answer, source)
    _reads_back(stages[-1].program)
    return Placed(source, program, stages[-1].program, answer)


def _verified(placed: Program, source: Source) -> None:
    try:
        pipeline.verified(placed, source.architecture)
    except PtoError as error:
        raise Broken(f"a verifier rejects what the passes made:\n{error}") from error


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


def interpreted(program: Program, source: Source) -> Arrays:
    """What the interpreter's run leaves behind."""
    values = source.values()
    results = interpreter.run(program, values, architecture=source.architecture)
    return behind(results, values)


def behind(results: Sequence[NDArray[Any]], values: Sequence[Any]) -> Arrays:
    """The results, then every argument that is an array."""
    return [*results, *(value for value in values if isinstance(value, np.ndarray))]


def apart(found: NDArray[Any], wanted: NDArray[Any], *, rough: bool) -> str:
    """Where two executions differ, as text; empty where they agree."""
    same = bits(found) == bits(wanted)
    if rough:
        with np.errstate(all="ignore"):
            wide, right = found.astype(np.float64), wanted.astype(np.float64)
            same |= np.abs(wide - right) <= (1e-4 if found.dtype == np.float32 else 1e-2) * np.abs(right)
    if same.all():
        return ""
    places = np.argwhere(~same)
    shown = ", ".join(f"{place.tolist()} {found[tuple(place)]} not {wanted[tuple(place)]}" for place in places[:3])
    return f"{len(places)} of {same.size} elements: {shown}"
