"""The names around a function: what its body and its postponed annotations can see."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from types import FunctionType

ABSENT = object()


class ProgramSelf:
    """What `self` is in a body: the program class, whose functions and constants it gives."""

    def __init__(self, source: type) -> None:
        self.source = source


class Namespace:
    """Closure cells, globals and builtins of a function, and for annotations what was visible at its decoration."""

    def __init__(self, python: FunctionType, visible: Mapping[str, object]) -> None:
        self._cells = dict(zip(python.__code__.co_freevars, python.__closure__ or (), strict=True))
        self._globals = python.__globals__
        self._visible = visible
        code = python.__code__
        self._locals = frozenset((*code.co_varnames, *code.co_cellvars))

    @property
    def globals(self) -> dict[str, object]:
        """The module's names."""
        return self._globals

    def is_local(self, name: str) -> bool:
        """Whether Python takes a name for a local of the function."""
        return name in self._locals

    def visible(self) -> tuple[str, ...]:
        """The names that `lookup` finds, those of builtins aside."""
        return (*self._cells, *self._globals)

    def lookup(self, name: str) -> object:
        """The object a name means in the body; ABSENT where there is none."""
        if name in self._cells:
            try:
                return self._cells[name].cell_contents
            except ValueError:
                return ABSENT
        return self._globals.get(name, getattr(builtins, name, ABSENT))

    def for_annotations(self) -> dict[str, object]:
        """Every name that an annotation can use beside the globals."""
        found = dict(self._visible)
        for name, cell in self._cells.items():
            try:
                found.setdefault(name, cell.cell_contents)
            except ValueError:
                continue
        return found
