"""Findings in words: from what the engine reports to diagnostics that point at the user's text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from string import Formatter

from ptodsl.diagnostics import source_line
from ptodsl.errors import Diagnostic, Note, checked, checked_bytes
from ptodsl.errors.checked import (
    BarrierIllegal,
    Race,
    RaceRelaxed,
    SetTwice,
    SetTwiceNoted,
    StoreUnfinished,
    StoreUnfinishedNoted,
    Verdict,
    WaitForever,
)
from ptodsl.errors.checked_bytes import Unworded
from ptodsl.ir.hardware import Pipe
from ptodsl.ir.span import Span
from ptodsl.machine import ARCHITECTURES
from ptodsl.runtime.checked_launch import Checking
from ptodsl.runtime.findings import Finding, Place

Locate = Callable[[Place], Span | None]
"""From a line of C++ to what it was made from."""

_CLASSES: Mapping[str, type[Verdict]] = {
    value.kind: value
    for module in (checked, checked_bytes)
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, Verdict) and "code" in vars(value) and value.code[0] == "E"
}

_LENIENT: Mapping[type[Verdict], type[Verdict]] = {
    Race: RaceRelaxed,
    SetTwice: SetTwiceNoted,
    StoreUnfinished: StoreUnfinishedNoted,
}
"""What stands for a class where the rules are not strict."""

_PIPES = ("pipe", "other_pipe", "source", "target")
_ON_CHIP = ("UB", "L1", "L0A", "L0B", "L0C", "Bias", "Scaling")


def judging(locate: Locate, arch: str) -> Callable[[Sequence[Finding], Checking], tuple[Diagnostic, ...]]:
    """What a checked launch has its findings put into words by."""
    return lambda found, checking: verdicts(found, locate, arch, strict=checking.strict)


def verdicts(
    found: Iterable[Finding],
    locate: Locate,
    arch: str,
    *,
    strict: bool = False,
    strict_flags: bool = True,
    strict_end: bool = True,
) -> tuple[Diagnostic, ...]:
    """The diagnostics of findings.

    Unless `strict`, what hardware is only said to keep in order is a warning; unless `strict_flags`, so is a second
    token of a flag; unless `strict_end`, a store that is not known to be done when the kernel returns.
    """
    is_strict: Mapping[type[Verdict], bool] = {Race: strict, SetTwice: strict_flags, StoreUnfinished: strict_end}
    return tuple(_verdict(one, _class_of(one, is_strict), locate, arch) for one in found)


def line_span(place: Place) -> Span:
    """The whole line of a file, without its indentation."""
    text = source_line(place.file, place.line)
    return Span(place.file, place.line, len(text) - len(text.lstrip()), place.line, len(text.rstrip()))


def _verdict(finding: Finding, class_: type[Verdict], locate: Locate, arch: str) -> Diagnostic:
    fields = _worded(finding, arch)
    if _needed(class_) - {"how"} <= set(fields):
        fields |= _order(finding, fields)
    else:
        facts = ", ".join(f"{name}={value}" for name, value in finding.fields.items()) or "no fields"
        class_, fields = Unworded, {"found": finding.kind, "facts": facts}
    return class_(_span(finding.at, locate), _notes(finding, class_, fields, locate), **fields)


def _class_of(finding: Finding, is_strict: Mapping[type[Verdict], bool]) -> type[Verdict]:
    class_ = _CLASSES.get(finding.kind, Unworded)
    if class_ not in _LENIENT or is_strict[class_] or (class_ is Race and not finding.is_relaxed):
        return class_
    return _LENIENT[class_]


def _needed(class_: type[Verdict]) -> set[str]:
    """The fields that the templates of a class take."""
    texts = (class_.template, class_.label_template, class_.other_label, class_.remedy)
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


def _span(place: Place | None, locate: Locate) -> Span | None:
    return None if place is None else locate(place)


def _notes(finding: Finding, class_: type[Verdict], fields: Mapping[str, object], locate: Locate) -> Iterable[Note]:
    """The other place; where there is none to show, the words alone."""
    if finding.other is not None and class_.other_label:
        yield Note(class_.other_label.format(**fields) + _when(finding), _span(finding.other, locate))
    if finding.fields.get("same_pipe"):
        pipe = _pipe(str(finding.fields.get("pipe", "the pipe")))
        yield Note(f"{pipe} may start an instruction before the one ahead of it is complete")


def _when(finding: Finding) -> str:
    """What to say of a place that comes first although it stands later in the text, as in a loop."""
    at, other = finding.at, finding.other
    is_behind = at is not None and other is not None and at.file == other.file and other.line >= at.line
    return ", issued before it" if is_behind else ""


def _worded(finding: Finding, arch: str) -> dict[str, object]:
    """The fields of a finding and the words made of them."""
    fields: dict[str, object] = {"architecture": arch, **finding.fields}
    fields |= {name: _pipe(str(fields[name])) for name in _PIPES if name in fields}
    return fields | _flag(fields) | _where(fields)


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
    """A range of bytes: on the chip by its addresses, in global memory from the start of a parameter."""
    if "start" not in fields or "end" not in fields or "extent" in fields:
        return {}
    start, end = int(str(fields["start"])), int(str(fields["end"]))
    memory = str(fields.get("memory", "UB"))
    if memory in _ON_CHIP:
        return {"where": f"{memory} 0x{start:x} to 0x{end:x}", "start": f"0x{start:x}", "end": f"0x{end:x}"}
    if "parameter" in fields:
        return {"where": f"the bytes {start} to {end} of `{fields['parameter']}`"}
    return {"where": f"the same {_counted(end - start, 'byte')} of global memory"}


def _order(finding: Finding, fields: Mapping[str, object]) -> dict[str, object]:
    """The remedy of those mistakes whose remedy hangs on their fields."""
    remedy = _REMEDIES.get(finding.kind)
    return {} if remedy is None else {"how": remedy(fields)}


def _remedy_of_race(fields: Mapping[str, object]) -> str:
    """A flag or a barrier where the core has it, else one of all pipes."""
    architecture = ARCHITECTURES[str(fields["architecture"])]
    names = str(fields["other_pipe"]), str(fields["pipe"])
    pair = Pipe[names[0]], Pipe[names[1]]
    core = next((one for one in architecture.cores.values() if set(pair) <= one.pipes), None)
    source, target = (f"PIPE_{name}" for name in names)
    if core is not None and source == target and pair[0] in core.barriers:
        return f"put `pipe_barrier({source})` between the two"
    if core is None or pair not in core.pairs:
        return "put `pipe_barrier(PIPE_ALL)` between the two"
    flag = f"{source}, {target}, EVENT_ID{architecture.first_event(pair)}"
    order = f"put `set_flag({flag})` after `{fields['other_op']}` and `wait_flag({flag})` before"
    return f"{order} `{fields['op']}`; any id will do that is free there"


def _remedy_of_wait(fields: Mapping[str, object]) -> str:
    flag = fields["flag"]
    if fields.get("circular"):
        return f"put `set_flag({flag})` before the waits that it stands behind: each of them waits for another"
    return f"put `set_flag({flag})` on every path to it, in a loop also before the first iteration"


def _remedy_of_barrier(fields: Mapping[str, object]) -> str:
    return "leave it out: S is in order" if fields["pipe"] == "S" else "put `pipe_barrier(PIPE_ALL)` here"


_REMEDIES: Mapping[str, Callable[[Mapping[str, object]], str]] = {
    Race.kind: _remedy_of_race,
    WaitForever.kind: _remedy_of_wait,
    BarrierIllegal.kind: _remedy_of_barrier,
}
