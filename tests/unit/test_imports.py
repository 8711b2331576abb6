"""`import ptodsl` loads little, the rest comes at first use; `ptodsl bench` says how long it takes."""

from __future__ import annotations

import json
import subprocess
import sys
from fnmatch import fnmatchcase

import pytest

from tests.tree import ROOT

FIRST_LINES = ["import ptodsl", "import ptodsl.language as pl"]

ALLOWED = [
    "ptodsl",
    "ptodsl.version",
    "ptodsl.errors",
    "ptodsl.frontend",
    "ptodsl.frontend.decorators",
    "ptodsl.ir",
    "ptodsl.ir.dtypes",
    "ptodsl.ir.hardware",
    "ptodsl.ir.span",
    "ptodsl.language",
    "ptodsl.language.*",
]
"""The modules of ours that the first line of a user's file may load."""

FORBIDDEN = ["ctypes", "jinja2", "lark", "ml_dtypes", "subprocess", "torch", "transformers"]
"""What costs milliseconds and is not needed before something compiles."""

LOADED = (
    "import json, sys, numpy; before = set(sys.modules); {line}; print(json.dumps(sorted(set(sys.modules) - before)))"
)


def answer_of(program: str, line: str) -> str:
    """What a fresh interpreter prints that runs `program` with the user's first `line` in it."""
    command = [sys.executable, "-c", program.format(line=line)]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("line", FIRST_LINES)
def test_import_loads_only_what_it_may(line: str) -> None:
    loaded: list[str] = json.loads(answer_of(LOADED, line))
    ours = {name for name in loaded if name.partition(".")[0] == "ptodsl"}
    unexpected = sorted(name for name in ours if not any(fnmatchcase(name, allowed) for allowed in ALLOWED))
    assert not unexpected, (
        f"`{line}` now loads {unexpected}: import them inside the function that needs them, "
        f"or name them in the `__getattr__` of their package; add to ALLOWED only what the decorators need"
    )


@pytest.mark.parametrize("line", FIRST_LINES)
def test_import_loads_nothing_heavy(line: str) -> None:
    loaded: list[str] = json.loads(answer_of(LOADED, line))
    heavy = sorted({name.partition(".")[0] for name in loaded}.intersection(FORBIDDEN))
    assert not heavy, (
        f"`{line}` now loads {heavy}: import them inside the function that needs them; "
        f"`python -X importtime -c '{line}'` shows who does"
    )
