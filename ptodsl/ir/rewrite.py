"""Walking and rebuilding IR."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from typing_extensions import assert_never

from ptodsl.ir.nodes import Block, Call, For, Function, If, Literal, Op, Operand, Return, Statement, Value, Yield
from ptodsl.ir.types import Type


def operands_of(statement: Statement) -> tuple[Operand, ...]:
    """The operands that a statement itself reads, in order; those of nested blocks are not among them."""
    match statement:
        case Op():
            return tuple(chain.from_iterable(statement.operands))
        case Call():
            return statement.arguments
        case If():
            return (statement.condition,)
        case For():
            return (statement.start, statement.stop, statement.step, *statement.initial)
        case Yield() | Return():
            return statement.values
        case _:
            assert_never(statement)


def results_of(statement: Statement) -> tuple[Value, ...]:
    """The values that a statement defines for the statements after it."""
    match statement:
        case Op() | If() | For():
            return statement.results
        case Call() | Yield() | Return():
            return ()
        case _:
            assert_never(statement)


def blocks_of(statement: Statement) -> tuple[Block, ...]:
    """The blocks nested in a statement."""
    match statement:
        case Op() | Call() | Yield() | Return():
            return ()
        case If():
            return (statement.then, statement.orelse)
        case For():
            return (statement.body,)
        case _:
            assert_never(statement)


def yielded(block: Block) -> tuple[Operand, ...]:
    """The values that leave a branch or an iteration."""
    last = block.statements[-1]
    assert isinstance(last, Yield)
    return last.values


def walk(block: Block) -> Iterator[Statement]:
    """Every statement in printed order, nested ones after the statement that holds them."""
    for statement in block.statements:
        yield statement
        for inner in blocks_of(statement):
            yield from walk(inner)


def values_of(function: Function) -> Iterator[Value]:
    """Every value that the function defines, in printed order, loop indices and carried values included."""
    for parameter in function.parameters:
        yield parameter.value
    for statement in walk(function.body):
        if isinstance(statement, For):
            yield statement.index
            yield from statement.carried
        yield from results_of(statement)


@dataclass
class Rewriter:
    """Rebuilds a function while one callback decides what becomes of each statement.

    `transform` gets a statement whose operands and nested blocks are already rebuilt and returns what stands in its
    place. `replace` names the successor of a value for every later use; `remember` keeps a value that later statements
    of the block, and the blocks in them, may use again.
    """

    transform: Callable[[Statement], Iterable[Statement]]
    enter: Callable[[Statement], None] = field(default=lambda _: None)
    """Called with each rebuilt If or For before its blocks are, so that carried values can be retyped."""
    _successors: dict[Value, Operand] = field(default_factory=dict[Value, Operand])
    _known: ChainMap[Hashable, Value] = field(default_factory=ChainMap[Hashable, Value])

    def replace(self, old: Value, new: Operand) -> None:
        """From here on, uses of `old` read `new`."""
        self._successors[old] = new

    def operand(self, operand: Operand) -> Operand:
        """The successor of an operand; itself where it was never replaced."""
        while isinstance(operand, Value):
            successor = self._successors.get(operand)
            if successor is None:
                return operand
            operand = successor
        return operand

    def value(self, value: Value) -> Value:
        """The successor of a value that can only have been replaced by a value."""
        successor = self.operand(value)
        assert not isinstance(successor, Literal)
        return successor

    def retype(self, value: Value, type_: Type) -> Value:
        """The same value of another type, which every later use reads."""
        if type_ == value.type:
            return value
        successor = Value(value.name, type_, value.span)
        self.replace(value, successor)
        return successor

    def remember(self, key: Hashable, value: Value) -> None:
        """Keeps a value under a key, to the end of the block that is being rebuilt."""
        self._known[key] = value

    def recall(self, key: Hashable) -> Value | None:
        """The value kept under a key in this block or one around it."""
        return self._known.get(key)

    def function(self, function: Function) -> Function:
        """The rebuilt function."""
        return replace(function, body=self.block(function.body))

    def block(self, block: Block) -> Block:
        """The rebuilt block."""
        self._known = self._known.new_child()
        statements: list[Statement] = []
        for statement in block.statements:
            statements.extend(self.transform(self._rebuild(statement)))
        self._known = self._known.parents
        return Block(tuple(statements))

    def _operands(self, operands: Iterable[Operand]) -> tuple[Operand, ...]:
        return tuple([self.operand(operand) for operand in operands])

    def _rebuild(self, statement: Statement) -> Statement:
        match statement:
            case Op():
                return self._rebuild_op(statement)
            case Call():
                return replace(statement, arguments=self._operands(statement.arguments))
            case Yield() | Return():
                return replace(statement, values=self._operands(statement.values))
            case If():
                return self._rebuild_if(statement)
            case For():
                return self._rebuild_for(statement)
            case _:
                assert_never(statement)

    def _rebuild_op(self, op: Op) -> Op:
        operands = tuple([self._operands(group) for group in op.operands])
        results = tuple([self.value(value) for value in op.results])
        return Op(op.name, operands, op.attributes, results, op.span)  # quicker than `replace`, and most of the work

    def _rebuild_if(self, statement: If) -> If:
        statement = replace(statement, condition=self.operand(statement.condition))
        self.enter(statement)
        then, orelse = self.block(statement.then), self.block(statement.orelse)
        results = tuple(self.value(value) for value in statement.results)
        return replace(statement, then=then, orelse=orelse, results=results)

    def _rebuild_for(self, statement: For) -> For:
        statement = replace(
            statement,
            start=self.operand(statement.start),
            stop=self.operand(statement.stop),
            step=self.operand(statement.step),
            initial=self._operands(statement.initial),
        )
        self.enter(statement)
        carried = tuple(self.value(value) for value in statement.carried)
        body = self.block(statement.body)
        results = tuple(self.value(value) for value in statement.results)
        return replace(statement, index=self.value(statement.index), carried=carried, body=body, results=results)


def retyped(function: Function, types: Mapping[Value, Type]) -> Function:
    """The function with other types for some of its values."""
    rewriter = Rewriter(lambda statement: (statement,))
    for value, type_ in types.items():
        rewriter.retype(value, type_)
    return rewriter.function(function)
