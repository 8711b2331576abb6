"""The options of the pytest plugin and the subcommands of the command line, as tables."""

from __future__ import annotations

from typing import Any, cast

import pytest

from ptodsl.__main__ import COMMANDS
from ptodsl.testing.plugin import pytest_addoption


class _Recorder:
    """Stands for pytest's parser: keeps what is added."""

    def __init__(self) -> None:
        self.rows: list[str] = []

    def getgroup(self, name: str) -> _Recorder:
        """The group, whatever its name."""
        del name
        return self

    def addoption(self, option: str, *, help: str, default: object = None, **_: Any) -> None:  # noqa: A002 # pytest's
        """Keeps one option."""
        shown = f"; by default `{default}`" if default else ""
        self.rows.append(f"| `{option}` | {help}{shown} |")


def options() -> str:
    """Each option and what it says of itself."""
    recorder = _Recorder()
    pytest_addoption(cast("pytest.Parser", recorder))
    return "\n".join(("| option | |", "|---|---|", *recorder.rows))


def commands() -> str:
    """Each subcommand and what it says of itself."""
    rows = (f"| `ptodsl {name}` | {summary} |" for name, (_, summary) in COMMANDS.items())
    return "\n".join(("| command | |", "|---|---|", *rows))
