"""Changes of a program's declarations: annotations, directions, the functions themselves and their order."""

from __future__ import annotations

import ast
from copy import deepcopy
from random import Random

from tests.fuzz.mutations.places import functions


def annotation(tree: ast.Module, random: Random) -> None:
    """Another parameter's annotation, or none; another result."""
    known = functions(tree)
    arguments = [one for function in known for one in function.args.args if one.annotation is not None]
    if random.random() < 0.2 or not arguments:
        random.choice(known).returns = random.choice([function.returns for function in known])
        return
    random.choice(arguments).annotation = random.choice([None, *(one.annotation for one in arguments)])


def direction(tree: ast.Module, random: Random) -> None:
    """A direction that is declared, another one, or none."""
    arguments = [one for function in functions(tree) for one in function.args.args if one.annotation is not None]
    argument = random.choice(arguments)
    annotation = argument.annotation
    assert annotation is not None
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) in ("pl.Out", "pl.InOut"):
        annotation = annotation.slice
    word = random.choice(("pl.Out", "pl.InOut", "pl.Tensor", "pl.Tile"))
    argument.annotation = ast.Subscript(ast.parse(word, mode="eval").body, annotation, ast.Load())


def declaration(tree: ast.Module, random: Random) -> None:
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


def order(tree: ast.Module, random: Random) -> None:
    """The functions in another order, or one of them twice."""
    (program,) = (node for node in tree.body if isinstance(node, ast.ClassDef))
    if random.random() < 0.5:
        random.shuffle(program.body)
    else:
        program.body.append(deepcopy(random.choice(program.body)))
