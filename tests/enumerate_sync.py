"""An exact judge of small kernels' synchronisation, for tests: every path is run as a graph of starts and ends.

It knows a handful of instructions by heart, not by the op table, and shares nothing with what it judges. Loops run 0, 1
or 3 times whatever their bounds, branches go both ways, scalar parameters take sample values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice, product

from ptodsl.ir.hardware import Memory
from ptodsl.ir.nodes import Block, For, Function, If, Literal, Op, Operand, Return, Value, Yield
from ptodsl.ir.types import ScalarType, TileType

SAMPLES = (0, 2)
"""What a scalar parameter may be."""
TRIPS = (0, 3, 1)

HIDDEN = range(184 * 1024, 192 * 1024)
"""Bytes of UB that the library of A2/A3 takes where it is given no temporary."""
HIDDEN_FLAGS = frozenset(
    {("v", "s"), ("s", "v"), ("mte2", "s"), ("mte3", "s"), ("mte1", "s"), ("s", "mte2"), ("s", "mte3")}
    | {("mte2", "v"), ("mte2", "mte3")}
)
"""What the library of A2/A3 sets and takes inside, with id 0."""

Bytes = frozenset[tuple[object, int]]
Meaning = int | Value
"""A number; a buffer, by the parameter that it is."""
Environment = dict[Value, Meaning]
Node = tuple[int, str]


@dataclass(frozen=True)
class Event:
    """One execution of one statement: an instruction, a set, a wait or a barrier."""

    op: Op
    pipe: str
    reads: Bytes = frozenset()
    writes: Bytes = frozenset()
    atomic: bool = False
    flag: tuple[str, str, int] | None = None
    takes: bool = False
    """Whether flags of id 0 are set and taken inside."""


Path = tuple[tuple[Event, ...], tuple[Meaning, ...]]


@dataclass(frozen=True)
class Judgement:
    """The kinds of mistakes that some path shows, and whether all paths were looked at."""

    mistakes: frozenset[str]
    complete: bool


def judge(function: Function, *, v_in_order: bool, limit: int = 3000) -> Judgement:
    """What is wrong with a kernel; `v_in_order` says whether it is for A5: V keeps its order, no flags are hidden."""
    mistakes: set[str] = set()
    count = 0
    for path in islice(paths(function), limit):
        count += 1
        mistakes |= _token_mistakes(path, hidden=not v_in_order) | _races(path, v_in_order)
    last = function.body.statements[-2:-1]
    if not (last and isinstance(last[0], Op) and last[0].attributes.get("pipe") == "all"):
        mistakes.add("end")
    return Judgement(frozenset(mistakes), count < limit)


def paths(function: Function) -> Iterator[tuple[Event, ...]]:
    """The events of every path, in issue order."""
    scalars = [p.value for p in function.parameters if isinstance(p.value.type, ScalarType)]
    for values in product(SAMPLES, repeat=len(scalars)):
        for events, _ in _block_paths(function.body, dict(zip(scalars, values, strict=True))):
            yield events


def _block_paths(block: Block, environment: Environment, start: int = 0) -> Iterator[Path]:
    """The paths through the statements from `start` on, and what each yields."""
    if start == len(block.statements):
        yield (), ()
        return
    statement = block.statements[start]
    if isinstance(statement, Yield | Return):
        yield (), tuple(_evaluate(value, environment) for value in statement.values)
        return
    for head, after in _statement_paths(statement, environment):
        for tail, yielded in _block_paths(block, after, start + 1):
            yield (*head, *tail), yielded


def _statement_paths(statement: object, environment: Environment) -> Iterator[tuple[tuple[Event, ...], Environment]]:
    match statement:
        case Op():
            yield _op_path(statement, environment)
        case If():
            for branch in (statement.then, statement.orelse):
                for path, yielded in _block_paths(branch, environment):
                    yield path, environment | dict(zip(statement.results, yielded, strict=True))
        case For():
            initial = tuple(_evaluate(value, environment) for value in statement.initial)
            for trips in TRIPS:
                for path, last in _loop_paths(statement, environment, initial, range(trips)):
                    yield path, environment | dict(zip(statement.results, last, strict=True))
        case _:
            yield (), environment


def _loop_paths(loop: For, environment: Environment, carried: tuple[Meaning, ...], trips: range) -> Iterator[Path]:
    """The paths of the iterations of these numbers, and what is carried out of the last."""
    if not trips:
        yield (), carried
        return
    first, step = (_number(operand, environment) for operand in (loop.start, loop.step))
    inner = environment | {loop.index: first + step * trips[0]} | dict(zip(loop.carried, carried, strict=True))
    for head, yielded in _block_paths(loop.body, inner):
        for tail, last in _loop_paths(loop, environment, yielded, trips[1:]):
            yield (*head, *tail), last


_RULES: dict[str, Callable[[int, int], int]] = {
    "scalar.add": lambda left, right: left + right,
    "scalar.sub": lambda left, right: left - right,
    "scalar.mul": lambda left, right: left * right,
    "scalar.floordiv": lambda left, right: left // right,
    "scalar.mod": lambda left, right: left % right,
}


def _op_path(op: Op, environment: Environment) -> tuple[tuple[Event, ...], Environment]:
    if op.name in _RULES:
        left, right = (_number(operand, environment) for (operand,) in op.operands)
        return (), {**environment, op.result: _RULES[op.name](left, right)}
    return tuple(_events(op, environment)), environment


def _evaluate(operand: Operand, environment: Environment) -> Meaning:
    return int(operand.value) if isinstance(operand, Literal) else environment.get(operand, operand)


def _number(operand: Operand, environment: Environment) -> int:
    meaning = _evaluate(operand, environment)
    assert isinstance(meaning, int)
    return meaning


def _events(op: Op, environment: Environment) -> Iterator[Event]:
    """What an op is: nothing where it is no instruction."""
    match op.name:
        case "set_flag" | "wait_flag":
            source, target, event = (op.attributes[name] for name in ("source", "target", "event"))
            assert isinstance(source, str)
            assert isinstance(target, str)
            assert isinstance(event, int)
            yield Event(op, source if op.name == "set_flag" else target, flag=(source, target, event))
        case "pipe_barrier":
            yield Event(op, str(op.attributes["pipe"]))
        case "load":
            yield Event(op, "mte2", _window(op, 0, 1, environment), _tile(op.result))
        case "store":
            atomic = bool(op.attributes.get("atomic"))
            stored = op.operands[0][0]
            yield Event(op, _way_out(stored), _tile(stored), _window(op, 1, 2, environment), atomic)
        case "exp" | "adds" | "add":
            yield Event(op, "v", _tiles(op), _tile(op.result))
        case "extract" | "row_expand_mul" | "row_sum":
            yield _with_hidden(op)
        case "move":
            yield Event(op, "mte1", _tiles(op), _tile(op.result))
        case "matmul" | "matmul_acc":
            yield Event(op, "m", _tiles(op), _tile(op.result))
        case "test.get_value":
            yield Event(op, "s", _tiles(op))
        case "test.set_value":
            yield Event(op, "s", frozenset(), _tile(op.result))
        case _:
            pass


def _with_hidden(op: Op) -> Event:
    """A vector instruction that uses flags inside, and bytes: a temporary of the caller's, or hidden ones."""
    written = _tile(op.result)
    if op.name == "row_sum":
        written |= _tile(op.operands[1][0])
    elif op.name == "row_expand_mul":
        written |= frozenset((Memory.UB, byte) for byte in HIDDEN[::32])
    return Event(op, "v", _tiles(op), written, takes=True)


def _way_out(source: Operand) -> str:
    """The pipe that stores a tile."""
    assert isinstance(source, Value)
    return "fix" if isinstance(source.type, TileType) and source.type.memory is Memory.L0C else "mte3"


def _tiles(op: Op) -> Bytes:
    return frozenset(byte for group in op.operands for operand in group for byte in _tile(operand))


def _tile(operand: Operand) -> Bytes:
    """The bytes of a tile, in steps of 32; a scalar has none."""
    if not isinstance(operand, Value) or not isinstance(operand.type, TileType):
        return frozenset()
    tile = operand.type
    assert tile.offset is not None
    return frozenset((tile.memory, byte) for byte in range(tile.offset, tile.offset + tile.nbytes, 32))


def _window(op: Op, tensor: int, offsets: int, environment: Environment) -> Bytes:
    """The elements of a tensor of rank 2 that a transfer touches."""
    row, column = (_number(offset, environment) for offset in op.operands[offsets])
    sizes = op.attributes["sizes"]
    assert isinstance(sizes, tuple)
    rows, columns = range(row, row + sizes[0]), range(column, column + sizes[1])
    buffer = _evaluate(op.operands[tensor][0], environment)
    return frozenset((buffer, i * _PITCH + j) for i in rows for j in columns)


_PITCH = 1 << 20
"""More than any row has: elements of different rows never get one number."""


def _token_mistakes(path: tuple[Event, ...], *, hidden: bool) -> set[str]:
    """Waits without a token, tokens set twice, tokens left, tokens that an instruction takes: in issue order."""
    pending: dict[tuple[str, str, int], int] = {}
    mistakes: set[str] = set()
    for event in path:
        stolen = (count for (*pair, number), count in pending.items() if not number and tuple(pair) in HIDDEN_FLAGS)
        if hidden and event.takes and any(stolen):
            mistakes.add("stolen")
        if event.flag is None:
            continue
        held = pending.get(event.flag, 0)
        if event.op.name == "set_flag":
            mistakes |= {"twice"} if held else set()
            pending[event.flag] = held + 1
        else:
            mistakes |= {"wait"} if not held else set()
            pending[event.flag] = max(held - 1, 0)
    return mistakes | ({"left"} if any(pending.values()) else set())


@dataclass
class Graph:
    """What is known to come before what; nodes are the "start" and the "end" of each event, by its number."""

    before: dict[Node, list[Node]] = field(default_factory=dict["Node", "list[Node]"])

    def edge(self, first: Node, second: Node) -> None:
        self.before.setdefault(second, []).append(first)

    def precedes(self, first: Node, second: Node) -> bool:
        """Whether a chain of edges leads from the first to the second."""
        seen: set[Node] = set()
        front = [second]
        while front:
            node = front.pop()
            if node == first:
                return True
            if node not in seen:
                seen.add(node)
                front += self.before.get(node, [])
        return False


def graph_of(path: tuple[Event, ...]) -> Graph:
    """The order that queues, flags and barriers give.

    An entry of a queue starts after every wait and barrier ahead of it in its queue has ended, and after every stop
    of the scalar unit. A set and a barrier end after all ahead of them in their queue; a wait after its set.
    """
    graph = Graph()
    sets: dict[object, list[int]] = {}
    for now, event in enumerate(path):
        graph.edge((now, "start"), (now, "end"))
        for then, other in enumerate(path[:now]):
            if _holds(other, event):
                graph.edge((then, "end"), (now, "start"))
            if _awaits(event, other):
                graph.edge((then, "end"), (now, "end"))
        if event.op.name == "set_flag":
            sets.setdefault(event.flag, []).append(now)
        elif event.op.name == "wait_flag" and sets.get(event.flag):
            graph.edge((sets[event.flag].pop(0), "end"), (now, "end"))
    return graph


def _holds(other: Event, event: Event) -> bool:
    """Whether an earlier entry keeps a later one from starting."""
    if other.op.name == "pipe_barrier":
        return other.pipe in ("all", event.pipe)
    return other.op.name == "wait_flag" and other.pipe in ("s", event.pipe)


def _awaits(event: Event, other: Event) -> bool:
    """Whether an entry ends only after an earlier one has."""
    if event.op.name == "pipe_barrier":
        return event.pipe in ("all", other.pipe)
    return event.op.name == "set_flag" and event.pipe == other.pipe


def _races(path: tuple[Event, ...], v_in_order: bool) -> set[str]:
    graph = graph_of(path)
    for now, event in enumerate(path):
        for then, other in enumerate(path[:now]):
            if (
                not _in_order(other, event, v_in_order)
                and _conflict(other, event)
                and not graph.precedes((then, "end"), (now, "start"))
            ):
                return {"race"}
    return set()


def _in_order(other: Event, event: Event, v_in_order: bool) -> bool:
    """Whether a pipe by itself completes an earlier instruction before it starts a later one."""
    if event.pipe != other.pipe:
        return False
    if event.pipe in ("v", "s"):
        return v_in_order or event.pipe == "s"
    accumulates = event.op.name == "matmul_acc" and other.writes == event.writes
    return accumulates and len(event.writes) * 32 >= 10 * 16 * 16 * 4


def _conflict(one: Event, other: Event) -> bool:
    both_add = one.atomic and other.atomic
    writes = not both_add and not one.writes.isdisjoint(other.writes)
    return writes or bool(one.writes & other.reads or one.reads & other.writes)
