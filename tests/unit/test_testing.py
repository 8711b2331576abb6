"""The conformance harness: binding, comparison, results, and that a wrong program cannot pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
import torch

import ptodsl.language as pl
from docs.examples.vector_add import vector_add_program
from ptodsl.errors import PtoError
from ptodsl.ir.dtypes import BF16, FP16, FP32
from ptodsl.signature import signature_of
from ptodsl.testing import DataType, PTOTestCase, TensorSpec, TestConfig, TestRunner, assert_close
from ptodsl.testing.comparison import difference, tolerance
from ptodsl.testing.runner import bind, poisoned


class AddCase(PTOTestCase):
    """c = a + b; `wrong` is added to the expectation, `specs` may replace the tensors."""

    def __init__(self, wrong: float = 0.0, specs: list[TensorSpec] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.wrong = wrong
        self.specs = specs

    def get_name(self) -> str:
        return "add"

    def define_tensors(self) -> list[TensorSpec]:
        return self.specs or [
            TensorSpec("a", [32, 40], DataType.FP32),
            TensorSpec("b", [32, 40], DataType.FP32, init_value=2.5),
            TensorSpec("c", [32, 40], DataType.FP32, is_output=True),
        ]

    def get_program(self) -> Any:
        return vector_add_program(32, 40, pl.FP32)

    def compute_expected(self, tensors: dict[str, torch.Tensor], params: Mapping[str, Any] | None = None) -> None:
        tensors["c"][:] = tensors["a"] + tensors["b"]
        tensors["c"][3, 7] += self.wrong


@pytest.mark.parametrize("target", ["cpu", "checked", "interpreter"])
def test_right_program_passes_with_all_figures(target: str) -> None:
    result = TestRunner(TestConfig(target=target)).run(AddCase())
    assert result.passed, result.error
    assert (result.test_name, result.error, result.mismatch_count, result.mismatch_indices) == ("add", None, 0, ())
    assert result.execution_time > 0


@pytest.mark.parametrize("target", ["cpu", "checked", "interpreter"])
def test_one_wrong_element_fails_and_is_named(target: str) -> None:
    result = TestRunner(TestConfig(target=target)).run(AddCase(wrong=0.01))
    assert not result.passed
    assert result.mismatch_indices == (("c", (3, 7)),)
    assert result.mismatch_count == 1
    assert result.max_abs_error == pytest.approx(0.01, rel=1e-3)
    assert 0 < result.max_rel_error < result.max_abs_error
    assert result.error is not None
    assert "E0901" in result.error
    assert "[3, 7]" in result.error


def test_a_case_s_own_tolerance_comes_first() -> None:
    loose = TestConfig(atol=0.1, rtol=0.0)
    assert TestRunner().run(AddCase(wrong=0.01, config=loose)).passed


def test_in_out_tensors_keep_their_initial_values() -> None:
    class Accumulate(PTOTestCase):
        def get_name(self) -> str:
            return "accumulate"

        def define_tensors(self) -> list[TensorSpec]:
            return [
                TensorSpec("x", [16, 16], DataType.FP32),
                TensorSpec("total", [16, 16], DataType.FP32, init_value=0.75, is_output=True),
            ]

        def get_program(self) -> Any:
            @pl.function
            def accumulate(
                x: pl.Tensor[[16, 16], pl.FP32], total: pl.InOut[pl.Tensor[[16, 16], pl.FP32]]
            ) -> pl.Tensor[[16, 16], pl.FP32]:
                return pl.store(pl.load(total, [0, 0], [16, 16]) + pl.load(x, [0, 0], [16, 16]), [0, 0], total)

            return accumulate

        def compute_expected(self, tensors: dict[str, torch.Tensor], params: Mapping[str, Any] | None = None) -> None:
            tensors["total"][:] = tensors["total"] + tensors["x"]

    result = TestRunner().run(Accumulate())
    assert result.passed, result.error


def test_unwritten_expectation_is_an_error() -> None:
    class Silent(AddCase):
        def compute_expected(self, tensors: dict[str, torch.Tensor], params: Mapping[str, Any] | None = None) -> None:
            tensors["c"][:16] = tensors["a"][:16] + tensors["b"][:16]

    result = TestRunner().run(Silent())
    assert not result.passed
    assert result.error is not None
    assert "E0905" in result.error


def test_unwritten_integer_expectation_is_an_error() -> None:
    class Silent(AddCase):
        def define_tensors(self) -> list[TensorSpec]:
            return [TensorSpec(spec.name, spec.shape, DataType.INT32, None, spec.is_output) for spec in (A, B, C)]

        def get_program(self) -> Any:
            return vector_add_program(32, 40, pl.INT32)

        def compute_expected(self, tensors: dict[str, torch.Tensor], params: Mapping[str, Any] | None = None) -> None:
            pass

    result = TestRunner().run(Silent())
    assert not result.passed
    assert result.error is not None
    assert "E0905" in result.error


A, B, C = AddCase().define_tensors()


@pytest.mark.parametrize(
    ("specs", "code", "words"),
    [
        ([A, C], "E0902", "spec for b"),
        ([A, B, C, TensorSpec("d", [1], DataType.FP32)], "E0903", "`d`"),
        ([A, replace(B, dtype=DataType.FP16), C], "E0904", "FP16[32, 40]"),
        ([A, replace(B, shape=[40, 32]), C], "E0904", "FP32[40, 32]"),
        ([A, B, replace(C, dtype=DataType.BF16)], "E0904", "BF16[32, 40]"),
        ([A, B], "E0902", "1 provided results (c)"),
    ],
)
def test_specs_that_disagree_with_the_program_are_errors(specs: list[TensorSpec], code: str, words: str) -> None:
    result = TestRunner().run(AddCase(specs=specs))
    assert not result.passed
    assert result.error is not None
    assert code in result.error
    assert words in result.error


def test_specs_bind_by_name_in_any_order() -> None:
    signature = signature_of(vector_add_program(32, 40, pl.FP32).ir)
    binding = bind(signature, [C, B, A])
    assert [spec.name for spec in binding.parameters] == ["a", "b"]
    assert [spec.name for spec in binding.provided] == ["c"]


def test_kernels_are_saved_where_asked(tmp_path: Path) -> None:
    config = TestConfig(save_kernels=True, kernels_dir=str(tmp_path), dump_passes=True)
    assert TestRunner(config).run(AddCase()).passed
    names = {path.name for path in (tmp_path / "add").iterdir()}
    assert {"VectorAdd.cpp", "memory_map.txt", "0-frontend.pto-ir", "6-insert_sync.pto-ir"} <= names


def test_codegen_only_needs_no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert TestRunner(TestConfig(codegen_only=True)).run(AddCase()).passed


def test_wrong_program_is_a_failed_result_not_an_exception() -> None:
    class Broken(AddCase):
        def get_program(self) -> Any:
            @pl.program
            class Mixed:
                @pl.function
                def k(
                    self, a: pl.Tensor[[8, 8], pl.FP32], b: pl.Tensor[[8, 8], pl.FP16], c: pl.Tensor[[8, 8], pl.FP32]
                ) -> pl.Tensor[[8, 8], pl.FP32]:
                    return pl.store(pl.load(a, [0, 0], [8, 8]) + pl.load(b, [0, 0], [8, 8]), [0, 0], c)

            return Mixed

    result = TestRunner().run(Broken())
    assert not result.passed
    assert result.error is not None
    assert "E0201" in result.error


# Comparison


def test_tolerance_is_that_of_the_narrowest_float() -> None:
    assert tolerance([FP32]) == 1e-5
    assert tolerance([FP32, FP16]) == tolerance([BF16]) == 2e-3
    assert tolerance([]) == 0.0


@pytest.mark.parametrize(
    ("actual", "expected", "wrong"),
    [
        ([1.0, np.nan, np.inf, -np.inf], [1.0, np.nan, np.inf, -np.inf], 0),
        ([1.0, 2.0], [np.nan, 2.0], 1),
        ([np.nan, 2.0], [1.0, 2.0], 1),
        ([np.inf], [3e38], 1),
        ([np.inf], [-np.inf], 1),
        ([0.0], [-0.0], 0),
        ([1.00001], [1.0], 0),
        ([1.00003], [1.0], 1),
    ],
)
def test_fp32_differences(actual: list[float], expected: list[float], wrong: int) -> None:
    found = difference(np.array(actual, np.float32), np.array(expected), 1e-5, 1e-5)
    assert found.count == wrong


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
def test_16_bit_outputs_may_be_one_step_off_and_no_more(dtype: Any) -> None:
    value = np.array([1000.0], dtype)
    bits = value.view(np.int16)
    one, two = (bits + 1).view(dtype), (bits + 2).view(dtype)
    assert difference(one, value, 0, 0).count == 0
    assert difference(two, value, 0, 0).count == 1
    assert difference(np.array([-0.0], dtype), np.array([0.0], dtype), 0, 0).count == 0


def test_integers_are_compared_exactly() -> None:
    assert difference(np.array([7, 8]), np.array([7, 9]), 10.0, 10.0).count == 1


def test_torch_and_numpy_compare() -> None:
    tensor = torch.tensor([1.0, 2.0], dtype=torch.bfloat16)
    assert_close(tensor, np.array([1.0, 2.0]))
    with pytest.raises(PtoError, match="E0901"):
        assert_close(tensor, np.array([1.0, 2.1]))


@pytest.mark.parametrize("dtype", list(DataType))
def test_poison_is_no_plausible_result(dtype: DataType) -> None:
    tensor = poisoned(TensorSpec("x", [3], dtype))
    assert tensor.dtype == dtype.torch
    if dtype.torch.is_floating_point:
        assert tensor.isnan().all()
    elif dtype is not DataType.BOOL:
        assert (tensor != 0).all()
