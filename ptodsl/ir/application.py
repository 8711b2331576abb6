"""A statement of an op in IR text, its operands and attributes matched with the op's row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from typing_extensions import assert_never

from ptodsl.errors import Diagnostic
from ptodsl.errors.names import TextAttribute, TextOperands
from ptodsl.ir.dtypes import DTYPES
from ptodsl.ir.forms import form_of, wanted
from ptodsl.ir.literals import MAX_DIGITS, number_value
from ptodsl.ir.nodes import AttributeValue, Operand
from ptodsl.ir.printer import ABSENT
from ptodsl.ir.syntax import Item, OpText, Piece, Place, Valid
from ptodsl.ir.type_text import integer
from ptodsl.ops.row import Arity, AttributeKind, AttributeRow, OperandRow, OpRow, Syntax

Group = tuple[Operand, ...]


@dataclass(frozen=True)
class Application:
    """One statement and its row; what does not match is reported to `errors` and left out."""

    text: OpText
    row: OpRow
    file: str
    errors: list[Diagnostic]
    operand: Callable[[Piece], Operand]
    """Gives the value or literal that a piece means."""

    def operands(self) -> tuple[Group, ...]:
        """A group for each operand of the row."""
        items = self._items()
        plain = [operand for operand in self.row.operands if operand.syntax is Syntax.PLAIN]
        shares = self._shares(plain, items)
        self._check_valid()
        return tuple(self._group(operand, shares) for operand in self.row.operands)

    def _items(self) -> list[Item]:
        """The items before the positional attributes, `valid` taken out."""
        items = [item for item in self.text.items if isinstance(item, Item)]
        positional = sum(attribute.positional for attribute in self.row.attributes)
        return items[: max(0, len(items) - positional)]

    def _check_valid(self) -> None:
        """`valid` stands once, and only where the row has it."""
        allowed = any(operand.syntax is Syntax.VALID for operand in self.row.operands)
        for item in [item for item in self.text.items if isinstance(item, Valid)][int(allowed) :]:
            problem = "has `valid` twice" if allowed else "has no run-time valid extents"
            self._complain_operands(item.word.place, problem, "not here")

    def _shares(self, plain: Sequence[OperandRow], items: Sequence[Item]) -> dict[str, list[Item]]:
        """The items of each operand that stands by itself: one each, the rest for one that takes many."""
        rest = list(items)
        shares: dict[str, list[Item]] = {}
        for row in plain:
            count = len(rest) if row.arity is Arity.MANY else min(1, len(rest))
            share, rest = rest[:count], rest[count:]
            shares[row.name] = [item for item in share if item.head.text != ABSENT]
            if row.arity is Arity.ONE and not shares[row.name]:
                self._complain_operands(self.text.op.place, f"misses its operand `{row.name}`", row.name)
        if rest:
            self._complain_operands(rest[0].head.place, f"has {len(rest)} operands too many", "too many")
        return shares

    def _group(self, row: OperandRow, shares: dict[str, list[Item]]) -> Group:
        match row.syntax:
            case Syntax.PLAIN:
                return self._plain(row, shares[row.name])
            case Syntax.BRACKETS:
                owner = self.row.operands[self.row.operand_index(row.name) - 1]
                return self._resolved(piece for item in shares[owner.name] for piece in item.bracketed)
            case Syntax.VALID:
                written = [item for item in self.text.items if isinstance(item, Valid)]
                return self._resolved(piece for item in written for piece in item.extents)
            case _:
                assert_never(row.syntax)

    def _plain(self, row: OperandRow, items: Iterable[Item]) -> Group:
        behind = self.row.operand_index(row.name) + 1
        bracketed = behind < len(self.row.operands) and self.row.operands[behind].syntax is Syntax.BRACKETS
        heads: list[Piece] = []
        for item in items:
            if item.bracketed and not bracketed:
                self._complain_operands(item.head.place, f"takes nothing in brackets behind `{row.name}`", "brackets")
            heads.append(item.head)
        return self._resolved(heads)

    def _resolved(self, pieces: Iterable[Piece]) -> Group:
        """The values and literals; a word is neither."""
        group: list[Operand] = []
        for piece in pieces:
            if piece.is_word:
                self._complain_operands(piece.place, f"takes values and numbers, `{piece.text}` is a word", "a word")
            else:
                group.append(self.operand(piece))
        return tuple(group)

    def attributes(self) -> dict[str, AttributeValue]:
        """The attributes that are not at their default."""
        rows = {attribute.name: attribute for attribute in self.row.attributes}
        values: dict[str, AttributeValue] = {}
        written = [*self._positional(), *((a.name.text[:-1], a.name, a.value) for a in self.text.attributes)]
        for name, where, piece in written:
            if name not in rows or name in values:
                problem = "is given twice" if name in values else "is no attribute of it"
                self._complain_attribute(where, f"`{name}` {problem}")
            elif (value := _setting(rows[name], piece)) is None:
                self._complain_attribute(where, f"`{name}` is {wanted(rows[name])}")
            else:
                values[name] = value
        given = {name for name, _, _ in written}
        for row in self.row.attributes:
            if row.required and row.name not in given:
                self._complain_attribute(self.text.op, f"its attribute `{row.name}` is missing")
        return {name: value for name, value in values.items() if value != rows[name].default}

    def _positional(self) -> list[tuple[str, Piece, Piece]]:
        """Name, place and value of the attributes that stand as bare words behind the operands."""
        rows = [attribute for attribute in self.row.attributes if attribute.positional]
        words = [item.head for item in self.text.items if isinstance(item, Item)][len(self._items()) :]
        return [(row.name, word, word) for row, word in zip(rows, words, strict=False)]

    def _complain_operands(self, place: Place, problem: str, label: str) -> None:
        span = place.span(self.file)
        form = form_of(self.row)
        self.errors.append(TextOperands(span, op=self.row.name, problem=problem, label=label, form=form))

    def _complain_attribute(self, where: Piece, problem: str) -> None:
        span, how = where.place.span(self.file), f"write it as in `{form_of(self.row)}`"
        names = ", ".join(f"`{attribute.name}`" for attribute in self.row.attributes)
        how += f"; its attributes are {names}" if names else "; it has no attributes"
        self.errors.append(TextAttribute(span, problem=f"`{self.row.name}`: {problem}", label="", how=how))


def _setting(row: AttributeRow, written: Piece) -> AttributeValue | None:
    """The value that an attribute is given; None where it is not of the row's kind."""
    text = written.text
    match row.kind:
        case AttributeKind.SHAPE:
            return _shape(text) if text.startswith("[") else None
        case AttributeKind.DTYPE:
            return DTYPES.get(text)
        case AttributeKind.WORD:
            return text if text in row.words else None
        case AttributeKind.FLAG:
            return {"true": True, "false": False}.get(text)
        case AttributeKind.INT:
            return integer(text)
        case AttributeKind.NUMBER:
            return text if text in row.words else _number(written)
        case _:
            assert_never(row.kind)


def _shape(text: str) -> tuple[int, ...] | None:
    numbers = text.strip("[] \t")
    extents = [integer(number.strip()) for number in numbers.split(",")] if numbers else []
    known = tuple(extent for extent in extents if extent is not None)
    return known if len(known) == len(extents) else None


def _number(piece: Piece) -> int | float | None:
    if piece.is_word or piece.text[0] == "[" or ":" in piece.text or len(piece.text) > MAX_DIGITS:
        return None
    value = number_value(piece.text)
    return None if isinstance(value, bool) else value
