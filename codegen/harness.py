"""The C++ around a kernel that somebody wrote by hand: it says what the kernel was given, and calls it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ptodsl.codegen.entry import from_slot
from ptodsl.codegen.layout import lay_out
from ptodsl.codegen.touched import Touched, dense, quoted
from ptodsl.ir.dtypes import DType
from ptodsl.ir.nodes import Direction


@dataclass(frozen=True)
class Argument:
    """An argument of the kernel: a tensor of a shape, or a scalar, which has neither shape nor direction."""

    name: str
    dtype: DType
    shape: tuple[int, ...] | None = None
    direction: Direction = Direction.IN


def emit_harness(file: Path, entry: str, arguments: Sequence[Argument], blocks: int) -> str:
    """A program that runs an entry of a file once for each block, its arguments one in a slot."""
    context = {
        "file": f'"{file}"',
        "entry": entry,
        "title": quoted(entry),
        "blocks": blocks,
        "touched": tuple(_touched(arguments)),
        "arguments": [_spelled(slot, argument) for slot, argument in enumerate(arguments)],
    }
    return lay_out("harness.cpp.j2", {"harness": context})


def _touched(arguments: Sequence[Argument]) -> list[Touched]:
    return [
        Touched(one.name, slot, one.dtype, one.direction, one.shape, dense(one.shape))
        for slot, one in enumerate(arguments)
        if one.shape is not None
    ]


def _spelled(slot: int, argument: Argument) -> str:
    """What the entry is called with."""
    if argument.shape is not None:
        return f"ptodsl_harness::Address<{argument.dtype.cpp}>{{args[{slot}]}}"
    return from_slot(argument.dtype, slot)
