"""What random programs consist of: how often each op of the table, form of statement, dtype and core occurs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ptodsl.ir.cores import core_of
from ptodsl.ir.nodes import Block, Call, For, Function, FunctionKind, If, Op, Program, Return, Statement, Yield
from ptodsl.ir.rewrite import blocks_of, values_of, walk
from ptodsl.ir.types import ErrorType
from ptodsl.machine import Architecture
from ptodsl.ops.table import ROWS

Coverage = Counter[str]
"""How many programs have something, by its name: `op add`, `statement carrying loop`, `dtype FP16`, `3 kernels`."""

STATEMENTS = (
    "loop",
    "loop of no trip",
    "loop with run-time bounds",
    "loop backwards",
    "loop that carries",
    "branch",
    "branch that merges",
    "loop in loop",
    "branch in loop",
    "loop in branch",
    "branch in branch",
    "task",
    "task in loop",
    "task in branch",
    "kernel called twice",
)
"""The forms that random programs must have."""


def coverage(program: Program, architecture: Architecture) -> Coverage:
    """What a program in any stage has, each counted once."""
    found = {"programs", f"architecture {architecture.name}"}
    kernels = [function for function in program.functions if function.kind is FunctionKind.KERNEL]
    cores = {core_of(kernel, architecture).value for kernel in kernels}
    found.update((f"{len(kernels)} kernels", " and ".join(sorted(cores)), *(f"core {core}" for core in cores)))
    for function in program.functions:
        found.update(f"statement {form}" for form in _forms(function.body, ()))
        found.update(f"op {one.name}" for one in walk(function.body) if isinstance(one, Op))
        types = {value.type for value in values_of(function)}
        found.update(f"dtype {type_.dtype}" for type_ in types if not isinstance(type_, ErrorType))
    found.update(f"statement {form}" for form in _repeated(program.entry))
    return Counter(found)


def _repeated(entry: Function) -> Iterator[str]:
    calls = Counter(one.callee for one in walk(entry.body) if isinstance(one, Call))
    if max(calls.values(), default=0) > 1:
        yield "kernel called twice"


def _forms(block: Block, around: tuple[str, ...]) -> Iterator[str]:
    for statement in block.statements:
        names = tuple(_names(statement))
        yield from names
        for name in names[:1]:
            yield from (f"{name} in {outer}" for outer in around)
            for inner in blocks_of(statement):
                yield from _forms(inner, (*around, name))


def _names(statement: Statement) -> Iterator[str]:
    """What a statement is, the plain word first."""
    match statement:
        case For():
            yield "loop"
            yield from _facts_of_loop(statement)
        case If():
            yield "branch"
            if statement.results:
                yield "branch that merges"
        case Call():
            yield "task"
        case Op() | Yield() | Return():
            return


def _facts_of_loop(loop: For) -> Iterator[str]:
    bounds = [getattr(one, "value", None) for one in (loop.start, loop.stop, loop.step)]
    start, stop, step = bounds
    if None in bounds:
        yield "loop with run-time bounds"
    elif isinstance(start, int) and isinstance(stop, int) and isinstance(step, int) and not range(start, stop, step):
        yield "loop of no trip"
    if isinstance(step, int) and step < 0:
        yield "loop backwards"
    if loop.carried:
        yield "loop that carries"


def missing(found: Coverage) -> list[str]:
    """What no program has that some should: ops of the table and forms of statements."""
    wanted = [*(f"op {name}" for name in ROWS), *(f"statement {x}" for x in STATEMENTS)]
    return [name for name in wanted if not found[name]]


def report(found: Coverage) -> str:
    """Every count as a share of the programs, one line for each sort of thing."""
    programs = max(1, found["programs"])
    groups: dict[str, list[str]] = {}
    for name, count in sorted(found.items()):
        sort, _, what = name.partition(" ") if " " in name else ("", "", name)
        groups.setdefault(sort, []).append(f"{what} {100 * count / programs:.0f} %")
    return "\n".join(f"{sort or 'programs'}: {', '.join(texts)}" for sort, texts in groups.items())
