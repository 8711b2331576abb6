"""Where things live and what may import what; the decisions on file."""

from __future__ import annotations

from pathlib import Path

from tests.unit.test_layout import MAY_IMPORT, PARTS

DECISIONS = Path(__file__).resolve().parents[1] / "decisions"


def table() -> str:
    """What each part may import, as the test of it says."""
    rows = (f"| {_named(part)} | {', '.join(sorted(may)) or 'nothing'} |" for part, may in MAY_IMPORT.items())
    return "\n".join(("| part | may import |", "|---|---|", *rows))


def _named(part: str) -> str:
    modules = ", ".join(f"`{name}`" for name in sorted(PARTS.get(part, ())))
    return f"{part} ({modules})" if modules else part


def decisions() -> str:
    """Every decision, by its first line."""
    return "\n".join(f"- [{_title(path)}](decisions/{path.name})" for path in sorted(DECISIONS.glob("*.md")))


def _title(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
