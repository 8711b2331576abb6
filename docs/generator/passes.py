"""What each pass and verifier says of itself, in the order in which they run."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from ptodsl import pipeline
from ptodsl.verify.structure import verify_structure

_CONTRACT = re.compile(r"^(Needs|Gives|Raises):", re.MULTILINE)
"""What begins each line of the contract of a pass, where it is a list."""


def passes() -> str:
    """A chapter for each pass of the pipeline."""
    return "\n".join(line for one in pipeline.PASSES for line in _chapter(one.name, type(one)))


def verifiers() -> str:
    """A chapter for each verifier: its own words and those of its module."""
    return "\n".join(line for one in (verify_structure, *pipeline.VERIFIERS) for line in _verifier(one))


def _chapter(name: str, documented: object) -> Iterator[str]:
    module = import_module(getattr(documented, "__module__"))
    yield f"### {name}\n"
    yield _CONTRACT.sub(r"- \1:", inspect.getdoc(documented) or "") + "\n"
    yield f"In [{_path(module)}](../{_path(module)}).\n"


def _verifier(function: object) -> Iterator[str]:
    module = import_module(getattr(function, "__module__"))
    name = str(getattr(function, "__name__"))
    yield f"### {name}\n"
    yield f"{inspect.getdoc(module)}\n"
    yield f"`{name}{_signature(function)}`: {inspect.getdoc(function)}\n"
    yield f"In [{_path(module)}](../{_path(module)}).\n"


def _signature(function: object) -> str:
    assert callable(function)
    return f"({', '.join(inspect.signature(function).parameters)})"


def _path(module: ModuleType) -> str:
    assert module.__file__ is not None
    return f"ptodsl/{Path(module.__file__).parent.name}/{Path(module.__file__).name}"
