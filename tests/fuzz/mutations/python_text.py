"""Python text with one or two changes that a user might make by mistake: most are ill-typed, some are still right."""

from __future__ import annotations

import ast
from dataclasses import replace
from random import Random

from tests.fuzz.mutations import declarations, expressions, statements
from tests.fuzz.mutations.places import Change
from tests.fuzz.sources import Source


def mutated(source: Source, seed: int) -> Source:
    """The program with changes; its arguments stay."""
    random = Random(seed)
    tree = ast.parse(source.text)
    for _ in range(random.choice((1, 1, 2))):
        random.choice(CHANGES)(tree, random)
    return replace(source, text=ast.unparse(ast.fix_missing_locations(tree)), changed=True)


CHANGES: tuple[Change, ...] = (
    expressions.drop_argument,
    expressions.repeat_argument,
    expressions.swap_arguments,
    expressions.dtype,
    expressions.dtype,
    expressions.memory,
    expressions.number,
    expressions.number,
    expressions.number,
    expressions.name,
    expressions.name,
    expressions.operation,
    statements.drop,
    statements.drop_branch,
    statements.move,
    statements.condition,
    declarations.annotation,
    statements.rename,
    expressions.operator,
    expressions.keyword,
    expressions.expression,
    expressions.expression,
    statements.insert,
    statements.swap,
    statements.unpack,
    declarations.direction,
    declarations.declaration,
    declarations.order,
)
"""As often as each is tried."""
