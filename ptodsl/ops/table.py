"""THE OP TABLE: every row by its name in IR text, and by the spellings of `pl`."""

from __future__ import annotations

from ptodsl.ir.nodes import Op
from ptodsl.ops import elementwise, matrix, movement, reduction, scalar, shape, sync, tensor
from ptodsl.ops.row import OpRow, ResultRow

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


def result_of(op: Op) -> ResultRow | None:
    """What the row says of a node's result tile, or the flag that it sets; None where it makes none."""
    for attribute in _FLAGS.get(op.name, ()):
        if op.attributes.get(attribute.name):
            return attribute.result
    return row_of(op).result


_FLAGS = {row.name: flags for row in ROWS.values() if (flags := [one for one in row.attributes if one.result])}
"""The attributes that say something else of the result."""


def takes_hidden_scratch(op: Op) -> bool:
    """Whether a node is in a form without a temporary, in which the library takes hidden bytes."""
    slot = _HIDDEN.get(op.name)
    return slot is not None and not op.operands[slot]


_HIDDEN = {row.name: row.operand_index(slot.name) for row in ROWS.values() for slot in row.operands if slot.hidden}
"""The temporary that ops have a form without."""
