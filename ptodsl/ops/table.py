"""THE OP TABLE: every row by its name in IR text, and by the spellings of `pl`."""

from __future__ import annotations

from ptodsl.ir.nodes import Op
from ptodsl.ops import elementwise, matrix, movement, reduction, scalar, shape, sync, tensor
from ptodsl.ops.row import OpRow

ROWS: dict[str, OpRow] = {
    row.name: row
    for family in (movement, elementwise, reduction, matrix, shape, scalar, tensor, sync)
    for row in family.ROWS
}
"""Every op by its name in IR text. `view` is the tensor's; a tile's is `slice`."""


def _spellings() -> dict[str, tuple[OpRow, ...]]:
    spellings: dict[str, list[OpRow]] = {}
    for row in ROWS.values():
        for name in row.names:
            spellings.setdefault(name, []).append(row)
    return {name: tuple(rows) for name, rows in spellings.items()}


SPELLINGS: dict[str, tuple[OpRow, ...]] = _spellings()
"""The rows that a name in `pl` may mean; the kinds of the operands decide."""


def row_of(op: Op) -> OpRow:
    """The row of a node."""
    return ROWS[op.name]
