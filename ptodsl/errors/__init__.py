"""What can go wrong: one `Diagnostic` class per mistake, and the one exception that carries them.

A class states a stable code, the sentence, the label under the caret and the remedy, as templates over the fields
that the place of the mistake gives. E01 names and syntax, E02 types, E03 outputs and directions, E04 memory and
layout, E05 synchronisation, E06 toolchain and build, E07 launch, E08 run time, E09 testing, E10 models of
other libraries, E11 checked runs; W for warnings.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from ptodsl.ir.span import Span


class Note:
    """A second place that belongs to a mistake, and what stands there. The span may be missing: then it is a remark."""

    __slots__ = ("message", "span")

    def __init__(self, message: str, span: Span | None = None) -> None:
        self.message = message
        self.span = span


class Diagnostic:
    """One mistake at one place. Subclasses give the templates, instances the fields, the span and the notes."""

    code: ClassVar[str]
    template: ClassVar[str]
    label_template: ClassVar[str] = ""
    remedy: ClassVar[str] = ""
    by_code: ClassVar[dict[str, type[Diagnostic]]] = {}
    """Every class by its code, of the modules imported so far."""

    def __init__(self, span: Span | None, notes: Iterable[Note] = (), /, **fields: object) -> None:
        self.span = span
        self.notes = tuple(notes)
        self.fields = fields

    def __init_subclass__(cls) -> None:
        if "code" in cls.__dict__:
            other = Diagnostic.by_code.setdefault(cls.code, cls)
            assert other is cls, f"{cls.__name__} and {other.__name__} share {cls.code}"

    @property
    def message(self) -> str:
        """What is wrong, in one sentence."""
        return self.template.format(**self.fields)

    @property
    def label(self) -> str:
        """What stands beside the caret; may be empty."""
        return self.label_template.format(**self.fields)

    @property
    def help(self) -> str:
        """The remedy, in the imperative; may be empty."""
        return self.remedy.format(**self.fields)

    @property
    def is_warning(self) -> bool:
        """Whether compilation goes on."""
        return self.code.startswith("W")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code}: {self.message})"


class PtoError(Exception):
    """Every user-facing failure. `str()` of it is what the terminal shows, carets and remedies included."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        assert self.diagnostics, "an error needs a diagnostic"
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        from ptodsl.diagnostics import render_all

        return render_all(self.diagnostics)


class InternalError(Exception):
    """A bug of ptodsl, never of its user."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(f"internal error, a bug in ptodsl: {message}")


class PassRefused(InternalError):
    """A verifier refuses what a pass of ours made; says so with the picture that its diagnostics give."""

    def __init__(self, verifier: str, made: str, text: str, error: PtoError) -> None:
        """`made` names the pass, `text` is the program as it left it."""
        self.made = made
        self.text = text
        self.diagnostics = error.diagnostics
        super().__init__(f"{verifier} refuses what {made} made:\n{error}")


_MODULES = (
    *("build", "checked", "checked_bytes", "checked_runs", "integrations", "launch", "memory", "names", "outputs"),
    *("runtime", "sync", "testing", "types"),
)


def load_all() -> dict[str, type[Diagnostic]]:
    """Every diagnostic class by its code, all of their modules imported."""
    from importlib import import_module

    for module in _MODULES:
        import_module(f"ptodsl.errors.{module}")
    return dict(sorted(Diagnostic.by_code.items()))
