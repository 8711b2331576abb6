"""Programs with one or two changes that a user might make by mistake: most are ill-typed, some are still right."""

from __future__ import annotations

import ast
from copy import deepcopy
from dataclasses import replace
from random import Random

from tests.fuzz.mistakes import FORMS
from tests.fuzz.places import Change, calls, functions, is_value, statements
from tests.fuzz.sources import Source

DTYPES = ("FP32", "FP16", "BF16", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT64", "BOOL", "INDEX")
MEMORIES = ("UB", "L1", "L0A", "L0B", "L0C", "Vec", "Mat")
NUMBERS = (-1, 0, 1, 2, 3, 16, 100, 100000, 1 << 31, 1 << 62, 1 << 64, -(1 << 63), 1e39, float("inf"))


def mutated(source: Source, seed: int) -> Source:
    """The program with changes; its arguments stay."""
    random = Random(seed)
    tree = ast.parse(source.text)
    for _ in range(random.choice((1, 1, 2))):
        random.choice(CHANGES)(tree, random)
    return replace(source, text=ast.unparse(ast.fix_missing_locations(tree)), changed=True)


def _drop_argument(tree: ast.Module, random: Random) -> bool:
    call = random.choice(calls(tree))
    items = call.keywords if call.keywords and (not call.args or random.random() < 0.5) else call.args
    del items[random.randrange(len(items))]
    return True


def _repeat_argument(tree: ast.Module, random: Random) -> bool:
    call = random.choice(calls(tree))
    if not call.args:
        return False
    call.args.insert(random.randrange(len(call.args) + 1), deepcopy(random.choice(call.args)))
    return True


def _swap_arguments(tree: ast.Module, random: Random) -> bool:
    several = [call for call in calls(tree) if len(call.args) > 1]
    if not several:
        return False
    call = random.choice(several)
    first, second = random.sample(range(len(call.args)), 2)
    call.args[first], call.args[second] = call.args[second], call.args[first]
    return True


def _word(words: tuple[str, ...]) -> Change:
    """Exchanges one attribute of a set for another: a dtype, a memory."""

    def change(tree: ast.Module, random: Random) -> bool:
        found = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in words]
        if found:
            random.choice(found).attr = random.choice(words)
        return bool(found)

    return change


def _number(tree: ast.Module, random: Random) -> bool:
    """Another constant: near the one that is there, at an edge, or no number at all."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, int | float)]
    if found:
        node = random.choice(found)
        old = node.value
        assert isinstance(old, int | float)
        node.value = random.choice((*NUMBERS, old + 1, old - 1, old + 1, old - 1, 0.5, True, "word", None))
    return bool(found)


def _name(tree: ast.Module, random: Random) -> bool:
    """Another name where one is read."""
    for function in random.sample(functions(tree), len(functions(tree))):
        read = [
            n for s in function.body for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
        ]
        if read:
            random.choice(read).id = random.choice([*(node.id for node in read), "unknown", "max", "pl"])
            return True
    return False


def _operation(tree: ast.Module, random: Random) -> bool:
    """Another op of `pl`, so that operands are too many, too few or of another kind."""
    found = [
        node
        for block, index in statements(tree)
        for node in ast.walk(block[index])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    if not found:
        return False
    names = [node.func.attr for node in found if isinstance(node.func, ast.Attribute)]
    node = random.choice(found)
    assert isinstance(node.func, ast.Attribute)
    node.func.attr = random.choice(
        (*names, "matmul", "row_expand_mul", "transpose", "store", "create_tensor", "nothing")
    )
    return True


def _drop_statement(tree: ast.Module, random: Random) -> bool:
    block, index = random.choice(statements(tree))
    block[index : index + 1] = [] if len(block) > 1 else [ast.Pass()]
    return True


def _drop_branch(tree: ast.Module, random: Random) -> bool:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.If)]
    if found:
        node = random.choice(found)
        if random.random() < 0.5:
            node.orelse = []
        else:
            node.body = [ast.Pass()]
    return bool(found)


def _move_statement(tree: ast.Module, random: Random) -> bool:
    """A statement in another place."""
    block, index = random.choice(statements(tree))
    statement = block[index]
    block[index : index + 1] = [] if len(block) > 1 else [ast.Pass()]
    other, place = random.choice(statements(tree))
    other.insert(place, statement)
    return True


def _condition(tree: ast.Module, random: Random) -> bool:
    """A condition, or a loop's bounds, of any expression of the program."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.If)]
    values = [node for node in ast.walk(tree) if isinstance(node, ast.expr) and is_value(node)]
    if found:
        random.choice(found).test = deepcopy(random.choice(values))
    return bool(found)


def _annotation(tree: ast.Module, random: Random) -> bool:
    """Another parameter's annotation, or none; another result."""
    known = functions(tree)
    arguments = [one for function in known for one in function.args.args if one.annotation is not None]
    if random.random() < 0.2 or not arguments:
        random.choice(known).returns = random.choice([function.returns for function in known])
        return True
    random.choice(arguments).annotation = random.choice([None, *(one.annotation for one in arguments)])
    return True


CHANGES: tuple[Change, ...] = (
    _drop_argument,
    _repeat_argument,
    _swap_arguments,
    _word(DTYPES),
    _word(DTYPES),
    _word(MEMORIES),
    _number,
    _number,
    _number,
    _name,
    _name,
    _operation,
    _drop_statement,
    _drop_branch,
    _move_statement,
    _condition,
    _annotation,
    *FORMS,
)
