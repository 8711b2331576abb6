"""The sync verifier: every conflict between instructions is ordered, and every token is set and taken.

It knows kernels by their text alone, whoever wrote the flags into it, and shares nothing with the pass that places
them. One walk in issue order suffices for every number of iterations: docs of `pending.Pending` say what it carries.
"""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import assert_never

from ptodsl.errors import Diagnostic, Note
from ptodsl.errors.sync import (
    BranchesUnbalanced,
    FinalBarrierMissing,
    FlagMayBeReused,
    FlagReused,
    FlagSetTwice,
    HiddenFlagTaken,
    LoopUnbalanced,
    StoreUnfinished,
    TokenLeft,
    WaitWithoutSet,
)
from ptodsl.ir.hardware import Memory, Pipe
from ptodsl.ir.nodes import Block, Call, For, Function, FunctionKind, If, Op, Program, Return, Yield
from ptodsl.ir.span import Span
from ptodsl.machine import Architecture
from ptodsl.verify.access import Kind
from ptodsl.verify.conflicts import Conflicts, bits_of
from ptodsl.verify.findings import Findings
from ptodsl.verify.hazard import Hazard, pipe_text, place_text
from ptodsl.verify.instructions import Instruction, Kernel, read_kernel
from ptodsl.verify.legality import Legality
from ptodsl.verify.pending import Flag, Pending
from ptodsl.verify.pipe_order import PipeOrder


@dataclass(frozen=True)
class Rules:
    """How much is asked. Our own code is held to the defaults.

    `strict`: elementwise chains on V and short accumulations on M need a barrier where the sources disagree, and the
    kernel ends in `pipe_barrier all`. `strict_flags`: a set that may fire before the last token is taken is an error.
    """

    strict: bool = True
    strict_flags: bool = False


def verify_sync(
    program: Program, architecture: Architecture, *, strict: bool = True, strict_flags: bool = False
) -> tuple[Diagnostic, ...]:
    """The notes on the program's kernels, which are placed and ordered; raises PtoError with all that is wrong."""
    findings = Findings()
    for function in program.functions:
        if function.kind is FunctionKind.KERNEL:
            _Walk(function, architecture, Rules(strict, strict_flags), findings).run()
    return findings.report()


class _Walk:
    """One kernel, walked in issue order; `_pending` is the state before the next statement."""

    def __init__(self, function: Function, architecture: Architecture, rules: Rules, findings: Findings) -> None:
        self._function = function
        self._architecture = architecture
        self._rules = rules
        self._findings = findings
        self._kernel: Kernel = read_kernel(function, architecture)
        self._core = architecture.cores[self._kernel.core]
        self._conflicts = Conflicts(self._kernel)
        self._suspects = {i: self._conflicts.of_instruction(i) for i in self._kernel.instructions.values()}
        self._order = PipeOrder(self._kernel, architecture)
        self._wait_bits: dict[Flag, int] = {}
        self._set_spans: dict[Flag, Span] = {}
        self._never_set: set[Flag] = set()
        self._heads: dict[For, Pending] = {}
        self._pending = Pending()

    def run(self) -> None:
        """Walk to the end; the findings are in the collector."""
        for finding in self._kernel.findings:
            self._findings.add(finding)
        Legality(self._kernel, self._architecture, self._findings).check()
        self._number_waits()
        self._block(self._function.body)
        self._end()

    def _number_waits(self) -> None:
        """One bit for each flag, beyond those of accesses: its wait, as if it were an instruction of its pipe."""
        for flag in self._kernel.flags.values():
            if flag not in self._wait_bits:
                self._wait_bits[flag] = 1 << (len(self._kernel.accesses) + len(self._wait_bits))
                self._order.of_pipe[flag.target] |= self._wait_bits[flag]

    def _block(self, block: Block) -> None:
        for statement in block.statements:
            match statement:
                case Op():
                    self._op(statement)
                case If():
                    self._if(statement)
                case For():
                    self._for(statement)
                case Call() | Yield() | Return():
                    pass
                case _:
                    assert_never(statement)

    def _op(self, op: Op) -> None:
        match op.name:
            case "set_flag":
                self._set(op, self._kernel.flags[op])
            case "wait_flag":
                self._wait(op, self._kernel.flags[op])
            case "pipe_barrier":
                self._barrier(self._kernel.barriers[op])
            case _:
                instruction = self._kernel.instructions.get(op)
                if instruction is not None:
                    self._instruction(instruction)

    def _barrier(self, pipe: Pipe) -> None:
        if pipe is Pipe.ALL:
            self._pending.complete_all()
        else:
            self._pending.complete(pipe, self._order.of_pipe[pipe])

    def _set(self, op: Op, flag: Flag) -> None:
        if self._pending.count(flag) and self._findings.is_new(FlagSetTwice, op):
            notes = [Note("the token that stands", self._set_spans[flag])]
            self._findings.add(FlagSetTwice(op.span, notes, flag=flag))
        if self._pending.running(flag.source) & self._wait_bits[flag] and self._findings.is_new(FlagReused, op):
            kind = FlagReused if self._rules.strict_flags else FlagMayBeReused
            fields = {"source": pipe_text(flag.source), "target": pipe_text(flag.target)}
            self._findings.add(kind(op.span, flag=flag, **fields))
        if not self._pending.count(flag):
            self._set_spans[flag] = op.span
        self._pending.set(flag, self._order.of_pipe[flag.source])

    def _wait(self, op: Op, flag: Flag) -> None:
        if self._pending.count(flag):
            self._pending.wait(flag)
        elif self._findings.is_new(WaitWithoutSet, op):
            self._never_set.add(flag)
            self._findings.add(WaitWithoutSet(op.span, flag=flag, target=pipe_text(flag.target)))
        self._pending.start(self._wait_bits[flag])

    def _instruction(self, instruction: Instruction) -> None:
        if instruction.row.hidden_flags:
            self._check_hidden(instruction)
        if self._suspects[instruction] & self._pending.running(instruction.pipe):
            self._check_hazards(instruction)
        self._pending.start(instruction.bits)

    def _check_hidden(self, instruction: Instruction) -> None:
        """No token stands that a flag inside the instruction would be mistaken for."""
        for flag in self._pending.tokens:
            pair = (flag.source, flag.target)
            taken = pair in self._architecture.reserved and flag.event == 0
            if taken and self._findings.is_new(HiddenFlagTaken, instruction, flag):
                first = self._architecture.first_event(pair)
                notes = [Note("the token that stands", self._set_spans[flag])]
                fields = {"flag": flag, "first": first, "pair": f"{flag.source.value}, {flag.target.value}"}
                self._findings.add(HiddenFlagTaken(instruction.op.span, notes, op=instruction.row.label, **fields))

    def _check_hazards(self, instruction: Instruction) -> None:
        """Report what an instruction does not wait for; then take it as waited for, so that it is reported once.

        What is only worth a note stays open: another instruction may have no excuse for not waiting for it.
        """
        running = self._pending.running(instruction.pipe)
        errors: dict[int, Hazard] = {}
        notes: dict[int, Hazard] = {}
        for bit in range(instruction.first, instruction.first + len(instruction.accesses)):
            suspects = self._conflicts.of[bit] & running & ~self._order.kept(instruction, bit)
            for other in bits_of(self._conflicts.meeting(suspects, bit)):
                hazard = self._hazard(other, instruction, bit)
                (notes if self._excuse(hazard) else errors).setdefault(other, hazard)
        self._report(errors)
        self._report({other: hazard for other, hazard in notes.items() if other not in errors})
        self._pending.complete(instruction.pipe, sum(1 << other for other in errors))

    def _hazard(self, other: int, instruction: Instruction, bit: int) -> Hazard:
        accesses = self._kernel.accesses
        return Hazard(self._kernel.owners[other], accesses[other], instruction, accesses[bit])

    def _excuse(self, hazard: Hazard) -> str:
        """Why a hazard is only worth a note; empty for an error."""
        return "" if self._rules.strict else self._order.excuse(hazard)

    def _report(self, hazards: dict[int, Hazard]) -> None:
        """One finding for the last source, and for each other one that a flag from it would not cover."""
        covered = 0
        for other in sorted(hazards, key=lambda other: hazards[other].distance):
            hazard = hazards[other]
            if covered >> other & 1:
                continue
            covered |= ~self._pending.running(hazard.earlier.pipe) | self._order.of_pipe[hazard.earlier.pipe]
            why = self._excuse(hazard)
            if self._findings.is_new(Hazard, hazard.earlier, hazard.later, why):
                machine = (self._architecture, self._core)
                self._findings.add(hazard.relaxed(*machine, why) if why else hazard.finding(*machine))

    def _if(self, statement: If) -> None:
        entry = self._pending
        self._pending = entry.copy()
        self._block(statement.then)
        then, self._pending = self._pending, entry
        self._block(statement.orelse)
        orelse = self._pending
        flags = {*then.tokens, *orelse.tokens}
        for flag in sorted(flags, key=str):
            if then.count(flag) != orelse.count(flag):
                self._unbalanced_if(statement, flag, then, orelse)
        self._pending = then.joined(orelse, flags)

    def _unbalanced_if(self, statement: If, flag: Flag, then: Pending, orelse: Pending) -> None:
        """Report it, and go on as if both branches had left the token."""
        if self._findings.is_new(BranchesUnbalanced, statement, flag):
            fields = {"flag": flag, "then": then.count(flag), "orelse": orelse.count(flag)}
            self._findings.add(BranchesUnbalanced(statement.span, [Note("set here", self._set_spans[flag])], **fields))
        queue = then.tokens.get(flag) or orelse.tokens[flag]
        then.tokens[flag] = orelse.tokens[flag] = queue

    def _for(self, statement: For) -> None:
        """Join the end of the body into its head until nothing changes: the state after any number of iterations.

        An inner loop goes on from where an earlier iteration of those around it has left it: states only grow.
        """
        head = self._pending
        if (earlier := self._heads.get(statement)) is not None and earlier.has_tokens_of(head):
            head = head.joined(earlier, head.tokens)
        while True:
            self._pending = head.copy()
            self._block(statement.body)
            end = self._pending
            for flag in sorted({*head.tokens, *end.tokens}, key=str):
                if head.count(flag) != end.count(flag):
                    self._unbalanced_for(statement, flag, head, end)
            joined = head.joined(end, head.tokens)
            if joined == head:
                break
            head = joined
        self._heads[statement] = head
        self._pending = head.copy()

    def _unbalanced_for(self, statement: For, flag: Flag, head: Pending, end: Pending) -> None:
        """Report it, and go on as if the body had left what it found.

        Where a wait in the body was found without a token, that says it all: go on as if one had stood before.
        """
        is_new = self._findings.is_new(LoopUnbalanced, statement, flag)
        if is_new and flag in self._never_set and end.count(flag) > head.count(flag):
            head.tokens[flag] = end.tokens[flag]
        elif is_new:
            fields = {"flag": flag, "before": head.count(flag), "after": end.count(flag)}
            self._findings.add(LoopUnbalanced(statement.span, [Note("set here", self._set_spans[flag])], **fields))
        if flag in head.tokens:
            end.tokens[flag] = head.tokens[flag]

    def _end(self) -> None:
        """No token is left, and all that was stored is there."""
        name, span = self._function.name, self._function.body.statements[-1].span
        for flag in sorted(self._pending.tokens, key=str):
            self._findings.add(TokenLeft(self._set_spans[flag], flag=flag, kernel=name))
        if self._rules.strict and not self._ends_in_barrier():
            self._findings.add(FinalBarrierMissing(span, kernel=name))
        if not self._rules.strict:
            self._check_stores_done()

    def _ends_in_barrier(self) -> bool:
        """Whether the last statement before `return` is `pipe_barrier all`."""
        match self._function.body.statements[-2:]:
            case (Op(name="pipe_barrier") as op, Return()):
                return self._kernel.barriers[op] is Pipe.ALL
            case _:
                return False

    def _check_stores_done(self) -> None:
        """For code that others wrote: every write to global memory is ordered before the end, on S."""
        for bit in bits_of(self._pending.running(Pipe.S) & (1 << len(self._kernel.accesses)) - 1):
            access, owner = self._kernel.accesses[bit], self._kernel.owners[bit]
            if not isinstance(access.place, Memory) and access.kind is not Kind.READ:
                fields = {"op": owner.row.label, "pipe": pipe_text(owner.pipe), "where": place_text(access)}
                self._findings.add(StoreUnfinished(owner.op.span, kernel=self._function.name, **fields))
