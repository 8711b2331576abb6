"""Rows as text in columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def table(heading: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[str] = ()) -> str:
    """A heading and rows under it, each column as wide as its widest cell; those named in `right` align there."""
    widths = [max(map(len, column)) for column in zip(heading, *rows, strict=True)]
    lines: list[str] = []
    for row in (heading, *rows):
        cells = (
            cell.rjust(width) if name in right else cell.ljust(width)
            for name, cell, width in zip(heading, row, widths, strict=True)
        )
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """A time with its unit, four digits at most before the point."""
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if seconds * scale >= 1 or unit == "us":
            return f"{seconds * scale:.3g} {unit}" if seconds * scale < 1000 else f"{seconds * scale:.0f} {unit}"
    raise AssertionError
