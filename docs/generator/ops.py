"""The reference of ops, from the op table and the machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from typing_extensions import assert_never

from ptodsl.ir.dtypes import DTYPES, DType
from ptodsl.ir.hardware import Memory
from ptodsl.machine import ARCHITECTURES, Architecture, Move
from ptodsl.ops.row import (
    GIVEN,
    Arity,
    AttributeRow,
    Effect,
    Family,
    Given,
    Of,
    OperandKind,
    OperandRow,
    OpRow,
    Reshaped,
    Whole,
)
from ptodsl.ops.signature import keyword_of, signature_text
from ptodsl.ops.table import ROWS
from ptodsl.passes.vector_unit import dtypes_of

_EFFECTS = {
    Effect.READ: "",
    Effect.WRITE: "written",
    Effect.SCRATCH: "overwritten, undefined after",
    Effect.NONE: "only named: the result is a view of it",
}
_ARITIES = {Arity.ONE: "", Arity.OPTIONAL: ", optional", Arity.MANY: ", several"}
_DIMS = ("rows", "columns")


def reference() -> str:
    """A chapter for each family, an entry for each op."""
    return "\n".join(_chapters())


def _chapters() -> Iterator[str]:
    for family in Family:
        yield f"## {family.value}\n"
        for row in ROWS.values():
            if row.family is family:
                yield "\n".join(_entry(row))


def _entry(row: OpRow) -> Iterator[str]:
    yield f"### {row.name}\n"
    yield f"{row.doc}\n"
    if row.names:
        yield f"{signature_text(row.label, (row,))}\n"
    if row.operands or row.attributes:
        yield from ("| | | memory | layout | |", "|---|---|---|---|---|")
        yield from (_operand(row, operand) for operand in row.operands)
        yield from (_attribute(attribute) for attribute in row.attributes)
        yield from _result(row)
        yield ""
    yield from (f"- {name}: {text}" for name, text in _facts(row) if text)
    yield ""


def _operand(row: OpRow, operand: OperandRow) -> str:
    """An operand's line, under its name in `pl`."""
    tile = operand.kind is OperandKind.TILE
    memories = _listed(memory.label for memory in operand.memories) if tile else ""
    layouts = _listed(layout.name for layout in operand.layouts) if tile else ""
    kind = operand.kind.value + _ARITIES[operand.arity]
    effect = _EFFECTS[operand.effect] if row.family is not Family.SCALAR else ""
    size = f"as large as {operand.scratch.value}" if operand.scratch is not None else ""
    remarks = "; ".join(text for text in (effect, operand.doc, size) if text)
    return f"| `{keyword_of(operand)}` | {kind} | {memories} | {layouts} | {remarks} |"


def _attribute(attribute: AttributeRow) -> str:
    words = f": {_listed(f'`{word}`' for word in attribute.words)}" if attribute.words else ""
    default = "" if attribute.required or attribute.default is None else f"by default `{attribute.default}`"
    remarks = "; ".join(text for text in (attribute.doc, default) if text)
    return f"| `{keyword_of(attribute)}` | {attribute.kind.value}{words}, known when compiling | | | {remarks} |"


def _result(row: OpRow) -> Iterator[str]:
    if row.result is not None:
        memories = _listed(memory.label for memory in row.result.memories)
        layout = row.result.layout.name if row.result.layout else ""
        yield f"| result | a tile | {memories} | {layout} | {_bytes(row)} |"


def _bytes(row: OpRow) -> str:
    """How the result's bytes relate to the operands'."""
    if row.view_of:
        return f"the bytes of `{row.view_of}`"
    if row.tied:
        return f"in the bytes of `{row.tied}`"
    names = " or ".join(f"`{name}`" for name in row.inplace)
    return f"may take over the bytes of {names} that dies here" if names else ""


def _facts(row: OpRow) -> Iterator[tuple[str, str]]:
    yield "also written", _listed(f"`pl.{name}`" for name in row.names[1:] if name != row.label)
    yield "dtypes", _dtypes(row)
    yield "pipe", _pipes(row)
    yield "valid shape", _valid(row) if row.result is not None else ""
    yield "numerics", _numerics(row) if row.family is not Family.SYNC else ""
    yield "instruction", f"`{row.instruction}`" if row.instruction else ""
    yield "example", f"`{row.example}`"


def _dtypes(row: OpRow) -> str:
    """What the first tile may hold, told apart by architecture where that matters."""
    if row.name == "cast":
        return "; ".join(_conversions(architecture) for architecture in ARCHITECTURES.values())
    if not any(operand.kind is OperandKind.TILE for operand in row.operands):
        return ""
    by_architecture = {
        architecture.name: _labels(dtypes_of(row, architecture)) for architecture in ARCHITECTURES.values()
    }
    if len({*by_architecture.values()}) == 1:
        return next(iter(by_architecture.values()))
    return "; ".join(f"{name}: {labels}" for name, labels in by_architecture.items())


def _labels(dtypes: frozenset[DType]) -> str:
    if dtypes == frozenset(DTYPES.values()):
        return "any"
    return _listed(dtype.label for dtype in DTYPES.values() if dtype in dtypes)


def _conversions(architecture: Architecture) -> str:
    table = architecture.conversions.items()
    ways = "; ".join(f"{source} to {_listed(target.label for target in targets)}" for source, targets in table)
    return f"{architecture.name} has {ways}"


def _pipes(row: OpRow) -> str:
    if row.pipe is not None:
        return row.pipe.name
    moves = {name: _moves(row, architecture) for name, architecture in ARCHITECTURES.items()}
    everywhere = set[str].intersection(*(set(texts) for texts in moves.values()))
    ordered = dict.fromkeys(text for texts in moves.values() for text in texts)
    return _listed(text if text in everywhere else f"{text} ({_only(text, moves)})" for text in ordered)


def _only(text: str, moves: dict[str, list[str]]) -> str:
    return _listed(name for name, texts in moves.items() if text in texts)


def _moves(row: OpRow, architecture: Architecture) -> list[str]:
    """The transfers of the machine that an op can be, with their pipes."""
    return [
        f"{move.source.label}→{move.target.label} on {move.pipe.name}"
        for move in architecture.moves
        if row.transfer and _serves(row, move)
    ]


def _serves(row: OpRow, move: Move) -> bool:
    tiles = [operand.memories for operand in row.operands if operand.kind is OperandKind.TILE]
    sources = tiles[0] if tiles else (Memory.GM,)
    targets = row.result.memories if row.result is not None else (Memory.GM,)
    return move.source in sources and move.target in targets and move.dtypes != frozenset()


def _valid(row: OpRow) -> str:
    if row.valid == GIVEN:
        return "what `valid_shape` says, all of it where left out" if row.attributes else "what the arguments say"
    rules = {_extent(rule, dim) for dim, rule in enumerate(row.valid)}
    if rules == {"all rows", "all columns"}:
        return "all of it"
    match row.valid:
        case (Of(left, 0), Of(right, 1)) if left == right:
            return f"that of `{left}`"
        case (Reshaped(), Reshaped()):
            return _extent(row.valid[0], 0)
        case (first, second):
            return f"{_extent(first, 0)}, {_extent(second, 1)}"


def _extent(rule: Of | Whole | Given | Reshaped, dim: int) -> str:
    match rule:
        case Of(operand, source):
            return f"as many {_DIMS[dim]} as `{operand}` has {_DIMS[source]}"
        case Whole():
            return f"all {_DIMS[dim]}"
        case Given():
            return f"the {_DIMS[dim]} that are given"
        case Reshaped():
            return "that of the source, turned where a row becomes a column; all of it under any other shape"
        case _:
            assert_never(rule)


def _numerics(row: OpRow) -> str:
    of = "the sum of magnitudes" if row.numerics.accumulates else "the result"
    bound = "exact" if row.numerics.exact else f"library and interpreter within {row.numerics.ulp:g} ulp of {of}"
    return "; ".join(text for text in (bound, row.numerics.note) if text)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
