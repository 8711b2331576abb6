"""The source tree as the tests of its shape see it."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]

HOMES = {"ptodsl": "ptodsl", "ptodsl.codegen": "codegen", "ptodsl.runtime": "runtime"}
"""The folder that holds each import name; `rglob` does not descend into the links inside ptodsl/."""

BY_PRODUCTS = shutil.ignore_patterns(
    "__pycache__", "*.py[cod]", "*.egg-info", ".git", ".venv", ".*_cache", ".hypothesis"
)
BUILT = {"build", "dist"}
"""What building leaves at the top; deeper down the names are free."""


def product_files(root: Path = ROOT) -> Iterator[tuple[str, Path]]:
    """Every file of the product, as its path inside an installation and its path here."""
    for name, home in HOMES.items():
        installed = Path(*name.split("."))
        for path in sorted((root / home).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield (installed / path.relative_to(root / home)).as_posix(), path


@cache
def modules() -> dict[str, ast.Module]:
    """The syntax tree of every module of the product, by import name."""
    return {
        installed.removesuffix(".py").removesuffix("/__init__").replace("/", "."): ast.parse(path.read_bytes())
        for installed, path in product_files()
        if path.suffix == ".py"
    }


def copy_tree(to: Path) -> Path:
    """A copy of the project without its by-products, links kept as links."""

    def ignored(folder: str, names: list[str]) -> set[str]:
        return BY_PRODUCTS(folder, names) | (BUILT if Path(folder) == ROOT else set())

    shutil.copytree(ROOT, to, symlinks=True, ignore=ignored)
    return to
