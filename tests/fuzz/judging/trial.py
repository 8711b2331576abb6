"""One program through the compiler and the interpreter: refused, stopped at run time, or placed with its answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zlib import crc32

from ptodsl import pipeline
from ptodsl.errors import PtoError
from ptodsl.ir.nodes import Program
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from ptodsl.runtime import arguments
from ptodsl.signature import signature_of
from tests.fuzz.judging.answers import Answer, Arrays, bounds, defined, interpreted
from tests.fuzz.judging.stages import NotOurs, entered, meaning, stages
from tests.fuzz.judging.watch import limited
from tests.fuzz.sources import Source

READ_BACK = 4
"""One program in so many is printed, parsed and printed: it takes as long as all the passes."""

_ENDLESS = re.compile(r"\d{5,}")
"""A number that may be more iterations than anyone waits for."""


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
    """A program that went all the way: as it was read, as it is placed, and what it leaves behind."""

    source: Source
    program: Program
    placed: Program
    answer: Answer


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
            meant = meaning(program, source.stage)
            arrays = interpreted(meant, source)
            _same_at_every_stage(done, arrays, source)
    except PtoError as error:
        return _refused(error)
    except MemoryError as error:
        return Refused(("memory",), str(error))
    except TimeoutError as error:
        if source.changed and _ENDLESS.search(source.text):
            return Endless()
        raise Broken(str(error)) from error
    if crc32(source.name.encode()) % READ_BACK == 0:
        _reads_back(placed)
    answer = Answer(arrays, bounds(source, program, arrays), defined(source, meant, arrays))
    return Placed(source, program, placed, answer)


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
