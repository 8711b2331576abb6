"""The checked instructions are written out, many alike: each reports under its own name and does its own work."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.tile_library.toolchain import INCLUDE

INSTRUCTION = re.compile(r"^(?:PTO_INST )?RecordEvent (T[A-Z]+)\(.*?^}$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r'"(T[A-Z]+)"|isa::(T[A-Z]+)')
"""Whose name a finding bears, and whose work is done."""


def instructions(folder: str = "checked") -> Iterator[tuple[str, str]]:
    """The name and the text of every instruction of a library, overloads too."""
    for path in sorted((INCLUDE / "pto" / folder).glob("*.hpp")):
        yield from ((found[1], found[0]) for found in INSTRUCTION.finditer(path.read_text(encoding="utf-8")))


def strangers(name: str, text: str) -> set[str]:
    """The other instructions that an instruction's text names."""
    return {found[1] or found[2] for found in NAMED.finditer(text)} - {name}


def test_each_instruction_is_checked() -> None:
    assert dict(instructions()).keys() == dict(instructions("isa")).keys()


def test_each_instruction_names_itself_alone() -> None:
    assert not [(name, others) for name, text in instructions() if (others := strangers(name, text))]


@pytest.mark.parametrize("part", ['{"TCOLEXPANDADD", site}', "isa::TCOLEXPANDADD"])
def test_a_name_that_was_copied_is_found(part: str) -> None:
    text = dict(instructions())["TCOLEXPANDADD"]
    assert part in text
    assert strangers("TCOLEXPANDADD", text.replace(part, part.replace("ADD", "SUB"))) == {"TCOLEXPANDSUB"}
