"""The oracle for synchronisation: kernels executed path by path, every start and end of an instruction kept apart.

A path takes each loop zero to two times and each branch either way, whatever bounds and conditions say. On a path all
offsets are numbers, so windows are compared exactly. What is found: pairs of instructions that touch a common byte in
no known order, waits without a token, second tokens, tokens left over, a missing barrier at the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from random import Random
from typing import Protocol

from ptodsl.ir.cores import pipe_of
from ptodsl.ir.hardware import Pipe
from ptodsl.ir.nodes import Block, Call, For, Function, If, Literal, Op, Operand, Return, Statement, Value, Yield
from ptodsl.ir.types import TensorType, TileType
from ptodsl.machine import Architecture, SamePipe
from ptodsl.ops.row import Effect, Family, OperandKind
from ptodsl.ops.table import row_of

TRIPS = (2, 1, 0)
"""How often a loop is executed; the longest paths come first."""

Number = int | float | bool | None
Box = tuple[tuple[int, int], ...]

_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "scalar.add": lambda left, right: left + right,
    "scalar.sub": lambda left, right: left - right,
    "scalar.mul": lambda left, right: left * right,
    "scalar.floordiv": lambda left, right: left // right,
    "scalar.mod": lambda left, right: left % right,
    "scalar.min": min,
    "scalar.max": max,
}


@dataclass(frozen=True)
class Touch:
    """Bytes or elements that one execution touches: a box of one dim on chip, of the tensor's rank in a tensor."""

    space: object
    box: Box
    writes: bool
    atomic: bool = False

    def conflicts(self, other: Touch) -> bool:
        """Whether one of the two writes what both touch."""
        if self.space is not other.space or not (self.writes or other.writes) or (self.atomic and other.atomic):
            return False
        return all(a < d and c < b for (a, b), (c, d) in zip(self.box, other.box, strict=True))


@dataclass(frozen=True, eq=False)
class Execution:
    """An execution of an op on certain windows, or of a flag or barrier (then without a pipe of its own)."""

    op: Op
    pipe: Pipe | None
    touches: tuple[Touch, ...]


class Choices(Protocol):
    """The decisions of one path."""

    def choose(self, arity: int) -> int:
        """The next decision, from 0."""
        ...


@dataclass
class Listed:
    """Decisions as given, then the first of each kind; with how many there were to choose from."""

    given: Sequence[int]
    taken: list[int] = field(default_factory=list[int])
    arities: list[int] = field(default_factory=list[int])

    def choose(self, arity: int) -> int:
        """The next decision, from 0."""
        position = len(self.taken)
        self.taken.append(self.given[position] if position < len(self.given) else 0)
        self.arities.append(arity)
        return self.taken[-1]

    def following(self) -> list[int] | None:
        """The decisions of the next path; None after the last."""
        for position in reversed(range(len(self.taken))):
            if self.taken[position] + 1 < self.arities[position]:
                return [*self.taken[:position], self.taken[position] + 1]
        return None


@dataclass
class Drawn:
    """Decisions by lot."""

    random: Random

    def choose(self, arity: int) -> int:
        """The next decision, from 0."""
        return self.random.randrange(arity)


class Oracle:
    """Judges kernels made of the same ops; scalar parameters are all `scalar`."""

    def __init__(self, architecture: Architecture, scalar: int = 0) -> None:
        self.architecture = architecture
        self._scalar = scalar
        self._executions: dict[tuple[Op, tuple[object, ...]], Execution] = {}
        self._conflicts: dict[tuple[Execution, Execution], bool] = {}

    def problems(self, function: Function, limit: int = 200) -> Iterator[str]:
        """What is wrong with a kernel on any of its paths; where there are more than `limit`, on some."""
        for path in self._paths(function, limit):
            yield from _Order(self).problems(path)

    def _paths(self, function: Function, limit: int) -> Iterator[list[Execution]]:
        """What is executed on each path, in issue order: `limit` at most of all in turn, and as many by lot between."""
        listed, random = Listed([]), Random(0)
        for _ in range(limit):
            yield _Path(self, listed).executed(function, self._scalar)
            following = listed.following()
            if following is None:
                return
            listed = Listed(following)
            yield _Path(self, Drawn(random)).executed(function, self._scalar)

    def execution(self, op: Op, windows: tuple[tuple[Value, Box], ...]) -> Execution:
        """The execution of an op on the windows of its tensors, in order; the same object for the same."""
        key = (op, windows)
        if key not in self._executions:
            pipe = pipe_of(op, self.architecture)
            self._executions[key] = Execution(op, pipe, () if pipe is None else tuple(_touches(op, windows)))
        return self._executions[key]

    def conflict(self, earlier: Execution, later: Execution) -> bool:
        """Whether two executions touch common bytes in a way that the machine does not order."""
        key = (earlier, later)
        if key not in self._conflicts:
            self._conflicts[key] = self._conflict(earlier, later)
        return self._conflicts[key]

    def _conflict(self, earlier: Execution, later: Execution) -> bool:
        meet = any(a.conflicts(b) for a in earlier.touches for b in later.touches)
        if not meet or earlier.pipe is not later.pipe or later.pipe is None:
            return meet
        match self.architecture.same_pipe[later.pipe]:
            case SamePipe.ORDERED:
                return False
            case SamePipe.UNORDERED:
                return True
            case SamePipe.ACCUMULATES:
                return not self._accumulates(earlier.op, later.op)

    def _accumulates(self, earlier: Op, later: Op) -> bool:
        """Whether the later of two products adds to the tile of the earlier, and is long enough to be ordered."""
        first, second = earlier.result.type, later.result.type
        assert isinstance(first, TileType)
        assert isinstance(second, TileType)
        fractals = ceil((second.valid[0] or 1) / 16) * ceil((second.valid[1] or 1) / 16)
        same = (first.offset, first.nbytes) == (second.offset, second.nbytes)
        return bool(row_of(later).tied) and same and fractals >= self.architecture.accumulate_fractals


def _touches(op: Op, windows: tuple[tuple[Value, Box], ...]) -> Iterator[Touch]:
    """What an op touches on chip, and of its tensors at the given windows."""
    remaining = iter(windows)
    for row, group in zip(row_of(op).operands, op.operands, strict=True):
        for operand in group:
            if row.effect is Effect.NONE or row.kind is OperandKind.SCALAR:
                continue
            assert isinstance(operand, Value)
            for writes in {Effect.READ: (False,), Effect.WRITE: (True,)}.get(row.effect, (False, True)):
                if row.kind is OperandKind.TILE:
                    yield _tile_touch(operand, writes)
                else:
                    buffer, box = next(remaining)
                    yield Touch(buffer, box, writes, bool(op.attributes.get("atomic")))
    for result in op.results:
        yield _tile_touch(result, writes=True)


def _tile_touch(tile: Value, writes: bool) -> Touch:
    type_ = tile.type
    assert isinstance(type_, TileType)
    assert type_.offset is not None
    return Touch(type_.memory, ((type_.offset, type_.offset + type_.nbytes),), writes)


class _Path:
    """One way through a kernel."""

    def __init__(self, oracle: Oracle, choices: Choices) -> None:
        self._oracle = oracle
        self._choices = choices
        self._executed: list[Execution] = []
        self._numbers: dict[Value, Number] = {}
        self._buffers: dict[Value, Value] = {}

    def executed(self, function: Function, scalar: int) -> list[Execution]:
        """What is executed, in issue order."""
        for parameter in function.parameters:
            self._numbers[parameter.value] = scalar
        self._block(function.body)
        return self._executed

    def _block(self, block: Block) -> tuple[Operand, ...]:
        for statement in block.statements:
            match statement:
                case Yield() | Return():
                    return statement.values
                case If():
                    branch = (statement.then, statement.orelse)[self._choices.choose(2)]
                    self._bind(statement.results, self._block(branch))
                case For():
                    self._loop(statement)
                case Op():
                    self._op(statement)
                case Call():
                    raise AssertionError("a kernel has no calls")
        return ()

    def _loop(self, loop: For) -> None:
        carried = loop.initial
        start, step = self._number(loop.start), self._number(loop.step)
        for trip in range(TRIPS[self._choices.choose(len(TRIPS))]):
            self._numbers[loop.index] = None if start is None or step is None else start + trip * step
            self._bind(loop.carried, carried)
            carried = self._block(loop.body)
        self._bind(loop.results, carried)

    def _bind(self, values: Sequence[Value], operands: Sequence[Operand]) -> None:
        entering = [(self._number(operand), self._buffer(operand)) for operand in operands]
        for value, (number, buffer) in zip(values, entering, strict=True):
            self._numbers[value] = number
            if buffer is not None:
                self._buffers[value] = buffer

    def _number(self, operand: Operand) -> Number:
        """The value of a scalar; None where the path does not tell."""
        return operand.value if isinstance(operand, Literal) else self._numbers.get(operand)

    def _buffer(self, operand: Operand) -> Value | None:
        return self._buffers.get(operand, operand) if isinstance(operand, Value) else None

    def _op(self, op: Op) -> None:
        row = row_of(op)
        if row.family is Family.SCALAR:
            operands = (self._number(operand) for group in op.operands for operand in group)
            known = [number for number in operands if number is not None]
            computes = op.name in _ARITHMETIC and len(known) == 2
            self._numbers[op.result] = _ARITHMETIC[op.name](*known) if computes else None
        else:
            execution = self._oracle.execution(op, tuple(self._windows(op)))
            if execution.pipe is not None or row.family is Family.SYNC:
                self._executed.append(execution)

    def _windows(self, op: Op) -> Iterator[tuple[Value, Box]]:
        """The buffer and the window of each tensor operand."""
        rows = row_of(op).operands
        for row, group in zip(rows, op.operands, strict=True):
            if row.kind is OperandKind.TENSOR:
                (tensor,) = group
                assert isinstance(tensor, Value)
                assert isinstance(tensor.type, TensorType)
                yield self._buffers.get(tensor, tensor), tuple(self._window(op, tensor.type))

    def _window(self, op: Op, tensor: TensorType) -> Iterator[tuple[int, int]]:
        groups = {row.name: group for row, group in zip(row_of(op).operands, op.operands, strict=True)}
        sizes = op.attributes.get("sizes")
        if sizes is None:
            (tile,) = groups["source"]
            assert isinstance(tile, Value)
            assert isinstance(tile.type, TileType)
            sizes = ((1,) * tensor.rank + tile.type.shape)[-tensor.rank :]
        assert isinstance(sizes, tuple)
        for offset, size, extent in zip(groups["offsets"], sizes, tensor.shape, strict=True):
            start = self._number(offset)
            yield (0, extent) if start is None else (int(start), int(start) + size)


def problems(function: Function, architecture: Architecture, scalar: int = 0, limit: int = 200) -> Iterator[str]:
    """What is wrong with one kernel; see `Oracle`."""
    return Oracle(architecture, scalar).problems(function, limit)


@dataclass
class _Order:
    """What is done before what is started, on one path. Sets are bitsets of executions."""

    oracle: Oracle
    done: dict[Pipe, int] = field(default_factory=lambda: defaultdict(int))
    """What is done before the next instruction of a pipe starts."""
    issued: dict[Pipe, int] = field(default_factory=lambda: defaultdict(int))
    done_for_all: int = 0
    """What is done before anything is issued from here on."""
    tokens: dict[tuple[Pipe, Pipe, object], list[int]] = field(default_factory=lambda: defaultdict(list))

    def problems(self, path: list[Execution]) -> Iterator[str]:
        """What is wrong on a path."""
        for number, execution in enumerate(path):
            if execution.pipe is None:
                yield from self._synchronise(execution.op)
            else:
                yield from self._start(path, number, execution.pipe)
        yield from (f"a token of {flag} is left" for flag, tokens in self.tokens.items() if tokens)
        if not path or path[-1].op.attributes.get("pipe") != Pipe.ALL.value:
            yield "the last statement is no barrier of all pipes"

    def _start(self, path: list[Execution], number: int, pipe: Pipe) -> Iterator[str]:
        done = self.done[pipe] | self.done_for_all
        for earlier, other in enumerate(path[:number]):
            if not done >> earlier & 1 and other.pipe is not None and self.oracle.conflict(other, path[number]):
                yield f"{path[number].op.name} on {pipe.value} does not wait for {other.op.name}"
        self.issued[pipe] |= 1 << number

    def _synchronise(self, op: Op) -> Iterator[str]:
        if op.name == "pipe_barrier":
            self._barrier(Pipe(op.attributes["pipe"]))
            return
        source, target = Pipe(op.attributes["source"]), Pipe(op.attributes["target"])
        flag = (source, target, op.attributes["event"])
        if op.name == "set_flag":
            if self.tokens[flag]:
                yield f"a second token of {flag}"
            self.tokens[flag].append(self.issued[source] | self.done[source] | self.done_for_all)
        elif not self.tokens[flag]:
            yield f"no token of {flag}"
        elif target is Pipe.S:
            self.done_for_all |= self.tokens[flag].pop(0)
        else:
            self.done[target] |= self.tokens[flag].pop(0)

    def _barrier(self, pipe: Pipe) -> None:
        if pipe is Pipe.ALL:
            for issued in self.issued.values():
                self.done_for_all |= issued
        else:
            self.done[pipe] |= self.issued[pipe]


def without_item(function: Function, number: int) -> Function:
    """The kernel with all statements of one item taken away."""
    from dataclasses import replace

    def block(old: Block) -> Block:
        return Block(tuple(rebuilt(statement) for statement in old.statements if not belongs(statement)))

    def belongs(statement: Statement) -> bool:
        return isinstance(statement, Op) and statement.attributes.get("pair") == number

    def rebuilt(statement: Statement) -> Statement:
        match statement:
            case If():
                return replace(statement, then=block(statement.then), orelse=block(statement.orelse))
            case For():
                return replace(statement, body=block(statement.body))
            case _:
                return statement

    return replace(function, body=block(function.body))
