"""Placed kernels as IR text, for tests of what is checked on them."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent, indent
from typing import TypeAlias

from ptodsl.errors import Diagnostic, PtoError
from ptodsl.ir.nodes import Program
from ptodsl.ir.parser import parse
from ptodsl.machine import Architecture
from ptodsl.verify.placement import verify_placement
from ptodsl.verify.sync import verify_sync

Verify: TypeAlias = Callable[[], tuple[Diagnostic, ...]]

PARAMETERS = (
    "%g: inout tensor<256x64xfp32>, %h: tensor<256x64xfp32>, %w: tensor<256x256xfp16>, "
    "%o: inout tensor<256x256xfp32>, %n: index, %c: bool"
)


def kernel(body: str) -> str:
    """A program of one kernel: `body` between its parameters and its `return`."""
    lines = indent(dedent(body).strip("\n"), "  ")
    return f"ptodsl-ir 1\nprogram @P\n\nkernel @k({PARAMETERS}) -> (tensor<256x64xfp32>) {{\n{lines}\n  return %g\n}}\n"


def ub(offset: int, rows: int = 16, columns: int = 64) -> str:
    """The type of a tile in UB."""
    return f"tile<{rows}x{columns}xfp32, ub, nd, @0x{offset:x}>"


def pair(source: str, target: str, number: int, event: int = 1) -> str:
    """A set and its wait right behind it, as one item."""
    return f"set_flag {source}, {target}, {event} pair={number}\nwait_flag {source}, {target}, {event} pair={number}\n"


def program(body: str) -> Program:
    """The parsed program of a kernel's body."""
    return parse(kernel(body), "kernel.ir")


def sync_codes(body: str, architecture: Architecture, *, strict: bool = True, strict_flags: bool = False) -> list[str]:
    """The codes that verify_sync gives, errors or notes, in order."""
    parsed = program(body)
    return _codes(lambda: verify_sync(parsed, architecture, strict=strict, strict_flags=strict_flags))


def placement_codes(body: str, architecture: Architecture) -> list[str]:
    """The codes that verify_placement gives."""
    parsed = program(body)
    return _codes(lambda: verify_placement(parsed, architecture))


def _codes(verify: Verify) -> list[str]:
    try:
        return [note.code for note in verify()]
    except PtoError as error:
        return [diagnostic.code for diagnostic in error.diagnostics]
