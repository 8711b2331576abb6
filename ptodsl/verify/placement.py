"""The placement verifier: every operand reads the bytes that its definition wrote, on every path.

Translation validation: the SSA edges of the placed program say what each operand means, the addresses say which bytes
the hardware reads; one walk over the control flow shows that the two agree. What counts:

- an instruction defines all bytes of its results, padding included, and they hold that definition until another
  instruction, or a scratch operand, writes any of them. Values that no one reads any more may be overwritten;
- a view, a carried value and a merge are other names for bytes: they must lie in the bytes they name (`sharing`), and
  hold what the named value holds;
- `create_tile` writes nothing and is undefined for good, as are its views and what only such values merge into.
  Reading them is no finding whatever the bytes hold: undefined elements may travel, and where they may not is the
  interpreter's and the checked library's to say. Merged with a defined value, that one counts on its path;
- a scratch operand is not read. It holds nothing else after; a later read of it gives what the op left there;
- inside one instruction a result may take over the bytes of an operand that the row names in `inplace` or `tied`,
  exactly; no other two of its tiles may share a byte if one is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from typing_extensions import assert_never

from ptodsl.errors import Diagnostic, Note
from ptodsl.errors.memory import ContentsLost
from ptodsl.ir.hardware import Memory
from ptodsl.ir.nodes import Block, Call, For, Function, FunctionKind, If, Op, Operand, Program, Return, Value, Yield
from ptodsl.ir.rewrite import values_of, walk
from ptodsl.ir.types import TileType
from ptodsl.machine import Architecture
from ptodsl.ops.row import Effect, Family, OpRow
from ptodsl.ops.table import ROWS, takes_hidden_scratch
from ptodsl.verify.contents import Contents, Holding
from ptodsl.verify.findings import Findings
from ptodsl.verify.footprint import is_placed, span_of
from ptodsl.verify.handles import yielded
from ptodsl.verify.hazard import range_text
from ptodsl.verify.overlap import overlap_findings
from ptodsl.verify.sharing import sharing_findings
from ptodsl.verify.temporaries import temporary_findings
from ptodsl.verify.tiles import TileCheck


def verify_placement(program: Program, architecture: Architecture) -> tuple[Diagnostic, ...]:
    """Nothing, of a program whose kernels are placed; raises PtoError with all that is wrong."""
    findings = Findings()
    for function in program.functions:
        if function.kind is FunctionKind.KERNEL:
            _verify(function, architecture, findings)
    return findings.report()


def _verify(function: Function, architecture: Architecture, findings: Findings) -> None:
    tiles = [(value, value.type) for value in values_of(function) if isinstance(value.type, TileType)]
    for value, tile in tiles:
        for finding in TileCheck(value, tile, architecture).findings():
            findings.add(finding)
    if all(is_placed(tile) and tile.memory in architecture.memories for _, tile in tiles):
        apart = list(sharing_findings(function.body))
        for _, finding in apart:
            findings.add(finding)
        spans = {value: span_of(tile) for value, tile in tiles}
        for finding in _single_findings(function.body, spans):
            findings.add(finding)
        _Walk(architecture, findings, spans, frozenset(value for value, _ in apart)).block(function.body)


def _single_findings(body: Block, spans: Mapping[Value, range]) -> Iterator[Diagnostic]:
    """What is wrong with single instructions, whatever has gone before them."""
    for op in walk(body):
        if isinstance(op, Op) and (row := ROWS.get(op.name)) is not None and _is_instruction(row):
            yield from overlap_findings(op, row, spans)
            yield from temporary_findings(op, row)


def _is_instruction(row: OpRow) -> bool:
    """Whether ops of a row do something to bytes."""
    return row.family not in (Family.SYNC, Family.SCALAR) and (row.pipe is not None or row.transfer)


class _Walk:
    """One kernel, all paths; `_memories` is what every byte holds before the next statement.

    `spans` are the bytes of each tile, `apart` values that do not lie in the bytes they name: that is reported, and all
    else is said as if they did.
    """

    def __init__(
        self, architecture: Architecture, findings: Findings, spans: Mapping[Value, range], apart: frozenset[Value]
    ) -> None:
        self._architecture = architecture
        self._findings = findings
        self._spans = spans
        self._apart = apart
        self._memories = {memory: Contents() for memory in {Memory.UB, *map(_memory, spans)}}
        self._roots: dict[Value, Value] = {}
        self._undefined: set[Value] = set()
        self._heads: dict[For, dict[Memory, Contents]] = {}
        self._learnt: set[Value] = set()
        """Carried values that an iteration has defined."""
        self._merges: set[Value] = set()
        """What loops carry and branches give: defined by no op."""

    def block(self, block: Block) -> None:
        """Walk statements in order."""
        for statement in block.statements:
            match statement:
                case Op():
                    self._op(statement)
                case If():
                    self._if(statement)
                case For():
                    self._for(statement)
                case Call() | Yield() | Return():
                    pass
                case _:
                    assert_never(statement)

    def _op(self, op: Op) -> None:
        row = ROWS.get(op.name)
        if row is None or row.family in (Family.SYNC, Family.SCALAR):
            return
        if row.view_of:
            self._view(op, row)
        elif _is_instruction(row):
            self._instruction(op, row)
        else:
            self._undefined.update(op.results)

    def _view(self, op: Op, row: OpRow) -> None:
        (source,) = op.operands[row.operand_index(row.view_of)]
        assert isinstance(source, Value)
        for result in op.results:
            if result in self._apart:
                self._undefined.add(result)
            else:
                self._roots[result] = self._root(source)

    def _instruction(self, op: Op, row: OpRow) -> None:
        """Reads, then scratch, then results; each definition is one value's."""
        for operand in _tiles(op, row, Effect.READ):
            self._read(op, row, operand)
        for operand in _tiles(op, row, Effect.SCRATCH, Effect.WRITE):
            self._write(operand, self._root(operand), op)
        if takes_hidden_scratch(op):
            self._write_hidden(op)
        for result in op.results:
            if isinstance(result.type, TileType):
                self._write(result, result, op)

    def _write(self, where: Value, what: Value, op: Op) -> None:
        self._contents(where).write(self._spans[where], Holding(frozenset({what}), frozenset({op})))

    def _write_hidden(self, op: Op) -> None:
        """A form without a temporary uses bytes of UB that no one gave it."""
        hidden = self._architecture.hidden_scratch
        if hidden is not None:
            self._memories[Memory.UB].write(hidden, Holding(frozenset(), frozenset({op})))

    def _read(self, op: Op, row: OpRow, value: Value) -> None:
        """Every byte holds the definition that the operand names."""
        root, whole = self._root(value), self._spans[value]
        if root in self._undefined:
            return
        lost = [piece for piece in self._contents(value).over(whole) if root not in piece[1].values]
        if lost and self._findings.is_new(ContentsLost, op, value):
            self._findings.add(_lost(op, row, value, whole, root, lost, root in self._merges))

    def _if(self, statement: If) -> None:
        entry = self._memories
        self._memories = _copies(entry)
        self.block(statement.then)
        self._assign(statement.results, yielded(statement.then))
        then, self._memories = self._memories, entry
        self.block(statement.orelse)
        self._assign(statement.results, yielded(statement.orelse))
        self._memories = _joined(then, self._memories)
        pairs = zip(statement.results, yielded(statement.then), yielded(statement.orelse), strict=True)
        for result, one, other in pairs:
            self._mark(result, self._is_undefined(one) and self._is_undefined(other))

    def _for(self, statement: For) -> None:
        """Join the end of the body into its head until nothing changes: what holds in every iteration, and after.

        An inner loop goes on from where an earlier iteration of those around it has left it: less and less is known.
        """
        self._assign(statement.carried, statement.initial)
        for carried, initial in zip(statement.carried, statement.initial, strict=True):
            self._mark(carried, carried not in self._learnt and self._is_undefined(initial))
        head = _joined(self._memories, self._heads.get(statement, self._memories))
        while True:
            self._memories = _copies(head)
            self.block(statement.body)
            last = yielded(statement.body)
            self._assign(statement.carried, last)
            joined = _joined(head, self._memories)
            if not self._learn_defined(statement.carried, last) and joined == head:
                break
            head = joined
        self._heads[statement] = head
        self._memories = _copies(head)
        self._assign(statement.results, statement.carried)
        for result, carried in zip(statement.results, statement.carried, strict=True):
            self._mark(result, self._is_undefined(carried))

    def _learn_defined(self, carried: Sequence[Value], last: Sequence[Operand]) -> bool:
        """Whether some carried value, undefined so far, is defined by an iteration."""
        defined = {
            value
            for value, operand in zip(carried, last, strict=True)
            if value in self._undefined and not self._is_undefined(operand)
        }
        self._undefined -= defined
        self._learnt |= defined
        return bool(defined)

    def _assign(self, targets: Sequence[Value], sources: Sequence[Operand]) -> None:
        """From here on each target is what its source is now, all at once; no byte moves."""
        self._merges.update(targets)
        pairs = list(zip(targets, sources, strict=True))
        tiles = [(target, source) for target, source in pairs if isinstance(target.type, TileType)]
        spans = [(target, self._held(target, source)) for target, source in tiles if isinstance(source, Value)]
        for target, _ in spans:
            self._contents(target).forget(self._spans[target], target)
        for target, held in spans:
            for span in held:
                self._contents(target).name(span, target)

    def _held(self, target: Value, source: Value) -> list[range]:
        """The bytes of the target that hold what the source means; all of them where that is undefined."""
        whole = self._spans[target]
        if target in self._apart or self._is_undefined(source):
            return [whole]
        root = self._root(source)
        return [span for span, holding in self._contents(target).over(whole) if root in holding.values]

    def _contents(self, value: Value) -> Contents:
        """What the memory of a tile holds."""
        return self._memories[_memory(value)]

    def _root(self, value: Value) -> Value:
        """The definition whose bytes a value names."""
        return self._roots.get(value, value)

    def _is_undefined(self, operand: Operand) -> bool:
        return isinstance(operand, Value) and self._root(operand) in self._undefined

    def _mark(self, value: Value, undefined: bool) -> None:
        if undefined:
            self._undefined.add(value)
        else:
            self._undefined.discard(value)


def _memory(value: Value) -> Memory:
    assert isinstance(value.type, TileType)
    assert value.type.memory is not None
    return value.type.memory


def _tiles(op: Op, row: OpRow, *effects: Effect) -> Iterator[Value]:
    """The tile operands with one of the effects."""
    for slot, group in zip(row.operands, op.operands, strict=True):
        for operand in group:
            if slot.effect in effects and isinstance(operand, Value) and isinstance(operand.type, TileType):
                yield operand


def _copies(memories: dict[Memory, Contents]) -> dict[Memory, Contents]:
    return {memory: contents.copy() for memory, contents in memories.items()}


def _joined(one: dict[Memory, Contents], other: dict[Memory, Contents]) -> dict[Memory, Contents]:
    return {memory: contents.joined(other[memory]) for memory, contents in one.items()}


def _lost(
    op: Op, row: OpRow, value: Value, whole: range, root: Value, lost: list[tuple[range, Holding]], is_merge: bool
) -> Diagnostic:
    """What stands in the bytes of an operand instead, and who wrote it."""
    writers = sorted(
        {writer for _, holding in lost for writer in holding.writers}, key=lambda w: (w.span.line, w.span.column)
    )
    notes = [Note(f"`{root.name}` is defined here", root.span)]
    others = [writer for writer in writers if root not in writer.results and writer is not op]
    notes += [Note(f"{_label(writer)} writes there", writer.span) for writer in islice(others, 3)]
    memory = _memory(value)
    where = range_text(memory, lost[0][0].start, lost[-1][0].stop)
    found, how = _diagnosis(root, writers, is_merge)
    fields = {"op": row.label, "name": value.name, "where": where, "found": found, "how": how}
    return ContentsLost(op.span, notes, whole=range_text(memory, whole.start, whole.stop), **fields)


def _diagnosis(root: Value, writers: list[Op], is_merge: bool) -> tuple[str, str]:
    """What happened to the bytes, and what to do."""
    if not writers:
        return "was never written", f"give `{root.name}` one address where it is defined and where it is read"
    if is_merge:
        return "does not hold it on every path", f"keep there, on every path, the value that reaches `{root.name}`"
    other = next((writer for writer in writers if root not in writer.results), writers[0])
    apart = f"`{root.name}` is still needed here: give what overwrites it other bytes"
    return f"may hold what {_label(other)} wrote", apart


def _label(op: Op) -> str:
    return f"`{ROWS[op.name].label}`"
