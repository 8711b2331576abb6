"""Names of values in text: the user's, made unique in a function and spelled so that they read back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ptodsl.ir.nodes import Block, For, Function, Value
from ptodsl.ir.rewrite import blocks_of, results_of

_UNSPELLABLE = re.compile(r"\W")


def unique_names(function: Function) -> dict[Value, str]:
    """A name for each value that the function defines, given in the order of the text.

    A name that is taken gets a number behind it; a value without a name is a number. Names that are already unique
    stay as they are.
    """
    names = Names()
    return {value: names.of(value) for value in _definitions(function)}


class Names:
    """Gives each value the first free spelling of its name, and the same one ever after."""

    def __init__(self) -> None:
        self._given: dict[Value, str] = {}
        self._taken: set[str] = set()
        self._count: dict[str, int] = {}

    def of(self, value: Value) -> str:
        """The value's name."""
        if value not in self._given:
            self._given[value] = self._free(_UNSPELLABLE.sub("_", value.name))
        return self._given[value]

    def _free(self, name: str) -> str:
        candidate, count = name, self._count.get(name, 0)
        while not candidate or candidate in self._taken:
            candidate = f"{name}_{count + 1}" if name else str(count)
            count += 1
        self._count[name] = count
        self._taken.add(candidate)
        return candidate


def _definitions(function: Function) -> Iterator[Value]:
    for parameter in function.parameters:
        yield parameter.value
    yield from _definitions_in(function.body)


def _definitions_in(block: Block) -> Iterator[Value]:
    """Values as they appear in text: the results of a loop or a branch stand behind its blocks."""
    for statement in block.statements:
        if isinstance(statement, For):
            yield statement.index
            yield from statement.carried
        for inner in blocks_of(statement):
            yield from _definitions_in(inner)
        yield from results_of(statement)
