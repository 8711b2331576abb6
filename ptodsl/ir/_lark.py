"""The one typed face of lark: text to `syntax` by grammar.lark, and its complaints in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from typing import TypeVar, cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark import v_args as _v_args  # pyright: ignore[reportUnknownVariableType] # lark leaves it half typed
from lark.lexer import PatternStr

from ptodsl.errors import PtoError
from ptodsl.errors.names import TextSyntax
from ptodsl.ir.syntax import (
    Attribute,
    BlockText,
    CallText,
    Carry,
    Definition,
    EndText,
    ForText,
    FunctionText,
    IfText,
    Item,
    OpText,
    ParameterText,
    Piece,
    Place,
    ProgramText,
    StatementText,
    TensorText,
    TileText,
    Valid,
)

PLAIN_WORDS = {
    "ATTRIBUTE": "an attribute (`name=`)",
    "BRACKETS": "brackets (`[0, %i]`)",
    "DIMS": "dims and a dtype (`16x64xfp32`)",
    "DIRECTION": "`out`",
    "EXTENTS": "extents (`?x64`)",
    "KIND": "`kernel` or `orchestration`",
    "LITERAL": "a number",
    "NL": "the end of the line",
    "OFFSET": "an offset (`@0x40`)",
    "SHAPE": "a physical shape (`16x64`)",
    "SYMBOL": "a name (`@name`)",
    "TYPE": "a type",
    "VALUE": "a value (`%x`)",
    "VERSION": "a version number",
    "WORD": "a word",
    "$END": "the end of the text",
}
"""How messages call the terminals that are not fixed words."""

_STATEMENT = frozenset({"CALL", "FOR", "IF", "VALUE", "WORD"})


def read_program(text: str, file: str) -> ProgramText:
    """The program as written; PtoError where it breaks the grammar."""
    try:
        return cast(ProgramText, _lark().parse(text if text.endswith("\n") else text + "\n", start="program"))
    except UnexpectedInput as error:
        raise PtoError([_complaint(error, file, text)]) from None


def read_type(piece: Piece, file: str) -> TileText | TensorText:
    """A written tile or tensor type taken apart; PtoError where it breaks the grammar."""
    try:
        return cast("TileText | TensorText", _lark().parse(piece.text, start="type"))
    except UnexpectedInput as error:
        raise PtoError([_complaint(error, file, piece.text, piece.place)]) from None


@cache
def _lark() -> Lark:
    grammar = files("ptodsl.ir").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", start=["program", "type"], transformer=_Reader())


def _complaint(error: UnexpectedInput, file: str, text: str, start: Place | None = None) -> TextSyntax:
    """What lark found and what it could have taken, as one diagnostic; `start` is where the text stands in the file."""
    expected: set[str] = set()
    found, place = PLAIN_WORDS["$END"], _end_of(text)
    match error:
        case UnexpectedToken():
            token = cast(Token, error.token)
            expected = error.accepts or error.expected
            found = PLAIN_WORDS[token.type] if token.type in ("$END", "NL") else f"`{token}`"
            place = _end_of(text) if token.type == "$END" else _place(token)
        case UnexpectedCharacters():
            expected = error.allowed or expected
            found = f"{error.char!r}"
            place = Place(error.line, error.column - 1, error.line, error.column)
        case _:
            pass
    if start is not None:
        found = "the end of the type" if found == PLAIN_WORDS["$END"] else found
        place = Place(start.line, start.column + place.column, start.line, start.column + place.end_column)
    return TextSyntax(place.span(file), expected=_alternatives(expected), found=found)


def _alternatives(terminals: Iterable[str]) -> str:
    """Terminals as an enumeration in plain words."""
    names = set(terminals)
    others = {*names}
    words: list[str] = []
    if names >= _STATEMENT:
        others -= _STATEMENT
        words.append("a statement")
    if "TYPE" in names:
        others -= {"WORD"}
    words += sorted(_plain(name) for name in others)
    return ", ".join(words[:-1]) + " or " * (len(words) > 1) + words[-1] if words else "nothing"


def _plain(terminal: str) -> str:
    if terminal in PLAIN_WORDS:
        return PLAIN_WORDS[terminal]
    pattern = _lark().get_terminal(terminal).pattern
    return f"`{pattern.value}`" if isinstance(pattern, PatternStr) else terminal.lower()


def _end_of(text: str) -> Place:
    """The place behind the last character that is no white space."""
    lines = text.rstrip().split("\n")
    return Place(len(lines), len(lines[-1]), len(lines), len(lines[-1]) + 1)


def _place(token: Token) -> Place:
    """Where a token stands; one that ends a line stands behind the line's last character."""
    line, column = cast(int, token.line), cast(int, token.column) - 1
    return Place(line, column, line, column + (1 if token.type == "NL" else len(token)))


def _piece(token: Token) -> Piece:
    return Piece(token.value, _place(token))


def _inside(brackets: Token) -> tuple[Piece, ...]:
    """What stands between brackets, taken apart at the commas."""
    inner, place = brackets.value[1:-1], _place(brackets)
    pieces: list[Piece] = []
    column = place.column + 1
    for part in inner.split(",") if inner.strip() else ():
        start = column + len(part) - len(part.lstrip())
        text = part.strip()
        pieces.append(Piece(text, Place(place.line, start, place.line, start + max(1, len(text)))))
        column += len(part) + 1
    return tuple(pieces)


def _statement(first: Token, newline: Token) -> Place:
    """From a statement's first token to the end of its line."""
    end = cast(int, newline.column) - 1
    return Place(cast(int, first.line), cast(int, first.column) - 1, cast(int, newline.line), end)


def _header(first: Token, block: BlockText) -> Place:
    """From a compound statement's first token to the brace that opens its block."""
    return _place(first).to(block.open)


_Class = TypeVar("_Class", bound=type)


def _taking_children(reader: _Class) -> _Class:
    """The transformer with its methods called with a rule's children as arguments."""
    decorate = cast("Callable[[_Class], _Class]", _v_args(inline=True))
    return decorate(reader)


@_taking_children
class _Reader(Transformer[Token, ProgramText]):
    """Builds `syntax` as the parser reduces: a method for each rule of the grammar."""

    def program(self, *parts: Token | FunctionText) -> ProgramText:
        name = next(part for part in parts if isinstance(part, Token) and part.type == "SYMBOL")
        return ProgramText(_piece(name), tuple(part for part in parts if isinstance(part, FunctionText)))

    def function(
        self,
        kind: Token,
        name: Token,
        parameters: tuple[ParameterText, ...] | None,
        attributes: tuple[Attribute, ...],
        results: tuple[Piece, ...] | None,
        body: BlockText,
        _newline: Token,
    ) -> FunctionText:
        return FunctionText(_piece(kind), _piece(name), parameters or (), attributes, results or (), body)

    def parameters(self, *parameters: ParameterText) -> tuple[ParameterText, ...]:
        return parameters

    def parameter(self, value: Token, direction: Token | None, type_: Token) -> ParameterText:
        return ParameterText(_piece(value), None if direction is None else _piece(direction), _piece(type_))

    def types(self, *types: Token) -> tuple[Piece, ...]:
        return tuple(map(_piece, types))

    def block(
        self,
        open_: Token,
        _newline: Token,
        statements: tuple[StatementText, ...],
        end: EndText | None,
        close: Token,
    ) -> BlockText:
        return BlockText(_place(open_), statements, end, _place(close))

    body = block

    def statements(self, *statements: StatementText) -> tuple[StatementText, ...]:
        return statements

    def op(
        self,
        results: tuple[Piece, ...] | None,
        name: Token,
        items: tuple[Item | Valid, ...] | None,
        attributes: tuple[Attribute, ...],
        types: tuple[Piece, ...] | None,
        newline: Token,
    ) -> OpText:
        op = _piece(name)
        place = _statement(name, newline)
        start = results[0].place if results else op.place
        return OpText(results or (), op, items or (), attributes, types or (), start.to(place))

    def results(self, *values: Token) -> tuple[Piece, ...]:
        return tuple(map(_piece, values))

    def items(self, *items: Item | Valid) -> tuple[Item | Valid, ...]:
        return items

    def item(self, head: Token, brackets: Token | None) -> Item:
        return Item(_piece(head), () if brackets is None else _inside(brackets))

    def valid(self, word: Token, brackets: Token) -> Valid:
        return Valid(_piece(word), _inside(brackets))

    def operands(self, *operands: Token) -> tuple[Piece, ...]:
        return tuple(map(_piece, operands))

    def attributes(self, *attributes: Attribute) -> tuple[Attribute, ...]:
        return attributes

    def attribute(self, name: Token, value: Token) -> Attribute:
        return Attribute(_piece(name), _piece(value))

    def call(self, call: Token, callee: Token, arguments: tuple[Piece, ...] | None, newline: Token) -> CallText:
        return CallText(_piece(callee), arguments or (), _statement(call, newline))

    def branch(
        self,
        if_: Token,
        condition: Token,
        then: BlockText,
        orelse: BlockText | None,
        results: tuple[Definition, ...] | None,
        _newline: Token,
    ) -> IfText:
        return IfText(_piece(condition), then, orelse, results or (), _header(if_, then))

    def loop(
        self,
        for_: Token,
        index: Token,
        start: Token,
        stop: Token,
        step: Token,
        carries: tuple[Carry, ...] | None,
        body: BlockText,
        results: tuple[Definition, ...] | None,
        _newline: Token,
    ) -> ForText:
        bounds = (_piece(start), _piece(stop), _piece(step))
        return ForText(_piece(index), bounds, carries or (), body, results or (), _header(for_, body))

    def carries(self, *carries: Carry) -> tuple[Carry, ...]:
        return carries

    def carry(self, value: Token, initial: Token, type_: Token) -> Carry:
        return Carry(_piece(value), _piece(initial), _piece(type_))

    def definitions(self, *definitions: Definition) -> tuple[Definition, ...]:
        return definitions

    def definition(self, value: Token, type_: Token | None = None) -> Definition:
        return Definition(_piece(value), None if type_ is None else _piece(type_))

    merges = definitions
    merge = definition

    def yield_(self, word: Token, values: tuple[Piece, ...] | None, newline: Token) -> EndText:
        return EndText(values or (), _statement(word, newline))

    return_ = yield_

    def type(self, type_: TileText | TensorText) -> TileText | TensorText:
        return type_

    def tile(self, dims: Token, physical: Token | None, *rest: Token | None) -> TileText:
        *words, valid, offset = rest
        return TileText(str(dims), physical, tuple(str(word) for word in words), valid, offset)

    def tensor(self, dims: Token) -> TensorText:
        return TensorText(str(dims))
