"""Which form of entry a program has."""

from __future__ import annotations

from collections.abc import Mapping

from ptodsl.codegen.direct_entry import DirectEntry
from ptodsl.codegen.entry import EntryEmitter
from ptodsl.codegen.task_entry import TaskEntry
from ptodsl.ir.nodes import Call, For, Function, Op, Program
from ptodsl.ir.results import provided_tensors
from ptodsl.ir.rewrite import results_of, walk
from ptodsl.ir.types import TensorType


def entry_emitter(program: Program, tasks: Mapping[str, str], strided: Mapping[str, frozenset[str]]) -> EntryEmitter:
    """The form of entry that a program needs."""
    form = DirectEntry if _is_direct(program.entry) else TaskEntry
    return form(program, tasks, strided)


def _is_direct(entry: Function) -> bool:
    """Whether there is one task at most, every tensor is an argument or a provided result, and none is written here."""
    statements = list(walk(entry.body))
    tasks = sum(isinstance(statement, Call) for statement in statements)
    made = {r for s in statements for r in results_of(s) if isinstance(r.type, TensorType)}
    is_repeated = any(
        isinstance(call, Call) for loop in statements if isinstance(loop, For) for call in walk(loop.body)
    )
    is_written = any(isinstance(s, Op) and not s.results for s in statements)
    return tasks <= 1 and not is_repeated and not is_written and made <= set(provided_tensors(entry))
