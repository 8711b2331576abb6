"""How deep a function's source is nested, told before it is lowered: lowering follows it with Python's own stack."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptodsl.errors import PtoError
from ptodsl.errors.names import NestedTooDeep
from ptodsl.frontend.source import Source

MAX_BLOCKS = 98
"""Of branches and loops around a statement: what IR text can say. An `elif` is one inside the one before."""

MAX_LEVELS = 120
"""Of statements, calls, operators and brackets around an expression; a sum is one level, however long."""

_OF_BLOCKS = "move inner ones into a kernel of their own, or choose by a table in a tensor"
_OF_LEVELS = "give parts of the expression names of their own"


def check(source: Source, function: ast.FunctionDef) -> None:
    """Raises E0125 for the first place that is too deep."""
    pending: list[tuple[ast.AST, int, int]] = [(statement, 0, 0) for statement in function.body]
    while pending:
        node, blocks, levels = pending.pop()
        if blocks > MAX_BLOCKS and isinstance(node, ast.stmt):
            raise _too_deep(source, node, "branches and loops", MAX_BLOCKS, _OF_BLOCKS)
        if levels > MAX_LEVELS and isinstance(node, ast.expr):
            raise _too_deep(source, node, "expressions", MAX_LEVELS, _OF_LEVELS)
        blocks += isinstance(node, (ast.If, ast.For, ast.While, ast.With, ast.Try))
        pending += ((child, blocks, levels + isinstance(node, (ast.expr, ast.stmt))) for child in _children(node))


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes inside; of a sum or product all its terms, which are lowered one after the other."""
    while isinstance(node, ast.BinOp):
        yield node.right
        node = node.left
        if not isinstance(node, ast.BinOp):
            yield node
            return
    yield from ast.iter_child_nodes(node)


def _too_deep(source: Source, node: ast.stmt | ast.expr, what: str, limit: int, how: str) -> PtoError:
    return PtoError([NestedTooDeep(source.span(node), what=what, limit=limit, how=how)])
