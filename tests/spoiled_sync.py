"""Ordered kernels with one thing wrong in their flags: each then has one mistake at most, and that alone shows."""

from __future__ import annotations

import re
from random import Random

_ITEM = re.compile(r"pair=(\d+)")
_SIMPLE = re.compile(r"\s*(%\w+ = |store |set_flag |wait_flag |pipe_barrier )")
"""Statements that a flag may be moved across: they hold no block and end none."""


def spoiled(text: str, random: Random) -> str:
    """The text of an ordered kernel with an item gone, a set or a wait a statement off, or an id that is taken."""
    lines = text.splitlines(keepends=True)
    flags = [number for number, line in enumerate(lines) if "_flag " in line]
    items = sorted({match[1] for line in lines if (match := _ITEM.search(line))})
    if not items:
        return text
    match random.randrange(4) if flags else 0:
        case 0:
            gone = random.choice(items)
            lines = [line for line in lines if not ((found := _ITEM.search(line)) and found[1] == gone)]
        case 1:
            taken = random.choice(items)
            lines = [_renumbered(line) if (m := _ITEM.search(line)) and m[1] == taken else line for line in lines]
        case _:
            for _ in range(random.randint(1, 3)):
                _move(lines, random.choice(flags))
    return "".join(lines)


def _renumbered(line: str) -> str:
    """A flag with id 0, which library instructions of A2/A3 take for their own on some pairs."""
    return re.sub(r", \d+ pair", ", 0 pair", line)


def _move(lines: list[str], number: int) -> None:
    """A set before the statement ahead of it, a wait behind the one after it."""
    other = number - 1 if "set_flag" in lines[number] else number + 1
    if 0 <= other < len(lines) and _SIMPLE.match(lines[other]):
        lines[number], lines[other] = lines[other], lines[number]
