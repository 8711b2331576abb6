"""Annotations: as Python evaluated them, and postponed."""

from __future__ import annotations

import pytest

from ptodsl.errors import PtoError
from ptodsl.ir.nodes import Direction, Function
from tests.unit.frontend_programs import HEADER, run_cell

POSTPONED = "from __future__ import annotations\n" + HEADER
BODY = "return pl.store(pl.load(a, [0, 0], [8, 8]), [0, 0], c)"


def kernel(parameters: str, body: str) -> str:
    """The source of a kernel; its parameters end the line."""
    return f"{HEADER}@pl.function\ndef k({parameters}:\n    {body}\n"


def signature(text: str, name: str = "k") -> list[str]:
    """The parameters and results of a kernel."""
    function: Function = run_cell(text)[name].ir.functions[0]
    return [*(str(parameter.value.type) for parameter in function.parameters), *map(str, function.results)]


def test_every_form_of_type_is_read() -> None:
    text = f"""
def k(a: pl.Tensor[(8, 8), pl.FP32], c: pl.Out[pl.Tensor[[8, 8], pl.FP32]], s: pl.Scalar[pl.BF16], n: pl.INT64
      ) -> tuple[pl.Tensor[[8, 8], pl.FP32]]:
    {BODY}
"""
    found = ["tensor<8x8xfp32>", "tensor<8x8xfp32>", "bf16", "int64", "tensor<8x8xfp32>"]
    assert signature(f"{HEADER}@pl.function{text}") == found
    assert signature(f"{POSTPONED}@pl.function{text}") == found


@pytest.mark.parametrize("header", [HEADER, POSTPONED])
def test_names_of_the_functions_around_are_seen(header: str) -> None:
    text = f"""{header}
def outer(rows):
    def inner():
        unrelated = 3
        columns = 8
        @pl.program
        class Program:
            size = [rows, columns]
            result = pl.Tensor[size, pl.FP32]
            @pl.function
            def k(self, a: pl.Tensor[[rows, columns], pl.FP32], c: result) -> pl.Tensor[size, pl.FP32]:
                t: pl.Tile[[rows, columns], pl.FP32] = pl.load(a, [0, 0], [rows, 8])
                return pl.store(t, [0, 0], c)
        return Program
    return inner()
program = outer(8)
"""
    assert signature(text, "program") == ["tensor<8x8xfp32>"] * 3


def test_annotation_in_quotes_is_read() -> None:
    text = kernel(
        "a: 'pl.Tensor[[8, 8], pl.FP32]', c: pl.Tensor[[8, 8], pl.FP32]) -> 'pl.Tensor[[8, 8], pl.FP32]'", BODY
    )
    assert signature(text) == ["tensor<8x8xfp32>"] * 3


def test_written_direction_is_kept() -> None:
    tensor = "pl.Tensor[[8, 8], pl.FP32]"
    text = kernel(f"a: {tensor}, c: pl.Out[{tensor}]) -> {tensor}", BODY)
    _, c = run_cell(text)["k"].ir.functions[0].parameters
    assert (c.direction, c.written) == (Direction.OUT, True)


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        ("int", "`int` is no type of the language"),
        ("pl.Tensor", "`Tensor` is no type of the language"),
        ("pl.Tensor[[8, 8]]", "`pl.Tensor[[8, 8]]` does not name a shape and a dtype"),
        ("pl.Tensor[[8, 8], float]", "`float` is no dtype"),
        ("pl.Tensor[[8, 0], pl.FP32]", "`0` is no dim"),
        ("pl.Tensor[[8, True], pl.FP32]", "`True` is no dim"),
        ("pl.Tensor[[8, 8.0], pl.FP32]", "`8.0` is no dim"),
        ("pl.Tensor[8, pl.FP32]", "`8` is no shape"),
        ("pl.Tensor[[], pl.FP32]", "`[]` is no shape"),
        ("pl.Out[pl.Scalar[pl.FP32]]", "only a tensor has a direction, and only one"),
        ("pl.Out[pl.InOut[pl.Tensor[[8, 8], pl.FP32]]]", "only a tensor has a direction, and only one"),
        ("pl.Scalar[8]", "`8` is no dtype"),
        ("'pl.Tensor[['", "`pl.Tensor[[` is no type"),
        ("'pl.Tensr'", "the annotation raises AttributeError: module 'ptodsl.language' has no attribute 'Tensr'"),
        ("'pl.Tensor[[rows, 8], pl.FP32]'", "`rows` is not defined"),
    ],
)
def test_annotation_that_is_no_type_is_refused(annotation: str, message: str) -> None:
    store = "pl.store(pl.full([8, 8], pl.FP32, 0), [0, 0], c)"
    text = kernel(f"a: {annotation}, c: pl.Tensor[[8, 8], pl.FP32])", store) + "k.ir\n"
    with pytest.raises(PtoError) as raised:
        run_cell(text)
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.message == message
    assert diagnostic.span is not None
    assert (diagnostic.span.line, diagnostic.span.column) == (3, len("def k(a: "))
