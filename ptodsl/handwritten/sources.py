"""From a hand-written kernel to a checked library that calls it."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ptodsl.codegen.harness import Argument, emit_harness
from ptodsl.errors import PtoError
from ptodsl.errors.build import CompileFailed
from ptodsl.handwritten.compiler_words import refusals
from ptodsl.handwritten.description import Kernel
from ptodsl.ir.nodes import Direction
from ptodsl.runtime import build, toolchains
from ptodsl.runtime.signature import Access, Slot, TensorSlot
from ptodsl.runtime.targets import CHECKED
from ptodsl.runtime.toolchains import Toolchain

_DIRECTIONS = {Access.READ: Direction.IN, Access.WRITE: Direction.OUT, Access.READ_WRITE: Direction.INOUT}


def library_of(kernel: Kernel, arch: str, flags: Sequence[str] = ()) -> Path:
    """The library that runs a kernel, its file compiled with these flags too.

    Raises E1133 and E1134 for what the compiler refuses, E06 for the toolchain.
    """
    found = toolchains.find(CHECKED.name, arch)
    toolchain = replace(found, flags=(*found.flags, *flags))
    text = emit_harness(kernel.file, kernel.entry, [_argument(slot) for slot in kernel.parameters], kernel.blocks)
    try:
        return build.build(f'{text}\n#define PTODSL_SOURCES "{_digest(text, toolchain)}"\n', toolchain)
    except PtoError as error:
        raise _explained(kernel, error) from error


def _argument(slot: Slot) -> Argument:
    if isinstance(slot, TensorSlot):
        return Argument(slot.name, slot.dtype, slot.shape, _DIRECTIONS[slot.access])
    return Argument(slot.name, slot.dtype)


def _digest(text: str, toolchain: Toolchain) -> str:
    """A hash of all that the harness includes, as the compiler sees it: the key of the cache knows our files only."""
    includes = (f"-I{folder}" for folder in toolchain.includes)
    command = (*toolchain.compiler.command, *toolchain.flags, *includes, "-E", "-x", "c++", "-")
    seen = subprocess.run(command, input=text.encode("utf-8", "surrogateescape"), capture_output=True, check=False)
    return hashlib.sha256(seen.stdout).hexdigest()


def _explained(kernel: Kernel, error: PtoError) -> PtoError:
    """What the compiler said in words for the one who wrote the kernel, if it said where the error is."""
    failed = error.diagnostics[0]
    if not isinstance(failed, CompileFailed):
        return error
    folder = Path(str(failed.fields["folder"]))
    said = refusals(kernel, (folder / "output.txt").read_text(encoding="utf-8", errors="replace"), folder)
    return PtoError(said) if said else error
