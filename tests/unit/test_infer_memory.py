"""Which memory each tile gets, which moves are inserted, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ptodsl.errors import PtoError
from ptodsl.errors.memory import CoreDiffers, CoresMixed, MemoriesDiffer, MemoryRefused, TargetMemoryRefused
from ptodsl.ir.hardware import Core
from ptodsl.ir.parser import parse
from ptodsl.machine import A2A3, A5, Architecture
from ptodsl.passes.infer_memory import InferMemory
from tests.placing import INFER, after, kernel, lines, mistake, ops

VECTOR = "%x: tensor<16x64xfp32>, %y: out tensor<16x64xfp32>"
CUBE = "%a: tensor<32x64xfp16>, %b: tensor<64x48xfp16>, %c: out tensor<32x48xfp32>"


def test_vector_kernel_lies_in_ub_without_moves() -> None:
    assert lines(
        INFER,
        VECTOR,
        """
        %a = load %x[0, 0] sizes=[16, 64] : tile<16x64xfp32>
        %z = full 0.0 shape=[16, 64] dtype=fp32 : tile<16x64xfp32>
        %b = add %a, %z : tile<16x64xfp32>
        store %b, %y[0, 0]
        """,
    ) == [
        "%a = load %x[0, 0] sizes=[16, 64] : tile<16x64xfp32, ub>",
        "%z = full 0.0 shape=[16, 64] dtype=fp32 : tile<16x64xfp32, ub>",
        "%b = add %a, %z : tile<16x64xfp32, ub>",
        "store %b, %y[0, 0]",
    ]


def test_operands_of_a_matmul_go_through_l1() -> None:
    assert lines(
        INFER,
        CUBE,
        """
        %l = load %a[0, 0] sizes=[32, 64] : tile<32x64xfp16>
        %r = load %b[0, 0] sizes=[64, 48] : tile<64x48xfp16>
        %p = matmul %l, %r : tile<32x48xfp32>
        store %p, %c[0, 0]
        """,
    ) == [
        "%l = load %a[0, 0] sizes=[32, 64] : tile<32x64xfp16, l1>",
        "%r = load %b[0, 0] sizes=[64, 48] : tile<64x48xfp16, l1>",
        "%l_l0a = move %l : tile<32x64xfp16, l0a>",
        "%r_l0b = move %r : tile<64x48xfp16, l0b>",
        "%p = matmul %l_l0a, %r_l0b : tile<32x48xfp32, l0c>",
        "store %p, %c[0, 0]",
    ]


def test_written_memories_and_moves_are_kept() -> None:
    text = """
        %l = load %a[0, 0] sizes=[32, 64] : tile<32x64xfp16, l1>
        %r = load %b[0, 0] sizes=[64, 48] : tile<64x48xfp16, l1>
        %l0 = move %l : tile<32x64xfp16, l0a>
        %r0 = move %r : tile<64x48xfp16, l0b>
        %p = matmul %l0, %r0 : tile<32x48xfp32>
        store %p, %c[0, 0]
        """
    assert ops(after(INFER, kernel(CUBE, text))) == ["load", "load", "move", "move", "matmul", "store"]


def test_move_without_a_target_is_inferred_from_its_uses() -> None:
    result = lines(
        INFER,
        CUBE,
        """
        %l = load %a[0, 0] sizes=[32, 64] : tile<32x64xfp16>
        %r = load %b[0, 0] sizes=[64, 48] : tile<64x48xfp16>
        %l0 = move %l : tile<32x64xfp16>
        %r0 = move %r : tile<64x48xfp16>
        %p = matmul %l0, %r0 : tile<32x48xfp32>
        store %p, %c[0, 0]
        """,
    )
    assert result[0].endswith("l1>")
    assert result[2:4] == ["%l0 = move %l : tile<32x64xfp16, l0a>", "%r0 = move %r : tile<64x48xfp16, l0b>"]


def test_one_tile_as_both_operands_is_moved_to_each() -> None:
    result = lines(
        INFER,
        "%a: tensor<32x32xfp32>, %c: out tensor<32x32xfp32>",
        """
        %l = load %a[0, 0] sizes=[32, 32] : tile<32x32xfp32>
        %p = matmul %l, %l : tile<32x32xfp32>
        %q = matmul_acc %p, %l, %l : tile<32x32xfp32>
        store %q, %c[0, 0]
        """,
    )
    assert result[1:5] == [
        "%l_l0a = move %l : tile<32x32xfp32, l0a>",
        "%l_l0b = move %l : tile<32x32xfp32, l0b>",
        "%p = matmul %l_l0a, %l_l0b : tile<32x32xfp32, l0c>",
        "%q = matmul_acc %p, %l_l0a, %l_l0b : tile<32x32xfp32, l0c>",
    ], "the moves of the first product serve the second"


def test_a_move_inside_a_branch_does_not_serve_what_follows() -> None:
    program = after(
        INFER,
        kernel(
            "%a: tensor<32x32xfp32>, %c: out tensor<32x32xfp32>, %f: bool",
            """
            %l = load %a[0, 0] sizes=[32, 32] : tile<32x32xfp32>
            if %f {
              %p = matmul %l, %l : tile<32x32xfp32>
              store %p, %c[0, 0]
            }
            %q = matmul %l, %l : tile<32x32xfp32>
            store %q, %c[0, 0]
            """,
        ),
    )
    assert ops(program).count("move") == 4


def test_carries_and_merges_have_the_memory_of_their_members() -> None:
    result = lines(
        INFER,
        "%a: tensor<32x64xfp16>, %b: tensor<64x48xfp16>, %c: out tensor<32x48xfp32>, %n: index, %f: bool",
        """
        %acc0 = create_tile shape=[32, 48] dtype=fp32 : tile<32x48xfp32>
        for %k = 0 to %n step 1 carry (%acc = %acc0: tile<32x48xfp32>) {
          if %f {
            %u = load %a[0, 0] sizes=[32, 64] : tile<32x64xfp16>
            yield %u
          } else {
            %v = load %a[0, 0] sizes=[32, 64] : tile<32x64xfp16>
            yield %v
          } -> (%l: tile<32x64xfp16>)
          %r = load %b[0, 0] sizes=[64, 48] : tile<64x48xfp16>
          %next = matmul_acc %acc, %l, %r : tile<32x48xfp32>
          yield %next
        } -> (%out)
        store %out, %c[0, 0]
        """,
    )
    assert result[0] == "%acc0 = create_tile shape=[32, 48] dtype=fp32 : tile<32x48xfp32, l0c>"
    assert "(%acc = %acc0: tile<32x48xfp32, l0c>)" in result[1]
    assert "  } -> (%l: tile<32x64xfp16, l1>)" in result


def test_transposed_window_goes_to_l1() -> None:
    (line,) = lines(
        INFER, "%a: tensor<32x64xfp16>", "%l = load %a[0, 0] sizes=[32, 64] transpose=true : tile<64x32xfp16>"
    )
    assert line.endswith(": tile<64x32xfp16, l1>")


def test_transposed_window_into_ub_is_refused() -> None:
    found = mistake(
        INFER, "%a: tensor<32x64xfp16>", "%l = load %a[0, 0] sizes=[32, 64] transpose=true : tile<64x32xfp16, ub>"
    )
    assert isinstance(found, TargetMemoryRefused)
    assert "L1" in found.help


def test_memory_that_an_op_cannot_write_is_refused() -> None:
    found = mistake(INFER, "%a: tensor<32x64xfp16>", "%l = load %a[0, 0] sizes=[32, 64] : tile<32x64xfp16, l0a>")
    assert isinstance(found, TargetMemoryRefused)
    assert found.message == "`load` cannot write to L0A"
    assert "`pl.MemorySpace.UB` or `pl.MemorySpace.L1`" in found.help


def test_operand_in_a_memory_that_leads_nowhere_is_refused() -> None:
    found = mistake(
        INFER,
        CUBE,
        """
        %l = load %a[0, 0] sizes=[32, 64] : tile<32x64xfp16, ub>
        %r = load %b[0, 0] sizes=[64, 48] : tile<64x48xfp16>
        %p = matmul %l, %r : tile<32x48xfp32>
        store %p, %c[0, 0]
        """,
    )
    assert isinstance(found, MemoryRefused)
    assert found.message == "`matmul` takes `left` from L0A, this tile is in UB"
    assert "`pl.MemorySpace.L1`" in found.help
    assert found.span is not None
    assert found.span.line == 7, "at the op"
    assert [note.span.line for note in found.notes if note.span] == [5], "and where the tile is made"


def test_product_as_operand_of_a_product_is_refused_with_a_way_out() -> None:
    found = mistake(
        INFER,
        "%a: tensor<32x32xfp32>, %c: out tensor<32x32xfp32>",
        """
        %l = load %a[0, 0] sizes=[32, 32] : tile<32x32xfp32>
        %p = matmul %l, %l : tile<32x32xfp32>
        %q = matmul %p, %l : tile<32x32xfp32>
        store %q, %c[0, 0]
        """,
    )
    assert isinstance(found, MemoryRefused)
    assert "`pl.store`" in found.help


def test_tile_of_l1_cannot_be_stored() -> None:
    found = mistake(
        INFER,
        VECTOR,
        """
        %a = load %x[0, 0] sizes=[16, 64] : tile<16x64xfp32, l1>
        store %a, %y[0, 0]
        """,
    )
    assert isinstance(found, MemoryRefused)
    assert found.message == "`store` takes `source` from UB or L0C, this tile is in L1"
    assert "`pl.MemorySpace.UB`" in found.help


def test_accumulator_that_starts_in_ub_is_refused() -> None:
    found = mistake(
        INFER,
        CUBE,
        """
        %l = load %a[0, 0] sizes=[32, 64] : tile<32x64xfp16>
        %r = load %b[0, 0] sizes=[64, 48] : tile<64x48xfp16>
        %z = full 0.0 shape=[32, 48] dtype=fp32 : tile<32x48xfp32>
        %p = matmul_acc %z, %l, %r : tile<32x48xfp32>
        store %p, %c[0, 0]
        """,
    )
    assert isinstance(found, CoresMixed)
    assert "`full`" in found.message


def test_branches_in_different_memories_are_refused() -> None:
    found = mistake(
        INFER,
        f"{VECTOR}, %f: bool",
        """
        if %f {
          %u = load %x[0, 0] sizes=[16, 64] : tile<16x64xfp32, ub>
          yield %u
        } else {
          %v = load %x[0, 0] sizes=[16, 64] : tile<16x64xfp32, l1>
          yield %v
        } -> (%r: tile<16x64xfp32>)
        store %r, %y[0, 0]
        """,
    )
    assert isinstance(found, MemoriesDiffer)
    assert "UB" in found.message
    assert "L1" in found.message


def test_cube_and_vector_in_one_kernel_are_refused() -> None:
    found = mistake(
        INFER,
        "%a: tensor<32x32xfp32>, %c: out tensor<32x32xfp32>",
        """
        %l = load %a[0, 0] sizes=[32, 32] : tile<32x32xfp32>
        %p = matmul %l, %l : tile<32x32xfp32>
        %e = exp %p : tile<32x32xfp32>
        store %e, %c[0, 0]
        """,
    )
    assert isinstance(found, CoresMixed)
    assert found.message == "kernel `k` needs the cube core for `matmul` and the vector core for `exp`"
    assert "two kernels" in found.help


@pytest.mark.parametrize("architecture", [A2A3, A5], ids=["a2a3", "a5"])
def test_tile_of_ub_in_a_cube_kernel_is_refused(architecture: Architecture) -> None:
    found = mistake(
        INFER,
        "%a: tensor<32x32xfp32>, %c: out tensor<32x32xfp32>",
        """
        %l = load %a[0, 0] sizes=[32, 32] : tile<32x32xfp32>
        %p = matmul %l, %l : tile<32x32xfp32>
        store %p, %c[0, 0]
        %u = load %a[0, 0] sizes=[32, 32] : tile<32x32xfp32, ub>
        store %u, %c[0, 0]
        """,
        architecture,
    )
    assert isinstance(found, CoresMixed)


def test_declared_core_that_differs_is_refused() -> None:
    program = kernel(VECTOR, "%a = load %x[0, 0] sizes=[16, 64] : tile<16x64xfp32>\n%b = exp %a : tile<16x64xfp32>")
    function = replace(program.functions[0], core=Core.CUBE)
    with pytest.raises(PtoError) as caught:
        InferMemory().run(replace(program, functions=(function,)), A2A3)
    (found,) = caught.value.diagnostics
    assert isinstance(found, CoreDiffers)
    assert found.message == "kernel `k` is declared for the cube core, `exp` runs on the vector core"


def test_all_mistakes_of_all_kernels_are_reported_at_once() -> None:
    one = "  %l = load %a[0, 0] sizes=[32, 64] : tile<32x64xfp16, l0a>\n  return\n}\n"
    text = "ptodsl-ir 1\nprogram @P\n\n" + "\n".join(
        f"kernel @k{number}(%a: tensor<32x64xfp16>) {{\n{one}" for number in range(2)
    )
    with pytest.raises(PtoError) as caught:
        InferMemory().run(parse(text), A2A3)
    assert len(caught.value.diagnostics) == 2


def test_what_a_loop_carries_for_nobody_is_dropped() -> None:
    """A name that is used again for something else binds nothing together."""
    result = lines(
        INFER,
        "%x: tensor<16x64xfp32>, %y: inout tensor<16x64xfp32>, %n: index, %f: bool",
        """
        %a = load %x[0, 0] sizes=[16, 64] : tile<16x64xfp32>
        for %k = 0 to %n step 1 carry (%c = %a: tile<16x64xfp32>, %d = %a: tile<16x64xfp32>) {
          %b = load %y[0, 0] sizes=[16, 64] : tile<16x64xfp32>
          if %f {
            %g = exp %d : tile<16x64xfp32>
            yield %b, %g
          } else {
            yield %c, %d
          } -> (%r: tile<16x64xfp32>, %s: tile<16x64xfp32>)
          yield %r, %s
        } -> (%t, %u)
        store %u, %y[0, 0]
        """,
    )
    assert result == [
        "%a = load %x[0, 0] sizes=[16, 64] : tile<16x64xfp32, ub>",
        "for %k = 0 to %n step 1 carry (%d = %a: tile<16x64xfp32, ub>) {",
        "  %b = load %y[0, 0] sizes=[16, 64] : tile<16x64xfp32, ub>",
        "  if %f {",
        "    %g = exp %d : tile<16x64xfp32, ub>",
        "    yield %g",
        "  } else {",
        "    yield %d",
        "  } -> (%s: tile<16x64xfp32, ub>)",
        "  yield %s",
        "} -> (%u)",
        "store %u, %y[0, 0]",
    ]


def test_scalar_carry_that_a_bound_depends_on_is_kept() -> None:
    result = lines(
        INFER,
        "%n: index",
        """
        for %k = 0 to %n step 1 carry (%c = 1: index, %d = 2: index) {
          %e = scalar.add %c, 1 : index
          %g = scalar.add %d, 1 : index
          yield %e, %g
        } -> (%t, %u)
        for %m = 0 to %t step 1 {
        }
        """,
    )
    assert result[0] == "for %k = 0 to %n step 1 carry (%c = 1: index, %d = 2: index) {", "%g reads %d"
