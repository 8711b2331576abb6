"""How kernels are made for a row: by its typing rule, so that a new row of a known kind needs nothing here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from ptodsl.interpreter.values import numpy_dtype
from ptodsl.ir.dtypes import BOOL, DTYPES, FP32, INDEX, DType
from ptodsl.machine import A2A3, Architecture
from ptodsl.ops import infer
from ptodsl.ops.row import OpRow
from ptodsl.passes.conversions import embeds, steps
from tests.st import op_definitions as definitions
from tests.st.op_cases import Array, Arrays, Case, Expected, Fill, Tensor
from tests.st.op_drafts import FORMS, ODD, ROWS_ONLY, Draft, Form, Shape, cut, window

Recipe: TypeAlias = Callable[[OpRow, DType, Architecture], Iterator[Case]]


def kept(draft: Draft, arrays: Arrays) -> dict[str, Expected]:
    """What the outputs that operands are stored to must hold."""
    inputs = draft.inputs if draft.form.kept else ()
    valid = {tensor.name: draft.valid_of((tensor.shape[0], tensor.shape[1])) for tensor in inputs}
    return {
        f"{name}_kept": Expected(definitions.widened(cut(arrays[name], extents)), window=window(extents))
        for name, extents in valid.items()
    }


def _elementwise(draft: Draft, dtype: DType, names: tuple[str, ...], *scalars: Array) -> Case:
    """The case of a draft whose inputs of those names go through the row's definition, element by element."""
    row, valid = draft.row, draft.form.valid

    def define(arrays: Arrays) -> dict[str, Expected]:
        operands = [cut(arrays[name], draft.form.valid) for name in names]
        values = definitions.applied(row, dtype, *operands, *scalars)
        result = Expected(values, definitions.steps_of(row), window=window(valid))
        return {"out": result, **kept(draft, arrays)}

    return draft.case(define)


def _finish(draft: Draft, expression: str, shape: Shape, dtype: DType) -> None:
    draft.store(draft.define("result", expression), "out", shape, dtype)
    draft.keep()


def unary(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """A tile through the op."""
    for form in FORMS:
        draft = Draft(row, form)
        _finish(draft, f"pl.{row.names[0]}({draft.load('x', dtype)})", form.shape, dtype)
        yield _elementwise(draft, dtype, ("x",))


def binary(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """Two tiles, and one tile twice."""
    for form in FORMS:
        draft = Draft(row, form)
        x, y = draft.load("x", dtype), draft.load("y", dtype)
        _finish(draft, f"pl.{row.names[0]}({x}, {y})", form.shape, dtype)
        yield _elementwise(draft, dtype, ("x", "y"))
    draft = Draft(row, Form("twice", ODD.shape))
    x = draft.load("x", dtype)
    _finish(draft, f"pl.{row.names[0]}({x}, {x})", ODD.shape, dtype)
    yield _elementwise(draft, dtype, ("x", "x"))


def scalars(dtype: DType) -> tuple[float, ...]:
    """Scalars worth trying, one for each form."""
    if dtype.is_float:
        return 2.5, -np.inf, 0.0, np.nan
    least, greatest = dtype.range
    return (True, False, True, False) if dtype is BOOL else (3, greatest, 0, least)


def literal(scalar: float) -> str:
    """A scalar as kernels write it."""
    return {"inf": "INF", "-inf": "-INF", "nan": "NAN"}.get(str(scalar), str(scalar))


def as_array(scalar: float, dtype: DType) -> Array:
    """A scalar in an array of one element."""
    return np.array([[scalar]]).astype(numpy_dtype(dtype))


def with_scalar(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """A tile with a scalar: literals, and numbers that only run time knows."""
    for index, (form, scalar) in enumerate(zip(FORMS, scalars(dtype), strict=True)):
        draft = Draft(row, form)
        x = draft.load("x", dtype)
        written = draft.number("scalar", dtype, literal(scalar)) if index % 2 else literal(scalar)
        _finish(draft, f"pl.{row.names[0]}({x}, {written})", form.shape, dtype)
        yield _elementwise(draft, dtype, ("x",), as_array(scalar, dtype))


def cast(row: OpRow, dtype: DType, architecture: Architecture) -> Iterator[Case]:
    """A tile to every dtype that there is a way to: one kernel of all modes, one of a partly valid tile."""
    for target in DTYPES.values() if dtype is not BOOL else ():
        if not _is_conversion(dtype, target, architecture):
            continue
        yield _cast(row, dtype, target, Form(f"{target.name}_modes", (5, 37)), _modes(row, dtype, target))
        ragged = Form(f"{target.name}_ragged", (7, 40), (5, 33), at_run_time=True, kept=True)
        yield _cast(row, dtype, target, ragged, ("none",))


def _modes(row: OpRow, dtype: DType, target: DType) -> tuple[str, ...]:
    """The rounding modes worth trying: the default alone where nothing is rounded.

    From whole numbers to floats, which compilers take long over, one to each side and one to the nearest.
    """
    if embeds(dtype, target) or not (dtype.is_float or target.is_float):
        return ("",)
    words = row.attribute("mode").words
    return tuple(word for word in words if word != "none") if dtype.is_float else ("rint", "floor", "odd")


def _is_conversion(dtype: DType, target: DType, architecture: Architecture) -> bool:
    """Whether there is a way, and, on an architecture but the first, not the same way as on the first."""
    if target is dtype:
        return architecture is A2A3
    way = steps(dtype, target, architecture)
    return way is not None and (architecture is A2A3 or way != steps(dtype, target, A2A3))


def _cast(row: OpRow, dtype: DType, target: DType, form: Form, modes: tuple[str, ...] = ("",)) -> Case:
    draft = Draft(row, form)
    x = draft.load("x", dtype)
    for mode in modes:
        written = f", mode={mode!r}" if mode else ""
        result = draft.define(f"result_{mode}", f"pl.{row.names[0]}({x}, pl.{target}{written})")
        draft.store(result, f"out_{mode}", form.shape, target)
    draft.keep()

    def define(arrays: Arrays) -> dict[str, Expected]:
        source = cut(arrays["x"], form.valid)
        found = {
            f"out_{mode}": Expected(definitions.cast(source, dtype, target, mode), window=window(form.valid))
            for mode in modes
        }
        return {**found, **kept(draft, arrays)}

    return draft.case(define)


REDUCTIONS: Mapping[str, Callable[..., Array]] = {"sum": np.sum, "max": np.max, "min": np.min}
"""By the last word of the row's name."""


def _reduced(draft: Draft, dtype: DType, axis: int) -> Case:
    """The case of a draft that reduces `x` along an axis."""
    row, form = draft.row, draft.form
    function = REDUCTIONS.get(row.name.rpartition("_")[2])
    assert function is not None, f"`{row.name}`: add what it reduces with to REDUCTIONS in {__file__}"
    valid = (form.valid[0], 1) if axis == 1 else (1, form.valid[1])

    def define(arrays: Arrays) -> dict[str, Expected]:
        source = cut(arrays["x"], form.valid)
        wide = definitions.widened(source)
        with np.errstate(all="ignore"):
            values = function(wide, axis=axis, keepdims=True)
        if not dtype.is_float:
            values = definitions.wrapped(values, dtype)
            return {"out": Expected(values, window=window(valid)), **kept(draft, arrays)}
        sums = function is np.sum
        scale = np.abs(wide).sum(axis=axis, keepdims=True) if sums else None
        terms = source.shape[axis] if sums else 0
        result = Expected(values, 0 if dtype is FP32 or not sums else 1, scale, terms, window(valid))
        return {"out": result, **kept(draft, arrays)}

    return draft.case(define)


def row_reduction(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """[R, C] to [R, 1]; with a temporary that the kernel gives, too."""
    shapes = (*ROWS_ONLY, Form("long", (3, 300)), Form("temporary", (13, 37)), Form("one", (1, 1)))
    for form in shapes:
        draft = Draft(row, form)
        x = draft.load("x", dtype, fill=Fill.TAME)
        given = ""
        if form.name == "temporary":
            given = ", " + draft.define("t", f"pl.create_tile({list(form.shape)}, pl.{dtype})")
        _finish(draft, f"pl.{row.names[0]}({x}{given})", (form.shape[0], 1), dtype)
        yield _reduced(draft, dtype, axis=1)


def column_reduction(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """[R, C] to [1, C]."""
    for form in (*ROWS_ONLY, Form("tall", (70, 5)), Form("one", (1, 1))):
        draft = Draft(row, form)
        x = draft.load("x", dtype, fill=Fill.TAME)
        _finish(draft, f"pl.{row.names[0]}({x})", (1, form.shape[1]), dtype)
        yield _reduced(draft, dtype, axis=0)


def row_expansion(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """A tile with a column beside it."""
    for form in ROWS_ONLY:
        yield _expansion(row, dtype, form, (form.shape[0], 1))


def column_expansion(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """A tile with a row above it."""
    for form in ROWS_ONLY:
        yield _expansion(row, dtype, form, (1, form.shape[1]))


def _expansion(row: OpRow, dtype: DType, form: Form, vector: Shape) -> Case:
    draft = Draft(row, form)
    x, v = draft.load("x", dtype), draft.load("v", dtype, vector)
    _finish(draft, f"pl.{row.names[0]}({x}, {v})", form.shape, dtype)
    return _elementwise(draft, dtype, ("x", "v"))


PRODUCTS = ((16, 16, 16), (13, 37, 21), (1, 64, 5), (33, 8, 70))
"""[M, K] by [K, N]."""


def _product(arrays: Arrays, valid: tuple[int, int, int], *, turned: bool = False) -> Expected:
    m, k, n = valid
    right: Array = np.transpose(arrays["b"]) if turned else arrays["b"]
    a, b = definitions.widened(arrays["a"][:m, :k]), definitions.widened(right[:k, :n])
    with np.errstate(all="ignore"):
        if a.dtype == object:
            return Expected(a @ b, window=window((m, n)))
        return Expected(a @ b, 0, np.abs(a) @ np.abs(b), k, window((m, n)))


def matmul(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """Products of several shapes, one with the right operand loaded turned, one of a partly valid K."""
    for m, k, n in PRODUCTS:
        for turned in (False, True):
            yield _matmul(row, dtype, Form(f"{m}x{k}x{n}{'_turned' * turned}", (m, k)), n, turned=turned)
    yield _matmul(row, dtype, Form("ragged", (13, 37), (7, 21), at_run_time=True), 30)


def _matmul(row: OpRow, dtype: DType, form: Form, n: int, *, turned: bool = False) -> Case:
    draft = Draft(row, form)
    (m, k), (rows, deep) = form.shape, form.valid
    a = draft.load("a", dtype, fill=Fill.TAME, memory="L1")
    left = draft.define("left", f"pl.move({a}, target_memory=pl.MemorySpace.L0A)")
    b = _right(draft, dtype, k, n, turned=turned)
    right = draft.define("right", f"pl.move({b}, target_memory=pl.MemorySpace.L0B)")
    accumulator = infer.ACCUMULATOR[dtype.name]
    _finish(draft, f"pl.{row.names[0]}({left}, {right})", (m, n), accumulator)
    return draft.case(lambda arrays: {"out": _product(arrays, (rows, deep, n), turned=turned)})


def _right(draft: Draft, dtype: DType, k: int, n: int, *, turned: bool) -> str:
    """The right operand in L1, as far valid as the left one's columns."""
    draft.inputs.append(Tensor("b", (n, k) if turned else (k, n), dtype, Fill.ORDINARY))
    deep = draft.number("columns", INDEX, str(draft.form.valid[1])) if draft.form.at_run_time else str(k)
    written = ", transpose=True" if turned else ""
    window_ = [n, k] if turned else [k, n]
    return draft.define(
        "b_tile", f"pl.load(b, [0, 0], {window_}, valid_shape=[{deep}, {n}], target_memory=pl.MemorySpace.L1{written})"
    )


def matmul_acc(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """A product accumulated along K, step by step: unrolled, and in a loop."""
    for m, step, n in ((16, 16, 16), (13, 32, 21), (1, 48, 70)) if dtype.name in infer.ACCUMULATOR else ():
        yield _accumulated(row, dtype, m, step, n)


def _accumulated(row: OpRow, dtype: DType, m: int, step: int, n: int) -> Case:
    k = 4 * step
    draft = Draft(row, Form(f"{m}x{k}x{n}", (m, k)))
    draft.inputs += [Tensor("a", (m, k), dtype, Fill.TAME), Tensor("b", (k, n), dtype, Fill.ORDINARY)]

    def part(at: str) -> str:
        return f"pl.load(a, [0, {at}], [{m}, {step}]), pl.load(b, [{at}, 0], [{step}, {n}])"

    draft.define("acc", f"pl.matmul({part('0')})")
    draft.define("acc", f"pl.{row.names[0]}(acc, {part(str(step))})")
    draft.lines += [f"for i in pl.range({2 * step}, {k}, {step}):", f"    acc = pl.{row.names[0]}(acc, {part('i')})"]
    draft.store("acc", "out", (m, n), infer.ACCUMULATOR[dtype.name])
    applied = ("matmul", *(row.name for _ in range(step, k, step)))
    return replace(draft.case(lambda arrays: {"out": _product(arrays, (m, k, n))}), applied=applied)
