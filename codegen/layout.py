"""The Jinja environment: templates only lay out what the emitter prepared."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ptodsl.codegen"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    filters: dict[str, Any] = environment.filters
    filters["listed"] = listed
    variables: dict[str, Any] = environment.globals
    variables["helpers"] = environment.get_template("helpers.j2").module
    return environment


WIDTH = 120
"""Columns of a line of C++, its comment not counted."""


def listed(items: Sequence[str], before: str, after: str, indent: int = 0) -> str:
    """`before` items `after` on one line, or, where that is too long, an item a line."""
    line = f"{before}{', '.join(items)}{after}"
    if indent + len(line) <= WIDTH:
        return line
    margin = " " * (indent + 4)
    return f"{before}\n{margin}" + f",\n{margin}".join(items) + after


def lay_out(template: str, context: Mapping[str, object]) -> str:
    """The text of a template over a context; a name that the context lacks is an error."""
    return _environment().get_template(template).render(context)
