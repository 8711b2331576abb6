"""Faults of what reads programs and judges them: the frontend, inference, `check_types` and `check_outputs`."""

from __future__ import annotations

from tests.mutate.fault import Fault, units

FAULTS: tuple[Fault, ...] = (
    Fault(
        "`<` of scalars becomes `<=`",
        "frontend",
        "ptodsl/frontend/operators.py",
        'ast.Lt: Operator("<", operator.lt, scalars="scalar.lt"',
        'ast.Lt: Operator("<", operator.lt, scalars="scalar.le"',
        units("frontend_expressions", "frontend_random"),
    ),
    Fault(
        "a scalar less a tile adds the two",
        "frontend",
        "ptodsl/frontend/operators.py",
        'negated = calls.apply(state, "neg", (right,), {}, span)',
        "negated = right.entity",
        units("frontend_expressions", "frontend_random"),
    ),
    Fault(
        "a window that leaves out its start begins one later",
        "frontend",
        "ptodsl/frontend/subscripts.py",
        "if part.lower is not None else Constant(0)",
        "if part.lower is not None else Constant(1)",
        units("frontend_expressions", "frontend_calls"),
    ),
    Fault(
        "a tile that two paths leave with different valid extents has those of the first",
        "frontend",
        "ptodsl/frontend/merging.py",
        "return left if left == right else None",
        "return left",
        units("frontend_control", "check_types"),
    ),
    Fault(
        "what an iteration leaves under a carried name is forgotten behind the loop",
        "frontend",
        "ptodsl/frontend/loops.py",
        "scope.bind(name, results[name, None])",
        "scope.bind(name, scope.get(name) or results[name, None])",
        units("frontend_control"),
    ),
    Fault(
        "products of FP16 accumulate in FP16",
        "inference",
        "ptodsl/ops/infer.py",
        '"fp16": FP32, "bf16": FP32',
        '"fp16": DTYPES["fp16"], "bf16": FP32',
        units("frontend_calls", "check_types", "interpreter_programs"),
    ),
    Fault(
        "a transposed load has the shape of its window",
        "inference",
        "ptodsl/ops/infer.py",
        "shape = (shape[1], shape[0])\n    check_valid",
        "shape = (shape[0], shape[1])\n    check_valid",
        units("frontend_calls", "interpreter_programs"),
    ),
    Fault(
        "bytes beside a store count as stored: an InOut parameter becomes Out",
        "effects",
        "ptodsl/ir/boxes.py",
        "for start, end in ((low, first), (last, high)):",
        "for start, end in ((low, first),):",
        units("effects", "check_outputs"),
    ),
    Fault(
        "arguments of calls are not compared with parameters",
        "check_types",
        "ptodsl/passes/check_types.py",
        "if not _agree(parameter.type, type_of(argument)):",
        "if not _joins(parameter.type, parameter.type):",
        units("check_types", "invalid"),
    ),
    Fault(
        "any scalar is a condition",
        "check_types",
        "ptodsl/passes/check_types.py",
        "if dtype is BOOL or dtype.is_integer:",
        "if dtype is BOOL or dtype.is_integer or dtype.is_float:",
        units("check_types", "invalid"),
    ),
    Fault(
        "a parameter returned twice passes",
        "check_outputs",
        "ptodsl/passes/check_outputs.py",
        "first.setdefault(operand, index)",
        "first.setdefault(operand, index) if index else None",
        units("check_outputs", "invalid"),
    ),
    Fault(
        "an output that one branch does not store passes",
        "check_outputs",
        "ptodsl/passes/stored.py",
        "return then + self._through(statement.orelse.statements, self._into(statement, way, truth=False))",
        "return then",
        units("check_outputs", "invalid"),
    ),
)
