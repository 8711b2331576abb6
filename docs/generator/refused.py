"""What is not part of the language, and what the compiler says to who writes it: by writing it."""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from textwrap import indent
from typing import Any

from ptodsl.driver import program_of
from ptodsl.errors import Diagnostic, PtoError

_KERNEL = """\
import ptodsl.language as pl

@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.FP32], n: pl.Scalar[pl.INT32], c: pl.Tensor[[16, 64], pl.FP32]
) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
{body}
    return pl.store(t, [0, 0], c)
"""

STATEMENTS = (
    "while n > 0:\n    t = t + t",
    "for i in pl.range(n):\n    break",
    "for i in pl.range(n):\n    continue",
    "for i in range(4):\n    t = t + t",
    "for i in pl.parallel(4):\n    t = t + t",
    "for i in pl.unroll(4):\n    t = t + t",
    "for i in pl.pipeline(4, stage=2):\n    t = t + t",
    "if n > 0:\n    return c",
    "if t:\n    t = t + t",
    "t = t + t if n > 0 else t",
    "assert n > 0",
    "print(n)",
    "t = t < 0.0",
    "t = t ** 2.0",
    "t = t // 2.0",
    "t[0:8, :] = t[8:16, :]",
    "t = u = t",
    "t = (lambda x: x + x)(t)",
    "u = [t for i in (1, 2)]",
    "def twice(x):\n    return x + x",
    "with t:\n    pass",
    "try:\n    t = t + t\nfinally:\n    pass",
    "match n:\n    case 0:\n        t = t + t",
    "t = a + a",
    "n = pl.read(a, [0, 0])",
    "t = pl.select(t, t, t)",
    "t = pl.concat(t, t)",
    "t = pl.matmul_bias(t, t, t)",
    "t = pl.gather(t, t)",
    "c = pl.write(c, [0, 0], 1.0)",
)


def table() -> str:
    """Each statement with the first thing that is said about it."""
    return "\n".join(("| written | error | remedy |", "|---|---|---|", *_rows()))


def _rows() -> Iterator[str]:
    for number, statement in enumerate(STATEMENTS):
        said = _said(statement, f"refused_{number}.py")
        first = statement.replace("\n", " ⏎ ")
        yield f"| `{' '.join(first.split())}` | {said.code}: {said.message} | {said.help} |"


def _said(statement: str, file: str) -> Diagnostic:
    text = _KERNEL.format(body=indent(statement, " " * 4))
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    namespace: dict[str, Any] = {}
    try:
        exec(compile(text, file, "exec", dont_inherit=True), namespace)
        program_of(namespace["kernel"])
    except PtoError as error:
        return error.diagnostics[0]
    raise AssertionError(f"this is part of the language: {statement}")
