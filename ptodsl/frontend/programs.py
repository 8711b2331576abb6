"""Programs: every function of a class, callees first, checked as a whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ptodsl.errors import Diagnostic, Note, PtoError
from ptodsl.errors.names import CallCycle, EntryUnclear, FunctionNamesClash
from ptodsl.errors.stack import enough_stack
from ptodsl.frontend import functions
from ptodsl.frontend.checks import check
from ptodsl.frontend.decorators import Kernel, is_kernel
from ptodsl.frontend.directions import with_directions
from ptodsl.frontend.entry import entry_for
from ptodsl.frontend.state import Mistake
from ptodsl.ir.nodes import Function, FunctionKind, Program
from ptodsl.ir.span import Span


def lower_class(source: type) -> Program:
    """The program that a class of functions is; raises `PtoError` with every mistake in it."""
    members = _members(source)
    lowering = _Lowering(source.__name__, source, frozenset(members))
    with enough_stack(f"compile `{source.__name__}`"):
        for kernel in members:
            lowering.function(kernel, None)
        return lowering.finish()


def lower_standalone(kernel: Kernel[Any]) -> Program:
    """The program of one function, with an orchestration to start it; raises `PtoError` with every mistake in it."""
    lowering = _Lowering(kernel.__name__, None, frozenset())
    with enough_stack(f"compile `{kernel.__name__}`"):
        lowering.function(kernel, None)
        return lowering.finish()


def _members(source: type) -> dict[Kernel[Any], None]:
    """The functions of a class and its bases, in order of definition; what is overridden is not among them."""
    names: dict[str, Kernel[Any]] = {}
    for base in reversed(source.__mro__):
        names |= {name: value for name, value in vars(base).items() if is_kernel(value)}
    return dict.fromkeys(names.values())


class _Lowering:
    def __init__(self, name: str, source: type | None, members: frozenset[Kernel[Any]]) -> None:
        self._name = name
        self._source = source
        self._members = members
        self._done: dict[Kernel[Any], Function] = {}
        self._open: list[Kernel[Any]] = []
        self._diagnostics: list[Diagnostic] = []
        self._incomplete: set[str] = set()

    def function(self, kernel: Kernel[Any], called_at: Span | None) -> Function:
        """A function, lowered once, its callees before it."""
        if kernel in self._done:
            return self._done[kernel]
        if kernel in self._open:
            names = [*(one.__name__ for one in self._open[self._open.index(kernel) :]), kernel.__name__]
            raise Mistake(CallCycle(called_at, cycle=" → ".join(names)))
        self._open.append(kernel)
        program = self._source if kernel in self._members else None
        lowered = functions.lower(kernel, program, self.function)
        self._open.pop()
        self._diagnostics += lowered.diagnostics
        if not lowered.complete:
            self._incomplete.add(lowered.function.name)
        self._check_name(lowered.function)
        function = with_directions(lowered.function, self._program(), complete=lowered.complete)
        self._done[kernel] = function
        return function

    def _check_name(self, function: Function) -> None:
        for other in self._done.values():
            if other.name == function.name:
                first = Note("the first", other.span)
                self._diagnostics.append(FunctionNamesClash(function.span, [first], name=function.name))

    def _program(self) -> Program:
        done = tuple(self._done.values())
        return Program(self._name, done, done[0].span if done else Span("", 1, 0, 1, 0))

    def finish(self) -> Program:
        """The whole program, all mistakes of it raised together."""
        program = self._with_entry(self._program())
        mistakes = [*self._diagnostics, *check(program, self._incomplete)]
        if mistakes:
            raise PtoError(sorted(mistakes, key=_place))
        return program

    def _with_entry(self, program: Program) -> Program:
        """With the orchestration that the user may leave out."""
        entries = [function for function in program.functions if function.kind is FunctionKind.ORCHESTRATION]
        kernels = [function for function in program.functions if function.kind is FunctionKind.KERNEL]
        if len(entries) == 1:
            return program
        if not entries and len(kernels) == 1:
            return replace(program, functions=(*program.functions, entry_for(kernels[0])))
        count = f"{len(entries)} orchestrations" if entries else f"{len(kernels)} kernels and no orchestration"
        how = "write one function with `type=pl.FunctionType.Orchestration` that calls the kernels"
        where = (entries or kernels)[-1].span if entries or kernels else None
        self._diagnostics.append(EntryUnclear(where, program=self._name, count=count, how=how))
        return program


def _place(diagnostic: Diagnostic) -> tuple[str, int, int]:
    span = diagnostic.span
    return ("", 0, 0) if span is None else (span.file, span.line, span.column)
