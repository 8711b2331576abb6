"""The namespace that kernels are written in."""

from __future__ import annotations

import inspect

import pytest

import ptodsl
import ptodsl.language as pl
from ptodsl.errors import PtoError
from ptodsl.ir.dtypes import DTYPES
from ptodsl.ir.hardware import Memory
from ptodsl.language import generate, ops
from ptodsl.ops.table import SPELLINGS


def test_generated_signatures_are_fresh() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in generate.FOLDER.glob("*.py")}
    assert committed == generate.files(), "`python -m ptodsl.language.generate` writes them from the op table"


def test_every_spelling_is_in_every_namespace() -> None:
    for name in SPELLINGS:
        assert getattr(pl, name) is getattr(ops, name) is getattr(pl.block, name) is getattr(pl.tile, name)
    assert pl.tensor.read is pl.read


@pytest.mark.parametrize("name", sorted(SPELLINGS))
def test_every_op_has_a_page_of_help(name: str) -> None:
    text = inspect.getdoc(getattr(pl, name))
    assert text is not None
    assert text.startswith(SPELLINGS[name][0].doc)
    assert text.count("example: `") == len(SPELLINGS[name])


@pytest.mark.parametrize("name", sorted(SPELLINGS))
def test_op_that_python_calls_is_an_error_at_its_line(name: str) -> None:
    stub = getattr(pl, name)
    positional = [p for p in inspect.signature(stub).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    with pytest.raises(PtoError) as raised:
        stub(*[0] * len(positional))
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.code == "E0112"
    assert diagnostic.span is not None
    assert diagnostic.span.file == __file__


def test_dtypes_are_those_of_the_table() -> None:
    assert {getattr(pl, dtype.label) for dtype in DTYPES.values()} == set(DTYPES.values())


def test_memories_have_both_names() -> None:
    pairs = (("UB", "Vec"), ("L1", "Mat"), ("L0A", "Left"), ("L0B", "Right"), ("L0C", "Acc"), ("GM", "DDR"))
    for ours, theirs in pairs:
        assert pl.MemorySpace[ours] is pl.MemorySpace[theirs]
        assert Memory(pl.MemorySpace[ours].value).label == ours


def test_types_hold_no_values() -> None:
    for form in (pl.Tensor, pl.Tile, pl.Scalar):
        with pytest.raises(PtoError):
            form(3)


def test_package_gives_its_names_at_first_use() -> None:
    assert ptodsl.PtoError is PtoError
    assert {"compile", "emit", "interpret", "parse"} <= set(dir(ptodsl))
    with pytest.raises(AttributeError, match="has no attribute 'compyle'"):
        getattr(ptodsl, "comp" + "yle")
