"""Branches and loops: what merges, what is carried, and what a name is afterwards."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ptodsl
from ptodsl.errors import PtoError
from ptodsl.ir.nodes import For, If, Program, Yield
from ptodsl.ir.rewrite import walk
from ptodsl.ir.types import TileType
from tests.growth import calls_of
from tests.unit.frontend_programs import HEADER, TENSOR, kernel_of, lines_of, run_cell

N = "n: pl.Scalar[pl.INDEX], "


def message_of(build: Callable[[], object]) -> str:
    with pytest.raises(PtoError) as raised:
        build()
    (diagnostic,) = raised.value.diagnostics
    return diagnostic.message


def loops_of(program: Program) -> list[For]:
    return [statement for statement in walk(program.function("k").body) if isinstance(statement, For)]


def branches_of(program: Program) -> list[If]:
    return [statement for statement in walk(program.function("k").body) if isinstance(statement, If)]


def test_branch_yields_only_what_is_read_afterwards() -> None:
    body = "if n > 0:\n    u = t + 1.0\n    t = u * 2.0\nelse:\n    u = pl.row_max(t)"
    assert lines_of(kernel_of(body, N, "t")) == [
        "%0 = scalar.gt %n, 0 : bool",
        "if %0 {",
        "  %u = adds %t, 1.0 : tile<16x64xfp32>",
        "  %t_1 = muls %u, 2.0 : tile<16x64xfp32>",
        "  yield %t_1",
        "} else {",
        "  %u_1 = row_max %t : tile<16x1xfp32>",
        "  yield %t",
        "} -> (%t_2: tile<16x64xfp32>)",
    ]


def test_branch_on_a_compile_time_condition_is_chosen() -> None:
    body = "if CAUSAL and 2 < 3:\n    t = t + 1.0\nelif n > unknown:\n    t = t\nelse:\n    t = nowhere"
    lines = lines_of(kernel_of(body, N, "t", {"CAUSAL": True}))
    assert lines == ["%t_1 = adds %t, 1.0 : tile<16x64xfp32>"]


def test_branch_that_stores_to_one_tensor_yields_nothing() -> None:
    body = "if n > 0:\n    c = pl.store(t, [0, 0], c)\nelse:\n    c = pl.store(t + t, [0, 0], c)"
    (branch,) = branches_of(kernel_of(body, N, "t"))
    assert branch.results == ()


def test_branches_with_numbers_merge_to_one_scalar() -> None:
    body = "if n > 0:\n    f = 2.0\nelse:\n    f = 3.0"
    (branch,) = branches_of(kernel_of(body, N, "t * f"))
    assert [str(value.type) for value in branch.results] == ["fp32"]


def test_literal_on_one_path_takes_the_dtype_of_the_other() -> None:
    body = "m = pl.cast(n, pl.INT32)\nif n > 0:\n    m = 0"
    assert "  yield 0:int32" in lines_of(kernel_of(body, N, "t * pl.cast(m, pl.FP32)"))


def test_valid_shapes_that_differ_are_run_time_after_a_branch() -> None:
    body = "if n > 0:\n    t = pl.set_validshape(t, n, 32)"
    (branch,) = branches_of(kernel_of(body, N, "t"))
    (result,) = branch.results
    assert isinstance(result.type, TileType)
    assert result.type.valid == (None, None)


def test_loop_carries_what_its_body_assigns_again() -> None:
    body = "u = t\nk = 0\nfor i in pl.range(n):\n    v = u * 2.0\n    u = u + v\n    k += 1"
    (loop,) = loops_of(kernel_of(body, N, "u"))
    assert [(value.name, str(value.type)) for value in loop.carried] == [("u", "tile<16x64xfp32>"), ("k", "index")]


def test_loop_that_surely_runs_once_is_its_body() -> None:
    body = "u = t\nfor i in pl.range(16, 32, 16):\n    v = pl.set_validshape(t, i, 64)\n    u = u + t"
    program = kernel_of(body, N, "u")
    assert not loops_of(program)
    assert "set_validshape %t, valid [16, 64]" in str(program)
    message = message_of(lambda: kernel_of(body + "\nu = pl.set_validshape(t, i, 64)", N, "u"))
    assert message == "`i` is not assigned when the loop on line 6 has ended"


def test_loop_does_not_carry_a_tensor_that_stays_itself() -> None:
    body = "for i in pl.range(4):\n    c = pl.store(t, [0, 0], c)"
    (loop,) = loops_of(kernel_of(body, "", "t"))
    assert loop.carried == ()


def test_written_carries_are_bound_to_what_is_yielded() -> None:
    body = "for i, (x, y) in pl.range(0, n, 2, init_values=(t, 1.0)):\n    x, z = pl.yield_(x * y, y + 1.0)\nt = x * z"
    (loop,) = loops_of(kernel_of(body, N, "t"))
    assert [value.name for value in loop.carried] == ["x", "y"]
    assert [value.name for value in loop.results] == ["x", "y"]


def test_written_and_implied_carries_stand_together() -> None:
    body = "s = t\nfor i, (x,) in pl.range(3, init_values=(t,)):\n    s = s + x\n    x = pl.yield_(x * 2.0)"
    (loop,) = loops_of(kernel_of(body, "", "s + x"))
    assert [value.name for value in loop.carried] == ["x", "s"]


def test_carried_valid_shape_widens_until_it_holds() -> None:
    body = "for i in pl.range(n):\n    t = pl.set_validshape(t, n, 64)"
    (loop,) = loops_of(kernel_of(body, N, "t"))
    (carried,) = loop.carried
    assert isinstance(carried.type, TileType)
    assert carried.type.valid == (None, 64)
    assert loop.results[0].type == carried.type


def test_mistake_in_a_body_that_is_lowered_twice_is_reported_once() -> None:
    body = "for i in pl.range(n):\n    t = pl.set_validshape(t, n, 64)\n    u = t + unknown"
    assert message_of(lambda: kernel_of(body, N, "t")) == "`unknown` is not defined"


def test_name_assigned_first_in_a_loop_that_runs_is_there_afterwards() -> None:
    lines = lines_of(kernel_of("for i in pl.range(3):\n    u = t * 2.0", "", "u"))
    assert lines[0] == "%u = create_tile shape=[16, 64] dtype=fp32 : tile<16x64xfp32>"
    assert lines[-1] == "} -> (%u_3)"


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("for i in pl.range(n)", "when the loop on line 5 runs no iteration"),
        ("for i in pl.range(0)", "when the loop on line 5 runs no iteration"),
        ("for i in pl.range(4, 4, -1)", "when the loop on line 5 runs no iteration"),
    ],
)
def test_name_assigned_first_in_a_loop_that_may_not_run_is_missing(head: str, words: str) -> None:
    assert message_of(lambda: kernel_of(f"{head}:\n    u = t * 2.0", N, "u")) == f"`u` is not assigned {words}"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("if p:\n    if q:\n        u = t\nelse:\n    u = t", "when `p and not q`"),
        ("if p:\n    u = t", "when `not p`"),
        ("if not p:\n    u = t", "when `p`"),
        ("if n == 4:\n    u = t\nelif n > 4:\n    u = t", "when `n != 4 and n <= 4`"),
        ("if p or q:\n    pass\nelse:\n    u = t", "when `p or q`"),
        ("if p or q:\n    if n < 1:\n        u = t\nelse:\n    u = t", "when `(p or q) and n >= 1`"),
        ("if p:\n    u = t\nif q:\n    u = t", "when `not p and not q`"),
        ("if p:\n    pass\nelif q:\n    pass\nelse:\n    u = t", "when `p`, nor when `not p and q`"),
        (
            "if p:\n    for i in pl.range(n):\n        u = t\nelse:\n    u = t",
            "when `p` and the loop on line 6 runs no iteration",
        ),
    ],
)
def test_missing_path_is_named_in_words(body: str, words: str) -> None:
    parameters = N + "p: pl.Scalar[pl.BOOL], q: pl.Scalar[pl.BOOL], "
    assert message_of(lambda: kernel_of(body, parameters, "u")) == f"`u` is not assigned {words}"


def test_loop_variable_is_gone_after_the_loop_also_where_it_hid_a_name() -> None:
    body = "i = 3\nfor i in pl.range(4):\n    t = t + t\nt = pl.set_validshape(t, i, 64)"
    assert message_of(lambda: kernel_of(body, "", "t")) == "`i` is not assigned when the loop on line 6 has ended"


def test_right_side_that_may_fail_runs_only_when_needed() -> None:
    lines = lines_of(kernel_of("if n > 0 and 8 // n > 1:\n    t = t + t", N, "t"))
    assert lines[:7] == [
        "%0 = scalar.gt %n, 0 : bool",
        "if %0 {",
        "  %1 = scalar.floordiv 8, %n : index",
        "  %2 = scalar.gt %1, 1 : bool",
        "  yield %2",
        "} else {",
        "  yield false",
    ]


def test_right_side_that_cannot_fail_is_an_op() -> None:
    assert lines_of(kernel_of("if 0 < n < 8 or n == 9:\n    t = t + t", N, "t"))[:5] == [
        "%0 = scalar.lt 0, %n : bool",
        "%1 = scalar.lt %n, 8 : bool",
        "%2 = scalar.and %0, %1 : bool",
        "%3 = scalar.eq %n, 9 : bool",
        "%4 = scalar.or %2, %3 : bool",
    ]


@settings(max_examples=25, deadline=None)
@given(n=st.integers(-3, 9), m=st.integers(-3, 9))
def test_control_flow_means_what_python_means(n: int, m: int) -> None:
    """The same source, run by Python on numbers and by the interpreter on tiles that hold them."""
    python: dict[str, Callable[[int, int], float]] = run_cell(
        SOURCE.format(head="def run(n, m):", start="0.0", end="x")
    )
    with np.errstate(all="ignore"):
        expected = python["run"](n, m)
    a = np.zeros((16, 64), np.float32)
    given = ptodsl.interpret(COMPILED, a, n, m)
    assert (np.asarray(given) == np.float32(expected)).all()


SOURCE = HEADER.replace("import ptodsl.language as pl", "{head}") + """
    x = {start}
    k = 0
    for i in LOOP(m, n, 2):
        if i % 3 == 0 and n // (i + 7) >= 0:
            x = x + 2.0
            k = k + i
        elif not (i > 2 or k == 1):
            x = x * 3.0 + 1.0
        else:
            x -= 1.0
            for j in LOOP(i):
                k += j
                x = x + 0.5
    for i in LOOP(n, m, -3):
        x = x + (4.0 if k < i <= 5 else 8.0)
    y = 1.0 if k > 3 else 0.0
    x = x + y
    return {end}
""".replace("LOOP", "range")  # fmt: skip

COMPILED = run_cell(
    HEADER
    + "@pl.function\n"
    + SOURCE.format(
        head=f"def run(a: {TENSOR}, n: pl.Scalar[pl.INDEX], m: pl.Scalar[pl.INDEX], c: {TENSOR}) -> {TENSOR}:",
        start="pl.load(a, [0, 0], [16, 64])",
        end="pl.store(x, [0, 0], c)",
    ).replace("range", "pl.range")
)["run"]


def test_lowering_is_linear() -> None:
    """Ten times the statements take about ten times the work: counted, not timed."""

    def work(count: int) -> int:
        body = "\n".join(
            f"x{i} = x{i - 1} + 1.0\nif n > {i}:\n    x{i} = x{i} * 2.0\nfor i{i} in pl.range(2):\n    x{i} = x{i} + t"
            for i in range(1, count)
        )
        return calls_of(lambda: kernel_of("x0 = t\n" + body, N, f"x{count - 1}"))

    work(2)
    assert work(100) < 12 * work(10)


def test_tiles_that_swap_in_a_loop_are_carried() -> None:
    body = "u = t + 1.0\nfor i in pl.range(n):\n    t, u = u, t"
    (loop,) = loops_of(kernel_of(body, N, "t"))
    carried = {value.name: value for value in loop.carried}
    last = loop.body.statements[-1]
    assert isinstance(last, Yield)
    assert last.values == tuple(carried["u" if value.name == "t" else "t"] for value in loop.carried)


def test_branch_may_yield_as_a_loop_does() -> None:
    body = "if n > 0:\n    x, y = pl.yield_(t, 1.0)\nelse:\n    x, y = pl.yield_(t + t, 2.0)"
    (branch,) = branches_of(kernel_of(body, N, "x * y"))
    assert [value.name for value in branch.results] == ["x", "y"]


ORCHESTRATION = f"""{HEADER}
@pl.program
class Program:
    @pl.function
    def step(self, a: {TENSOR}, c: {TENSOR}) -> {TENSOR}:
        return pl.store(pl.load(a, [0, 0], [16, 64]) + 1.0, [0, 0], c)
    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: {TENSOR}, n: pl.Scalar[pl.INDEX]) -> {TENSOR}:
        BODY
        return self.step(x)
"""


def orchestrated(body: str) -> Program:
    """A program whose orchestration runs `body` and then one step from `x` to `c`."""
    text = ORCHESTRATION.replace("BODY", body.replace("\n", "\n        "))
    program = run_cell(text)["Program"].ir
    assert isinstance(program, Program)
    return program


@pytest.mark.parametrize("n", [0, 1, 4])
def test_orchestration_chooses_and_swaps_buffers(n: int) -> None:
    program = orchestrated(
        "x = self.step(a)\ny = self.step(x)\nfor i in pl.range(n):\n    x, y = y, x\n    x = self.step(y, x)"
        "\nif n > 2:\n    x = self.step(x)\nelse:\n    x = y"
    )
    (loop,) = (statement for statement in walk(program.entry.body) if isinstance(statement, For))
    assert [value.name for value in loop.carried] == ["x", "y"]
    a = np.zeros((16, 64), np.float32)
    given = np.asarray(ptodsl.interpret(program, a, n))
    assert (given == np.float32(expected_after(n))).all()


def expected_after(n: int) -> float:
    """The same in Python, a list of one number for a buffer."""
    first, second = [1.0], [2.0]
    x, y = first, second
    for _ in range(n):
        x, y = y, x
        x[0] = y[0] + 1.0
    return (x[0] + 1.0 if n > 2 else y[0]) + 1.0


def test_tensor_named_first_in_a_loop_that_runs_is_the_tensor_itself() -> None:
    (loop,) = loops_of(kernel_of("for i in pl.range(4):\n    d = pl.store(t, [0, 0], c)\n    u = t", "", "u"))
    assert loop.carried == ()


def test_tuple_of_a_loop_does_not_outlive_it() -> None:
    body = "for i in pl.range(4):\n    pair = (t + 1.0, t)\nu = pair[0]"
    assert message_of(lambda: kernel_of(body, "", "u")) == "`pair` is not assigned when the loop on line 5 has ended"


def test_yield_in_a_branch_is_not_the_loop_s() -> None:
    body = "for i, (x,) in pl.range(4, init_values=(t,)):\n    if i > n:\n        y = pl.yield_(x + t)"
    assert message_of(lambda: kernel_of(body, N, "t")) == "1 `init_values` for 0 yielded values"


def test_chain_of_tensors_is_carried_as_far_as_it_reaches() -> None:
    program = orchestrated(
        "x = self.step(a)\ny = x\nz = x\nfor i in pl.range(n):\n    y = z\n    z = self.step(a)\nx = self.step(y)"
    )
    (loop,) = (statement for statement in walk(program.entry.body) if isinstance(statement, For))
    assert [value.name for value in loop.carried] == ["y", "z"]
