"""mypy and pyright look into every folder, each once: the links inside ptodsl/ could hide or double one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.tree import ROOT, copy_tree

pytestmark = [
    pytest.mark.lint,
    pytest.mark.slow,
    pytest.mark.xdist_group("checkers"),
    pytest.mark.skipif(
        find_spec("mypy") is None or find_spec("pyright") is None, reason="`make lint` installs mypy and pyright"
    ),
]

PLANT = "planted_error.py"
WRONG = 'planted: int = "not an int"\n'
CACHE = ".mypy_cache"
HOMES = ("ptodsl", "codegen", "runtime", "tests")
UNCHECKED = "invalid"
"""Below tests/: programs with mistakes on purpose, kept from the checkers."""

LOOK = "a folder that a checker does not see is never checked: see [tool.mypy] and [tool.pyright] in pyproject.toml"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a type error in every folder that holds Python; mypy's cache comes along for speed."""
    root = copy_tree(tmp_path_factory.mktemp("checkers") / "tree")
    if (ROOT / CACHE).is_dir():
        shutil.copytree(ROOT / CACHE, root / CACHE)
    for folder in folders_in(root):
        (folder / PLANT).write_text(WRONG, encoding="utf-8")
    return root


def folders_in(root: Path) -> set[Path]:
    """Every folder with Python in it that the checkers must see."""
    folders = {path.parent for home in HOMES for path in (root / home).rglob("*.py")}
    return {folder for folder in folders if UNCHECKED not in folder.relative_to(root).parts}


def plants_in(root: Path) -> Counter[Path]:
    """Every planted file, once."""
    return Counter((folder / PLANT).resolve() for folder in folders_in(root))


def output_of(root: Path, *command: str) -> str:
    """What a checker prints, run as a user would in the folder of the copy."""
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=root, capture_output=True, text=True, check=False
    ).stdout


def test_mypy_reports_each_planted_error_once(planted: Path) -> None:
    output = output_of(planted, "mypy", "--hide-error-context", "--no-error-summary")
    found = re.findall(rf"^(\S*{PLANT}):1: error:", output, re.MULTILINE)
    assert Counter((planted / path).resolve() for path in found) == plants_in(planted), f"{LOOK}\n{output}"


def test_pyright_reports_each_planted_error_once(planted: Path) -> None:
    output = output_of(planted, "pyright", "--outputjson", "--pythonpath", sys.executable)
    report: dict[str, Any] = json.loads(output[output.index("{") :])
    found = [Path(item["file"]) for item in report["generalDiagnostics"] if item["file"].endswith(PLANT)]
    assert Counter(path.resolve() for path in found) == plants_in(planted), f"{LOOK}\n{output}"
