"""The values that a name in IR text may mean at some place of a function."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from ptodsl.errors import Diagnostic, Note
from ptodsl.errors.names import TextRedefined, TextValueUnknown
from ptodsl.ir.nodes import Value
from ptodsl.ir.span import Span
from ptodsl.ir.syntax import Piece
from ptodsl.ir.types import ErrorType, Type


class Scopes:
    """The definitions of one function: a name is unique in it and reaches to the end of its block."""

    def __init__(self, file: str, errors: list[Diagnostic]) -> None:
        self._file = file
        self._errors = errors
        self._everywhere: dict[str, Value] = {}
        self._visible: dict[str, Value] = {}
        self._opened: list[list[str]] = [[]]
        """For each open block the names that are visible since it was opened."""

    @contextmanager
    def block(self) -> Generator[None, None, None]:
        """A block: what is defined inside is gone after."""
        self._opened.append([])
        yield
        for name in self._opened.pop():
            del self._visible[name]

    def define(self, name: Piece, type_: Type) -> Value:
        """A new value of that name."""
        value = Value(name.name, type_, name.place.span(self._file))
        if value.name in self._everywhere:
            first = Note("the first definition", self._everywhere[value.name].span)
            self._errors.append(TextRedefined(value.span, (first,), name=name.text))
        self._everywhere.setdefault(value.name, value)
        self._show(value)
        return value

    def find(self, name: Piece) -> Value:
        """The value of that name; where there is none, one that agrees with everything."""
        if name.name not in self._visible:
            span = name.place.span(self._file)
            self._errors.append(self._unknown(name, span))
            self._show(Value(name.name, ErrorType(), span))
        return self._visible[name.name]

    def _show(self, value: Value) -> None:
        if value.name not in self._visible:
            self._opened[-1].append(value.name)
        self._visible[value.name] = value

    def _unknown(self, name: Piece, span: Span) -> Diagnostic:
        elsewhere = self._everywhere.get(name.name)
        if elsewhere is None:
            return TextValueUnknown(span, name=name.text, how="define it before, in this block or one around it")
        note = Note("defined here, inside a block that has ended", elsewhere.span)
        return TextValueUnknown(span, (note,), name=name.text, how="hand it out of its block by `yield`")
