"""Results of several orders of the pipes side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ptodsl.commands.inputs import Array
from ptodsl.errors import Diagnostic, Note
from ptodsl.errors.checked_runs import OrderMatters
from ptodsl.runtime.schedules import PROGRAM

SHOWN = 4
"""How many elements of an output are shown where they differ."""


def differences(names: Sequence[str], outputs: Mapping[str, Sequence[Array]]) -> Iterator[OrderMatters]:
    """One mistake for each output whose bits depend on the order: of the first order that differs, and a note.

    Where program order left no outputs there is nothing to compare with.
    """
    for index, name in enumerate(names if PROGRAM in outputs else ()):
        wanted = outputs[PROGRAM][index]
        differing = {word: places for word, ones in outputs.items() if len(places := _places(ones[index], wanted))}
        if differing:
            word = next(iter(differing))
            yield _mistake(name, word, outputs[word][index], wanted, differing)


def _mistake(name: str, word: str, found: Array, wanted: Array, differing: Mapping[str, Array]) -> OrderMatters:
    shown = [tuple(int(i) for i in place) for place in differing[word][:SHOWN]]
    lines = [
        f"{list(place)}: {float(found[place]):.9g}, in program order {float(wanted[place]):.9g}" for place in shown
    ]
    others = [f"{other} ({len(places)})" for other, places in differing.items() if other != word]
    notes = [Note(f"it differs too under {', '.join(others)}")] if others else []
    fields = {"name": name, "schedule": word, "count": len(differing[word]), "total": found.size}
    return OrderMatters(None, notes, **fields, elements="\n".join(lines))


def _places(found: Array, wanted: Array) -> Array:
    """The indices of the elements whose bits differ."""
    places: Array = np.argwhere((elements(found) != elements(wanted)).any(axis=-1))
    return places


def elements(array: Array) -> Array:
    """The bytes of each element, in one more dim."""
    bytes_: Array = np.ascontiguousarray(array).view(np.uint8).reshape(*array.shape, array.dtype.itemsize)
    return bytes_


def merged(by_order: Mapping[str, Sequence[Diagnostic]]) -> list[Diagnostic]:
    """The findings of all orders, each once; one that program order does not have says under which it was seen."""
    found: dict[str, Diagnostic] = {}
    for word, diagnostics in by_order.items():
        for one in diagnostics:
            key = f"{type(one).code} {one.span} {one.notes[0].span if one.notes else None}"
            if key not in found and word != PROGRAM:
                one.notes = (*one.notes, Note(f"seen under {word}, not in program order"))
            found.setdefault(key, one)
    return list(found.values())
