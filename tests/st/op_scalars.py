"""How kernels and orchestrations are made for the rows of scalars and of whole tensors.

Numbers leave a kernel in tiles: a float fills one of its dtype, a whole number two of UINT32, half its bits in each.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ptodsl.ir.dtypes import BOOL, DTYPES, INDEX, INT32, UINT32, UINT64, DType
from ptodsl.machine import Architecture
from ptodsl.ops.row import OpRow
from tests.st import op_definitions as definitions
from tests.st.op_cases import Array, Arrays, Case, Define, Expected, Fill, Number, Tensor

SAMPLES = 12
"""How many pairs of numbers each op is tried on."""

WIDTH = 8
WORDS = 2
BITS = 32


class _Substitution(ast.NodeTransformer):
    """Puts expressions in the places of an example's operands, in order; functions and dtypes stay."""

    def __init__(self, operands: tuple[str, ...]) -> None:
        self.operands = iter(operands)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.parse(next(self.operands), mode="eval").body

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.parse(next(self.operands), mode="eval").body


def expression(row: OpRow, *operands: str) -> str:
    """The row's example on other operands."""
    tree = ast.parse(row.example, mode="eval")
    return ast.unparse(_Substitution(operands).visit(tree))


@dataclass(frozen=True)
class Shown:
    """A number that a kernel shows: its name there, its dtype, the output, and what it must be, one for each call."""

    name: str
    dtype: DType
    output: str
    values: Callable[[Arrays], Array]

    @property
    def tensor(self) -> Tensor:
        """The output, a row for each call."""
        if self.dtype.is_float:
            return Tensor(self.output, (SAMPLES, WIDTH), self.dtype, Fill.POISON)
        return Tensor(self.output, (SAMPLES, WORDS * WIDTH), UINT32, Fill.POISON)

    def lines(self) -> list[str]:
        """The kernel's statements for it."""
        if self.dtype.is_float:
            return [self._line(self.name, self.dtype, 0)]
        whole = f"(1 if {self.name} else 0)" if self.dtype is BOOL else self.name
        whole = whole if self.dtype in (INDEX, UINT64) else f"pl.cast({whole}, pl.INT64)"
        words = [f"{whole} // {1 << BITS * word} % {1 << BITS}" for word in range(WORDS)]
        return [self._line(f"pl.cast({word}, pl.UINT32)", UINT32, index * WIDTH) for index, word in enumerate(words)]

    def _line(self, value: str, dtype: DType, column: int) -> str:
        return f"pl.store(pl.full([1, {WIDTH}], pl.{dtype}, {value}), [at, {column}], {self.output})"

    def expected(self, arrays: Arrays) -> Expected:
        """The output by the definition."""
        values = self.values(arrays).reshape(-1, 1)
        if not self.dtype.is_float:
            words = [values.astype(object) // (1 << BITS * word) % (1 << BITS) for word in range(WORDS)]
            values = np.concatenate([np.repeat(word, WIDTH, axis=1) for word in words], axis=1)
        return Expected(np.broadcast_to(values, self.tensor.shape), window=(slice(None),))


def _or_nan(function: Callable[[float, float], float]) -> Callable[..., float]:
    """The function, but NaN where an operand is."""

    def either(left: float, right: float) -> float:
        is_nan = left != left or right != right  # noqa: PLR0124 - whole numbers may be too large for math.isnan
        return math.nan if is_nan else function(left, right)

    return either


def _quotient(left: float, right: float) -> float:
    return float(np.float64(left) / np.float64(right))


def _and(left: float, right: float) -> bool:
    return bool(left) and bool(right)


def _or(left: float, right: float) -> bool:
    return bool(left) or bool(right)


SPELLED: Mapping[str, Callable[..., float]] = {
    "div": _quotient,
    "min": _or_nan(min),
    "max": _or_nan(max),
    "and": _and,
    "or": _or,
    "not": operator.not_,
}
"""What Python's `operator` does not have under the row's name."""


def meaning(row: OpRow) -> Callable[..., float]:
    """The function of Python that a row is."""
    name = row.name.removeprefix("scalar.")
    found: Callable[..., float] | None = SPELLED.get(name, getattr(operator, name, None))
    assert found is not None, f"`{row.name}`: add its meaning to SPELLED in {__file__}"
    return found


def _applied(row: OpRow, result: DType, *operands: Array) -> Array:
    columns = [definitions.numbers(definitions.widened(operand)) for operand in operands]
    with np.errstate(all="ignore"):
        values = [meaning(row)(*numbers) for numbers in zip(*columns, strict=True)]
    if result.is_float:
        return definitions.in_dtype(np.array(values, np.float64).astype(np.float32), result).astype(np.float64)
    return np.array([int(value) for value in values], object) if result is BOOL else _whole(values, result)


def _whole(values: list[float], dtype: DType) -> Array:
    return definitions.wrapped(np.array([int(value) for value in values], object), dtype)


def _numbers(name: str, dtype: DType, fill: Fill = Fill.HOSTILE) -> Tensor:
    return Tensor(name, (SAMPLES,), dtype, fill)


def _case(
    row: OpRow, variant: str, sources: tuple[Tensor, ...], shown: tuple[Shown, ...], lines: tuple[str, ...]
) -> Case:
    """A kernel called once for each sample, with the numbers and with what the orchestration makes of them."""
    reads = [f"pl.tensor.read({{{source.name}}}, [i])" for source in sources]
    outputs = tuple(one.tensor for one in shown)
    written = [f"{{{tensor.name}}}" for tensor in outputs]
    there = [expression(row, *reads)] if len(shown) == 2 else []
    call = f"{{kernel}}({', '.join([*written, *reads, *there, 'i'])})"
    numbers = [Number(f"x{index}", source.dtype, "") for index, source in enumerate(sources)]
    numbers += [Number(one.name, one.dtype, "") for one in shown[1:] if len(shown) == 2]
    return Case(
        row.name,
        variant,
        (*lines, *(line for one in shown for line in one.lines())),
        sources,
        outputs,
        lambda arrays: {one.output: one.expected(arrays) for one in shown},
        (*numbers, Number("at", INDEX, "")),
        outputs,
        (f"for i in pl.range({SAMPLES}):", f"    {call}"),
    )


def _both(row: OpRow, sources: tuple[Tensor, ...], result: DType) -> Case:
    """The op in a kernel, and in the orchestration."""
    names = tuple(f"x{index}" for index in range(len(sources)))

    def values(arrays: Arrays) -> Array:
        return _applied(row, result, *(arrays[source.name] for source in sources))

    here, there = Shown("here", result, "out", values), Shown("there", result, "out_there", values)
    variant = "_".join(source.dtype.name for source in sources)
    return _case(row, variant, sources, (here, there), (f"here = {expression(row, *names)}",))


def arithmetic(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """Two numbers of one dtype, and INDEX with another whole number."""
    fill = Fill.FINITE if row.name in ("scalar.floordiv", "scalar.mod") else Fill.HOSTILE
    left = _numbers("left", dtype, fill)
    if dtype is not BOOL:
        yield _both(row, (left, _numbers("right", dtype, fill)), dtype)
    if dtype is INT32:
        yield _both(row, (left, _numbers("right", INDEX, fill)), INDEX)


def division(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """Two floats."""
    if dtype.is_float:
        yield _both(row, (_numbers("left", dtype), _numbers("right", dtype)), dtype)


def comparison(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """Two numbers of one dtype, many of them equal, and INDEX with another whole number."""
    yield _both(row, (_numbers("left", dtype), _numbers("right", dtype)), BOOL)
    if dtype is INT32:
        yield _both(row, (_numbers("left", dtype), _numbers("right", INDEX)), BOOL)


def unary(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """A number."""
    if dtype is not BOOL:
        yield _both(row, (_numbers("source", dtype),), dtype)


def condition(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """Truths, of BOOL and of whole numbers."""
    if not dtype.is_float:
        yield _both(row, tuple(_numbers(operand.name, dtype) for operand in row.operands), BOOL)


def cast(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """A number in every other dtype."""
    targets = [target for target in DTYPES.values() if BOOL not in (dtype, target)]
    source = _numbers("source", dtype)
    shown = tuple(
        Shown(f"as_{target.name}", target, f"out_{target.name}", _cast_to(dtype, target)) for target in targets
    )
    lines = tuple(f"{one.name} = pl.{row.names[0]}(x0, pl.{one.dtype})" for one in shown)
    if shown:
        yield _case(row, dtype.name, (source,), shown, lines)


def _cast_to(dtype: DType, target: DType) -> Callable[[Arrays], Array]:
    return lambda arrays: definitions.cast(arrays["source"], dtype, target, "")


BLOCK = (4, 24)
LARGE = (11, 60)


def _copies(row: OpRow, dtype: DType, x: Tensor, define: Define, *calls: str) -> Case:
    """A kernel that copies a block, called by lines that say from where to where."""
    parameters = Tensor("source", BLOCK, dtype), Tensor("target", BLOCK, dtype)
    line = f"pl.store(pl.load(source, [0, 0], {list(BLOCK)}), [0, 0], target)"
    out = Tensor("out", LARGE, dtype, Fill.POISON)
    return Case(row.name, "copies", (line,), (x,), (out,), define, parameters=parameters, calls=calls)


def view(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """Windows inside larger tensors, read and written, at offsets known and not."""
    rows, columns = BLOCK

    def define(arrays: Arrays) -> dict[str, Expected]:
        values: Array = arrays["x"]
        wanted: Array = np.array(arrays["out"])
        wanted[1 : 1 + rows, 7 : 7 + columns] = values[2 : 2 + rows, 5 : 5 + columns]
        for at in (5, 7):
            wanted[at : at + rows, 33 : 33 + columns] = values[at : at + rows, 11 : 11 + columns]
        return {"out": Expected(definitions.widened(wanted), window=(slice(None),))}

    def copy(source: str, target: str) -> str:
        windows = f"pl.tensor.view({{x}}, {list(BLOCK)}, {source})", f"pl.tensor.view({{out}}, {list(BLOCK)}, {target})"
        return f"{{kernel}}({', '.join(windows)})"

    lines = copy("[2, 5]", "[1, 7]"), "for i in pl.range(5, 9, 2):", f"    {copy('[i, 11]', '[i, 33]')}"
    yield _copies(row, dtype, Tensor("x", LARGE, dtype), define, *lines)


def reshape(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """Pages of a cache, whose rows have gaps between them, and runs of a tensor without any, to and from matrices."""
    rows, columns = BLOCK
    shape = (2, rows, 3, columns)
    flat = math.prod(shape)

    def define(arrays: Arrays) -> dict[str, Expected]:
        values: Array = arrays["x"]
        wanted: Array = np.array(arrays["out"])
        wanted[1 : 1 + rows, 7 : 7 + columns] = values[1, :, 2, :]
        for i in range(2):
            run = slice(i * 100, i * 100 + rows * columns)
            wanted[6 : 6 + rows, i * 30 : i * 30 + columns] = values.reshape(flat)[run].reshape(BLOCK)
        return {"out": Expected(definitions.widened(wanted), window=(slice(None),))}

    def of(tensor: str, shape: list[int]) -> str:
        return f"pl.tensor.{row.names[0]}({tensor}, {shape})"

    page = of(f"pl.tensor.view({{x}}, {[1, rows, 1, columns]}, [1, 0, 2, 0])", [rows, columns])
    run = of(f"pl.tensor.view({of('{x}', [flat])}, [{rows * columns}], [i * 100])", [rows, columns])
    apart = f"pl.tensor.view({of('{out}', [LARGE[0], 1, LARGE[1]])}, {[rows, 1, columns]}, [6, 0, i * 30])"
    lines = (
        f"{{kernel}}({page}, pl.tensor.view({{out}}, {list(BLOCK)}, [1, 7]))",
        "for i in pl.range(2):",
        f"    {{kernel}}({run}, {of(apart, [rows, columns])})",
    )
    yield _copies(row, dtype, Tensor("x", shape, dtype), define, *lines)


def write(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """Elements of what a task has written before and another reads after, directly and through a view."""
    rows, columns = BLOCK

    def define(arrays: Arrays) -> dict[str, Expected]:
        values: Array = arrays["x"]
        wanted: Array = np.array(arrays["out"])
        wanted[2 : 2 + rows, 3 : 3 + columns] = values
        for i in range(rows):
            wanted[i + 2, 4], wanted[2, 10 + i] = values[i, 20], values[i, 21]
        wanted[0, 59] = 1
        wanted[6 : 6 + rows, 30 : 30 + columns] = wanted[2 : 2 + rows, 3 : 3 + columns]
        return {"out": Expected(definitions.widened(wanted), window=(slice(None),))}

    def element(tensor: str, place: str, value: str) -> str:
        return f"pl.tensor.{row.names[0]}({tensor}, {place}, {value})"

    window = f"pl.tensor.view({{out}}, {list(BLOCK)}, [2, 3])"
    lines = (
        f"{{kernel}}({{x}}, {window})",
        f"for i in pl.range({rows}):",
        f"    {element('{out}', '[i + 2, 4]', 'pl.read({x}, [i, 20])')}",
        f"    {element(window, '[0, i + 7]', 'pl.read({x}, [i, 21])')}",
        element("{out}", "[0, 59]", str(dtype is BOOL or 1)),
        f"{{kernel}}({window}, pl.tensor.view({{out}}, {list(BLOCK)}, [6, 30]))",
    )
    yield _copies(row, dtype, Tensor("x", BLOCK, dtype), define, *lines)


def create_tensor(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """A buffer between two tasks."""

    def define(arrays: Arrays) -> dict[str, Expected]:
        return {"out": Expected(definitions.widened(arrays["x"]), window=(slice(3, 3 + BLOCK[0]), slice(BLOCK[1])))}

    lines = (
        f"between_{dtype.name} = pl.{row.names[0]}({list(BLOCK)}, pl.{dtype})",
        f"{{kernel}}({{x}}, between_{dtype.name})",
        f"{{kernel}}(between_{dtype.name}, pl.tensor.view({{out}}, {list(BLOCK)}, [3, 0]))",
    )
    yield _copies(row, dtype, Tensor("x", BLOCK, dtype), define, *lines)


def read(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """Elements of a matrix, down a column."""
    source = Tensor("source", (SAMPLES, 5), dtype)
    shown = Shown("x0", dtype, "out", lambda arrays: definitions.widened(arrays["source"][:, 3]))
    call = f"{{kernel}}({{out}}, pl.tensor.{row.names[0]}({{source}}, [i, 3]), i)"
    yield _shown(row, dtype, source, shown, call)


def dim(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """Extents, from both ends."""
    for axis, extent in ((0, SAMPLES), (1, 5), (-1, 5), (-2, SAMPLES)):
        source = Tensor("source", (SAMPLES, 5), dtype)
        shown = Shown("x0", INDEX, "out", _always(extent))
        yield _shown(row, dtype, source, shown, f"{{kernel}}({{out}}, pl.tensor.{row.names[0]}({{source}}, {axis}), i)")


def _always(extent: int) -> Callable[[Arrays], Array]:
    return lambda _: np.full(SAMPLES, extent, object)


def _shown(row: OpRow, dtype: DType, source: Tensor, shown: Shown, call: str) -> Case:
    """A kernel that shows one number, called once for each sample."""
    numbers = Number("x0", shown.dtype, ""), Number("at", INDEX, "")
    calls = f"for i in pl.range({SAMPLES}):", f"    {call}"
    return Case(
        row.name,
        dtype.name,
        tuple(shown.lines()),
        (source,),
        (shown.tensor,),
        lambda arrays: {shown.output: shown.expected(arrays)},
        numbers,
        (shown.tensor,),
        calls,
    )
