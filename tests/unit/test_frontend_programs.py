"""Programs from decorator to IR: the worked example, the kernels of paged attention, programs of one kernel."""

from __future__ import annotations

import pytest

import ptodsl.language as pl
from ptodsl.errors import PtoError
from ptodsl.ir.nodes import Direction, FunctionKind
from tests.golden import Goldens
from tests.unit.frontend_programs import TENSOR, run_cell, text_of
from tests.unit.paged_attention import online_update, paged_attention, qk_matmul, softmax_prepare

M, N = 16, 64


@pl.program
class Add:
    @pl.function(type=pl.FunctionType.InCore)
    def add(
        self, a: pl.Tensor[[M, N], pl.FP32], b: pl.Tensor[[M, N], pl.FP32], c: pl.Tensor[[M, N], pl.FP32]
    ) -> pl.Tensor[[M, N], pl.FP32]:
        ta = pl.load(a, [0, 0], [M, N])
        tb = pl.load(b, [0, 0], [M, N])
        return pl.store(ta + tb, [0, 0], c)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: pl.Tensor[[M, N], pl.FP32], b: pl.Tensor[[M, N], pl.FP32]) -> pl.Tensor[[M, N], pl.FP32]:
        return self.add(a, b)


@pl.function
def scale(
    a: pl.Tensor[[M, N], pl.FP32], factor: pl.Scalar[pl.FP32], c: pl.Tensor[[M, N], pl.FP32]
) -> pl.Tensor[[M, N], pl.FP32]:
    return pl.store(pl.load(a, [0, 0], [M, N]) * factor, [0, 0], c)


def test_worked_example(goldens: Goldens) -> None:
    goldens.check("frontend/add.ir", text_of(Add.ir))


@pytest.mark.parametrize("heads", [3, 16])
@pytest.mark.parametrize("build", [qk_matmul, softmax_prepare, online_update, paged_attention])
def test_paged_attention(goldens: Goldens, heads: int, build: type) -> None:
    goldens.check(f"frontend/{build.__name__}_{heads}.ir", text_of(build(heads).ir))


def test_program_keeps_the_name_of_its_class() -> None:
    assert (Add.__name__, Add.ir.name) == ("Add", "Add")
    assert Add.__qualname__ == "Add"


def test_callees_come_before_their_callers_wherever_they_stand() -> None:
    cell = run_cell(f"""
import ptodsl.language as pl
@pl.program
class Program:
    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: {TENSOR}) -> {TENSOR}:
        return self.copy(a)
    @pl.function
    def copy(self, a: {TENSOR}, c: {TENSOR}) -> {TENSOR}:
        return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
""")
    assert [function.name for function in cell["Program"].ir.functions] == ["copy", "main"]


def test_kernel_alone_gets_an_entry_that_provides_its_outputs() -> None:
    entry = scale.ir.entry
    assert entry.kind is FunctionKind.ORCHESTRATION
    assert [parameter.value.name for parameter in entry.parameters] == ["a", "factor"]
    assert "%c = create_tensor" in text_of(scale.ir)
    assert "call @scale(%a, %factor, %c)" in text_of(scale.ir)


def test_kernel_called_main_gets_an_entry_of_another_name() -> None:
    cell = run_cell(f"""
import ptodsl.language as pl
@pl.function
def main(a: {TENSOR}, c: {TENSOR}) -> {TENSOR}:
    return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
""")
    assert [function.name for function in cell["main"].ir.functions] == ["main", "main_"]


def test_standalone_kernel_is_called_from_a_program() -> None:
    cell = run_cell(
        f"""
import ptodsl.language as pl
@pl.program
class Program:
    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: {TENSOR}) -> {TENSOR}:
        return scale(factor=2.0, a=scale(a, 1))
""",
        {"scale": scale},
    )
    text = text_of(cell["Program"].ir)
    assert "call @scale(%a, 1.0, %c)" in text
    assert "call @scale(%c, 2.0, %c_1)" in text


def test_base_class_gives_its_functions_and_the_derived_one_overrides_them() -> None:
    cell = run_cell(f"""
import ptodsl.language as pl
class Base:
    @pl.function
    def apply(self, a: {TENSOR}, c: {TENSOR}) -> {TENSOR}:
        return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: {TENSOR}) -> {TENSOR}:
        return self.apply(a)
@pl.program
class Program(Base):
    @pl.function
    def apply(self, a: {TENSOR}, c: {TENSOR}) -> {TENSOR}:
        return pl.store(pl.exp(pl.load(a, [0, 0], [16, 64])), [0, 0], c)
""")
    text = text_of(cell["Program"].ir)
    assert text.count("kernel @apply") == 1
    assert "exp" in text


def test_directions_are_what_the_body_does() -> None:
    parameters = online_update(16).ir.function("online_update").parameters
    directions = {parameter.value.name: parameter.direction for parameter in parameters}
    assert {directions[name] for name in ("mij", "lij", "oi_new", "is_first")} == {Direction.IN}
    assert {directions[name] for name in ("mi", "li", "oi")} == {Direction.INOUT}
    assert directions["dst"] is Direction.OUT


def test_results_of_a_call_are_the_buffers_that_were_passed() -> None:
    text = text_of(online_update(16).ir)
    assert text.rstrip().endswith("return %mi, %li, %oi, %dst\n}")


def test_every_error_of_a_program_comes_at_once() -> None:
    with pytest.raises(PtoError) as raised:
        run_cell(f"""
import ptodsl.language as pl
@pl.program
class Program:
    @pl.function
    def first(self, a: {TENSOR}, c: {TENSOR}) -> {TENSOR}:
        t = pl.load(a, [0, 0], [16, 64])
        u = t + pl.cast(t, pl.FP16)
        v = t * unknown
        w = pl.expp(t)
        return pl.store(u, [0, 0], c)
    @pl.function
    def second(self, a: {TENSOR}, c: pl.Out[{TENSOR}]) -> {TENSOR}:
        return pl.store(pl.load(c, [0, 0], [16, 64]), [0, 0], c)
    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: {TENSOR}) -> {TENSOR}:
        return self.first(a)
""")
    codes = [diagnostic.code for diagnostic in raised.value.diagnostics]
    assert codes[:3] == ["E0201", "E0101", "E0107"]
    assert any(code.startswith("E03") for code in codes[3:])
    lines = [diagnostic.span.line for diagnostic in raised.value.diagnostics if diagnostic.span is not None]
    assert lines == sorted(lines)


def test_one_mistake_is_one_error_though_its_value_is_used() -> None:
    with pytest.raises(PtoError) as raised:
        run_cell(f"""
import ptodsl.language as pl
@pl.function
def k(a: {TENSOR}, c: {TENSOR}) -> {TENSOR}:
    t = pl.load(a, [0, 0], [16, unknown])
    u = pl.exp(t) + t
    for i in pl.range(4):
        u = u + t[i : i + 4, :]
    if t:
        u = t
    return pl.store(u, [0, 0], c)
k.ir
""")
    assert [diagnostic.code for diagnostic in raised.value.diagnostics] == ["E0101"]
