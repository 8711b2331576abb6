"""A smaller program that fails in the same way: statements are left out while that stays so."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.fuzz.batch import disagreements
from tests.fuzz.campaign import Failure, tried
from tests.fuzz.sources import Source
from tests.fuzz.trial import Placed

SECONDS = 90.0
"""How long a program is made smaller."""


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
    found = True
    while found:
        found = False
        for smaller in without_lines(source) if source.stage else without_parts(source):
            if time.monotonic() > end:
                return source
            if fails(smaller) == wanted:
                source, found = smaller, True
                break
    return source


def without_lines(source: Source) -> Iterator[Source]:
    """The IR text without a block, its inside kept or not, or without a line."""
    lines = source.text.splitlines()
    for start in reversed(range(3, len(lines))):
        indent = len(lines[start]) - len(lines[start].lstrip())
        if not lines[start].endswith("{"):
            yield replace(source, text="\n".join([*lines[:start], *lines[start + 1 :], ""]))
            continue
        closing = "\n".join(lines[start + 1 :]).find(f"\n{' ' * indent}}}")
        end = start + 1 + "\n".join(lines[start + 1 :])[:closing].count("\n") + 1
        yield replace(source, text="\n".join([*lines[:start], *lines[end + 1 :], ""]))


def without_parts(source: Source) -> Iterator[Source]:
    """The program without a statement or function, with the inside of a loop in its place, or without a parameter."""
    tree = ast.parse(source.text)
    for block, index in reversed([(block, index) for block in _blocks(tree) for index in range(len(block))]):
        for instead in _instead(block[index]):
            before = list(block)
            block[index : index + 1] = instead or ([] if len(block) > 1 else [ast.Pass()])
            yield replace(source, text=ast.unparse(ast.fix_missing_locations(tree)))
            block[:] = before
    yield from _without_parameters(source)


def _blocks(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """The lists of statements of functions, and that of functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.For | ast.If):
            yield node.body
            if isinstance(node, ast.For | ast.If) and node.orelse:
                yield node.orelse


def _instead(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """What may stand in the place of a statement: nothing, or what it holds."""
    if isinstance(statement, ast.Return):
        return
    yield []
    if isinstance(statement, ast.For | ast.If):
        yield [*statement.body, *statement.orelse]


def _without_parameters(source: Source) -> Iterator[Source]:
    """The program without a parameter of a function, and what its calls pass for it; last ones first."""
    functions = [node for node in ast.walk(ast.parse(source.text)) if isinstance(node, ast.FunctionDef)]
    for name, place in [(f.name, place) for f in functions for place in reversed(range(1, len(f.args.args)))]:
        tree = ast.parse(source.text)
        parameter = ""
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name == name:
                parameter = node.args.args.pop(place).arg
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
                del node.args[place - 1 : place]
        left = tuple(one for one in source.arguments if name != "main" or one.name != parameter)
        yield replace(source, text=ast.unparse(tree), arguments=left)
