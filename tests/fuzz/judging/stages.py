"""A program in each of its stages, from the one that its text is of, and what it means there."""

from __future__ import annotations

import linecache
import re
import warnings
from typing import Any

from ptodsl import pipeline
from ptodsl.commands.user_file import MODULE, is_ours
from ptodsl.driver import program_of
from ptodsl.errors import PtoError
from ptodsl.ir.nodes import Program
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from ptodsl.machine import Architecture
from ptodsl.verify.structure import verify_structure
from tests.fuzz.sources import Source

ADDRESSED = ("allocate", "insert_sync")
"""The stages whose tiles have addresses, so that only a verifier knows whether their text still means what it says."""

_ADDRESSES = re.compile(r", @0x[0-9a-f]+")
_ORDER = re.compile(r"^ *(?:set_flag|wait_flag|pipe_barrier)\b.*\n", re.MULTILINE)


class NotOurs(Exception):
    """What Python itself refuses, before it is a program of ours."""


def entered(source: Source) -> Program:
    """The program that the text says, `linecache` knowing it as if it were a file. Raises PtoError, and NotOurs."""
    file = f"<fuzz {source.name}>"
    if source.stage:
        program = parse(source.text, file)
        verify_structure(program, source.stage)
        for check in pipeline.CHECKS:
            check.run(program, source.architecture)
        return program
    linecache.cache[file] = (len(source.text), None, source.text.splitlines(keepends=True), file)
    names: dict[str, Any] = {"__name__": MODULE}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            exec(compile(source.text, file, "exec", dont_inherit=True), names)
    except Exception as error:
        if isinstance(error, PtoError) or is_ours(error):
            raise
        raise NotOurs(f"{type(error).__name__}: {error}") from error
    return program_of(names[source.name])


def stages(program: Program, stage: str, architecture: Architecture) -> list[pipeline.Stage]:
    """The program of a stage, empty for the first, and what each later pass makes of it. Raises PtoError."""
    if not stage:
        return pipeline.stages(program, architecture)
    done = [pipeline.Stage(stage, program)]
    for one in pipeline.PASSES[pipeline.STAGES.index(stage) :]:
        program = one.run(program, architecture)
        verify_structure(program, one.name)
        done.append(pipeline.Stage(one.name, program))
    return done


def meaning(program: Program, stage: str) -> Program:
    """The program without addresses and flags: its values are what its names say, wherever they lie."""
    if stage not in ADDRESSED:
        return program
    return parse(_ORDER.sub("", _ADDRESSES.sub("", print_program(program))), f"<meaning of {program.name}>")
