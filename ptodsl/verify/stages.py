"""What the type of every tile says after each stage of compilation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ptodsl.ir.hardware import Memory
from ptodsl.ir.types import TileType


@dataclass(frozen=True)
class Stage:
    """What holds after a pass: which parts of the program are settled from then on."""

    name: str
    types: bool = True
    """Types agree across calls, branches and loops."""
    memory: bool = False
    layout: bool = False
    offset: bool = False
    order: bool = False
    """A kernel ends in a barrier for all pipes."""


STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage("frontend", types=False),
        Stage("check_types"),
        Stage("check_outputs"),
        Stage("infer_memory", memory=True),
        Stage("legalize", memory=True, layout=True),
        Stage("allocate", memory=True, layout=True, offset=True),
        Stage("insert_sync", memory=True, layout=True, offset=True, order=True),
    )
}
"""Every stage by the name of its pass."""


def asks_more(stage: str, before: str) -> bool:
    """Whether something must hold after a stage that need not after the one before it."""
    return replace(STAGES[stage], name=before) != STAGES[before]


def problems_of(type_: TileType, stage: Stage) -> Iterator[str]:
    """What in a tile's type is not as the stage says."""
    yield from _shape_problems(type_)
    if type_.memory is None and stage.memory:
        yield "it has no memory"
    if type_.memory is Memory.GM:
        yield "a tile is on chip, not in GM"
    yield from _unfilled("physical shape", type_.physical, stage.layout)
    yield from _unfilled("layout", type_.layout, stage.layout)
    yield from _unfilled("offset", type_.offset, stage.offset)


def _unfilled(what: str, field: object, wanted: bool) -> Iterator[str]:
    if wanted is not (field is not None):
        yield f"it has no {what}" if wanted else f"it already has a {what}"


def _shape_problems(type_: TileType) -> Iterator[str]:
    if min(type_.shape) < 1:
        yield "its shape has a dim below 1"
    if any(
        extent is not None and not 0 <= extent <= whole for extent, whole in zip(type_.valid, type_.shape, strict=True)
    ):
        yield "its valid shape is not within its shape"
    if type_.physical is not None and any(p < s for p, s in zip(type_.physical, type_.shape, strict=True)):
        yield "its physical shape is smaller than its shape"
    if type_.offset is not None and type_.offset < 0:
        yield "its offset is negative"
