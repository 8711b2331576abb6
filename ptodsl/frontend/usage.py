"""Which names a piece of source assigns and reads."""

from __future__ import annotations

import ast
from collections.abc import Iterable


def assigned(statements: Iterable[ast.stmt]) -> dict[str, None]:
    """The names that statements assign, in order."""
    return {
        node.id: None
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def read(statements: Iterable[ast.stmt]) -> set[str]:
    """The names that statements read."""
    return {
        node.id
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    } | {
        statement.target.id
        for outer in statements
        for statement in ast.walk(outer)
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name)
    }


def last_reads(function: ast.FunctionDef) -> dict[str, int]:
    """The last line that reads each name."""
    lines: dict[str, int] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            lines[node.id] = max(node.lineno, lines.get(node.id, 0))
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            lines[node.target.id] = max(node.lineno, lines.get(node.target.id, 0))
    return lines


def target_names(target: ast.expr) -> list[str]:
    """The names of an assignment's target, nested ones too."""
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]
