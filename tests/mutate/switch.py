"""One C++ text that is a program and its mutants: which one, a number decides that is set before a launch.

Compiling is what costs; the texts of a program and of a mutant differ in a flag that is missing or elsewhere, or in the
addresses of tiles.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

NUMBER = "ptodsl_mutant"
"""The variable; -1 is the program itself."""

_DECLARATION = f'extern "C" {{ __attribute__((visibility("default"))) int64_t {NUMBER} = -1; }}'
_HEADER = "#include <pto/pto-inst.hpp>"
_FLAG = re.compile(r" *(?:set_flag|wait_flag|pipe_barrier)\(.*")
_ADDRESS = re.compile(r"( *TASSIGN\()(\w+), (0x[0-9a-f]+)\);.*")


@dataclass
class Switch:
    """A text, and how each mutant that has been added differs from it."""

    lines: Sequence[str]

    def __post_init__(self) -> None:
        self._missing: defaultdict[int, list[int]] = defaultdict(list)
        """By line, the mutants that do not have it."""
        self._before: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
        """By line, the flags that mutants have before it."""
        self._addresses: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
        """By line, the addresses that mutants have in it."""

    def add(self, number: int, mutant: Sequence[str]) -> bool:
        """Take a mutant's text in; False where it differs in something else than flags and addresses."""
        changes = SequenceMatcher(None, self.lines, mutant, autojunk=False).get_opcodes()
        hunks = [(old, stop, mutant[i:j]) for kind, old, stop, i, j in changes if kind != "equal"]
        if not all(self._fits(start, stop, new) for start, stop, new in hunks):
            return False
        for start, stop, new in hunks:
            if _are_flags([*self.lines[start:stop], *new]):
                for line in range(start, stop):
                    self._missing[line].append(number)
                self._before[stop] += [(number, text) for text in new]
            else:
                for line, text in zip(range(start, stop), new, strict=True):
                    self._addresses[line].append((number, _address(text)))
        return True

    def _fits(self, start: int, stop: int, new: Sequence[str]) -> bool:
        old = self.lines[start:stop]
        return _are_flags([*old, *new]) or (len(old) == len(new) and all(map(_is_same_tile, old, new)))

    @property
    def text(self) -> str:
        """The program with all its mutants."""
        lines: list[str] = []
        for line, text in enumerate([*self.lines, ""]):
            lines += [f"  if ({NUMBER} == {number}) {{ {_code(new)} }}" for number, new in self._before[line]]
            lines.append(self._line(line, text))
            if text == _HEADER:
                lines.append(_DECLARATION)
        return "\n".join(lines)

    def _line(self, line: int, text: str) -> str:
        if self._missing[line]:
            here = " && ".join(f"{NUMBER} != {number}" for number in self._missing[line])
            return f"  if ({here}) {{ {_code(text)} }}"
        if self._addresses[line]:
            known = _ADDRESS.fullmatch(text)
            assert known is not None
            choice = "".join(f"{NUMBER} == {number} ? {address} : " for number, address in self._addresses[line])
            return f"{known[1]}{known[2]}, {choice}{known[3]});"
        return text


def _are_flags(lines: Sequence[str]) -> bool:
    return all(_FLAG.fullmatch(line) for line in lines)


def _is_same_tile(old: str, new: str) -> bool:
    one, other = _ADDRESS.fullmatch(old), _ADDRESS.fullmatch(new)
    return one is not None and other is not None and one[2] == other[2]


def _address(text: str) -> str:
    found = _ADDRESS.fullmatch(text)
    assert found is not None
    return found[3]


def _code(line: str) -> str:
    """A statement without its indentation and comment."""
    return line.partition("//")[0].strip()
