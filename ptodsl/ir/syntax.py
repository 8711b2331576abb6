"""IR text taken apart: what stands where, before names and words mean anything."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from ptodsl.ir.span import Span

_NUMBERS = frozenset({"true", "false", "inf", "nan"})
"""What is spelled like a word and is a number."""


class Place(NamedTuple):
    """A range of characters; lines 1-based, columns 0-based, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    def span(self, file: str) -> Span:
        """The same range as the IR has it."""
        return Span(file, *self)

    def to(self, other: Place) -> Place:
        """The range from the start of this one to the end of `other`."""
        return Place(self.line, self.column, other.end_line, other.end_column)


class Piece(NamedTuple):
    """A name, number, word or type as written, and where."""

    text: str
    place: Place

    @property
    def name(self) -> str:
        """What stands behind the `%` or `@`."""
        return self.text[1:]

    @property
    def is_word(self) -> bool:
        """Whether it is neither a value nor a number."""
        return self.text.replace(".", "_").isidentifier() and self.text not in _NUMBERS


class Item(NamedTuple):
    """An operand, or a word in its place, with what stands in brackets behind it."""

    head: Piece
    bracketed: tuple[Piece, ...]


class Valid(NamedTuple):
    """Run-time extents: `valid [...]`."""

    word: Piece
    extents: tuple[Piece, ...]


class Attribute(NamedTuple):
    """`name=value`."""

    name: Piece
    value: Piece


class OpText(NamedTuple):
    """A statement of an op."""

    results: tuple[Piece, ...]
    op: Piece
    items: tuple[Item | Valid, ...]
    attributes: tuple[Attribute, ...]
    types: tuple[Piece, ...]
    place: Place


class CallText(NamedTuple):
    """`call @f(...)`."""

    callee: Piece
    arguments: tuple[Piece, ...]
    place: Place


class EndText(NamedTuple):
    """`yield` or `return`."""

    values: tuple[Piece, ...]
    place: Place


class BlockText(NamedTuple):
    """Statements and what ends them, between two braces."""

    open: Place
    statements: tuple[StatementText, ...]
    end: EndText | None
    close: Place


class Definition(NamedTuple):
    """A value, and its type where one is written."""

    value: Piece
    type: Piece | None


class IfText(NamedTuple):
    """`if`, with an `else` or without."""

    condition: Piece
    then: BlockText
    orelse: BlockText | None
    results: tuple[Definition, ...]
    place: Place


class Carry(NamedTuple):
    """`%x = %x0: type` of a loop."""

    value: Piece
    initial: Piece
    type: Piece


class ForText(NamedTuple):
    """`for`."""

    counter: Piece
    bounds: tuple[Piece, Piece, Piece]
    carries: tuple[Carry, ...]
    body: BlockText
    results: tuple[Definition, ...]
    place: Place


StatementText: TypeAlias = OpText | CallText | IfText | ForText


class ParameterText(NamedTuple):
    """`%x: out type`."""

    value: Piece
    direction: Piece | None
    type: Piece


class FunctionText(NamedTuple):
    """A kernel or an orchestration."""

    kind: Piece
    name: Piece
    parameters: tuple[ParameterText, ...]
    attributes: tuple[Attribute, ...]
    results: tuple[Piece, ...]
    body: BlockText


class ProgramText(NamedTuple):
    """The whole text."""

    name: Piece
    functions: tuple[FunctionText, ...]


class TileText(NamedTuple):
    """The fields of a written tile type; the words are memory and layout."""

    dims: str
    physical: str | None
    words: tuple[str, ...]
    valid: str | None
    offset: str | None


class TensorText(NamedTuple):
    """The dims and dtype of a written tensor type."""

    dims: str
