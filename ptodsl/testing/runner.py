"""Runs test cases: compile, launch on random inputs and poisoned outputs, compare."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ptodsl import driver
from ptodsl.errors import Diagnostic, PtoError
from ptodsl.errors.testing import (
    ExpectedUnwritten,
    SpecDiffers,
    SpecMissing,
    SpecUnknown,
    TorchMissing,
)
from ptodsl.runtime.signature import Access, ScalarSlot, Signature, Slot, TensorSlot
from ptodsl.signature import signature_of
from ptodsl.testing.case import PTOTestCase
from ptodsl.testing.comparison import Difference, difference, mismatch, tolerance
from ptodsl.testing.specs import DataType, TensorSpec, TestConfig, TestResult

if TYPE_CHECKING:
    import torch

INTERPRETER = "interpreter"


@dataclass(frozen=True)
class Binding:
    """Which spec each parameter takes, and which each result that a launch provides is compared with."""

    parameters: tuple[TensorSpec, ...]
    provided: tuple[TensorSpec, ...]

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """The specs to compare, parameters first."""
        return tuple(spec for spec in (*self.parameters, *self.provided) if spec.is_output)


class TestRunner:
    """Runs cases under one configuration; a case's own comes first."""

    __test__ = False

    def __init__(self, config: TestConfig | None = None) -> None:
        self.config = config or TestConfig()

    def run(self, case: PTOTestCase) -> TestResult:
        """Compiles and runs a case once. A wrong program or result is in the TestResult, not raised."""
        name = case.get_name()
        try:
            return self._run(case, name, case.config or self.config)
        except PtoError as error:
            return TestResult(passed=False, test_name=name, error=str(error))

    def compile_ahead(self, cases: Iterable[PTOTestCase]) -> None:
        """Compiles the programs of cases side by side, so that running them finds each in the cache."""
        ways: dict[tuple[str, str], list[PTOTestCase]] = {}
        for case in cases:
            config = case.config or self.config
            if config.target != INTERPRETER and not config.codegen_only:
                ways.setdefault((config.arch, config.target), []).append(case)
        for (arch, target), group in ways.items():
            driver.compile_all([case.get_program() for case in group], arch, target, poison=True)

    def _run(self, case: PTOTestCase, name: str, config: TestConfig) -> TestResult:
        _require_torch()
        program = driver.program_of(case.get_program())
        specs = case.define_tensors()
        binding = bind(signature_of(program), specs)
        dump = _directory(config, name)
        if config.codegen_only:
            driver.emit(program, config.arch)
            return TestResult(passed=True, test_name=name)
        tensors = initial_tensors(binding, signature_of(program), name)
        expected = _expected(case, binding, tensors)
        arguments = _arguments(signature_of(program), binding, tensors)
        start = time.perf_counter()
        if config.target == INTERPRETER:
            provided = driver.interpret(program, *arguments)
            elapsed = time.perf_counter() - start
        else:
            compiled = driver.compile(program, config.arch, config.target, dump, poison=True)
            start = time.perf_counter()
            provided = compiled.launch.run(arguments, {}, poison=True)
            elapsed = time.perf_counter() - start
        results = _results(binding, signature_of(program), tensors, provided)
        return _judge(name, config, binding, results, expected, elapsed)


def _directory(config: TestConfig, name: str) -> Path | None:
    """Where a case's files go; None to write none."""
    if not (config.save_kernels or config.dump_passes):
        return None
    return Path(config.kernels_dir or "kernels") / name


def _require_torch() -> None:
    if find_spec("torch") is None:
        raise PtoError([TorchMissing(None)])


def bind(signature: Signature, specs: Sequence[TensorSpec]) -> Binding:
    """Specs to parameters by name, the other outputs to provided results in order. Raises PtoError E09."""
    by_name = {spec.name: spec for spec in specs}
    mistakes: list[Diagnostic] = []
    parameters: list[TensorSpec] = []
    for slot in signature.parameters:
        spec = by_name.pop(slot.name, None)
        if spec is None:
            mistakes.append(SpecMissing(slot.span, name=slot.name, known=", ".join(sorted(s.name for s in specs))))
        else:
            mistakes += _differences(slot, spec)
            parameters.append(spec)
    rest = [spec for spec in specs if spec.name in by_name]
    outputs = [spec for spec in rest if spec.is_output]
    mistakes += [SpecUnknown(None, name=spec.name, program=signature.program) for spec in rest if not spec.is_output]
    for slot, spec in zip(signature.provided, outputs, strict=False):
        mistakes += _differences(slot, spec)
    if len(outputs) != len(signature.provided):
        known = ", ".join(slot.name for slot in signature.provided) or "none"
        mistakes.append(
            SpecMissing(
                None, name=f"{len(signature.provided)} provided results ({known})", known=f"{len(outputs)} specs"
            )
        )
    if mistakes:
        raise PtoError(mistakes)
    return Binding(tuple(parameters), tuple(outputs))


def _differences(slot: Slot, spec: TensorSpec) -> list[Diagnostic]:
    """What a spec and the program say differently of one tensor."""
    shape = slot.shape if isinstance(slot, TensorSlot) else ()
    if slot.dtype is spec.dtype.dtype and tuple(spec.shape) == shape:
        return []
    given = f"{spec.dtype.name}{list(spec.shape)}"
    return [SpecDiffers(slot.span, name=spec.name, given=given, declared=f"{slot.dtype}{list(shape)}")]


def initial_tensors(binding: Binding, signature: Signature, seed: str) -> dict[str, torch.Tensor]:
    """The arguments: inputs as their specs say, pure outputs poisoned. The same for the same seed."""
    tensors: dict[str, torch.Tensor] = {}
    for slot, spec in zip(signature.parameters, binding.parameters, strict=True):
        pure = isinstance(slot, TensorSlot) and slot.access is Access.WRITE
        tensors[spec.name] = poisoned(spec) if pure else _initial(spec, seed)
    return tensors


def _arguments(signature: Signature, binding: Binding, tensors: Mapping[str, torch.Tensor]) -> list[Any]:
    """The arguments of a launch: tensors in place, scalars as numbers."""
    pairs = zip(signature.parameters, binding.parameters, strict=True)
    return [tensors[spec.name].item() if isinstance(slot, ScalarSlot) else tensors[spec.name] for slot, spec in pairs]


def _initial(spec: TensorSpec, seed: str) -> torch.Tensor:
    import torch

    shape, dtype, value = tuple(spec.shape), spec.dtype.torch, spec.init_value
    if callable(value):
        value = value(list(shape))
    if isinstance(value, torch.Tensor):
        return value.to(dtype).reshape(shape).clone()
    if value is not None:
        return torch.full(shape, value, dtype=dtype)
    generator = torch.Generator().manual_seed(zlib.crc32(f"{seed}/{spec.name}".encode()))
    if dtype.is_floating_point:
        return (torch.rand(shape, generator=generator, dtype=torch.float32) * 2 - 1).to(dtype)
    return torch.randint(0, 2 if dtype == torch.bool else 100, shape, generator=generator).to(dtype)


def poisoned(spec: TensorSpec) -> torch.Tensor:
    """A tensor that no computation gives: NaN, or bytes 0xA5 for integers."""
    import torch

    if spec.dtype.torch.is_floating_point:
        return torch.full(tuple(spec.shape), float("nan"), dtype=spec.dtype.torch)
    size = torch.empty((), dtype=spec.dtype.torch).element_size()
    if spec.dtype.torch == torch.bool:
        return torch.ones(tuple(spec.shape), dtype=torch.bool)
    raw = torch.full((*tuple(spec.shape), size), 0xA5, dtype=torch.uint8)
    return raw.view(spec.dtype.torch).reshape(tuple(spec.shape))


def _expected(case: PTOTestCase, binding: Binding, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """What the outputs must be. Raises PtoError E0905 where `compute_expected` leaves an output as it was poisoned."""
    copies = {name: tensor.clone() for name, tensor in tensors.items()}
    copies |= {spec.name: poisoned(spec) for spec in binding.provided}
    before = {spec.name: copies[spec.name].clone() for spec in binding.outputs}
    case.compute_expected(copies)
    unwritten = [
        spec.name
        for spec in binding.outputs
        if _is_unwritten(spec, before[spec.name], copies[spec.name]) and not _writes_nan(case)
    ]
    if unwritten:
        raise PtoError([ExpectedUnwritten(None, case=case.get_name(), name=name) for name in unwritten])
    return {spec.name: copies[spec.name] for spec in binding.outputs}


def _is_unwritten(spec: TensorSpec, before: torch.Tensor, after: torch.Tensor) -> bool:
    """Whether an output that started as poison still has some; of integers, which may mean it, whether all is left.

    BOOL has no value to spare for poison, so nothing can be told of it.
    """
    if spec.dtype is DataType.BOOL:
        return False
    if spec.dtype.torch.is_floating_point:
        return bool(before.isnan().all() and after.isnan().any())
    poison = poisoned(spec)
    return before.equal(poison) and after.equal(poison)


def _writes_nan(case: PTOTestCase) -> bool:
    """Whether a case says that NaN is what it expects."""
    return bool(getattr(case, "expects_nan", False))


def _results(
    binding: Binding, signature: Signature, tensors: Mapping[str, torch.Tensor], returned: Any
) -> dict[str, torch.Tensor]:
    """Every output by name: parameters in place, provided results from what the launch returned."""
    several = len(signature.results) > 1
    pairs = zip(returned if several else (returned,), signature.results, strict=True)
    fresh = [value for value, result in pairs if isinstance(result, TensorSlot)]
    found = {spec.name: tensors[spec.name] for spec in binding.parameters if spec.is_output}
    return found | {spec.name: value for spec, value in zip(binding.provided, fresh, strict=True)}


def _judge(
    name: str,
    config: TestConfig,
    binding: Binding,
    results: Mapping[str, torch.Tensor],
    expected: Mapping[str, torch.Tensor],
    elapsed: float,
) -> TestResult:
    default = tolerance(spec.dtype.dtype for spec in (*binding.parameters, *binding.provided))
    atol = default if config.atol is None else config.atol
    rtol = default if config.rtol is None else config.rtol
    found: dict[str, Difference] = {
        output: difference(results[output], expected[output], atol, rtol) for output in expected
    }
    wrong = {output: gap for output, gap in found.items() if gap.count}
    return TestResult(
        passed=not wrong,
        test_name=name,
        error=str(PtoError([mismatch(output, gap) for output, gap in wrong.items()])) if wrong else None,
        max_abs_error=max((gap.max_abs for gap in found.values()), default=0.0),
        max_rel_error=max((gap.max_rel for gap in found.values()), default=0.0),
        mismatch_count=sum(gap.count for gap in found.values()),
        mismatch_indices=tuple((output, index) for output, gap in wrong.items() for index in gap.indices)[:10],
        execution_time=elapsed,
    )
