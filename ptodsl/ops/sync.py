"""Rows: the order of pipes. `insert_sync` places them; kernels written by hand may."""

from __future__ import annotations

from ptodsl.ir.hardware import Pipe
from ptodsl.ops.row import AttributeKind, AttributeRow, Family, OpRow

_PIPES = tuple(pipe.value for pipe in Pipe if pipe is not Pipe.ALL)
_FLAG = (
    AttributeRow("source", AttributeKind.WORD, _PIPES, required=True, positional=True, doc="the pipe waited for"),
    AttributeRow("target", AttributeKind.WORD, _PIPES, required=True, positional=True, doc="the pipe that waits"),
    AttributeRow("event", AttributeKind.INT, required=True, positional=True, doc="the id, 0 to 7"),
    AttributeRow("pair", AttributeKind.INT, doc="the number of the item that `insert_sync` placed"),
)

ROWS: tuple[OpRow, ...] = (
    OpRow(
        name="set_flag",
        family=Family.SYNC,
        doc="Once all that `source` was given before is done, a token stands for `target`.",
        example="set_flag mte2, v, 1 pair=0",
        infer=None,
        attributes=_FLAG,
        emit="flag",
        instruction="set_flag",
        numpy="nothing",
    ),
    OpRow(
        name="wait_flag",
        family=Family.SYNC,
        doc="What `target` is given from here on waits for the token, and takes it.",
        example="wait_flag mte2, v, 1 pair=0",
        infer=None,
        attributes=_FLAG,
        emit="flag",
        instruction="wait_flag",
        numpy="nothing",
    ),
    OpRow(
        name="pipe_barrier",
        family=Family.SYNC,
        doc="What the pipe is given from here on starts after all before is done; `all`: every pipe.",
        example="pipe_barrier v",
        infer=None,
        attributes=(
            AttributeRow(
                "pipe", AttributeKind.WORD, tuple(pipe.value for pipe in Pipe), required=True, positional=True
            ),
            AttributeRow("pair", AttributeKind.INT),
        ),
        emit="barrier",
        instruction="pipe_barrier",
        numpy="nothing",
    ),
)
