"""IR text as a program; the other way round is `printer`.

What does not read raises one PtoError with every mistake found, spans into the text. The text is registered with
`linecache` under the given file name, so that messages about it, now and later, can show its lines.
"""

from __future__ import annotations

import linecache
import re

from ptodsl.errors import PtoError
from ptodsl.errors.names import TextVersion
from ptodsl.errors.stack import enough_stack
from ptodsl.ir.nodes import Program
from ptodsl.ir.printer import VERSION
from ptodsl.ir.span import Span

_FIRST_LINE = re.compile(r"(?:\s|//[^\n]*\n)*(?P<line>(?:ptodsl-ir\b)?[^\n]*)")


def parse(text: str, file: str = "<ir>") -> Program:
    """The program that a text says. Give texts of which both will be shown in messages two file names."""
    lines = [f"{line}\n" for line in text.split("\n")]
    linecache.cache[file] = (len(text), None, lines, file)
    _check_version(text, file)
    from ptodsl.ir._lark import read_program
    from ptodsl.ir.assembly import Assembly

    with enough_stack("read IR text"):
        return Assembly(file, Span(file, 1, 0, len(lines), len(lines[-1]) - 1)).program(read_program(text, file))


def _check_version(text: str, file: str) -> None:
    """The first line that says something names the version that this parser reads."""
    match = _FIRST_LINE.match(text)
    assert match is not None
    words, start = match["line"].split(), match.start("line")
    if words[:1] == ["ptodsl-ir"] and words[1:2] == [str(VERSION)]:
        return
    line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start) - 1
    span = Span(file, line, column, line, column + max(1, len(match["line"].rstrip())))
    versioned = words[:1] == ["ptodsl-ir"] and len(words) > 1
    problem = (
        f"the text is of version {words[1]}, this ptodsl reads version {VERSION}"
        if versioned
        else "the text does not say its version"
    )
    raise PtoError([TextVersion(span, problem=problem, version=VERSION)])
