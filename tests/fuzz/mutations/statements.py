"""Changes of a program's statements: dropped, moved, exchanged, new ones, other targets, other conditions."""

from __future__ import annotations

import ast
from copy import deepcopy
from random import Random

from tests.fuzz.mutations.places import is_value, statements

STATEMENTS = (
    "break",
    "continue",
    "return",
    "pass",
    "x = 1",
    "del x",
    "assert True",
    "import os",
    "print(1)",
    "while True:\n    pass",
    "with x:\n    pass",
    "for x in (1, 2):\n    pass",
    "x: int = 3",
    "x += 1",
    "(lambda: 1)()",
    "x = y = 2",
    "return 1",
    "try:\n    pass\nfinally:\n    pass",
    "global x",
    "x = [i for i in range(3)]",
    "x = pl.full([8, 16], pl.FP32, 1e40)",
    "x = pl.create_tile([1 << 40, 1 << 40], pl.FP32)",
    "x = pl.create_tensor([-1, 0], pl.FP32)",
    'x = "text"',
    "x = ...",
    "...",
    '"a docstring"',
)


def drop(tree: ast.Module, random: Random) -> None:
    """A statement less."""
    block, index = random.choice(statements(tree))
    block[index : index + 1] = [] if len(block) > 1 else [ast.Pass()]


def move(tree: ast.Module, random: Random) -> None:
    """A statement in another place."""
    block, index = random.choice(statements(tree))
    statement = block[index]
    block[index : index + 1] = [] if len(block) > 1 else [ast.Pass()]
    other, place = random.choice(statements(tree))
    other.insert(place, statement)


def swap(tree: ast.Module, random: Random) -> None:
    """Two statements of a block in each other's place."""
    (one, first), (other, second) = (random.choice(statements(tree)) for _ in range(2))
    if one is other:
        one[first], other[second] = other[second], one[first]


def insert(tree: ast.Module, random: Random) -> None:
    """A statement that the language does not have, or has with other operands."""
    block, index = random.choice(statements(tree))
    block[index:index] = ast.parse(random.choice(STATEMENTS)).body


def drop_branch(tree: ast.Module, random: Random) -> None:
    """A branch with nothing on one of its sides."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.If)]
    if found:
        node = random.choice(found)
        if random.random() < 0.5:
            node.orelse = []
        else:
            node.body = [ast.Pass()]


def condition(tree: ast.Module, random: Random) -> None:
    """A branch on any expression of the program."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.If)]
    values = [node for node in ast.walk(tree) if isinstance(node, ast.expr) and is_value(node)]
    if found:
        random.choice(found).test = deepcopy(random.choice(values))


def rename(tree: ast.Module, random: Random) -> None:
    """What is assigned goes to another name, known or new."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    stored = [node for node in names if isinstance(node.ctx, ast.Store)]
    if stored:
        random.choice(stored).id = random.choice([*(node.id for node in names), "other", "pl", "self"])


def unpack(tree: ast.Module, random: Random) -> None:
    """A name more or less on the left side."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    if not found:
        return
    node = random.choice(found)
    target = node.targets[0]
    if isinstance(target, ast.Tuple) and random.random() < 0.5:
        target.elts.pop()
        return
    node.targets = [ast.Tuple([target, ast.Name("more", ast.Store())], ast.Store())]
