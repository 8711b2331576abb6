"""Types and literals as IR text writes them."""

from __future__ import annotations

import re
from dataclasses import replace

from ptodsl.errors import Diagnostic, PtoError
from ptodsl.errors.names import TextSyntax, TextTypeRefused
from ptodsl.errors.types import LiteralOutOfRange
from ptodsl.ir.dtypes import DTYPES, INDEX, DType
from ptodsl.ir.hardware import Layout, Memory
from ptodsl.ir.literals import MAX_DIGITS, default_dtype, split_literal, value_in
from ptodsl.ir.nodes import Literal
from ptodsl.ir.syntax import Piece, TensorText, TileText
from ptodsl.ir.types import LARGEST, ErrorType, Extent, ScalarType, Shape2D, TensorType, TileType, Type, bytes_of

MEMORIES = {memory.value: memory for memory in Memory}
LAYOUTS = {layout.value: layout for layout in Layout}

MAX_RANK = 5

_PLACED = re.compile(r"(.*), @0x([0-9a-f]{1,15})>")
_LITERAL = re.compile(r"(-?([0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?|inf|nan)(:[A-Za-z]\w*)?|true|false)")
_DIMS = re.compile(r"([0-9]+(?:x[0-9]+)*)x(\w+)")


class _Refused(Exception):
    """A type that does not exist: what is wrong, and what to write instead."""

    def __init__(self, problem: str, how: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.how = how


class TypeReader:
    """Reads types, each spelling once; what is none is reported and becomes an ErrorType."""

    def __init__(self, file: str, errors: list[Diagnostic]) -> None:
        self._file = file
        self._errors = errors
        self._known: dict[str, Type] = {}

    def read(self, piece: Piece) -> Type:
        """The type that a piece of text says."""
        if piece.text not in self._known:
            self._known[piece.text] = self._placed(piece) or self._read(piece)
        return self._known[piece.text]

    def _placed(self, piece: Piece) -> Type | None:
        """A tile type with an offset, where the type without it reads: most types differ in their offset alone."""
        match = _PLACED.fullmatch(piece.text)
        unplaced = None if match is None else self._known.get(f"{match[1]}>")
        return unplaced.at(int(match[2], 16)) if match is not None and isinstance(unplaced, TileType) else None

    def _read(self, piece: Piece) -> Type:
        try:
            type_ = self._type(piece)
        except _Refused as refused:
            span = piece.place.span(self._file)
            self._errors.append(TextTypeRefused(span, text=piece.text, problem=refused.problem, how=refused.how))
        except PtoError as error:
            self._errors.extend(error.diagnostics)
        else:
            if isinstance(type_, TileType) and type_.offset is not None:
                self._known.setdefault(f"{piece.text.rpartition(',')[0]}>", replace(type_, offset=None))
            return type_
        return ErrorType()

    def _type(self, piece: Piece) -> Type:
        if "<" not in piece.text:
            return ScalarType(_dtype(piece.text))
        from ptodsl.ir._lark import read_type

        fields = read_type(piece, self._file)
        return _tile(fields) if isinstance(fields, TileText) else _tensor(fields)


class LiteralReader:
    """Reads literals; what no dtype can hold is reported and becomes 0."""

    def __init__(self, file: str, errors: list[Diagnostic]) -> None:
        self._file = file
        self._errors = errors

    def read(self, piece: Piece) -> Literal:
        """The literal that a piece of text says."""
        span = piece.place.span(self._file)
        if _LITERAL.fullmatch(piece.text) is None:
            found = f"`{_shortened(piece.text)}`" if piece.text else "nothing"
            self._errors.append(TextSyntax(span, expected="a value (`%x`) or a number", found=found))
            return Literal(0, INDEX, span)
        number, name = split_literal(piece.text)
        dtype = default_dtype(number) if name is None else DTYPES.get(name)
        if dtype is None:
            how = f"dtypes are {', '.join(DTYPES)}"
            self._errors.append(TextTypeRefused(span, text=str(name), problem="there is no such dtype", how=how))
            return Literal(0, INDEX, span)
        value = value_in(number, dtype) if len(number) <= MAX_DIGITS else None
        if value is None:
            how = "write a number that the dtype holds, or another dtype behind the `:`"
            self._errors.append(LiteralOutOfRange(span, value=_shortened(number), dtype=dtype, how=how))
        return Literal(0 if value is None else value, dtype, span)


def integer(text: str, low: int = -LARGEST - 1, high: int = LARGEST) -> int | None:
    """A whole number in a range; None where the text is none."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()) or len(text) > MAX_DIGITS:
        return None
    return value if low <= (value := int(text)) <= high else None


def _shortened(number: str) -> str:
    return number if len(number) <= 40 else f"{number[:20]}... ({len(number)} characters)"


def _dtype(name: str) -> DType:
    if name not in DTYPES:
        known = ", ".join(DTYPES)
        raise _Refused("there is no such dtype", f"write a tile<...>, a tensor<...> or one of {known}")
    return DTYPES[name]


def _extent(text: str) -> int:
    extent = integer(text, low=1)
    if extent is None:
        raise _Refused(f"{_shortened(text)} is no extent", f"an extent is 1 to {LARGEST}")
    return extent


def _dims(text: str) -> tuple[tuple[int, ...], DType]:
    """Extents and dtype of `16x64xfp32`."""
    match = _DIMS.fullmatch(text)
    assert match is not None
    return tuple(map(_extent, match[1].split("x"))), _dtype(match[2])


def _check_bytes(shape: tuple[int, ...], dtype: DType) -> None:
    if bytes_of(shape, dtype) > LARGEST:
        raise _Refused("more bytes than an address reaches", f"a tensor or tile has at most {LARGEST} bytes")


def _tensor(text: TensorText) -> TensorType:
    shape, dtype = _dims(text.dims)
    if len(shape) > MAX_RANK:
        raise _Refused(f"rank {len(shape)}", f"a tensor has 1 to {MAX_RANK} dims")
    _check_bytes(shape, dtype)
    return TensorType(shape, dtype)


def _tile(text: TileText) -> TileType:
    """A tile; once it has a layout, a physical shape that is not written is the logical one."""
    shape, dtype = _dims(text.dims)
    rows, columns = _pair(shape)
    _check_bytes(shape, dtype)
    memory, layout = _words(text.words)
    physical = None if text.physical is None else _shape(text.physical)
    if physical is None and layout is not None:
        physical = (rows, columns)
    return TileType(
        shape=(rows, columns),
        dtype=dtype,
        valid=(rows, columns) if text.valid is None else _valid(text.valid, (rows, columns)),
        memory=memory,
        physical=physical,
        layout=layout,
        offset=None if text.offset is None else _offset(text.offset),
    )


def _pair(shape: tuple[int, ...]) -> Shape2D:
    if len(shape) != 2:
        raise _Refused(f"{len(shape)} dims", "a tile has two dims: rows and columns")
    return shape[0], shape[1]


def _shape(text: str) -> Shape2D:
    return _pair(tuple(map(_extent, text.split("x"))))


def _valid(text: str, shape: Shape2D) -> tuple[Extent, Extent]:
    rows, columns = (None if extent == "?" else _valid_extent(extent) for extent in text.split("x"))
    if (rows or 0) > shape[0] or (columns or 0) > shape[1]:
        raise _Refused(f"{text} is valid of {shape[0]}x{shape[1]}", "a valid shape lies within the shape")
    return rows, columns


def _valid_extent(text: str) -> int:
    """A valid extent; 0 is none of what `load` takes, but what a type may say."""
    extent = integer(text, low=0)
    return _extent(text) if extent is None else extent


def _offset(text: str) -> int:
    digits = text.removeprefix("@0x")
    if len(digits) > 16 or (offset := int(digits, 16)) > LARGEST:
        raise _Refused(f"{_shortened(text)} is no offset", f"an offset is 0 to 0x{LARGEST:x}")
    return offset


def _words(words: tuple[str, ...]) -> tuple[Memory | None, Layout | None]:
    """`[memory][, layout]`."""
    rest = list(words)
    memory = MEMORIES.get(rest[0]) if rest else None
    rest = rest[1:] if memory is not None else rest
    layout = LAYOUTS.get(rest[0]) if rest else None
    rest = rest[1:] if layout is not None else rest
    if rest:
        raise _Refused(
            f"`{rest[0]}` is neither a memory nor, behind it, a layout",
            f"memories are {', '.join(MEMORIES)}; layouts {', '.join(LAYOUTS)}",
        )
    return memory, layout
