"""The items of a kernel: each region from the inside out, its hazards forward and then over its back edge, then ids."""

from __future__ import annotations

from dataclasses import dataclass

from ptodsl.ir.nodes import Function
from ptodsl.machine import Architecture
from ptodsl.passes.sync.back_edge import order_back_edge
from ptodsl.passes.sync.events import assign_events
from ptodsl.passes.sync.forward import order_forward
from ptodsl.passes.sync.hazards import hazards_of
from ptodsl.passes.sync.items import Item
from ptodsl.passes.sync.necessity import prune
from ptodsl.passes.sync.regions import Loop, Region, children_of, kernel_of
from ptodsl.passes.sync.reliefs import Relief
from ptodsl.passes.sync.schedule import Schedule
from ptodsl.passes.sync.walk import Walk


@dataclass(frozen=True)
class Plan:
    """What orders a kernel.

    `items` are in printed order: an item's place is its number. `events` has the id of each pair of flags by the
    item's key. `notes` say where pairs had to give way because event ids ran out, which costs time.
    """

    schedule: Schedule
    items: tuple[Item, ...]
    events: dict[int, int]
    notes: tuple[Relief, ...]


def plan(function: Function, architecture: Architecture) -> Plan:
    """The items that order a kernel whose tiles have addresses."""
    kernel = kernel_of(function, architecture)
    schedule = Schedule(kernel)
    walk = Walk(hazards_of(kernel, architecture), schedule)
    _order(walk, kernel.body, None)
    notes: list[Relief] = []
    while (assignment := assign_events(schedule, architecture)).reliefs:
        notes += assignment.reliefs
        _mend(walk)
    return Plan(schedule, tuple(schedule.printed()), assignment.events, tuple(notes))


def _order(walk: Walk, region: Region, owner: Loop | None) -> None:
    """Place what orders a region, nested ones first; `owner` is the loop whose body it is."""
    for element in region.elements:
        for inner in children_of(element):
            _order(walk, inner, element if isinstance(element, Loop) else None)
    order_forward(walk, region, owner)
    if owner is not None:
        order_back_edge(walk, owner)


def _mend(walk: Walk) -> None:
    """Bring a schedule whose pairs have changed back to what is needed and no more.

    A pair with another home, or none, no longer orders what stands around the loop where that is not entered; one that
    is set later or waited for earlier may order what another item was for.
    """
    _order(walk, walk.schedule.kernel.body, None)
    prune(walk)
