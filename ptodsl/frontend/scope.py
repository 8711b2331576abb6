"""The names of a function while it is compiled, and on which paths they are assigned."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias

from ptodsl.frontend.entities import Entity
from ptodsl.ir.span import Span


@dataclass(frozen=True, slots=True)
class Path:
    """A way through the function: the conditions that hold on it, in order, and what else happens."""

    conditions: tuple[str, ...] = ()
    event: str = ""
    place: Span | None = None
    """The condition, or the head of the loop, that leads past the assignment."""

    def __str__(self) -> str:
        texts = [text if len(self.conditions) == 1 or " or " not in text else f"({text})" for text in self.conditions]
        parts = [f"`{' and '.join(texts)}`"] if texts else []
        return " and ".join([*parts, *([self.event] if self.event else [])])

    def under(self, condition: str) -> Path:
        """The same way, inside a branch."""
        return replace(self, conditions=(condition, *self.conditions))

    def then(self, condition: str) -> Path:
        """The same way, followed by a branch."""
        return replace(self, conditions=(*self.conditions, condition))


@dataclass(frozen=True, slots=True)
class Missing:
    """The name is assigned, but not on these paths."""

    paths: tuple[Path, ...]


Binding: TypeAlias = Entity | Missing


class Scope:
    """Bindings of names; those made inside `branch` are handed over and undone at its end."""

    def __init__(self) -> None:
        self._bindings: dict[str, Binding] = {}
        self._former: list[dict[str, Binding | None]] = []

    def get(self, name: str) -> Binding | None:
        """What a name is bound to here; None where nothing assigns it on any path to here."""
        return self._bindings.get(name)

    def names(self) -> tuple[str, ...]:
        """The names that some path to here assigns."""
        return tuple(self._bindings)

    def bind(self, name: str, binding: Binding) -> None:
        """From here on, the name means that."""
        if self._former:
            self._former[-1].setdefault(name, self._bindings.get(name))
        self._bindings[name] = binding

    def forget(self, name: str) -> None:
        """From here on, nothing reads the name before it is assigned again."""
        self.bind(name, Missing(()))

    @contextmanager
    def branch(self) -> Generator[dict[str, Binding]]:
        """Statements on one path: afterwards the dict holds what they bound, and the scope is as it was."""
        changes: dict[str, Binding] = {}
        self._former.append({})
        try:
            yield changes
        finally:
            former = self._former.pop()
            for name, binding in former.items():
                changes[name] = self._bindings[name]
                self._restore(name, binding)

    def _restore(self, name: str, binding: Binding | None) -> None:
        if binding is None:
            del self._bindings[name]
        else:
            self._bindings[name] = binding
