"""Imports point one way, and files and functions stay short."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

import pytest

from tests.tree import modules, product_files

LONGEST_FILE = 450
LONGEST_FUNCTION = 60

PARTS: Mapping[str, frozenset[str]] = {
    "words": frozenset({"ir.dtypes", "ir.hardware", "ir.span", "ir.words"}),
    "nodes": frozenset({"ir", "ir.nodes", "ir.rewrite", "ir.types"}),
    "errors": frozenset({"diagnostics", "printable"}),
}
"""Modules that make up a part of their own; every other module is of the part that its first name says."""

IR = frozenset({"words", "nodes", "ir"})
FRONT = frozenset({"errors", "frontend", "language", "ops"}) | IR

MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "words": frozenset(),
    "nodes": frozenset({"words"}),
    "errors": frozenset({"words"}),
    "machine": frozenset({"words"}),
    "ops": frozenset({"errors", "nodes", "words"}),
    "ir": frozenset({"errors", "machine", "nodes", "ops", "words"}),
    "frontend": FRONT | {"passes"},
    "language": FRONT,
    "kernels": frozenset({"language"}),
    "interpreter": frozenset({"errors", "machine", "ops"}) | IR,
    "passes": frozenset({"errors", "machine", "memory_map", "ops"}) | IR,
    "verify": frozenset({"errors", "machine", "ops"}) | IR,
    "codegen": frozenset({"errors", "machine", "ops"}) | IR,
    "runtime": frozenset({"errors", "words"}),
    "verdicts": frozenset({"errors", "machine", "runtime", "words"}),
    "handwritten": frozenset({"codegen", "errors", "nodes", "ptodsl", "runtime", "verdicts", "words"}),
    "memory_map": IR,
    "signature": frozenset({"errors", "runtime"}) | IR,
    "pipeline": frozenset({"errors", "machine", "ops", "passes", "verify"}) | IR,
    "version": frozenset(),
    "reproducer": frozenset({"errors", "machine", "pipeline", "version"}) | IR,
    "crash": frozenset({"errors", "machine", "reproducer"}) | IR,
    "compiled": frozenset({"codegen", "machine", "memory_map", "runtime", "signature"}) | IR,
    "driver": frozenset(
        {"codegen", "compiled", "crash", "interpreter", "machine"}
        | {"pipeline", "runtime", "signature", "verdicts", "verify", "version"}
    )
    | FRONT,
    "ptodsl": frozenset({"driver", "version"}) | FRONT,
    "testing": frozenset({"driver", "errors", "ptodsl", "runtime", "signature", "words"}),
    "integrations": frozenset({"driver", "errors", "kernels", "ptodsl", "words"}),
    "bisect": frozenset({"driver", "errors", "pipeline"}) | IR,
    "benchmarks": frozenset(
        {
            *("codegen", "driver", "errors", "kernels", "machine"),
            *("pipeline", "ptodsl", "runtime", "testing", "verify", "version"),
        }
    )
    | IR,
    "commands": frozenset(
        {
            *("benchmarks", "bisect", "compiled", "crash", "driver", "handwritten", "machine"),
            *("pipeline", "reproducer", "runtime", "signature", "testing", "verdicts", "verify", "version"),
        }
    )
    | FRONT,
    "mypy_plugin": frozenset(),
    "__main__": frozenset({"commands", "version"}),
}
"""What each part may import beside itself. A new part is a new row: say what it knows, and keep the table free of
cycles (frontend and language, two faces of one thing, are the exception)."""


def part_of(module: str) -> str:
    """The row of the table for a module of the product."""
    name = module.removeprefix("ptodsl").lstrip(".")
    named = (part for part, members in PARTS.items() if name in members)
    return next(named, name.partition(".")[0] or "ptodsl")


def imports_of(tree: ast.Module, known: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Line and module of every import in a file that reaches into the product, wherever it stands in the file."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                names = [alias.name for alias in node.names]
            case ast.ImportFrom(module=str(module)):
                inner = [f"{module}.{alias.name}" for alias in node.names]
                names = [name if name in known else module for name in inner]
            case _:
                continue
        yield from ((node.lineno, name) for name in names if name.partition(".")[0] == "ptodsl")


def violations(trees: Mapping[str, ast.Module]) -> list[str]:
    """Every import that the table does not have, as a sentence."""
    return [
        f"{module}, line {line}: {part_of(module)} must not import {name} ({part_of(name)})"
        for module, tree in trees.items()
        for line, name in imports_of(tree, trees)
        if part_of(name) not in {part_of(module), *MAY_IMPORT.get(part_of(module), ())}
    ]


def functions_of(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, nested ones and methods too."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the last statement."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_every_module_has_a_row() -> None:
    missing = sorted(module for module in modules() if part_of(module) not in MAY_IMPORT)
    assert not missing, f"add the part of these modules to MAY_IMPORT, with what it may know: {missing}"


def test_imports_point_one_way() -> None:
    wrong = violations(modules())
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("ptodsl.ops.unary", "import ptodsl.ir.printer"),
        ("ptodsl.ops.unary", "from ptodsl.ir import printer"),
        ("ptodsl.ops.unary", "from ptodsl import machine"),
        ("ptodsl.ir.printer", "from ptodsl.frontend.scopes import Scope"),
        ("ptodsl.ir.parser", "def parse():\n    import ptodsl.codegen"),
        ("ptodsl.verify.sync", "from ptodsl.passes.insert_sync import place"),
        ("ptodsl.passes.insert_sync", "from ptodsl import verify"),
        ("ptodsl.runtime.launch", "if TYPE_CHECKING:\n    from ptodsl.ir.nodes import Program"),
        ("ptodsl.runtime.launch", "from ptodsl.ops import table"),
        ("ptodsl.codegen.emitter", "from ptodsl.runtime.cache import Cache"),
        ("ptodsl.interpreter", "from ptodsl.passes import PIPELINE"),
    ],
)
def test_an_import_the_other_way_is_found(module: str, line: str) -> None:
    known = {"ptodsl.ir.printer", "ptodsl.machine", "ptodsl.verify", "ptodsl.passes"}
    trees = {name: ast.Module([], []) for name in known} | {module: ast.parse(line)}
    assert len(violations(trees)) == 1


def test_the_table_has_no_cycle() -> None:
    ordered = {"frontend", "language"}
    rows = {part: set(may) - {part} - (ordered if part in ordered else set()) for part, may in MAY_IMPORT.items()}
    while ready := {part for part, may in rows.items() if not may}:
        rows = {part: may - ready for part, may in rows.items() if part not in ready}
    assert not rows, f"these parts import each other in a circle: {sorted(rows)}"


def test_no_file_is_long() -> None:
    lines = {installed: path.read_bytes().count(b"\n") for installed, path in product_files()}
    long = {installed: count for installed, count in lines.items() if count > LONGEST_FILE}
    assert not long, f"over {LONGEST_FILE} lines there is nearly always a second idea to take out: {long}"


def test_no_function_is_long() -> None:
    long = {
        f"{module}.{function.name}": length_of(function)
        for module, tree in modules().items()
        for function in functions_of(tree)
        if length_of(function) > LONGEST_FUNCTION
    }
    assert not long, f"over {LONGEST_FUNCTION} lines there is nearly always a second idea to take out: {long}"


def test_nothing_is_left_for_later() -> None:
    marks = {
        f"{installed}, line {number}"
        for installed, path in product_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line)
    }
    assert not marks, f"do it now or file an issue, then take the mark out: {sorted(marks)}"
