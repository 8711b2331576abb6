"""What a C++ compiler says of a hand-written kernel, cut to what teaches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ptodsl.errors import Diagnostic
from ptodsl.errors.checked_runs import EntryRefused, SourceRefused
from ptodsl.handwritten.description import Kernel
from ptodsl.runtime.cache import SOURCE
from ptodsl.runtime.findings import Place
from ptodsl.verdicts import line_span

MOST = 3
"""Errors that are shown: later ones mostly follow from the first."""

_LINE = re.compile(
    r"(?P<file>[^:\n]+):(?P<line>\d+):(?:\d+:)? +(?P<kind>fatal error|error|note|required)\b:?(?P<text>.*)"
)
_PREFIX = re.compile(r"static assertion failed(?: due to requirement '.*')?(?:: | )")


@dataclass(frozen=True)
class _Error:
    """An error, and the lines that lead to it: where templates were asked for."""

    said: str
    places: tuple[Place, ...]


def refusals(kernel: Kernel, output: str, folder: Path) -> list[Diagnostic]:
    """The first errors of a compiler's output, each at the line of the kernel's file that it is about."""
    return [_refusal(kernel, error, folder) for error in _errors(output.splitlines())][:MOST]


def _refusal(kernel: Kernel, error: _Error, folder: Path) -> Diagnostic:
    """One error; where only the call of the entry leads to it, the description is what is wrong."""
    output = folder / "output.txt"
    own = next((place for place in error.places if Path(place.file) == kernel.file), None)
    if own is None and any(place.file == SOURCE for place in error.places):
        return EntryRefused(None, entry=kernel.entry, said=error.said, output=output)
    return SourceRefused(line_span(own or error.places[0]), said=error.said, output=output)


def _errors(lines: Sequence[str]) -> Iterator[_Error]:
    """g++ says before an error where it comes from, clang++ after it: both count, the error's own line first."""
    matches = [match for line in lines if (match := _LINE.match(line))]
    for index, match in enumerate(matches):
        if "error" in match["kind"]:
            before = _context(reversed(matches[:index]))
            after = _context(iter(matches[index + 1 :]))
            places = tuple(Place(one["file"], int(one["line"])) for one in (match, *reversed(before), *after))
            yield _Error(_PREFIX.sub("", match["text"].strip()).strip('"'), places)


def _context(matches: Iterator[re.Match[str]]) -> list[re.Match[str]]:
    """The lines up to the next error that say where a template was asked for."""
    found: list[re.Match[str]] = []
    for match in matches:
        if "error" in match["kind"]:
            break
        if match["kind"] == "required" or "requested here" in match["text"]:
            found.append(match)
    return found
