"""Whether a tensor is stored to on every path, and if not, on which it is not."""

from __future__ import annotations

from collections.abc import Callable

from typing_extensions import assert_never

from ptodsl.diagnostics import source_text
from ptodsl.ir.nodes import Block, Call, Direction, For, If, Literal, Op, Operand, Program, Return, Statement, Yield
from ptodsl.ops.row import Effect
from ptodsl.ops.table import row_of

ALWAYS: None = None
"""What `missing_path` gives where every path stores."""


def missing_path(program: Program, block: Block, is_target: Callable[[Operand], bool]) -> str | None:
    """The conditions of a path through a block on which nothing stores to the target, in words; None if all do.

    `is_target` knows the handles that stand for the tensor. Conditions are taken as independent of one another.
    """
    partial = ""
    for statement in block.statements:
        path = _missing(program, statement, is_target)
        if path is ALWAYS:
            return ALWAYS
        partial = path or partial
    return partial


def _missing(program: Program, statement: Statement, is_target: Callable[[Operand], bool]) -> str | None:
    match statement:
        case Op():
            return ALWAYS if any(is_target(operand) for operand in _stored_by(statement)) else ""
        case Call():
            parameters = program.function(statement.callee).parameters
            written = (a for p, a in zip(parameters, statement.arguments, strict=False) if p.direction is not Direction.IN)
            return ALWAYS if any(is_target(operand) for operand in written) else ""
        case If():
            return _missing_branch(program, statement, is_target)
        case For():
            path = missing_path(program, statement.body, is_target)
            if path is ALWAYS and not _runs(statement):
                return f"{source_text(statement.span).splitlines()[0].rstrip(':')} runs no time"
            return path
        case Yield() | Return():
            return ""
        case _:
            assert_never(statement)


def _missing_branch(program: Program, statement: If, is_target: Callable[[Operand], bool]) -> str | None:
    then = missing_path(program, statement.then, is_target)
    orelse = missing_path(program, statement.orelse, is_target)
    if then is ALWAYS and orelse is ALWAYS:
        return ALWAYS
    if then == orelse == "":
        return ""
    condition = f"`{_named(statement.condition)}`"
    own, rest = (condition, then) if orelse is ALWAYS or (then and orelse == "") else (f"not {condition}", orelse)
    return f"{own} and {rest}" if rest else own


def _named(condition: Operand) -> str:
    """A condition as the user wrote it."""
    if isinstance(condition, Literal):
        return str(condition.value)
    return condition.name if not condition.name.isdigit() else source_text(condition.span)


def _stored_by(op: Op) -> tuple[Operand, ...]:
    rows = row_of(op).operands
    return tuple(
        o for row, group in zip(rows, op.operands, strict=False) if row.effect in (Effect.WRITE, Effect.UPDATE) for o in group
    )


def _runs(loop: For) -> bool:
    """Whether a loop is known to run at least once."""
    bounds = (loop.start, loop.stop, loop.step)
    if not all(isinstance(bound, Literal) for bound in bounds):
        return False
    start, stop, step = (int(bound.value) for bound in bounds if isinstance(bound, Literal))
    return len(range(start, stop, step)) > 0
