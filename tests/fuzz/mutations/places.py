"""What of a program's tree can be changed: its statements, functions, calls and expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from random import Random

Change = Callable[[ast.Module, Random], None]
"""Changes a tree in place; leaves it as it is where it holds nothing to change so."""

IN_FUNCTIONS = (ast.FunctionDef, ast.For, ast.If)
"""What holds the statements of functions."""


def statements(
    tree: ast.Module, holders: tuple[type[ast.stmt], ...] = IN_FUNCTIONS
) -> list[tuple[list[ast.stmt], int]]:
    """Every statement that such a holder has: the block that it is in, and where."""
    held = [node for node in ast.walk(tree) if isinstance(node, holders)]
    blocks = [block for node in held for name in ("body", "orelse") if (block := getattr(node, name, []))]
    return [(block, index) for block in blocks for index in range(len(block))]


def functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """The kernels and the orchestration."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def calls(tree: ast.Module) -> list[ast.Call]:
    """The calls that pass something."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and (node.args or node.keywords)]


def is_value(node: ast.expr) -> bool:
    """Whether an expression may stand anywhere: no range of a subscript, and nothing that is assigned to."""
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    is_range = any(isinstance(part, ast.Slice | ast.Starred) for part in parts)
    return not is_range and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


def values(tree: ast.Module) -> list[ast.expr]:
    """The expressions inside functions that may stand anywhere."""
    return [
        node
        for function in functions(tree)
        for statement in function.body
        for node in ast.walk(statement)
        if isinstance(node, ast.expr) and is_value(node)
    ]
