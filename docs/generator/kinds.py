"""What checked runs find, and who else does: a table."""

from __future__ import annotations

from collections.abc import Mapping

from ptodsl.errors import Diagnostic, load_all
from ptodsl.errors.checked import Verdict

_AT_COMPILE: Mapping[str, str] = {
    "race": "E0501",
    "wait-without-set": "E0502",
    "set-twice": "E0503",
    "token-left": "E0506",
    "too-many-tokens": "E0503",
    "token-stolen": "E0513",
    "illegal-pair": "E0507",
    "illegal-barrier": "E0509",
    "bad-event": "E0508",
    "cores-mixed": "E0404",
    "store-unfinished": "E0514",
    "unassigned": "E0450",
    "out-of-capacity": "E0451",
    "misaligned": "E0452",
    "hidden-scratch": "E0455",
    "illegal-move": "E0401",
    "dtype-refused": "E0411",
    "layout-refused": "E0418",
    "operands-overlap": "E0456",
    "other-layout": "E0418",
    "not-modelled": "E0511",
}
"""By kind, what the compiler and its verifiers say of the same mistake in a program or in IR text."""

_CHANGES_NUMBERS = frozenset({"race"})
"""Kinds that another order of the pipes may show in the results."""


def table() -> str:
    """A row for each kind: its code, its meaning, and what finds it besides a checked run."""
    rows = [_row(one) for one in load_all().values() if issubclass(one, Verdict) and one.kind and one.code[0] == "E"]
    return "\n".join(("| code | mistake | at compile | other orders |", "|---|---|---|---|", *rows))


def _row(mistake: type[Verdict]) -> str:
    known: Mapping[str, type[Diagnostic]] = load_all()
    code = _AT_COMPILE.get(mistake.kind, "")
    assert not code or code in known, code
    meaning = (mistake.__doc__ or "").partition("\n")[0]
    return (
        f"| {mistake.code} | {meaning} | {code} | {'change the results' if mistake.kind in _CHANGES_NUMBERS else ''} |"
    )
