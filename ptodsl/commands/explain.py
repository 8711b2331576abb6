"""`ptodsl explain`: what an error code means."""

from __future__ import annotations

import argparse
import difflib
import inspect
import json

from ptodsl.commands import Refused, Status
from ptodsl.commands.table import table
from ptodsl.errors import Diagnostic, load_all


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments."""
    parser.add_argument("code", metavar="CODE", nargs="?", help="a code such as E0203; without one, all of them")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> Status:
    """Prints the mistake of a code, or a table of all."""
    known = load_all()
    chosen = list(known.values()) if options.code is None else [_named(options.code, known)]
    if options.json:
        print(json.dumps([_data(mistake) for mistake in chosen], indent=2))
    elif options.code is None:
        print(table(("code", "mistake"), [(code, _meaning(mistake)) for code, mistake in known.items()]))
    else:
        print(_text(chosen[0]))
    return Status.FINE


def _named(code: str, known: dict[str, type[Diagnostic]]) -> type[Diagnostic]:
    if code.upper() in known:
        return known[code.upper()]
    near = difflib.get_close_matches(code.upper(), known, n=3)
    hint = f"near it are {', '.join(near)}" if near else "`ptodsl explain` lists all"
    raise Refused(f"there is no code {code}: {hint}")


def _meaning(mistake: type[Diagnostic]) -> str:
    """The first line of the docstring."""
    return (inspect.getdoc(mistake) or "").partition("\n")[0]


def _text(mistake: type[Diagnostic]) -> str:
    """Everything about one, its templates with the names of their fields."""
    parts = [f"{mistake.code} {mistake.__name__}", inspect.getdoc(mistake) or "", f"message: {mistake.template}"]
    if mistake.remedy:
        parts.append(f"what to do: {mistake.remedy}")
    return "\n\n".join(parts)


def _data(mistake: type[Diagnostic]) -> dict[str, str]:
    return {
        "code": mistake.code,
        "name": mistake.__name__,
        "meaning": inspect.getdoc(mistake) or "",
        "message": mistake.template,
        "remedy": mistake.remedy,
    }
