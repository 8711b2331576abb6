"""The reference of errors: every mistake's class, and what the programs in `tests/invalid/` show of it."""

from __future__ import annotations

import re
import runpy
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from docs.generator import kernels
from ptodsl.diagnostics import render
from ptodsl.errors import Diagnostic, PtoError, load_all

INVALID = Path(__file__).resolve().parents[2] / "tests" / "invalid"

CHAPTERS: Mapping[str, str] = {
    "E01": "Names and syntax",
    "E02": "Types",
    "E03": "Outputs and directions",
    "E04": "Memory and layout",
    "E05": "Synchronisation",
    "E06": "Toolchain and build",
    "E07": "Launch",
    "E08": "Run time",
    "E09": "Testing",
    "E10": "Models of other libraries",
    "E11": "Checked runs",
    "W": "Warnings",
}
"""By how the codes begin."""

_KEPT = re.compile(r"/\S*/failed/[0-9a-f]+")
"""Where the cache keeps what a compiler refused: another place on every machine."""

_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Example:
    """A program that makes a mistake, and what is printed about it."""

    file: str
    text: str


def reference() -> str:
    """A chapter for each group of codes, an entry for each code."""
    return "\n".join(_chapters(load_all(), examples()))


def examples() -> dict[str, list[Example]]:
    """What the invalid programs show of each code."""
    found: defaultdict[str, list[Example]] = defaultdict(list)
    programs = ((path, _raised(path)) for path in sorted(INVALID.glob("*.py")))
    cpp = ((path, kernels.findings(path)) for path in sorted(kernels.INVALID.glob("*.cpp")))
    for path, diagnostics in (*programs, *cpp):
        for code, texts in _by_code(diagnostics).items():
            found[code].append(Example(f"{path.parent.name}/{path.name}", "\n\n".join(texts)))
    return found


def _raised(path: Path) -> tuple[Diagnostic, ...]:
    """The diagnostics of a program."""
    try:
        runpy.run_path(str(path))
    except PtoError as error:
        return error.diagnostics
    return ()


def _by_code(diagnostics: Iterable[Diagnostic]) -> dict[str, list[str]]:
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for diagnostic in diagnostics:
        texts[diagnostic.code].append(_KEPT.sub("‹cache›", render(diagnostic)))
    return texts


def _chapters(classes: Mapping[str, type[Diagnostic]], shown: Mapping[str, list[Example]]) -> Iterator[str]:
    for prefix, title in CHAPTERS.items():
        yield f"## {prefix}: {title}\n"
        for code, mistake in classes.items():
            if code.startswith(prefix):
                yield from _entry(mistake, shown.get(code, []))


def _entry(mistake: type[Diagnostic], shown: list[Example]) -> Iterator[str]:
    yield f"### {mistake.code}\n"
    yield f"{(mistake.__doc__ or '').strip()}\n"
    yield f"- says: {_template(mistake.template)}"
    yield f"- remedy: {_template(mistake.remedy) or 'none'}\n"
    for example in shown:
        yield f"[{PurePath(example.file).name}](../tests/{example.file}):\n"
        yield f"```text\n{example.text}\n```\n"


def _template(text: str) -> str:
    """A template for readers: what is filled in stands in angle brackets; a remedy that is all filled in says so."""
    if _FIELD.fullmatch(text):
        return "depends on the place"
    return _FIELD.sub(r"‹\1›", text).replace("\n", " ").strip()
