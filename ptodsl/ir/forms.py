"""How a statement of an op is written: the patterns that messages show."""

from __future__ import annotations

from typing_extensions import assert_never

from ptodsl.ir.dtypes import DTYPES
from ptodsl.ops.row import Arity, AttributeKind, AttributeRow, OperandRow, OpRow, Syntax

_SETTINGS = {
    AttributeKind.SHAPE: "[1, 2]",
    AttributeKind.DTYPE: "fp32",
    AttributeKind.FLAG: "true",
    AttributeKind.INT: "1",
    AttributeKind.NUMBER: "1.0",
}


def form_of(row: OpRow) -> str:
    """A statement of the op, its operands called as in the row; what may be left out is left out."""
    plain: list[str] = []
    for operand in row.operands:
        if operand.syntax is Syntax.BRACKETS:
            plain[-1] += f"[%{operand.name}, ...]"
        elif operand.syntax is Syntax.PLAIN and operand.arity is not Arity.OPTIONAL:
            plain.append(_operand(operand))
    needed = [attribute for attribute in row.attributes if attribute.required]
    plain += (_setting(attribute) for attribute in needed if attribute.positional)
    named = [f"{attribute.name}={_setting(attribute)}" for attribute in needed if not attribute.positional]
    result = ("%result = ", " : type") if row.has_result else ("", "")
    words = [row.name, ", ".join(plain), *named]
    return result[0] + " ".join(word for word in words if word) + result[1]


def wanted(row: AttributeRow) -> str:
    """What an attribute holds, in plain words."""
    match row.kind:
        case AttributeKind.SHAPE:
            return "a list of whole numbers (`[16, 64]`)"
        case AttributeKind.DTYPE:
            return f"a dtype: {', '.join(DTYPES)}"
        case AttributeKind.WORD:
            return f"one of {', '.join(row.words)}"
        case AttributeKind.FLAG:
            return "`true` or `false`"
        case AttributeKind.INT:
            return "a whole number"
        case AttributeKind.NUMBER:
            return f"a number{''.join(f' or {word}' for word in row.words)}"
        case _:
            assert_never(row.kind)


def _operand(row: OperandRow) -> str:
    return f"%{row.name}, ..." if row.arity is Arity.MANY else f"%{row.name}"


def _setting(row: AttributeRow) -> str:
    return row.name if row.kind is AttributeKind.WORD else _SETTINGS[row.kind]
