"""The Jinja environment: templates only lay out what the emitter prepared."""

from __future__ import annotations

import functools
from collections.abc import Mapping

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
    environment.globals["helpers"] = environment.get_template("helpers.j2").module
    return environment


def lay_out(template: str, context: Mapping[str, object]) -> str:
    """The text of a template over a context; a name that the context lacks is an error."""
    return _environment().get_template(template).render(context)
