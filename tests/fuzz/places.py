"""What of a program's tree can be changed: its statements, functions, calls and expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from random import Random

Change = Callable[[ast.Module, Random], bool]
"""Changes a tree in place; False where it holds nothing to change so."""


def statements(tree: ast.Module) -> list[tuple[list[ast.stmt], int]]:
    """Every statement of a function: the block that holds it, and where."""
    blocks: list[list[ast.stmt]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.For | ast.If):
            blocks.append(node.body)
            if not isinstance(node, ast.FunctionDef) and node.orelse:
                blocks.append(node.orelse)
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
