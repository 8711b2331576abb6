"""Whole programs: control flow, scalars, tensors, calls, and the identity of results."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptodsl.errors import PtoError
from ptodsl.errors.runtime import DivisionByZero, OutputOverlaps, StepZero
from ptodsl.interpreter import run
from ptodsl.interpreter.values import numpy_dtype
from ptodsl.ir.dtypes import BF16, FP16, FP32, INDEX, INT8, INT32, UINT64, DType
from ptodsl.ir.parser import parse
from tests.application import Array

F = "tensor<8x16xfp32>"
T = "tile<8x16xfp32>"


def program(body: str, parameters: str = f"%a: {F}, %c: out {F}", kernels: str = "", result: str = "%c") -> str:
    """A program whose orchestration is the body."""
    return f"""ptodsl-ir 1
program @P
{kernels}
orchestration @main({parameters}) -> ({F}) {{
{body}
  return {result}
}}
"""


def kernel(body: str, parameters: str = f"%a: {F}, %c: out {F}", name: str = "k") -> str:
    return f"kernel @{name}({parameters}) -> ({F}) {{\n{body}\n  return %c\n}}\n"


CALL = "  call @k(%a, %c)"


def run_kernel(body: str, *arguments: Array) -> Array:
    """The output of a kernel from `%a` to `%c`."""
    output = np.full((8, 16), np.nan, np.float32)
    (result,) = run(parse(program(CALL, kernels=kernel(body))), [*arguments, output])
    assert result is output
    return output


def sample(seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal((8, 16)).astype(np.float32)


def error_of(text: str, *arguments: object) -> PtoError:
    with pytest.raises(PtoError) as caught:
        run(parse(text), arguments)
    return caught.value


def test_a_loop_carries_tiles_and_swaps_them() -> None:
    a = sample()
    result = run_kernel(
        f"""
  %x = load %a[0, 0] sizes=[8, 16] : {T}
  %y = mul %x, %x : {T}
  for %i = 0 to 3 step 1 carry (%p = %x: {T}, %q = %y: {T}) {{
    %s = add %p, %q : {T}
    yield %q, %s
  }} -> (%u, %v)
  store %v, %c[0, 0]
""",
        a,
    )
    first, second = a, a * a
    for _ in range(3):
        first, second = second, first + second
    np.testing.assert_array_equal(result, second)


def test_a_loop_without_iterations_gives_its_initial_values() -> None:
    a = sample()
    result = run_kernel(
        f"""
  %x = load %a[0, 0] sizes=[8, 16] : {T}
  for %i = 3 to 3 step 1 carry (%p = %x: {T}) {{
    %y = adds %p, 1.0 : {T}
    yield %y
  }} -> (%u)
  store %u, %c[0, 0]
""",
        a,
    )
    np.testing.assert_array_equal(result, a)


@pytest.mark.parametrize("bounds", [(0, 5, 1), (0, 5, 2), (5, 0, -1), (7, -4, -3), (2, 2, 1), (3, 1, 1), (1, 3, -1)])
def test_loops_run_as_ranges_do(bounds: tuple[int, int, int]) -> None:
    start, stop, step = bounds
    body = f"""
  for %i = {start} to {stop} step {step} carry (%n = 0: index) {{
    %m = scalar.mul %n, 10 : index
    %k = scalar.add %m, %i : index
    yield %k
  }} -> (%total)
  %x = scalar.cast %total dtype=fp32 : fp32
  %t = full %x shape=[8, 16] dtype=fp32 : {T}
  store %t, %c[0, 0]
"""
    total = 0
    for number in range(*bounds):
        total = total * 10 + number
    assert (run_kernel(body, sample()) == np.float32(total)).all()


@pytest.mark.parametrize(("flag", "taken"), [(True, 1.0), (False, 2.0)])
def test_a_branch_gives_the_values_of_the_side_taken(flag: bool, taken: float) -> None:
    text = program(
        f"""
  if %f {{
    yield %a
  }} else {{
    yield %b
  }} -> (%x: {F})
  call @k(%x, %c)
""",
        parameters=f"%f: bool, %a: {F}, %b: {F}, %c: out {F}",
        kernels=kernel(f"  %x = load %a[0, 0] sizes=[8, 16] : {T}\n  store %x, %c[0, 0]"),
    )
    output = np.empty((8, 16), np.float32)
    run(parse(text), [flag, np.full((8, 16), 1, np.float32), np.full((8, 16), 2, np.float32), output])
    assert (output == taken).all()


def test_branches_in_loops_see_the_carried_scalar() -> None:
    body = f"""
  %x = load %a[0, 0] sizes=[8, 16] : {T}
  for %i = 0 to 6 step 1 carry (%n = 0:int32: int32, %p = %x: {T}) {{
    %r = scalar.mod %i, 2 : index
    %o = scalar.eq %r, 1 : bool
    if %o {{
      %n1 = scalar.add %n, 1:int32 : int32
      %y = adds %p, 0.5 : {T}
      yield %n1, %y
    }} else {{
      yield %n, %p
    }} -> (%m: int32, %q: {T})
    yield %m, %q
  }} -> (%count, %u)
  %s = scalar.cast %count dtype=fp32 : fp32
  %v = muls %u, %s : {T}
  store %v, %c[0, 0]
"""
    a = sample()
    np.testing.assert_array_equal(run_kernel(body, a), (a + np.float32(0.5) + np.float32(0.5) + np.float32(0.5)) * 3)


def scalar_result(name: str, dtype: DType, left: float, right: float) -> float:
    """What a scalar op gives, read back as the dtype's own number through an array argument."""
    text = f"""ptodsl-ir 1
program @P

kernel @k(%s: {dtype.name}, %c: out tensor<1x32x{dtype.name}>) -> (tensor<1x32x{dtype.name}>) {{
  %t = full %s shape=[1, 32] dtype={dtype.name} : tile<1x32x{dtype.name}>
  store %t, %c[0, 0]
  return %c
}}

orchestration @main(%x: {dtype.name}, %y: {dtype.name}) -> (tensor<1x32x{dtype.name}>) {{
  %c = create_tensor shape=[1, 32] dtype={dtype.name} : tensor<1x32x{dtype.name}>
  %r = scalar.{name} %x, %y : {dtype.name}
  call @k(%r, %c)
  return %c
}}
"""
    (result,) = run(parse(text), [left, right])
    return float(result[0, 0]) if dtype.is_float else int(result[0, 0])


@given(st.sampled_from([INT8, INT32, INDEX, UINT64]), st.data(), st.sampled_from(["add", "sub", "mul"]))
def test_scalar_integers_wrap(dtype: DType, data: st.DataObject, name: str) -> None:
    left, right = data.draw(st.integers(*dtype.range)), data.draw(st.integers(*dtype.range))
    exact = {"add": left + right, "sub": left - right, "mul": left * right}[name]
    result = scalar_result(name, dtype, left, right)
    least, greatest = dtype.range
    assert least <= result <= greatest
    assert (result - exact) % (1 << dtype.bits) == 0


@given(st.integers(*INT32.range), st.integers(-9, 9).filter(bool))
def test_scalar_division_floors(left: int, right: int) -> None:
    quotient = scalar_result("floordiv", INT32, left, right)
    assert (quotient - left // right) % (1 << INT32.bits) == 0
    assert abs(quotient) <= 1 << (INT32.bits - 1)
    assert scalar_result("mod", INT32, left, right) == left % right


@pytest.mark.parametrize("dtype", [FP16, BF16, FP32], ids=lambda dtype: dtype.name)
def test_scalar_floats_round_after_every_op(dtype: DType) -> None:
    def rounded(number: float) -> float:
        return float(np.float32(number).astype(numpy_dtype(dtype)))

    assert scalar_result("div", dtype, 1.0, 3.0) == rounded(1 / 3)
    assert scalar_result("add", dtype, 2048.0, 0.3) == rounded(2048.0 + rounded(0.3))


def test_a_rounded_scalar_is_what_the_next_op_sees() -> None:
    """In FP16, 2048 + 1 is 2048."""
    text = program(
        """
  %s = scalar.add %h, 1.0:fp16 : fp16
  %e = scalar.eq %s, 2048.0:fp16 : bool
  if %e {
    call @k(%a, %c)
  }
""",
        parameters=f"%h: fp16, %a: {F}, %c: out {F}",
        kernels=kernel(f"  %x = load %a[0, 0] sizes=[8, 16] : {T}\n  store %x, %c[0, 0]"),
    )
    a, c = sample(), np.zeros((8, 16), np.float32)
    run(parse(text), [2048.0, a, c])
    np.testing.assert_array_equal(c, a)


def test_integers_divided_by_zero_are_an_error_at_the_line() -> None:
    text = program("  %r = scalar.floordiv %n, %d : index\n", f"%n: index, %d: index, %c: out {F}")
    error = error_of(text, 7, 0, np.zeros((8, 16), np.float32))
    (mistake,) = error.diagnostics
    assert isinstance(mistake, DivisionByZero)
    assert mistake.span is not None
    assert text.splitlines()[mistake.span.line - 1].strip() == "%r = scalar.floordiv %n, %d : index"


def test_a_step_of_zero_is_an_error() -> None:
    text = program("  for %i = 0 to 4 step %s {\n  }", f"%s: index, %c: out {F}")
    assert isinstance(error_of(text, 0, np.zeros((8, 16), np.float32)).diagnostics[0], StepZero)


def test_orchestrations_read_elements_and_extents_and_pass_views() -> None:
    text = program(
        """
  %n = read %rows[1] : int32
  %d = dim %big axis=1 : index
  %row = scalar.mul %n, 8:int32 : int32
  %v = view %big[%row, 1, 0] sizes=[8, 1, 16] : tensor<8x1x16xfp32>
  %s = scalar.cast %d dtype=fp32 : fp32
  call @k(%v, %s, %c)
""",
        parameters=f"%rows: tensor<2xint32>, %big: tensor<24x3x16xfp32>, %c: out {F}",
        kernels=kernel(
            f"""
  %x = load %a[0, 0, 0] sizes=[8, 1, 16] : {T}
  %y = muls %x, %s : {T}
  store %y, %c[0, 0]
""",
            f"%a: tensor<8x1x16xfp32>, %s: fp32, %c: out {F}",
        ),
    )
    big = np.random.default_rng(1).standard_normal((24, 3, 16)).astype(np.float32)
    output = np.empty((8, 16), np.float32)
    run(parse(text), [np.array([5, 2], np.int32), big, output])
    np.testing.assert_array_equal(output, big[16:24, 1] * np.float32(3))


def test_views_share_the_bytes_of_their_tensor() -> None:
    text = program(
        """
  %v = view %c[2, 4] sizes=[4, 8] : tensor<4x8xfp32>
  call @k(%v)
""",
        parameters=f"%c: inout {F}",
        kernels="""kernel @k(%o: out tensor<4x8xfp32>) -> (tensor<4x8xfp32>) {
  %z = full 7.0 shape=[4, 8] dtype=fp32 : tile<4x8xfp32>
  store %z, %o[0, 0]
  return %o
}
""",
    )
    output = sample()
    wanted = np.array(output)
    wanted[2:6, 4:12] = 7
    (result,) = run(parse(text), [output])
    assert result is output
    np.testing.assert_array_equal(output, wanted)


def test_a_kernel_that_writes_bytes_of_another_argument_is_refused() -> None:
    text = program("  call @k(%c, %c)", parameters=f"%c: inout {F}", kernels=kernel("  %n = scalar.add 1, 1 : index"))
    mistake = error_of(text, sample()).diagnostics[0]
    assert isinstance(mistake, OutputOverlaps)
    assert "`c`" in mistake.message


def test_disjoint_windows_of_one_tensor_may_be_written_and_read() -> None:
    text = program(
        f"""
  %x = view %c[0, 0] sizes=[8, 16] : {F}
  %y = view %c[8, 0] sizes=[8, 16] : {F}
  call @k(%x, %y)
""".replace("%c[", "%big["),
        parameters=f"%big: inout tensor<16x16xfp32>, %c: out {F}",
        kernels=kernel(f"  %x = load %a[0, 0] sizes=[8, 16] : {T}\n  store %x, %c[0, 0]"),
    )
    big = np.concatenate([sample(1), sample(2)])
    run(parse(text), [big, np.zeros((8, 16), np.float32)])
    np.testing.assert_array_equal(big[8:], big[:8])


def test_results_are_in_declared_order_and_created_ones_are_poison_until_stored() -> None:
    text = f"""ptodsl-ir 1
program @P

orchestration @main(%a: inout {F}) -> (tensor<4xfp32>, {F}) {{
  %n = create_tensor shape=[4] dtype=fp32 : tensor<4xfp32>
  return %n, %a
}}
"""
    a = sample()
    created, passed = run(parse(text), [a])
    assert passed is a
    assert np.isnan(created).all()
    (zeros, _) = run(parse(text), [a], poison=0)
    assert (zeros == 0).all()


def test_atomic_stores_add() -> None:
    for kind, dtype in ((np.float32, "fp32"), (np.float16, "fp16"), (np.int32, "int32")):
        text = f"""ptodsl-ir 1
program @P

kernel @k(%a: tensor<8x16x{dtype}>, %c: inout tensor<8x16x{dtype}>) -> (tensor<8x16x{dtype}>) {{
  %x = load %a[0, 0] sizes=[8, 16] : tile<8x16x{dtype}>
  store %x, %c[0, 0] atomic=true
  store %x, %c[0, 0] atomic=true
  return %c
}}

orchestration @main(%a: tensor<8x16x{dtype}>, %c: inout tensor<8x16x{dtype}>) -> (tensor<8x16x{dtype}>) {{
  call @k(%a, %c)
  return %c
}}
"""
        a, c = (100 * sample(seed) for seed in (1, 2))
        a, c = a.astype(kind), c.astype(kind)
        (result,) = run(parse(text), [a, np.array(c)])
        np.testing.assert_array_equal(result, (c + a).astype(kind) + a)
