"""How kernels are made for the rows that move, make and reshape tiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from ptodsl.interpreter.values import numpy_dtype
from ptodsl.ir.dtypes import BF16, FP16, FP32, INDEX, DType
from ptodsl.machine import Architecture
from ptodsl.ops.row import OpRow
from tests.st import op_definitions as definitions
from tests.st.op_cases import Array, Arrays, Case, Expected, Fill, Number, Tensor
from tests.st.op_drafts import FORMS, ODD, PART, RAGGED, Draft, Form, Shape, cut, window
from tests.st.op_recipes import as_array, kept, literal, scalars

Change = Callable[[Array], Array]
"""What an op that computes nothing does to the valid part of its operand, as an array."""


def changed(draft: Draft, change: Change, *, of: str = "x") -> Case:
    """The case of a draft whose output is its input moved about; valid as far as what is left."""

    def define(arrays: Arrays) -> dict[str, Expected]:
        values = definitions.widened(change(cut(arrays[of], draft.form.valid)))
        return {"out": Expected(values, window=window((values.shape[0], values.shape[1]))), **kept(draft, arrays)}

    return draft.case(define)


def _copied(draft: Draft, expression: str, dtype: DType, change: Change, shape: Shape | None = None) -> Case:
    draft.store(draft.define("result", expression), "out", shape or draft.form.shape, dtype)
    draft.keep()
    return changed(draft, change)


def load(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """Tiles of every form, windows inside tensors of rank 1 to 4, offsets that only run time knows."""
    for form in FORMS:
        draft = Draft(row, form)
        x = draft.load("x", dtype)
        draft.store(x, "out", form.shape, dtype)
        yield changed(draft, lambda source: source)
    for shape, offsets, sizes in WINDOWS:
        yield _window(row, dtype, shape, offsets, sizes)


WINDOWS: tuple[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]], ...] = (
    ((90,), (11,), (37,)),
    ((20, 50), (3, 7), (9, 33)),
    ((5, 6, 40), (2, 1, 5), (2, 3, 19)),
    ((2, 3, 4, 24), (1, 0, 2, 3), (1, 2, 2, 20)),
    ((40, 1), (3, 0), (21, 1)),
)
"""Shapes of tensors, and the offsets and sizes of a window."""


def _index(offsets: tuple[int, ...], sizes: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(slice(offset, offset + size) for offset, size in zip(offsets, sizes, strict=True))


def _brackets(items: tuple[object, ...]) -> str:
    return f"[{', '.join(map(str, items))}]"


def _window(row: OpRow, dtype: DType, shape: tuple[int, ...], offsets: tuple[int, ...], sizes: tuple[int, ...]) -> Case:
    """A window at offsets of run time, stored at the same offsets, and once more at its own place."""
    names = tuple(f"at_{axis}" for axis in range(len(shape)))
    written = _brackets(names)
    lines = (
        f"tile = pl.load(x, {written}, {list(sizes)})",
        f"pl.store(tile, {written}, {list(sizes)}, out)",
        "pl.store(tile, [0, 0], flat)",
    )
    flat = (int(np.prod(sizes[:-1])), sizes[-1])

    def define(arrays: Arrays) -> dict[str, Expected]:
        index = _index(offsets, sizes)
        values = definitions.widened(arrays["x"][index])
        return {"out": Expected(values, window=index), "flat": Expected(values.reshape(flat), window=window(flat))}

    return Case(
        row.name,
        f"rank{len(shape)}_{sizes[-1]}",
        lines,
        (Tensor("x", shape, dtype),),
        (Tensor("out", shape, dtype, Fill.POISON), Tensor("flat", flat, dtype, Fill.POISON)),
        define,
        tuple(Number(name, INDEX, str(offset)) for name, offset in zip(names, offsets, strict=True)),
    )


def store(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """Windows with literal offsets, sums with what is there, and products narrowed on their way out of L0C."""
    for form in (PART, RAGGED):
        draft = Draft(row, form)
        x = draft.load("x", dtype)
        draft.outputs.append(Tensor("out", (20, 60), dtype, Fill.POISON))
        draft.lines.append(f"pl.store({x}, [5, 9], out)")
        yield _stored_at(draft, (5, 9))
    if dtype in ATOMIC:
        yield from _added(row, dtype)
    if dtype in (FP32, FP16, BF16):
        yield from _narrowed(row, dtype)


ATOMIC = frozenset({FP32, FP16, BF16})
"""What the tests add atomically."""


def _stored_at(draft: Draft, at: tuple[int, int]) -> Case:
    valid = draft.form.valid

    def define(arrays: Arrays) -> dict[str, Expected]:
        return {"out": Expected(definitions.widened(cut(arrays["x"], valid)), window=_index(at, valid))}

    return draft.case(define, f"{draft.form.name}_at")


def _added(row: OpRow, dtype: DType) -> Iterator[Case]:
    for form in (PART, RAGGED):
        draft = Draft(row, form)
        x = draft.load("x", dtype, fill=Fill.ORDINARY)
        draft.outputs.append(Tensor("out", form.shape, dtype, Fill.ORDINARY))
        draft.lines.append(f"pl.store({x}, [0, 0], out, atomic=True)")
        yield _sum(draft)


def _sum(draft: Draft) -> Case:
    def define(arrays: Arrays) -> dict[str, Expected]:
        x, before = (definitions.widened(cut(arrays[name], draft.form.valid)) for name in ("x", "out"))
        return {"out": Expected(x + before, window=window(draft.form.valid))}

    return draft.case(define, f"{draft.form.name}_added")


def _narrowed(row: OpRow, dtype: DType) -> Iterator[Case]:
    """A product of two 16-bit or FP32 factors into a tensor of this dtype."""
    m, k, n = 13, 32, 21
    factors = BF16 if dtype is BF16 else FP16
    draft = Draft(row, Form(f"{factors.name}_product", (m, k)))
    draft.inputs += [Tensor("a", (m, k), factors, Fill.ORDINARY), Tensor("b", (k, n), factors, Fill.ORDINARY)]
    draft.define("product", f"pl.matmul(pl.load(a, [0, 0], [{m}, {k}]), pl.load(b, [0, 0], [{k}, {n}]))")
    draft.store("product", "out", (m, n), dtype)

    def define(arrays: Arrays) -> dict[str, Expected]:
        a, b = definitions.widened(arrays["a"]), definitions.widened(arrays["b"])
        narrower = 0 if dtype is FP32 else 1
        return {"out": Expected(a @ b, narrower, np.abs(a) @ np.abs(b), k, window((m, n)))}

    yield replace(draft.case(define), applied=("matmul", row.name))


def move(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """A copy; where the row fills what is not valid, one of each way to fill."""
    words = tuple(word for attribute in row.attributes for word in attribute.words)
    for word in words:
        for form in (ODD, PART, RAGGED):
            yield _filled(row, dtype, form, word)
    for form in FORMS if not words else ():
        draft = Draft(row, form)
        x = draft.load("x", dtype)
        yield _copied(draft, f"pl.{row.names[0]}({x}, target_memory=pl.MemorySpace.UB)", dtype, lambda source: source)


PADS: dict[str, Callable[[DType], float]] = {
    "zero": lambda _: 0,
    "min": lambda dtype: -np.inf if dtype.is_float else dtype.range[0],
    "max": lambda dtype: np.inf if dtype.is_float else dtype.range[1],
}


def _filled(row: OpRow, dtype: DType, form: Form, word: str) -> Case:
    def fill(source: Array) -> Array:
        result = np.full(form.shape, PADS[word](dtype)).astype(numpy_dtype(dtype))
        result[window(form.valid)] = source
        return result

    draft = Draft(row, Form(f"{word}_{form.name}", form.shape, form.part, form.at_run_time, form.kept))
    x = draft.load("x", dtype)
    return _copied(draft, f"pl.{row.names[0]}({x}, pad_value=pl.PadValue.{word})", dtype, fill)


def created(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """Tiles of one value; without a value, one that another op uses as its temporary or that is overwritten."""
    if not row.operands:
        yield _overwritten(row, dtype)
        return
    for index, (form, scalar) in enumerate(zip(FORMS, scalars(dtype), strict=True)):
        draft = Draft(row, Form(form.name, form.shape))
        written = draft.number("scalar", dtype, literal(scalar)) if index % 2 else literal(scalar)
        expression = f"pl.{row.names[0]}({list(form.shape)}, pl.{dtype}, {written})"
        draft.store(draft.define("result", expression), "out", form.shape, dtype)
        yield _constant(draft, as_array(scalar, dtype))


def _constant(draft: Draft, value: Array) -> Case:
    def define(_: Arrays) -> dict[str, Expected]:
        return {"out": Expected(definitions.widened(np.broadcast_to(value, draft.form.shape)), window=(slice(None),))}

    return draft.case(define)


def _overwritten(row: OpRow, dtype: DType) -> Case:
    """An undefined tile that a loop carries and replaces before anything looks at it."""
    draft = Draft(row, Form("carried", (12, 40)))
    draft.inputs.append(Tensor("x", (12, 40), dtype))
    draft.define("tile", f"pl.{row.names[0]}([12, 40], pl.{dtype})")
    draft.lines += ["for i in pl.range(2):", "    tile = pl.load(x, [0, 0], [12, 40])"]
    draft.store("tile", "out", (12, 40), dtype)
    return changed(draft, lambda source: source)


def slice_(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """Rows, columns from a 32-byte boundary on, blocks, from literal offsets and from those of run time."""
    lane = 32 // dtype.size
    windows = (
        ("rows", (5, 0), (4, 3 * lane), False),
        ("block", (3, lane), (7, 2 * lane), False),
        ("late_rows", (5, 0), (4, 3 * lane), True),
        ("late_block", (3, 2 * lane), (7, lane), True),
    )
    for name, at, sizes, late in windows:
        draft = Draft(row, Form(name, (12, 3 * lane), kept=True))
        x = draft.load("x", dtype)
        where = [draft.number("top", INDEX, str(at[0])), f"block * {lane}"] if late else list(at)
        if late:
            draft.number("block", INDEX, str(at[1] // lane))
        form = next(iter(row.forms))
        by_name = {"offsets": _brackets(tuple(where)), "sizes": str(list(sizes))}
        given = ", ".join(by_name[parameter] for parameter in form if parameter in by_name)
        yield _copied(draft, f"pl.{row.names[0]}({x}, {given})", dtype, _windowed(at, sizes), sizes)


def _windowed(at: tuple[int, int], sizes: tuple[int, int]) -> Change:
    return lambda source: source[_index(at, sizes)]


def set_validshape(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """A smaller valid part, known and not."""
    for form in (PART, RAGGED):
        draft = Draft(row, form)
        draft.inputs.append(Tensor("x", form.shape, dtype))
        draft.define("x_tile", f"pl.load(x, [0, 0], {list(form.shape)})")
        rows, columns = draft.extents(form.valid)
        draft.store(draft.define("result", f"pl.{row.names[0]}(x_tile, {rows}, {columns})"), "out", form.shape, dtype)
        yield changed(draft, lambda source: source)


def reshape(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """Rows of whole blocks into longer and shorter ones; rows into columns and back."""
    lane = 32 // dtype.size
    blocks = ((8, 2 * lane), (16, lane)), ((8, lane), (2, 4 * lane))
    turns = ((1, 20), (20, 1)), ((9, 1), (1, 9))
    for shape, target in blocks + turns:
        draft = Draft(row, Form(f"to_{target[0]}x{target[1]}", shape, kept=True))
        x = draft.load("x", dtype)
        yield _copied(draft, f"pl.{row.names[0]}({x}, {list(target)})", dtype, _reshaped(target), target)


def _reshaped(target: Shape) -> Change:
    return lambda source: source.reshape(target)


def transpose(row: OpRow, dtype: DType, _: Architecture) -> Iterator[Case]:
    """Every form turned."""
    for form in (*FORMS, Form("tall", (70, 20))):
        draft = Draft(row, form)
        x = draft.load("x", dtype)
        turned = (form.shape[1], form.shape[0])
        yield _copied(draft, f"pl.{row.names[0]}({x})", dtype, np.transpose, turned)
