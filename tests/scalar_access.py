"""Rows for reading and writing one element of a tile on the scalar pipe, which the language does not have."""

from __future__ import annotations

import pytest

from ptodsl.ir.hardware import Pipe
from ptodsl.ir.types import Type
from ptodsl.ops.row import Effect, Family, OperandKind, OperandRow, OpRow
from ptodsl.ops.site import Site
from ptodsl.ops.table import ROWS


def _untyped(site: Site) -> Type:
    """No typing rule: the types are written."""
    raise AssertionError(site.row.name)


GET = OpRow(
    *("test.get_value", Family.MOVEMENT, "One element.", "", _untyped),
    operands=(OperandRow("source", OperandKind.TILE),),
    pipe=Pipe.S,
)
PUT = OpRow(
    *("test.set_value", Family.MOVEMENT, "A tile of one element.", "", _untyped),
    operands=(OperandRow("source", OperandKind.SCALAR, effect=Effect.READ),),
    pipe=Pipe.S,
)


def scalar_access(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets IR text have both, as a fixture: `access = pytest.fixture(autouse=True)(scalar_access)`."""
    for row in (GET, PUT):
        monkeypatch.setitem(ROWS, row.name, row)
