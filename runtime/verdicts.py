"""Findings in words: from what the engine reports to diagnostics that point at the user's text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from string import Formatter

from ptodsl.errors import Diagnostic, Note, checked, checked_bytes
from ptodsl.errors.checked import Race, RaceRelaxed, Verdict
from ptodsl.errors.checked_bytes import Unworded
from ptodsl.ir.span import Span
from ptodsl.runtime.findings import Finding, Place

Locate = Callable[[Place], Span | None]
"""From a line of C++ to what it was made from."""

_CLASSES: Mapping[str, type[Verdict]] = {
    value.kind: value
    for module in (checked, checked_bytes)
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, Verdict) and value not in (Verdict, RaceRelaxed, Unworded)
}

_PIPES = ("pipe", "other_pipe", "source", "target")
_ON_CHIP = ("UB", "L1", "L0A", "L0B", "L0C", "Bias", "Scaling")


def verdicts(found: Iterable[Finding], locate: Locate, arch: str, *, strict: bool = False) -> tuple[Diagnostic, ...]:
    """The diagnostics of findings. A relaxed one is a warning, unless `strict`."""
    return tuple(verdict(one, locate, arch, strict=strict) for one in found)


def verdict(finding: Finding, locate: Locate, arch: str, *, strict: bool = False) -> Diagnostic:
    """The diagnostic of one finding."""
    class_ = _class_of(finding, strict=strict)
    fields = _worded(finding, arch)
    if not _needed(class_) <= set(fields):
        facts = ", ".join(f"{name}={value}" for name, value in finding.fields.items()) or "no fields"
        class_, fields = Unworded, {"found": finding.kind, "facts": facts}
    return class_(_span(finding.at, locate), _notes(finding, class_, fields, locate), **fields)


def _class_of(finding: Finding, *, strict: bool) -> type[Verdict]:
    class_ = _CLASSES.get(finding.kind, Unworded)
    return RaceRelaxed if class_ is Race and finding.is_relaxed and not strict else class_


def _needed(class_: type[Verdict]) -> set[str]:
    """The fields that the templates of a class take."""
    texts = (class_.template, class_.label_template, class_.other_label, class_.remedy)
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


def _span(place: Place | None, locate: Locate) -> Span | None:
    return None if place is None else locate(place)


def _notes(finding: Finding, class_: type[Verdict], fields: Mapping[str, object], locate: Locate) -> Iterable[Note]:
    """The other place; where there is none to show, the words alone."""
    if finding.other is not None and class_.other_label:
        yield Note(class_.other_label.format(**fields), _span(finding.other, locate))
    if finding.fields.get("same_pipe"):
        yield Note(f"{fields['pipe']} may start an instruction before the one ahead of it is complete")


def _worded(finding: Finding, arch: str) -> dict[str, object]:
    """The fields of a finding and the words made of them."""
    fields: dict[str, object] = {"architecture": arch, **finding.fields}
    fields |= {name: _pipe(str(fields[name])) for name in _PIPES if name in fields}
    fields |= _flag(fields) | _where(fields) | _order(finding, fields)
    return fields


def _pipe(name: str) -> str:
    return name.removeprefix("PIPE_")


def _flag(fields: Mapping[str, object]) -> dict[str, object]:
    """A flag as its statements spell it, and how much waits behind it."""
    words: dict[str, object] = {}
    if "source" in fields and "target" in fields:
        words["flag"] = f"PIPE_{fields['source']}, PIPE_{fields['target']}, EVENT_ID{fields.get('event', 0)}"
    if "blocked" in fields:
        words["blocked"] = _counted(int(str(fields["blocked"])), "instruction")
    return words


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _where(fields: Mapping[str, object]) -> dict[str, object]:
    """A range of bytes; on the chip by its addresses, which nobody knows of global memory."""
    if "start" not in fields or "end" not in fields or "parameter" in fields:
        return {}
    start, end = int(str(fields["start"])), int(str(fields["end"]))
    memory = str(fields.get("memory", "UB"))
    if memory not in _ON_CHIP:
        return {"where": f"the same {_counted(end - start, 'byte')} of global memory"}
    return {"where": f"{memory} 0x{start:x} to 0x{end:x}", "start": f"0x{start:x}", "end": f"0x{end:x}"}


def _order(finding: Finding, fields: Mapping[str, object]) -> dict[str, object]:
    """What would order two instructions, and what stands for a barrier that is not legal."""
    if finding.kind == "illegal-barrier":
        is_scalar = fields.get("pipe") == "S"
        return {"how": "leave it out: S is in order" if is_scalar else "put `pipe_barrier(PIPE_ALL)` here"}
    if finding.kind != Race.kind or not {"pipe", "other_pipe", "op", "other_op"} <= set(fields):
        return {}
    source, target = fields["other_pipe"], fields["pipe"]
    if source == target:
        return {"how": f"put `pipe_barrier(PIPE_{source})` between the two"}
    flag = f"PIPE_{source}, PIPE_{target}, EVENT_ID0"
    return {
        "how": f"put `set_flag({flag})` after `{fields['other_op']}` and `wait_flag({flag})` before `{fields['op']}`; "
        "any id will do that is free there"
    }
