"""Rendering of diagnostics: the sentence, the lines with carets, the remedy."""

from __future__ import annotations

import linecache
from collections.abc import Sequence
from pathlib import Path

from ptodsl import printable
from ptodsl.errors import Diagnostic, Note
from ptodsl.ir.span import Span

MOST_SHOWN = 100
"""Diagnostics that are printed; a PtoError has them all."""


def render_all(diagnostics: Sequence[Diagnostic]) -> str:
    """The diagnostics, blank lines between, and their number where there are several."""
    blocks = [render(diagnostic) for diagnostic in diagnostics[:MOST_SHOWN]]
    if len(diagnostics) > 1:
        these = f", of which these are the first {MOST_SHOWN}" if len(diagnostics) > MOST_SHOWN else ""
        blocks.append(f"{len(diagnostics)} errors{these}")
    return "\n\n".join(blocks)


def render(diagnostic: Diagnostic) -> str:
    """One diagnostic as the terminal shows it."""
    severity = "warning" if diagnostic.is_warning else "error"
    lines = [f"{severity}[{diagnostic.code}]: {printable.message(diagnostic.message)}"]
    places = [note for note in diagnostic.notes if note.span is not None]
    remarks = [note.message for note in diagnostic.notes if note.span is None]
    if diagnostic.span is not None:
        lines += _excerpts([Note(diagnostic.label, diagnostic.span), *places], diagnostic.span)
    lines += [f"   = note: {_indent(printable.message(remark))}" for remark in remarks]
    if diagnostic.help:
        lines.append(f"   = help: {_indent(printable.message(diagnostic.help))}")
    return "\n".join(lines)


def location(span: Span) -> str:
    """`file.py:12:25`, the file by its name alone, the column counted from 1."""
    return f"{printable.name(Path(span.file).name)}:{span.line}:{span.column + 1}"


def _indent(text: str) -> str:
    return text.replace("\n", "\n           ")


def _excerpts(places: list[Note], first: Span) -> list[str]:
    """The header, then each place's source lines, on one gutter: carets below the first place, dashes below others."""
    width = max(len(str(note.span.end_line)) for note in places if note.span is not None)
    gutter = " " * (width + 1)
    lines = [f"{' ' * width}--> {location(first)}", f"{gutter}|"]
    for index, note in enumerate(places):
        assert note.span is not None
        excerpt = _excerpt(note.span, note.message, width, "-" if index else "^")
        before = places[index - 1].span if index else None
        if before is not None and note.span.file != before.file:
            lines.append(f"{' ' * width}::: {location(note.span)}")
        elif before is not None and _one_line(before) == _one_line(note.span) is not None:
            excerpt = excerpt[1:]
        elif index == 1:
            lines.append(f"{gutter}|")
        lines += excerpt
    return lines


def _one_line(span: Span) -> int | None:
    """The line of a span that has only one."""
    return span.line if span.line == span.end_line else None


def _excerpt(span: Span, label: str, width: int, mark: str) -> list[str]:
    """The lines of a span with marks below; the middle of a long one is left out."""
    gutter = " " * (width + 1) + "|"
    lines: list[str] = []
    numbers = range(span.line, span.end_line + 1)
    shown = list(numbers) if len(numbers) <= 4 else [span.line, span.line + 1, span.end_line]
    for number in shown:
        text = source_line(span.file, number)
        start = span.column if number == span.line else len(text) - len(text.lstrip())
        end = span.end_column if number == span.end_line else len(text)
        text, start, end = printable.source(text, start, end)
        lines.append(f"{number:>{width}} | {text}".rstrip())
        last = number == span.end_line
        carets = (
            _pad(text, start) + mark * max(1, end - start) + (f" {printable.message(label)}" if last and label else "")
        )
        lines.append(f"{gutter} {carets}")
        if number + 1 not in shown and not last:
            lines.append(f"{' ' * width} ...")
    return lines


def _pad(text: str, column: int) -> str:
    """White space as wide as the text before a column, tabs kept."""
    return "".join("\t" if character == "\t" else " " for character in text[:column])


def source_line(file: str, line: int) -> str:
    """One line of a source that Python knows; empty where it is not to be had."""
    return linecache.getline(file, line).rstrip("\n")


def source_text(span: Span) -> str:
    """The text of a span, as it is written."""
    lines = [source_line(span.file, number) for number in range(span.line, span.end_line + 1)]
    lines[-1] = lines[-1][: span.end_column]
    lines[0] = lines[0][span.column :]
    return "\n".join(lines)
