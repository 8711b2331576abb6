"""One kernel that tries one op: what it is given, its source, and what it must leave behind."""

from __future__ import annotations

import enum
import linecache
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptodsl.driver import program_of
from ptodsl.interpreter.values import numpy_dtype
from ptodsl.ir.dtypes import BOOL, DType, Kind
from ptodsl.ir.nodes import Program
from ptodsl.ops.row import Numerics
from ptodsl.ops.table import ROWS
from tests.application import samples, specials

Array: TypeAlias = NDArray[Any]
Arrays: TypeAlias = Mapping[str, Array]


class Fill(enum.Enum):
    """What a tensor holds before the program runs."""

    ORDINARY = "random"
    HOSTILE = "random, with the elements at the edges of the dtype among them"
    FINITE = "random; of whole numbers also those at the edges; none of them 0"
    TAME = "hostile, but no finite element so large that the order of a sum could decide whether it overflows"
    POISON = "random bytes"


@dataclass(frozen=True)
class Tensor:
    """A tensor parameter of a kernel."""

    name: str
    shape: tuple[int, ...]
    dtype: DType
    fill: Fill = Fill.HOSTILE

    def values(self, seed: int) -> Array:
        """What it holds before; the same for the same seed."""
        generator = np.random.default_rng(seed)
        if self.fill is Fill.POISON:
            return _poisoned(generator, self.shape, self.dtype)
        values: Array = samples(self.dtype, self.shape, seed)
        edgeless = self.fill is Fill.ORDINARY or (self.fill is Fill.FINITE and self.dtype.is_float)
        if not edgeless:
            edges = specials(self.dtype)
            places = generator.random(self.shape) < 0.3
            values[places] = generator.choice(edges, int(places.sum()))
        if self.fill is Fill.FINITE:
            values[values == 0] = 1 if self.dtype.kind is Kind.UINT else -1
        return _tamed(values, self.dtype) if self.fill is Fill.TAME else values

    @property
    def annotation(self) -> str:
        """Its type as kernels write it."""
        return f"pl.Tensor[[{', '.join(map(str, self.shape))}], pl.{self.dtype}]"


def _poisoned(generator: np.random.Generator, shape: tuple[int, ...], dtype: DType) -> Array:
    """Random bytes; a BOOL is still 0 or 1."""
    raw = bytearray(generator.bytes(math.prod(shape) * dtype.size))
    if dtype is BOOL:
        raw = bytearray(byte & 1 for byte in raw)
    poison: Array = np.frombuffer(raw, numpy_dtype(dtype)).reshape(shape)
    return poison


def _tamed(values: Array, dtype: DType) -> Array:
    """No finite float beyond 100; infinities and NaN in the second row alone, so that the others add up to numbers."""
    if not dtype.is_float:
        return values
    wide = values.astype(np.float64)
    wide = np.where(np.isfinite(wide), np.clip(wide, -100.0, 100.0), wide)
    elsewhere = np.arange(len(wide)) != 1
    wide[elsewhere] = np.where(np.isfinite(wide[elsewhere]), wide[elsewhere], -1.5)
    return wide.astype(numpy_dtype(dtype))


@dataclass(frozen=True)
class Number:
    """A scalar parameter of a kernel, and the literal that the orchestration passes."""

    name: str
    dtype: DType
    literal: str


@dataclass(frozen=True)
class Expected:
    """What a window of an output must hold by the op's definition, in double or in whole numbers.

    `steps`: how many neighbours in the output's dtype a result may be away. `scale`: where results are sums of `terms`,
    the sum of magnitudes; then half a unit of its last place in FP32 is allowed too, for each term and one more.
    """

    values: Array
    steps: int = 0
    scale: Array | None = None
    terms: int = 0
    window: tuple[slice, ...] = ()


Define: TypeAlias = Callable[[Arrays], Mapping[str, Expected]]
"""Inputs by name, and the outputs as they were before, to what each output must hold; the rest of it stays."""


@dataclass(frozen=True)
class Case:
    """A kernel for one row, and the tensors that the orchestration runs it on.

    Unless said otherwise the kernel has the parameters `inputs` and `outputs`, then `numbers`, and is called once.
    """

    row: str
    variant: str
    lines: tuple[str, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    define: Define
    numbers: tuple[Number, ...] = ()
    parameters: tuple[Tensor, ...] | None = None
    """The kernel's tensors, where they are not the orchestration's."""
    calls: tuple[str, ...] = ()
    """The orchestration's lines; `{kernel}` and the names of its tensors are filled in."""
    applied: tuple[str, ...] = ()
    """The rows that an element of an output goes through, where that is not the row alone."""
    name: str = field(default="")

    @property
    def numerics(self) -> Numerics:
        """How far executions may be apart: as far as the applied rows allow."""
        applied = [ROWS[name].numerics for name in self.applied or (self.row,)]
        return Numerics(
            exact=all(numerics.exact for numerics in applied),
            ulp=max(numerics.ulp for numerics in applied),
            accumulates=any(numerics.accumulates for numerics in applied),
        )

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """All of them, in order."""
        return (*self.inputs, *self.outputs)

    def called(self, tensor: Tensor) -> str:
        """The orchestration's name for a tensor of the kernel."""
        return f"{self.name}_{tensor.name}"

    def kernel(self) -> list[str]:
        """The lines of the kernel."""
        tensors = self.tensors if self.parameters is None else self.parameters
        parameters = [f"{tensor.name}: {tensor.annotation}" for tensor in tensors]
        parameters += [f"{number.name}: pl.Scalar[pl.{number.dtype}]" for number in self.numbers]
        return [
            "@pl.function",
            f"def {self.name}(self, {', '.join(parameters)}):",
            *(f"    {line}" for line in self.lines),
        ]

    def tasks(self) -> list[str]:
        """The lines of the orchestration that run the kernel."""
        names = {tensor.name: self.called(tensor) for tensor in self.tensors}
        arguments = ", ".join([*names.values(), *(number.literal for number in self.numbers)])
        calls = self.calls or (f"{{kernel}}({arguments})",)
        return [line.format(kernel=f"self.{self.name}", **names) for line in calls]


def named(cases: Iterable[Case]) -> tuple[Case, ...]:
    """The cases with names that are unique, and identifiers."""
    return tuple(
        replace(case, name=f"{case.row.replace('.', '_')}_{case.variant}_{index}") for index, case in enumerate(cases)
    )


HEADER = """
import ptodsl.language as pl

INF = float("inf")
NAN = float("nan")
"""


def source_of(cases: Sequence[Case]) -> str:
    """One program of many kernels and one orchestration that runs them all."""
    parameters = [f"{case.called(tensor)}: {tensor.annotation}" for case in cases for tensor in case.tensors]
    lines: list[str] = []
    for case in cases:
        lines += [*case.kernel(), ""]
    lines += ["@pl.function(type=pl.FunctionType.Orchestration)", f"def main(self, {', '.join(parameters)}):"]
    lines += [f"    {line}" for case in cases for line in case.tasks()]
    body = "\n".join(f"    {line}" if line else "" for line in lines)
    return f"{HEADER}\n@pl.program\nclass Ops:\n{body}\n"


def program(cases: Sequence[Case], label: str) -> Program:
    """The frontend's IR of that program."""
    text, file = source_of(cases), f"<ops {label}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    names: dict[str, Any] = {}
    exec(compile(text, file, "exec", dont_inherit=True), names)
    return program_of(names["Ops"])


def arguments(cases: Sequence[Case]) -> list[Array]:
    """What the orchestration is given, in order."""
    made: list[Array] = []
    for case in cases:
        made += [tensor.values(seed=len(made) + index) for index, tensor in enumerate(case.tensors)]
    return made
