"""What each pass and verifier says of itself, in the order in which they run."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
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
    order: tuple[Callable[..., object], ...] = (verify_structure, *pipeline.VERIFIERS)
    return "\n".join(line for one in order for line in _verifier(one))


def _chapter(name: str, documented: type) -> Iterator[str]:
    yield f"### {name}\n"
    yield _CONTRACT.sub(r"- \1:", inspect.getdoc(documented) or "") + "\n"
    yield _home(import_module(documented.__module__))


def _verifier(verify: Callable[..., object]) -> Iterator[str]:
    module = import_module(verify.__module__)
    parameters = ", ".join(inspect.signature(verify).parameters)
    yield f"### {verify.__name__}\n"
    yield f"{inspect.getdoc(module)}\n"
    yield f"`{verify.__name__}({parameters})`: {inspect.getdoc(verify)}\n"
    yield _home(module)


def _home(module: ModuleType) -> str:
    assert module.__file__ is not None
    path = f"ptodsl/{Path(module.__file__).parent.name}/{Path(module.__file__).name}"
    return f"In [{path}](../{path}).\n"
