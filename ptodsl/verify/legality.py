"""Which flags and barriers a core takes at all."""

from __future__ import annotations

from dataclasses import dataclass

from ptodsl.errors.sync import BarrierIllegal, EventOutOfRange, PairIllegal, PipeMissing, ReservedEvent
from ptodsl.ir.hardware import Pipe
from ptodsl.ir.nodes import Op
from ptodsl.machine import Architecture, SamePipe
from ptodsl.verify.findings import Findings
from ptodsl.verify.hazard import pipe_text
from ptodsl.verify.instructions import Kernel
from ptodsl.verify.pending import Flag


@dataclass(frozen=True)
class Legality:
    """Checks a kernel's pipes, flags and barriers against its core, whatever their order."""

    kernel: Kernel
    architecture: Architecture
    findings: Findings

    def check(self) -> None:
        """Add what is illegal to the findings, each flag once."""
        for instruction in self.kernel.all_instructions():
            self._check_pipe(instruction.op, instruction.row.label, instruction.pipe)
        firsts: dict[Flag, Op] = {}
        for op, flag in self.kernel.flags.items():
            firsts.setdefault(flag, op)
        for flag, op in firsts.items():
            self._check_flag(op, flag)
        for op, pipe in self.kernel.barriers.items():
            self._check_barrier(op, pipe)

    def _check_pipe(self, op: Op, label: str, pipe: Pipe) -> None:
        if pipe not in self.architecture.cores[self.kernel.core].pipes:
            core = self.kernel.core.value
            self.findings.add(PipeMissing(op.span, op=label, pipe=pipe_text(pipe), core=core))

    def _check_flag(self, op: Op, flag: Flag) -> None:
        source, target, event = flag.source, flag.target, flag.event
        name, core = self.architecture.name, self.kernel.core
        if (source, target) not in self.architecture.cores[core].pairs:
            how = f"use `pipe_barrier {source.value}`" if source is target else "use `pipe_barrier all`"
            pair = {"source": pipe_text(source), "target": pipe_text(target)}
            self.findings.add(PairIllegal(op.span, **pair, core=core.value, architecture=name, how=how))
        elif not 0 <= event < self.architecture.events:
            last = self.architecture.events - 1
            self.findings.add(EventOutOfRange(op.span, architecture=name, event=event, last=last))
        elif event < self.architecture.first_event((source, target)):
            first = self.architecture.first_event((source, target))
            self.findings.add(ReservedEvent(op.span, flag=flag, architecture=name, event=event, first=first))

    def _check_barrier(self, op: Op, pipe: Pipe) -> None:
        core = self.kernel.core
        takes = {Pipe.ALL, *self.architecture.cores[core].barriers}
        if pipe not in takes:
            legal = ", ".join(f"`pipe_barrier {other.value}`" for other in Pipe if other in takes)
            how = f"use one of {legal}, or flags from {pipe.value} to another pipe and back"
            if self.architecture.same_pipe[pipe] is SamePipe.ORDERED:
                how = f"leave it out: {pipe_text(pipe)} completes its instructions in order"
            name = self.architecture.name
            self.findings.add(BarrierIllegal(op.span, pipe=pipe.value, core=core.value, architecture=name, how=how))
