"""A plan in words, for the dump of the schedule: what each item orders, and where time is lost."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import assert_never

from ptodsl.passes.sync.items import BackEdge, Barrier, Flags, Forward, Item
from ptodsl.passes.sync.plan import Plan
from ptodsl.passes.sync.regions import Branch, Element, Instruction, Loop
from ptodsl.passes.sync.reliefs import Relief


def describe(plan: Plan) -> Iterator[str]:
    """A line for each item, by its number, then one for each note."""
    for number, item in enumerate(plan.items):
        yield f"{number}: {_item(item, plan.events.get(item.key))}"
    for note in plan.notes:
        yield f"note: {_note(note)}"


def _item(item: Item, event: int | None) -> str:
    match item:
        case Barrier():
            return f"barrier {item.pipe.value} before {_sink(item)}"
        case Forward():
            return f"{_pair(item)} id {event}: {_ends(item)}"
        case BackEdge():
            token = "" if item.adjacent else f", a token around {_element(item.home)}"
            return f"{_pair(item)} id {event}: {_ends(item)} of the next iteration{token}"
        case _:
            assert_never(item)


def _note(note: Relief) -> str:
    pairs = "; ".join(_ends(item) for item in note.before)
    return f"{_pair(note.after)}, no id was left: {pairs}: {note.step.value}"


def _pair(item: Flags) -> str:
    source, target = item.pair
    return f"{source.value} -> {target.value}"


def _ends(item: Flags) -> str:
    if isinstance(item, Forward) and item.source == item.sink:
        return f"all before {_sink(item)}"
    return f"{_element(item.region.elements[item.source])} before {_sink(item)}"


def _sink(item: Item) -> str:
    return _element(item.region.elements[item.sink])


def _element(element: Element) -> str:
    """The word that an element starts with, and its line."""
    match element:
        case Instruction():
            word = element.statement.name
        case Branch():
            word = "if"
        case Loop():
            word = "for"
        case _:
            assert_never(element)
    return f"`{word}` (line {element.statement.span.line})"
