"""Whole-file goldens: texts that are committed, compared to the byte and reviewed as code."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "goldens"


@dataclass(frozen=True)
class Goldens:
    """The goldens of a run: compared with, or, with `--update-goldens`, written."""

    update: bool
    folder: Path = FOLDER

    def check(self, name: str, text: str) -> None:
        """Fail where `text` is not what the file `name` under the folder holds."""
        path = self.folder / name
        if self.update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return
        assert path.is_file(), f"no golden {name}: `make goldens` writes it; read it as code before you commit it"
        expected = path.read_text(encoding="utf-8")
        assert text == expected, f"golden {name} differs; if that is meant, `make goldens`:\n{_diff(expected, text)}"


def _diff(expected: str, text: str) -> str:
    """The lines that changed, in the form of `diff -u`."""
    lines = difflib.unified_diff(expected.splitlines(True), text.splitlines(True), "golden", "now")
    return "".join(lines)
