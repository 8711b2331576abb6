"""Kernels of one instruction, as data: operands and a statement become a C++ function and a call with numpy arrays.

Every operand travels with its whole physical tile, outside its valid shape too. So a test sees what an instruction
wrote beyond the valid shape of its result, and puts garbage wherever an instruction must not look.
"""

from __future__ import annotations

import ctypes
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import ml_dtypes
import numpy as np
import numpy.typing as npt

from tests.tile_library.toolchain import host_compiler

Array: TypeAlias = npt.NDArray[Any]

PROLOGUE = """#include <cstdint>
#include <pto/pto-inst.hpp>
using namespace pto;
#define KERNEL extern "C" __attribute__((visibility("default"))) void
"""

DTYPES: dict[str, np.dtype[Any]] = {
    "float": np.dtype(np.float32),
    "half": np.dtype(np.float16),
    "bfloat16_t": np.dtype(ml_dtypes.bfloat16),
    **{f"{sign}int{bits}_t": np.dtype(f"{sign}int{bits}") for bits in (8, 16, 32, 64) for sign in ("", "u")},
}
FLOATS = ("float", "half", "bfloat16_t")
INTEGERS = tuple(name for name in DTYPES if "int" in name)


@dataclass(frozen=True)
class Operand:
    """A tile in UB with the window of global memory that holds all of it."""

    name: str
    element: str
    rows: int
    cols: int
    valid: tuple[int, int] | None = None
    dynamic: bool = False
    column_major: bool = False
    pad: str = "PadValue::Null"

    @property
    def dtype(self) -> np.dtype[Any]:
        """The element type in numpy."""
        return DTYPES[self.element]

    @property
    def valid_shape(self) -> tuple[int, int]:
        """Rows and columns that the instruction sees."""
        return self.valid or (self.rows, self.cols)

    @property
    def inside(self) -> tuple[slice, slice]:
        """The index of the valid elements in the whole tile."""
        return slice(self.valid_shape[0]), slice(self.valid_shape[1])

    def _tile(self, valid: str) -> str:
        layout = "ColMajor" if self.column_major else "RowMajor"
        return (
            f"Tile<TileType::Vec, {self.element}, {self.rows}, {self.cols}, BLayout::{layout}, {valid}, "
            f"SLayout::NoneBox, 512, {self.pad}>"
        )

    def placement(self, address: int) -> str:
        """The tile at its address."""
        rows, cols = self.valid_shape
        valid = "-1, -1" if self.dynamic else f"{rows}, {cols}"
        given = f"({rows}, {cols})" if self.dynamic else ""
        return f"  {self._tile(valid)} {self.name}{given}; TASSIGN({self.name}, {address});\n"

    def declaration(self, address: int, position: int) -> str:
        """Tile, whole tile and window, with the whole tile loaded."""
        size = self.rows * self.cols
        strides = f"1, {self.rows}" if self.column_major else f"{self.cols}, 1"
        layout = "DN" if self.column_major else "ND"
        return (
            f"{self.placement(address)}"
            f"  {self._tile(f'{self.rows}, {self.cols}')} {self.name}_all; TASSIGN<{address}>({self.name}_all);\n"
            f"  GlobalTensor<{self.element}, pto::Shape<1, 1, 1, {self.rows}, {self.cols}>, "
            f"pto::Stride<{size}, {size}, {size}, {strides}>, Layout::{layout}> "
            f"{self.name}_window(static_cast<{self.element}*>(operands[{position}]));\n"
            f"  TLOAD({self.name}_all, {self.name}_window);\n"
        )


@dataclass(frozen=True)
class Kernel:
    """One statement over operands; the first operand is the result and is stored afterwards."""

    name: str
    statement: str
    operands: tuple[Operand, ...]
    scratch: Operand | None = None
    """A tile that the statement names and that holds nothing."""

    @property
    def result(self) -> Operand:
        """The operand that the statement writes."""
        return self.operands[0]

    def source(self) -> str:
        """The C++ function."""
        lines: list[str] = []
        address = 0
        for position, operand in enumerate(self.operands):
            lines.append(operand.declaration(address, position))
            address += -(-operand.rows * operand.cols * operand.dtype.itemsize // 32) * 32
        if self.scratch:
            lines.append(self.scratch.placement(address))
        stored = f"  TSTORE({self.result.name}_window, {self.result.name}_all);\n"
        return f"KERNEL {self.name}(void** operands) {{\n{''.join(lines)}  {self.statement};\n{stored}}}\n"


OF_ORDER = frozenset(
    {"race", "wait-without-set", "token-left", "set-twice", "too-many-tokens", "store-unfinished", "cores-mixed"}
)
"""What the checked library finds in kernels without flags, which most of these are."""
OF_ARCHITECTURE = frozenset({"dtype-refused"})
"""What it finds in kernels of element types that A2/A3 does not compute with."""


@dataclass(frozen=True)
class Finding:
    """What a checked kernel did wrong, as its engine says it."""

    kind: str
    line: int
    fields: dict[str, int | str]


@dataclass(frozen=True)
class Library:
    """Compiled kernels, called by name. Checked ones are called with nothing found but what `expected` says."""

    functions: ctypes.CDLL
    expected: frozenset[str] = OF_ORDER | OF_ARCHITECTURE

    def call(self, name: str, *arrays: Array) -> None:
        """Run a function on the arrays' memory."""
        pointers = (ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays))
        self._run(name, pointers)

    def call_with(self, name: str, *arrays: Array) -> None:
        """Run a function that takes a pointer for each array."""
        assert all(array.flags.c_contiguous for array in arrays)
        self._run(name, *(ctypes.c_void_p(array.ctypes.data) for array in arrays))

    def expecting(self, *kinds: str) -> Library:
        """The same kernels, in which more may be found."""
        return replace(self, expected=self.expected | set(kinds))

    def _run(self, name: str, *arguments: Any) -> None:
        self.start()
        self.functions[name](*arguments)
        unexpected = [finding for finding in self.findings() if finding.kind not in self.expected]
        assert not unexpected, unexpected

    @property
    def is_checked(self) -> bool:
        """Whether it was built with checks."""
        return hasattr(self.functions, "ptodsl_check_start")

    def start(self) -> None:
        """Forget findings."""
        if self.is_checked:
            self.functions.ptodsl_check_start((ctypes.c_int64 * 3)(0, 0, 1000))

    def findings(self) -> tuple[Finding, ...]:
        """What was found since; nothing in a fast build."""
        if not self.is_checked:
            return ()
        self.functions.ptodsl_check_findings.restype = ctypes.c_char_p
        found: list[dict[str, Any]] = json.loads(self.functions.ptodsl_check_findings())
        places = ("kind", "file", "line", "other_file", "other_line")
        return tuple(
            Finding(one["kind"], one["line"], {name: one[name] for name in one if name not in places}) for one in found
        )

    def run(self, kernel: Kernel, *inputs: Array, poison: Array) -> Array:
        """The whole result tile: what was poison and is not valid stays as it was."""
        result = _in_layout(kernel.result, poison)
        arrays = [_in_layout(operand, array) for operand, array in zip(kernel.operands[1:], inputs, strict=True)]
        self.call(kernel.name, result, *arrays)
        return np.ascontiguousarray(result)


def _in_layout(operand: Operand, array: Array) -> Array:
    """A copy of the array with the tile's shape, type and order of elements."""
    assert array.shape == (operand.rows, operand.cols), f"{operand.name}: {array.shape}"
    assert array.dtype == operand.dtype, f"{operand.name}: {array.dtype}"
    return np.array(array, order="F" if operand.column_major else "C", copy=True)


def build_kernels(kernels: tuple[Kernel, ...], folder: Path, name: str, *flags: str) -> Library:
    """All kernels in one translation unit, compiled and loaded."""
    source = PROLOGUE + "".join(kernel.source() for kernel in kernels)
    return Library(host_compiler().build(source, folder, name, *flags))
