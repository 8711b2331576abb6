"""Rows: numbers, on the scalar unit."""

from __future__ import annotations

from ptodsl.ops import infer, infer_scalars
from ptodsl.ops.row import AttributeKind, AttributeRow, Family, Infer, OperandKind, OperandRow, OpRow


def _binary(name: str, doc: str, example: str, rule: Infer, names: tuple[str, ...] = (), operator: str = "") -> OpRow:
    return OpRow(
        name=f"scalar.{name}",
        family=Family.SCALAR,
        doc=doc,
        example=example,
        infer=rule,
        operands=(
            OperandRow("left", OperandKind.SCALAR, like="right"),
            OperandRow("right", OperandKind.SCALAR, like="left"),
        ),
        names=names,
        operator=operator,
        emit="scalar",
        numpy=f"scalar_{name}",
    )


def _logic(name: str, doc: str, example: str, *operands: str) -> OpRow:
    return OpRow(
        name=f"scalar.{name}",
        family=Family.SCALAR,
        doc=doc,
        example=example,
        infer=infer_scalars.condition,
        operands=tuple(OperandRow(operand, OperandKind.SCALAR) for operand in operands),
        operator=name,
        emit="scalar",
        numpy=f"scalar_{name}",
    )


ROWS: tuple[OpRow, ...] = (
    _binary("add", "The sum of two numbers.", "n + 1", infer_scalars.scalar_arithmetic, operator="+"),
    _binary("sub", "The difference of two numbers.", "n - 1", infer_scalars.scalar_arithmetic, operator="-"),
    _binary("mul", "The product of two numbers.", "n * 2", infer_scalars.scalar_arithmetic, operator="*"),
    _binary("div", "The quotient of two floats.", "x / 2.0", infer_scalars.scalar_division, operator="/"),
    _binary(
        "floordiv",
        "The quotient rounded down, as in Python.",
        "n // 16",
        infer_scalars.scalar_floored,
        operator="//",
    ),
    _binary(
        "mod",
        "The remainder with the divisor's sign, as in Python.",
        "n % 16",
        infer_scalars.scalar_floored,
        operator="%",
    ),
    _binary("min", "The smaller of two numbers.", "pl.min(n, 16)", infer_scalars.scalar_arithmetic, ("min",)),
    _binary("max", "The larger of two numbers.", "pl.max(n, 1)", infer_scalars.scalar_arithmetic, ("max",)),
    _binary("eq", "Whether two numbers are equal.", "n == 0", infer_scalars.scalar_comparison, operator="=="),
    _binary("ne", "Whether two numbers differ.", "n != 0", infer_scalars.scalar_comparison, operator="!="),
    _binary("lt", "Whether the first is less.", "n < 16", infer_scalars.scalar_comparison, operator="<"),
    _binary("le", "Whether the first is less or equal.", "n <= 16", infer_scalars.scalar_comparison, operator="<="),
    _binary("gt", "Whether the first is greater.", "n > 16", infer_scalars.scalar_comparison, operator=">"),
    _binary("ge", "Whether the first is greater or equal.", "n >= 16", infer_scalars.scalar_comparison, operator=">="),
    _logic("and", "Whether both conditions hold; both are evaluated.", "a and b", "left", "right"),
    _logic("or", "Whether a condition holds; both are evaluated.", "a or b", "left", "right"),
    _logic("not", "Whether a condition does not hold.", "not a", "source"),
    OpRow(
        name="scalar.neg",
        family=Family.SCALAR,
        doc="The negative of a number.",
        example="-n",
        infer=infer_scalars.scalar_unary,
        operands=(OperandRow("source", OperandKind.SCALAR),),
        operator="-",
        emit="scalar",
        numpy="scalar_neg",
    ),
    OpRow(
        name="scalar.cast",
        family=Family.SCALAR,
        doc="A number in another dtype: to nearest even, to zero from float to integer, saturating.",
        example="pl.cast(n, pl.INT32)",
        infer=infer.cast,
        operands=(OperandRow("source", OperandKind.SCALAR),),
        attributes=(AttributeRow("dtype", AttributeKind.DTYPE, required=True, keyword="target_type"),),
        names=("cast",),
        emit="scalar",
        numpy="scalar_cast",
    ),
)
