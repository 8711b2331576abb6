"""What the checked library finds: each mistake at its line, and nothing once it is mended."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from tests.tile_library.checked_cases import Mistake, function, unit
from tests.tile_library.checked_places import PLACES, SHAPES
from tests.tile_library.checked_uses import ARCHITECTURE, DEFINED, OVERLAPS
from tests.tile_library.instruction_kernels import OF_ORDER, Finding, Library
from tests.tile_library.toolchain import Compiler, checked_flags, find_compilers, host_compiler

pytestmark = pytest.mark.xdist_group("tile_library_checked_rules")

CASES: dict[str, Mistake] = {**PLACES, **SHAPES, **OVERLAPS, **ARCHITECTURE, **DEFINED}
A5 = "-DPTODSL_ARCH_A5"
LEGAL_ON_A5 = (
    *("sum of bf16", "magnitude of integers", "bytes padded", "integers in order", "accumulator to UB"),
    *("blocks of scalars with a temporary", "scalars first in blocks with a temporary", "askew in columns"),
    "an element askew that is known to be one at run time only",
    "an element put in askew that is known to be one at run time only",
)
ALONE = {"hidden scratch": {"hidden-scratch", "undefined-stored"}}
"""Cases of which two things are to be said."""


@pytest.fixture(scope="module")
def source() -> str:
    return unit(CASES)


@pytest.fixture(scope="module")
def library(source: str, tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(host_compiler().build(source, tmp_path_factory.mktemp("rules"), "rules", *checked_flags()))


def run(library: Library, name: str, *, mended: bool) -> list[Finding]:
    """What is found, flags apart: these kernels have none."""
    arrays = [np.ones((64, 64), np.float32), np.zeros((64, 64), np.float32)]
    library.start()
    library.functions[function(name, mended=mended)](*(array.ctypes.data_as(ctypes.c_void_p) for array in arrays), 0)
    return [finding for finding in library.findings() if finding.kind not in OF_ORDER]


def line_of(source: str, name: str) -> int:
    marker = f"// {function(name, mended=False)}"
    return next(number for number, line in enumerate(source.split("\n"), 1) if line.endswith(marker))


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_found_where_it_is(name: str, source: str, library: Library) -> None:
    mistake = CASES[name]
    found = run(library, name, mended=False)
    assert {finding.kind for finding in found} == ALONE.get(name, {mistake.kind})
    first = next(finding for finding in found if finding.kind == mistake.kind)
    assert first.fields.items() >= mistake.fields.items()
    assert first.line == line_of(source, name) + (1 if mistake.after and mistake.kind == "undefined-stored" else 0)


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_found_once_it_is_mended(name: str, library: Library) -> None:
    assert run(library, name, mended=True) == []


def test_a_refused_instruction_leaves_memory_alone(library: Library) -> None:
    arrays = [np.ones((64, 64), np.float32), np.zeros((64, 64), np.float32)]
    library.functions[function("store into an input", mended=False)](
        *(array.ctypes.data_as(ctypes.c_void_p) for array in arrays), 0
    )
    assert (arrays[0] == 1).all()
    assert (arrays[1] == 0).all()


def test_each_run_finds_it_again(library: Library) -> None:
    for _ in range(2):
        assert len(run(library, "stored before it is written", mended=False)) == 1
        assert len(run(library, "read before it is written", mended=False)) == 1


@pytest.mark.parametrize("compiler", find_compilers()[1:], ids=lambda compiler: compiler.command)
def test_every_compiler_gives_the_place_of_the_call(
    compiler: Compiler, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cases: dict[str, Mistake] = {
        name: DEFINED[name] for name in ("stored before it is written", "read before it is written")
    }
    text = unit(cases)
    library = Library(compiler.build(text, tmp_path_factory.mktemp("places"), "places", *checked_flags()))
    for name in cases:
        assert [finding.line for finding in run(library, name, mended=False)] == [line_of(text, name)]


def test_a5_has_its_own_rules(tmp_path_factory: pytest.TempPathFactory) -> None:
    text = unit({name: CASES[name] for name in (*LEGAL_ON_A5, "bytes to float", "hidden scratch")})
    flags = checked_flags(A5)
    library = Library(host_compiler().build(text, tmp_path_factory.mktemp("a5"), "a5", *flags, A5))
    for name in (*LEGAL_ON_A5, "hidden scratch"):
        assert run(library, name, mended=False) == [], name
    assert [finding.kind for finding in run(library, "bytes to float", mended=False)] == ["dtype-refused"]
