"""Brings every page up to date: `python -m docs.generator`, part of `make docs`."""

from __future__ import annotations

from pathlib import Path

from docs.generator import benchmarks, campaigns, errors, kinds, machine, ops, options, parts, passes, refused, targets
from docs.generator.pages import updated

ROOT = Path(__file__).resolve().parents[2]

SECTIONS = {
    "ops": ops.reference,
    "errors": errors.reference,
    "kinds": kinds.table,
    "memories": machine.memories,
    "parts": parts.table,
    "decisions": parts.decisions,
    "passes": passes.passes,
    "verifiers": passes.verifiers,
    "refused": refused.table,
    "targets": targets.table,
    "options": options.options,
    "commands": options.commands,
    "machine": benchmarks.machine,
    "mutants": campaigns.mutants,
    "programs": campaigns.programs,
    "attention": benchmarks.attention,
    "measurements": benchmarks.everything_else,
    "cost": benchmarks.cost,
}


def pages() -> list[Path]:
    """Every page that may hold something generated; decisions are as they were when they were made."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def main() -> None:
    """Rewrites what is not as it must be."""
    for page in pages():
        old = page.read_text(encoding="utf-8")
        new = updated(old, page.name, SECTIONS)
        if new != old:
            page.write_text(new, encoding="utf-8")
            print(f"{page.relative_to(ROOT)} is new")


if __name__ == "__main__":
    main()
