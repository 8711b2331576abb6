"""Changes of what a program's expressions say: arguments, operators, constants, names, words."""

from __future__ import annotations

import ast
from copy import deepcopy
from random import Random
from typing import cast

from tests.fuzz.mutations.places import Change, calls, functions, is_value, statements, values

DTYPES = ("FP32", "FP16", "BF16", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT64", "BOOL", "INDEX")
MEMORIES = ("UB", "L1", "L0A", "L0B", "L0C", "Vec", "Mat")
NUMBERS = (-1, 0, 1, 2, 3, 16, 100, 100000, 1 << 31, 1 << 62, 1 << 64, -(1 << 63), 1e39, float("inf"))
OPERATORS: tuple[ast.operator, ...] = (
    ast.Add(),
    ast.Sub(),
    ast.Mult(),
    ast.Div(),
    ast.FloorDiv(),
    ast.Mod(),
    ast.Pow(),
    ast.MatMult(),
    ast.BitAnd(),
    ast.LShift(),
)
COMPARISONS: tuple[ast.cmpop, ...] = (ast.Eq(), ast.Lt(), ast.GtE(), ast.NotEq(), ast.Is(), ast.In())
KEYWORDS = ("valid_shape", "target_memory", "transpose", "mode", "atomic", "pad_value", "shapes", "nothing", "dtype")


def drop_argument(tree: ast.Module, random: Random) -> None:
    """An argument or a keyword less."""
    call = random.choice(calls(tree))
    items = call.keywords if call.keywords and (not call.args or random.random() < 0.5) else call.args
    del items[random.randrange(len(items))]


def repeat_argument(tree: ast.Module, random: Random) -> None:
    """An argument once more, anywhere among the others."""
    call = random.choice(calls(tree))
    if call.args:
        call.args.insert(random.randrange(len(call.args) + 1), deepcopy(random.choice(call.args)))


def swap_arguments(tree: ast.Module, random: Random) -> None:
    """Two arguments in each other's place."""
    several = [call for call in calls(tree) if len(call.args) > 1]
    if several:
        call = random.choice(several)
        first, second = random.sample(range(len(call.args)), 2)
        call.args[first], call.args[second] = call.args[second], call.args[first]


def keyword(tree: ast.Module, random: Random) -> None:
    """A keyword more, or another one: of another op, or of none."""
    call = random.choice(calls(tree))
    if call.keywords and random.random() < 0.5:
        random.choice(call.keywords).arg = random.choice(KEYWORDS)
    else:
        call.keywords.append(ast.keyword(random.choice(KEYWORDS), deepcopy(random.choice(values(tree)))))


def _attribute(words: tuple[str, ...]) -> Change:
    """Exchanges one attribute of a set for another."""

    def change(tree: ast.Module, random: Random) -> None:
        found = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in words]
        if found:
            random.choice(found).attr = random.choice(words)

    return change


dtype = _attribute(DTYPES)
memory = _attribute(MEMORIES)


def number(tree: ast.Module, random: Random) -> None:
    """Another constant: near the one that is there, at an edge, or no number at all."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, int | float)]
    if found:
        node = random.choice(found)
        old = node.value
        assert isinstance(old, int | float)
        node.value = random.choice((*NUMBERS, old + 1, old - 1, old + 1, old - 1, 0.5, True, "word", None))


def name(tree: ast.Module, random: Random) -> None:
    """Another name where one is read."""
    for function in random.sample(functions(tree), len(functions(tree))):
        read = [
            n for s in function.body for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
        ]
        if read:
            random.choice(read).id = random.choice([*(node.id for node in read), "unknown", "max", "pl"])
            return


def operation(tree: ast.Module, random: Random) -> None:
    """Another op of `pl`, so that operands are too many, too few or of another kind."""
    found = [
        node
        for block, index in statements(tree)
        for node in ast.walk(block[index])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    if not found:
        return
    names = [node.func.attr for node in found if isinstance(node.func, ast.Attribute)]
    node = random.choice(found)
    assert isinstance(node.func, ast.Attribute)
    node.func.attr = random.choice(
        (*names, "matmul", "row_expand_mul", "transpose", "store", "create_tensor", "nothing")
    )


def operator(tree: ast.Module, random: Random) -> None:
    """Another operator between the same operands."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp | ast.Compare | ast.BoolOp | ast.UnaryOp)]
    if not found:
        return
    match random.choice(found):
        case ast.BinOp() as node:
            node.op = random.choice(OPERATORS)
        case ast.Compare() as node:
            node.ops = [random.choice(COMPARISONS) for _ in node.ops]
        case ast.BoolOp() as node:
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.UnaryOp() as node:
            node.op = random.choice((ast.USub(), ast.Not(), ast.Invert(), ast.UAdd()))


def expression(tree: ast.Module, random: Random) -> None:
    """An expression in the place of another."""
    holders = [
        (node, name, index)
        for function in functions(tree)
        for statement in function.body
        for node in ast.walk(statement)
        for name, field in ast.iter_fields(node)
        for index, one in enumerate(_listed(field))
        if isinstance(one, ast.expr) and is_value(one)
    ]
    if not holders:
        return
    node, name, index = random.choice(holders)
    new, field = deepcopy(random.choice(values(tree))), getattr(node, name)
    if isinstance(field, list):
        field[index] = new
    else:
        setattr(node, name, new)


def _listed(field: object) -> list[object]:
    """What a field of a node holds."""
    return cast("list[object]", field) if isinstance(field, list) else [field]
