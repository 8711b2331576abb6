"""A smaller program that fails in the same way: statements are left out while that stays so."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from tests.fuzz.campaign import Failure, tried
from tests.fuzz.judging.batch import disagreements
from tests.fuzz.judging.trial import Placed
from tests.fuzz.mutations.places import IN_FUNCTIONS, statements
from tests.fuzz.sources import Source

SECONDS = 90.0
"""How long a program is made smaller."""
HOLDERS = (ast.ClassDef, *IN_FUNCTIONS)
"""What holds the statements that may be left out, whole functions among them."""


def failure(source: Source) -> str:
    """How a program fails: the kind of failure, without what changes from program to program; empty if it does not."""
    found = tried(source)
    if isinstance(found, Placed):
        return next((text.split(" has ")[0][:80] for _, text in disagreements([found])), "")
    return kind_of(found.problem) if isinstance(found, Failure) else ""


def kind_of(problem: str) -> str:
    """The line of a problem that says what it is: the last one of a traceback, else the first."""
    lines = problem.splitlines()
    return (lines[-1] if lines[0].startswith("Traceback") else lines[0])[:80]


def shrunk(source: Source, fails: Callable[[Source], str] = failure, seconds: float = SECONDS) -> Source:
    """The smallest program found in that time that fails as this one does."""
    wanted, end = fails(source), time.monotonic() + seconds
    assert wanted, "the program does not fail"
    options, place, missed = smaller_ones(source), 0, 0
    while missed < len(options) and time.monotonic() < end:
        candidate = options[place % len(options)]()
        if len(candidate.text) < len(source.text) and fails(candidate) == wanted:
            source, options, missed = candidate, smaller_ones(candidate), 0
        else:
            place, missed = place + 1, missed + 1
    return source


def smaller_ones(source: Source) -> list[Callable[[], Source]]:
    """How each program that has something less is made, from the end on."""
    if source.stage:
        return _without_lines(source)
    tree = ast.parse(source.text)
    ones: list[Callable[[], Source]] = []
    for place, (block, index) in reversed(list(enumerate(statements(tree, HOLDERS)))):
        ones += [partial(_without_statement, source, place, form) for form in range(len(_instead(block[index])))]
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        count = len(function.args.args)
        ones += [partial(_without_parameter, source, function.name, place) for place in reversed(range(1, count))]
    return ones


def _without_lines(source: Source) -> list[Callable[[], Source]]:
    """The IR text without a line, or a block."""
    lines = source.text.splitlines()
    ones: list[Callable[[], Source]] = []
    for start in reversed(range(3, len(lines))):
        end = start
        if lines[start].endswith("{"):
            closing = lines[start][: len(lines[start]) - len(lines[start].lstrip())] + "}"
            end = next((at for at in range(start + 1, len(lines)) if lines[at].startswith(closing)), start)
        left = [*lines[:start], *lines[end + 1 :], ""]
        ones.append(partial(replace, source, text="\n".join(left)))
    return ones


def _instead(statement: ast.stmt) -> list[list[ast.stmt]]:
    """What may stand in the place of a statement: nothing, or what it holds."""
    if isinstance(statement, ast.Return):
        return []
    inside = [*statement.body, *statement.orelse] if isinstance(statement, ast.For | ast.If) else []
    return [[], inside] if inside else [[]]


def _without_statement(source: Source, place: int, form: int) -> Source:
    tree = ast.parse(source.text)
    block, index = statements(tree, HOLDERS)[place]
    instead = _instead(block[index])[form]
    block[index : index + 1] = instead or ([] if len(block) > 1 else [ast.Pass()])
    return replace(source, text=ast.unparse(ast.fix_missing_locations(tree)))


def _without_parameter(source: Source, function: str, place: int) -> Source:
    """The program without a parameter of a function, and what its calls pass for it."""
    tree, parameter = ast.parse(source.text), ""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            parameter = node.args.args.pop(place).arg
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == function:
            del node.args[place - 1 : place]
    left = tuple(one for one in source.arguments if function != "main" or one.name != parameter)
    return replace(source, text=ast.unparse(tree), arguments=left)
