"""A smaller program that fails in the same way: statements are left out while that stays so."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.fuzz.batch import disagreements
from tests.fuzz.programs import Source
from tests.fuzz.trial import Broken, Placed, attempt


def failure(source: Source) -> str:
    """How a program fails: the kind of failure, without what changes from program to program; empty if it does not."""
    try:
        found = attempt(source)
    except Broken as broken:
        return str(broken).splitlines()[0]
    except Exception as error:  # any other error is a failure of the compiler
        return f"{type(error).__name__}: {str(error)[:60]}"
    if not isinstance(found, Placed):
        return ""
    texts = [text for _, text in disagreements([found])]
    return texts[0].split()[0] if texts else ""


def shrunk(source: Source, fails: Callable[[Source], str] = failure) -> Source:
    """The smallest program on the way that fails as this one does."""
    wanted = fails(source)
    assert wanted, "the program does not fail"
    size = len(_places(source.text)) + 1
    while (now := len(_places(source.text))) < size:
        size = now
        for index in reversed(range(now)):
            for smaller in _smaller(source.text, index):
                candidate = replace(source, text=smaller)
                if fails(candidate) == wanted:
                    source = candidate
                    break
    return source


def _blocks(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """The lists of statements inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.For | ast.If):
            yield node.body
            if not isinstance(node, ast.FunctionDef) and node.orelse:
                yield node.orelse


def _places(text: str) -> list[tuple[list[ast.stmt], int]]:
    return [(block, index) for block in _blocks(ast.parse(text)) for index in range(len(block))]


def _smaller(text: str, place: int) -> Iterator[str]:
    """The text without one statement; with the inside of a loop or branch in its place."""
    tree = ast.parse(text)
    places = [(block, index) for block in _blocks(tree) for index in range(len(block))]
    if place >= len(places):
        return
    block, index = places[place]
    statement = block[index]
    if isinstance(statement, ast.Return):
        return
    inside = [*statement.body, *statement.orelse] if isinstance(statement, ast.For | ast.If) else []
    for instead in ([], inside) if inside else ([],):
        block[index : index + 1] = instead or ([] if len(block) > 1 else [ast.Pass()])
        yield ast.unparse(ast.fix_missing_locations(tree))
        block[index : index + max(1, len(instead))] = [statement]
