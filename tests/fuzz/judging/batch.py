"""Many programs compiled as one, and run: where an execution's answers differ from the interpreter's."""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Iterator, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

from ptodsl.compiled import Compiled
from ptodsl.errors import PtoError
from ptodsl.ir.nodes import Block, Function, Operand, Program, Return, Statement
from ptodsl.ir.results import provided_tensors
from ptodsl.ir.rewrite import results_of, walk
from ptodsl.ir.types import TensorType
from ptodsl.runtime.checked_launch import CheckedLaunch
from tests.fuzz.judging.answers import Arrays, left_behind
from tests.fuzz.judging.executions import EXECUTIONS, built
from tests.fuzz.judging.trial import Broken, Placed

SECONDS = 120
"""How much of a processor's time a batch may take, its C++ compiler apart: none of its programs takes a second."""
WAITED = 1500.0
"""How long a batch is waited for where it takes none, on a busy machine."""
SIZE = 24
"""How many programs are compiled as one: the headers are read once, and a mistake is quickly found."""


def batches(programs: Sequence[Placed]) -> Iterator[list[Placed]]:
    """The programs in groups that can be one: of one architecture, with one form of entry."""
    groups: dict[tuple[str, bool], list[Placed]] = {}
    for one in programs:
        groups.setdefault((one.source.arch, _has_intermediates(one.program.entry)), []).append(one)
    for group in groups.values():
        yield from (group[start : start + SIZE] for start in range(0, len(group), SIZE))


def _has_intermediates(entry: Function) -> bool:
    made = {r for s in walk(entry.body) for r in results_of(s) if isinstance(r.type, TensorType)}
    return not made <= set(provided_tensors(entry))


def merged(programs: Sequence[Program]) -> Program:
    """One program of all their kernels, whose entry does what their entries do, one after the other."""
    kernels = [f for one in programs for f in one.functions if f is not one.entry]
    entries = [one.entry for one in programs]
    statements: list[Statement] = []
    returned: list[Operand] = []
    for entry in entries:
        *body, last = entry.body.statements
        assert isinstance(last, Return)
        statements += body
        returned += last.values
    entry = replace(
        entries[0],
        parameters=tuple(parameter for entry in entries for parameter in entry.parameters),
        results=tuple(result for entry in entries for result in entry.results),
        result_spans=tuple(span for entry in entries for span in entry.result_spans),
        body=Block((*statements, Return(tuple(returned), entries[0].span))),
    )
    return Program("Batch", (*kernels, entry), entries[0].span)


def disagreements(programs: Sequence[Placed]) -> Iterator[tuple[Placed, str]]:
    """The programs of which an execution gives something else, with which and what.

    One that cannot be built, reports a finding or ends its process is among them.
    """
    try:
        answers = _answers(programs)
    except Broken as broken:
        if len(programs) == 1:
            yield programs[0], str(broken)
            return
        middle = len(programs) // 2
        for half in (programs[:middle], programs[middle:]):
            yield from disagreements(half)
        return
    for one, found in zip(programs, answers, strict=True):
        pairs = zip(EXECUTIONS, found, strict=True)
        texts = [f"{execution.name}: {text}" for execution, arrays in pairs if (text := one.answer.apart(arrays))]
        if texts:
            yield one, "; ".join(texts)


def _answers(programs: Sequence[Placed]) -> list[list[Arrays]]:
    """What each program leaves behind in every execution; in a process of its own, which may end or hang."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_child, args=(programs, sender))
    child.start()
    sender.close()
    try:
        if not receiver.poll(WAITED):
            raise Broken(f"no answer after {WAITED:.0f} s")
        answer: list[list[Arrays]] | str = receiver.recv()
    except EOFError:
        child.join()
        raise Broken(f"the process ended with {child.exitcode}") from None
    finally:
        child.kill()
        child.join()
    if isinstance(answer, str):
        raise Broken(answer)
    return answer


def _child(programs: Sequence[Placed], sender: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sender.send(_all(programs))


def _all(programs: Sequence[Placed]) -> list[list[Arrays]] | str:
    """The answers by program, or what an execution ended with."""
    answers: list[list[Arrays]] = []
    libraries = built(merged([one.placed for one in programs]), programs[0].source.arch)
    for execution in EXECUTIONS:
        try:
            answers.append(_run(next(libraries), programs))
        except Exception as error:  # whatever it is belongs in the report
            return f"{execution.name}: {type(error).__name__}: {error}"
    return [list(each) for each in zip(*answers, strict=True)]


def _run(compiled: Compiled, programs: Sequence[Placed]) -> list[Arrays]:
    values: list[list[Any]] = [one.source.values() for one in programs]
    given: Any = compiled.launch.run([value for some in values for value in some], {}, poison=True)
    if isinstance(compiled.launch, CheckedLaunch) and compiled.launch.remarks:
        raise PtoError(compiled.launch.remarks)
    count = sum(len(one.program.entry.results) for one in programs)
    results = iter([given] if count == 1 else given or [])
    return [
        left_behind([next(results) for _ in one.program.entry.results], some)
        for one, some in zip(programs, values, strict=True)
    ]
