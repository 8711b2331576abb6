"""More changes to a program's tree, of its forms rather than its words: names, operators, statements, declarations."""

from __future__ import annotations

import ast
from copy import deepcopy
from random import Random
from typing import cast

from tests.fuzz.places import Change, calls, functions, is_value, statements, values

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
KEYWORDS = ("valid_shape", "target_memory", "transpose", "mode", "atomic", "pad_value", "shapes", "nothing", "dtype")


def rename(tree: ast.Module, random: Random) -> bool:
    """What is assigned goes to another name, known or new."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    stored = [node for node in names if isinstance(node.ctx, ast.Store)]
    if stored:
        random.choice(stored).id = random.choice([*(node.id for node in names), "other", "pl", "self"])
    return bool(stored)


def operator(tree: ast.Module, random: Random) -> bool:
    """Another operator between the same operands."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp | ast.Compare | ast.BoolOp | ast.UnaryOp)]
    if not found:
        return False
    match random.choice(found):
        case ast.BinOp() as node:
            node.op = random.choice(OPERATORS)
        case ast.Compare() as node:
            node.ops = [random.choice(COMPARISONS) for _ in node.ops]
        case ast.BoolOp() as node:
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.UnaryOp() as node:
            node.op = random.choice((ast.USub(), ast.Not(), ast.Invert(), ast.UAdd()))
    return True


def keyword(tree: ast.Module, random: Random) -> bool:
    """A keyword more, or another one: of another op, or of none."""
    call = random.choice(calls(tree))
    if call.keywords and random.random() < 0.5:
        random.choice(call.keywords).arg = random.choice(KEYWORDS)
    else:
        call.keywords.append(ast.keyword(random.choice(KEYWORDS), deepcopy(random.choice(values(tree)))))
    return True


def expression(tree: ast.Module, random: Random) -> bool:
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
        return False
    node, name, index = random.choice(holders)
    new, field = deepcopy(random.choice(values(tree))), getattr(node, name)
    if isinstance(field, list):
        field[index] = new
    else:
        setattr(node, name, new)
    return True


def _listed(field: object) -> list[object]:
    """What a field of a node holds."""
    return cast("list[object]", field) if isinstance(field, list) else [field]


def insert(tree: ast.Module, random: Random) -> bool:
    """A statement that the language does not have, or has with other operands."""
    block, index = random.choice(statements(tree))
    block[index:index] = ast.parse(random.choice(STATEMENTS)).body
    return True


def swap(tree: ast.Module, random: Random) -> bool:
    """Two statements in each other's place."""
    (one, first), (other, second) = (random.choice(statements(tree)) for _ in range(2))
    if one is not other:
        return False
    one[first], other[second] = other[second], one[first]
    return True


def unpack(tree: ast.Module, random: Random) -> bool:
    """A name more or less on the left side."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    if not found:
        return False
    node = random.choice(found)
    target = node.targets[0]
    if isinstance(target, ast.Tuple) and random.random() < 0.5:
        target.elts.pop()
        return True
    node.targets = [ast.Tuple([target, ast.Name("more", ast.Store())], ast.Store())]
    return True


def direction(tree: ast.Module, random: Random) -> bool:
    """A direction that is declared, another one, or none."""
    arguments = [one for function in functions(tree) for one in function.args.args if one.annotation is not None]
    argument = random.choice(arguments)
    annotation = argument.annotation
    assert annotation is not None
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) in ("pl.Out", "pl.InOut"):
        annotation = annotation.slice
    word = random.choice(("pl.Out", "pl.InOut", "pl.Tensor", "pl.Tile"))
    argument.annotation = ast.Subscript(ast.parse(word, mode="eval").body, annotation, ast.Load())
    return True


def declaration(tree: ast.Module, random: Random) -> bool:
    """A function of another type, of another name, with a parameter less or twice."""
    function = random.choice(functions(tree))
    parameters = function.args.args
    match random.randint(0, 4):
        case 0:
            kind = random.choice(("InCore", "Orchestration", "Inline"))
            function.decorator_list = [ast.parse(f"pl.function(type=pl.FunctionType.{kind})", mode="eval").body]
        case 1:
            function.name = random.choice(("main", "other", "k", "int", "pl", random.choice(functions(tree)).name))
        case 2:
            del parameters[random.randrange(len(parameters))]
        case 3:
            parameters.append(deepcopy(random.choice(parameters)))
        case _:
            function.decorator_list = []
    return True


def order(tree: ast.Module, random: Random) -> bool:
    """The functions in another order, or one of them twice."""
    (program,) = (node for node in tree.body if isinstance(node, ast.ClassDef))
    if random.random() < 0.5:
        random.shuffle(program.body)
    else:
        program.body.append(deepcopy(random.choice(program.body)))
    return True


FORMS: tuple[Change, ...] = (
    rename,
    operator,
    keyword,
    expression,
    expression,
    insert,
    swap,
    unpack,
    direction,
    declaration,
    order,
)
