"""What is undefined in the checked library is what is undefined in the interpreter: stores of random kernels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from ptodsl import driver
from ptodsl.errors import PtoError
from ptodsl.errors.runtime import UndefinedStored
from ptodsl.interpreter import run
from ptodsl.ir.parser import parse
from ptodsl.machine import A2A3, ARCHITECTURES
from ptodsl.runtime.checked_launch import CheckedLaunch
from tests.tile_library.instruction_kernels import Array
from tests.tile_library.undefined_kernels import SIDE, WHOLE, UndefinedKernel, program
from tests.tile_library.undefined_products import UndefinedProducts
from tests.tile_library.undefined_vectors import UndefinedVectors

KERNELS = 12
NUMPY = {"fp32": np.float32, "fp16": np.float16}

Undefined = dict[str, dict[int, tuple[int, int, int]]]
"""By kernel and by store: row and column of the first undefined element, and how many there are."""


@dataclass(frozen=True)
class Batch:
    """Kernels that are compiled as one."""

    kernels: Sequence[UndefinedKernel]

    def text(self) -> str:
        return program(self.kernels, [kernel.stores for kernel in self.kernels])

    def arguments(self) -> list[Array]:
        """What is loaded, and poison for every output."""
        shapes = [kernel.known[i].shape for kernel in self.kernels for i in kernel.stores]
        return [*inputs(), *(np.full(shape, np.nan, np.float32) for shape in shapes)]


def inputs() -> list[Array]:
    """What is loaded."""
    return [np.ones((SIDE, SIDE), NUMPY[dtype]) for dtype in WHOLE.values()]


def interpreted(kernel: UndefinedKernel) -> dict[int, tuple[int, int, int]]:
    """What the interpreter says of each store alone."""
    found: dict[int, tuple[int, int, int]] = {}
    for position in kernel.stores:
        text, shape = program([kernel], [(position,)]), kernel.known[position].shape
        try:
            run(parse(text), [*inputs(), np.full(shape, np.nan, np.float32)])
        except PtoError as error:
            (mistake,) = error.diagnostics
            assert isinstance(mistake, UndefinedStored)
            numbers = re.search(r"\[(\d+), (\d+)\] of (\d+)", mistake.message)
            assert numbers
            found[position] = (int(numbers[1]), int(numbers[2]), int(numbers[3]))
    return found


def checked(batch: Batch, arch: str) -> Undefined:
    """What a checked launch says of all stores."""
    compiled = driver.compile(parse(batch.text()), arch, "checked", limit=100_000)
    with pytest.raises(PtoError):
        compiled(*batch.arguments())
    (source,) = (text for name, text in compiled.sources.items() if name.endswith(".cpp"))
    places = _stores(source)
    assert isinstance(compiled.launch, CheckedLaunch)
    positions = {kernel.name: kernel.stores for kernel in batch.kernels}
    found: Undefined = {kernel.name: {} for kernel in batch.kernels}
    for finding in compiled.launch.findings:
        assert finding.kind == "undefined-stored", finding
        assert finding.at is not None
        kernel, count = places[finding.at.line]
        found[kernel][positions[kernel][count]] = _numbers(finding.fields)
    return found


def _numbers(fields: Mapping[str, int | str]) -> tuple[int, int, int]:
    return int(fields["row"]), int(fields["column"]), int(fields["count"])


def _stores(source: str) -> dict[int, tuple[str, int]]:
    """The kernel of each line with a store, and which of its stores it is."""
    places: dict[int, tuple[str, int]] = {}
    kernel, count = "", 0
    for number, line in enumerate(source.split("\n"), 1):
        if start := re.match(r"AICORE void (\w+)\(", line):
            kernel, count = start[1], 0
        if "TSTORE(" in line:
            places[number] = (kernel, count)
            count += 1
    return places


@pytest.mark.parametrize("arch", sorted(ARCHITECTURES))
@pytest.mark.parametrize("kind", [UndefinedVectors, UndefinedProducts])
def test_undefined_elements_are_those_of_the_interpreter(kind: type[UndefinedKernel], arch: str) -> None:
    batch = Batch([kind(seed) for seed in range(KERNELS)])
    expected = {kernel.name: interpreted(kernel) for kernel in batch.kernels}
    assert sum(map(len, expected.values())) > KERNELS
    assert checked(batch, arch) == expected


LEFT = """ptodsl-ir 1
program @P

kernel @k(%x: tensor<16x64xfp32>, %y: out tensor<16x64xfp32>) {
  %a = load %x[0, 0] sizes=[16, 64] : tile<16x64xfp32, ub, nd, @0x0>
  set_flag mte2, mte3, 0
  wait_flag mte2, mte3, 0
  %b = create_tile shape=[16, 64] dtype=fp32 : tile<16x64xfp32, ub, nd, @0x0>
  store %b, %y[0, 0]
  pipe_barrier all
  return
}

orchestration @main(%x: tensor<16x64xfp32>, %y: out tensor<16x64xfp32>) {
  call @k(%x, %y)
  return
}
"""


def test_create_tile_writes_nothing_in_placed_ir_and_is_undefined_in_a_program() -> None:
    """The checked library knows bytes, as the interpreter does of placed IR; of a program it knows values."""
    program = parse(LEFT)
    x, interpreted, computed = (np.full((16, 64), value, np.float32) for value in (1.0, 0.0, 0.0))
    run(program, [x, interpreted], architecture=A2A3)
    driver.compile_placed(program, "a2a3", "checked")(x, computed)
    assert (interpreted == x).all()
    assert (computed == x).all()
    written = re.sub(", ub, nd, @0x0|  (set_flag|wait_flag|pipe_barrier) .*\\n", "", LEFT)
    with pytest.raises(PtoError) as caught:
        run(parse(written), [x, interpreted])
    assert isinstance(caught.value.diagnostics[0], UndefinedStored)
