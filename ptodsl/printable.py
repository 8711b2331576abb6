"""What of a text messages show: no line without end, and no character that a terminal would obey."""

from __future__ import annotations

import re

LONGEST = 400
"""Characters of a line of a message; of a longer one the beginning and the end are shown."""

WIDEST = 240
"""Characters of a line of source; of a longer one those around the mistake are shown."""

CUT = " ... "

_BEFORE = 60
"""Characters of a long line that are shown before a mistake."""

_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line separators, changes of direction, halves of characters: all but tab and newline."""


def message(text: str) -> str:
    """Lines of a message, each of which fits."""
    return "\n".join(map(_shortened, _harmless(text).split("\n")))


def name(text: str) -> str:
    """A name of a file: always one line."""
    return _harmless(text).replace("\n", "\ufffd")


def source(text: str, start: int, end: int) -> tuple[str, int, int]:
    """A line of source, or the part of it around a range of columns, and where that range is in it."""
    text = _harmless(text)
    if len(text) <= WIDEST:
        return text, start, end
    first = min(max(0, start - _BEFORE), len(text) - 1)
    last = min(len(text), first + WIDEST)
    lead = CUT[1:] if first else ""
    shown = lead + text[first:last] + (CUT[:-1] if last < len(text) else "")
    return shown, len(lead) + start - first, len(lead) + min(end, last) - first


def _harmless(text: str) -> str:
    return _COMMANDS.sub("\ufffd", text)


def _shortened(line: str) -> str:
    if len(line) <= LONGEST:
        return line
    return f"{line[: LONGEST * 2 // 3]}{CUT}{line[-LONGEST // 3 :]}"
