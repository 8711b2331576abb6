"""IR text of some stage with one or two changes, as by somebody who edits it: most are wrong, some still right."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random

from ptodsl.errors import PtoError
from ptodsl.ir.printer import print_program
from ptodsl.ops.table import ROWS
from tests.fuzz.judging.stages import entered, stages
from tests.fuzz.sources import Source
from tests.fuzz.writing.programs import random_program

STAGES = ("frontend", "frontend", "infer_memory", "legalize", "allocate", "insert_sync", "insert_sync", "insert_sync")
"""The stages whose text is changed, the one most often that verifiers judge."""
APART = 1_000_003
"""How far the seed of a program is from that of the one that is taken where it is refused."""

_VALUE = re.compile(r"%[\w.]+")
_NUMBER = re.compile(r"(?<![\w%.@-])-?\d+(?![\w.])")
_EXTENT = re.compile(r"(?<=<|x)\d+(?=x)")
_DTYPE = re.compile(r"\b(?:fp32|fp16|bf16|u?int(?:8|16|32|64)|bool|index)\b")
_PLACE = re.compile(r"\b(?:ub|l1|l0a|l0b|l0c|gm)\b")
_LAYOUT = re.compile(r"\b(?:nd|dn|nz|zn|zz)\b")
_PIPE = re.compile(r"\b(?:mte1|mte2|mte3|v|m|fix|s|all)\b(?!=)")
_OFFSET = re.compile(r"@0x[0-9a-f]+")
_DIRECTION = re.compile(r"(?<=: )(?:(?:in|out|inout) )?(?=tensor)")
_WORD = re.compile(r"(?<==)(?:true|false|rint|round|floor|ceil|trunc|zero|min|max)\b")
_OP = re.compile(r"(?:(?<= = )|(?<=^ {2})|(?<=^ {4})|(?<=^ {6}))[a-z_]+(?:\.[a-z_]+)?(?= )")
_TYPE = re.compile(r"\b(?:tile|tensor)<[^>]*>")

Lines = list[str]
Change = Callable[[Lines, Random], None]


def text_mutated(seed: int) -> Source:
    """The text of a program in some stage with changes; its arguments stay."""
    random = Random(seed)
    source, text, stage = _text(seed, random)
    lines = text.splitlines()
    for _ in range(random.choice((1, 1, 2))):
        random.choice(CHANGES)(lines, random)
    return replace(source, text="\n".join([*lines, ""]), stage=stage, changed=True)


def _text(seed: int, random: Random) -> tuple[Source, str, str]:
    """A program that is placed, its text and stage."""
    while True:
        source = random_program(seed)
        try:
            done = stages(entered(source), "", source.architecture)
        except PtoError:
            seed += APART
            continue
        stage = random.choice(STAGES)
        return source, print_program(next(one.program for one in done if one.name == stage)), stage


def _statements(lines: Lines) -> list[int]:
    """Where statements are: the lines inside functions."""
    return [place for place, line in enumerate(lines) if line.startswith("  ")] or [0]


def _exchanged(pattern: re.Pattern[str], words: Callable[[str, str, Random], str]) -> Change:
    """A change of one match to what `words` gives for it, the whole text at hand."""

    def change(lines: Lines, random: Random) -> None:
        found = [(place, match) for place, line in enumerate(lines) for match in pattern.finditer(line)]
        if found:
            place, match = random.choice(found)
            line, instead = lines[place], words(match[0], "\n".join(lines), random)
            lines[place] = line[: match.start()] + instead + line[match.end() :]

    return change


def _other(pattern: re.Pattern[str]) -> Change:
    """Something of the same sort that stands elsewhere in the text."""
    return _exchanged(pattern, lambda _, text, random: random.choice(pattern.findall(text)))


def _one_of(pattern: re.Pattern[str], words: str) -> Change:
    return _exchanged(pattern, lambda _old, _text, random: random.choice(words.split(" ")))


def _number(old: str, text: str, random: Random) -> str:
    del text
    near = (int(old) + 1, int(old) - 1, int(old) + 1, int(old) - 1, 2 * int(old))
    return str(random.choice((*near, *near, 0, -1, 7, 16, 100000, 1 << 62, 1 << 70)))


def _offset(old: str, text: str, random: Random) -> str:
    shift = int(old[1:], 16) + random.choice((32, -32, 512, -512, 1, 4, 1 << 16, 1 << 20))
    return random.choice((f"@0x{max(0, shift):x}", f"@0x{max(0, shift):x}", random.choice(_OFFSET.findall(text))))


def _swap_operands(lines: Lines, random: Random) -> None:
    places = [place for place in _statements(lines) if len(_VALUE.findall(lines[place])) > 1]
    if not places:
        return
    place = random.choice(places)
    first, second = random.sample(list(_VALUE.finditer(lines[place])), 2)
    if first.start() > second.start():
        first, second = second, first
    line = lines[place]
    middle = line[first.end() : second.start()]
    lines[place] = line[: first.start()] + second[0] + middle + first[0] + line[second.end() :]


def _known_operand(lines: Lines, random: Random) -> None:
    """An operand that is another value which the function has named before."""
    place = random.choice(_statements(lines))
    found = list(_VALUE.finditer(lines[place].split(" = ")[-1]))
    start = max(at for at in range(place + 1) if not lines[at].startswith("  "))
    known = _VALUE.findall("\n".join(lines[start:place]))
    if found and known:
        match, shift = random.choice(found), len(lines[place]) - len(lines[place].split(" = ")[-1])
        line = lines[place]
        lines[place] = line[: shift + match.start()] + random.choice(known[-12:]) + line[shift + match.end() :]


def _drop_operand(lines: Lines, random: Random) -> None:
    place = random.choice(_statements(lines))
    found = list(re.finditer(r",? ?%[\w.]+", lines[place]))
    if found:
        match = random.choice(found)
        lines[place] = lines[place][: match.start()] + lines[place][match.end() :]


def _drop(lines: Lines, random: Random) -> None:
    del lines[random.choice(_statements(lines))]


def _repeat(lines: Lines, random: Random) -> None:
    place = random.choice(_statements(lines))
    lines.insert(place, lines[place])


def _swap(lines: Lines, random: Random) -> None:
    """A statement and the one before or after it."""
    place = random.choice(_statements(lines))
    if place + 1 < len(lines):
        lines[place : place + 2] = lines[place : place + 2][::-1]


def _move(lines: Lines, random: Random) -> None:
    line = lines.pop(random.choice(_statements(lines)))
    lines.insert(random.choice(_statements(lines)), line)


CHANGES: tuple[Change, ...] = (
    _swap_operands,
    _swap_operands,
    _drop_operand,
    _drop,
    _drop,
    _repeat,
    _swap,
    _swap,
    _move,
    _known_operand,
    _known_operand,
    _known_operand,
    _other(_VALUE),
    _other(_TYPE),
    _exchanged(_NUMBER, _number),
    _exchanged(_NUMBER, _number),
    _exchanged(_EXTENT, _number),
    _exchanged(_OFFSET, _offset),
    _exchanged(_OFFSET, _offset),
    _exchanged(_OP, lambda _old, _text, random: random.choice(list(ROWS))),
    _other(_OP),
    _one_of(_DTYPE, "fp32 fp16 bf16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool index"),
    _one_of(_PLACE, "ub l1 l0a l0b l0c gm"),
    _one_of(_LAYOUT, "nd dn nz zn zz"),
    _one_of(_PIPE, "mte1 mte2 mte3 v m fix s all"),
    _exchanged(_DIRECTION, lambda _old, _text, random: random.choice(("", "out ", "inout "))),
    _one_of(_WORD, "true false rint round floor ceil trunc zero min max"),
)
