"""The sync verifier: every conflict between instructions is ordered, and every token is set and taken.

It knows kernels by their text alone, whoever wrote the flags into it, and shares nothing with the pass that places
them. One walk in issue order suffices for every number of iterations: docs of `pending.Pending` say what it carries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from typing_extensions import assert_never

from ptodsl.errors import Diagnostic, Note
from ptodsl.errors.sync import (
    BranchesUnbalanced,
    FinalBarrierMissing,
    FlagMayBeReused,
    FlagPendingTwice,
    FlagReused,
    FlagSetTwice,
    HiddenFlagTaken,
    LoopUnbalanced,
    StoreUnfinished,
    TokenLeft,
    WaitWithoutSet,
)
from ptodsl.ir.hardware import Memory, Pipe
from ptodsl.ir.nodes import Block, Call, For, Function, FunctionKind, If, Op, Program, Return, Statement, Yield
from ptodsl.ir.tiles import tile_type
from ptodsl.machine import Architecture, FlagsInside
from ptodsl.verify.access import Kind
from ptodsl.verify.conflicts import Conflicts, bits_of
from ptodsl.verify.findings import Findings
from ptodsl.verify.hazard import Hazard, pipe_text, place_text
from ptodsl.verify.instructions import Instruction, Kernel, read_kernel
from ptodsl.verify.legality import Legality
from ptodsl.verify.pending import Flag, Pending
from ptodsl.verify.pipe_order import PipeOrder
from ptodsl.verify.window import Window


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


MOST_TOKENS = 15
"""Tokens of one flag that hardware may hold at most, where it counts them: what its vendor says of other counters."""


class _Walk:
    """One kernel, walked in issue order; `_pending` is the state before the next statement."""

    def __init__(self, function: Function, architecture: Architecture, rules: Rules, findings: Findings) -> None:
        self._function = function
        self._architecture = architecture
        self._rules = rules
        self._findings = findings
        self._kernel: Kernel = read_kernel(function, architecture)
        self._core = architecture.cores[self._kernel.core]
        self._sets: dict[Flag, Op] = {}
        self._waited: dict[tuple[Pipe, Pipe], Op] = {}
        """The set whose token was last taken between two pipes."""
        self._never_set: set[Flag] = set()
        self._heads: dict[For, Pending] = {}
        flags = list(dict.fromkeys(self._kernel.flags.values()))
        self._wait_bits = {flag: 1 << number for number, flag in enumerate(flags)}
        """One bit for each flag, below those of accesses: its wait, as if it were an instruction of its pipe."""
        self._pending = Pending.of(self._asking(flags))
        self._look(Window(self._kernel, len(flags), 0, 0))

    def _asking(self, flags: Iterable[Flag]) -> Iterator[Pipe]:
        """The pipes that something is issued to or waited for on; S also asks at the end of what others wrote."""
        yield from (instruction.pipe for instruction in self._kernel.all_instructions())
        for flag in flags:
            yield from (flag.source, flag.target)
        if not self._rules.strict:
            yield Pipe.S

    def _look(self, window: Window) -> None:
        """Have other accesses in view."""
        waits: defaultdict[Pipe, int] = defaultdict(int)
        for flag, bit in self._wait_bits.items():
            waits[flag.target] |= bit
        self._window = window
        self._conflicts = Conflicts(window)
        self._order = PipeOrder(window, self._architecture, waits)

    def run(self) -> None:
        """Walk to the end; the findings are in the collector."""
        for finding in self._kernel.findings:
            self._findings.add(finding)
        Legality(self._kernel, self._architecture, self._findings).check()
        begin = 0
        for statement, end in zip(self._function.body.statements, self._kernel.ends, strict=True):
            if end > self._window.stop:
                self._move(begin)
            self._statement(statement)
            begin = end
        self._end()

    def _move(self, at: int) -> None:
        """Have what begins at an access in view, and lose what is complete for all."""
        window = self._window.moved(self._pending.alive, at)
        self._pending.shift(window.lowest, window.first - self._window.first)
        self._look(window)

    def _block(self, block: Block) -> None:
        for statement in block.statements:
            self._statement(statement)

    def _statement(self, statement: Statement) -> None:
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
                self._issue(self._kernel.instructions.get(op, ()))

    def _barrier(self, pipe: Pipe) -> None:
        if pipe is Pipe.ALL:
            self._pending.complete_all()
        else:
            self._pending.complete(pipe, self._order.of_pipe[pipe])

    def _set(self, op: Op, flag: Flag) -> None:
        if self._pending.count(flag) and self._findings.is_new(FlagSetTwice, op):
            notes = [Note("the token that stands", self._sets[flag].span)]
            once = self._rules.strict or self._rules.strict_flags
            twice = FlagSetTwice if once or self._pending.count(flag) >= MOST_TOKENS else FlagPendingTwice
            self._findings.add(twice(op.span, notes, flag=flag))
        if self._pending.running(flag.source) & self._wait_bits[flag] and self._findings.is_new(FlagReused, op):
            kind = FlagReused if self._rules.strict_flags else FlagMayBeReused
            fields = {"source": pipe_text(flag.source), "target": pipe_text(flag.target)}
            self._findings.add(kind(op.span, flag=flag, **fields))
        if not self._pending.count(flag):
            self._sets[flag] = op
        self._pending.set(flag, self._order.of_pipe[flag.source])

    def _wait(self, op: Op, flag: Flag) -> None:
        if self._pending.count(flag):
            self._pending.wait(flag)
            self._waited[flag.source, flag.target] = self._sets[flag]
        elif self._findings.is_new(WaitWithoutSet, op):
            self._never_set.add(flag)
            self._findings.add(WaitWithoutSet(op.span, self._sets_behind(op), flag=flag, target=pipe_text(flag.target)))
        self._pending.start(self._wait_bits[flag])

    def _sets_behind(self, wait: Op) -> Iterator[Note]:
        """Where the flag of a wait is set, if only behind it or on other paths."""
        flag = self._kernel.flags[wait]
        sets = [op for op, other in self._kernel.flags.items() if other is flag and op.name == "set_flag"]
        where = "on a path that does not lead here, or for a wait before this one"
        for op in sets[:1]:
            behind = (op.span.line, op.span.column) > (wait.span.line, wait.span.column)
            yield Note(f"set here, {'behind the wait' if behind else where}", op.span)
        if not sets:
            yield Note(f"no statement of the kernel sets `{flag}`")

    def _issue(self, parts: tuple[Instruction, ...]) -> None:
        """An op's instruction, or its parts: what orders those among each other is inside."""
        for part in parts:
            if self._has_flags_inside(part):
                self._check_hidden(part)
            if self._conflicts.of_instruction(part) & self._pending.running(part.pipe):
                self._check_hazards(part)
        for part in parts:
            numbers = self._window.of(part)
            self._pending.start((1 << numbers.stop) - (1 << numbers.start))

    def _has_flags_inside(self, instruction: Instruction) -> bool:
        match self._architecture.flags_inside.get(instruction.row.instruction):
            case FlagsInside.ALWAYS:
                return True
            case FlagsInside.ELEMENT:
                return tile_type(instruction.op.result).valid == (1, 1)
            case None:
                return False

    def _check_hidden(self, instruction: Instruction) -> None:
        """No token stands that a flag inside the instruction would be mistaken for."""
        for flag in self._pending.tokens:
            pair = (flag.source, flag.target)
            taken = pair in self._architecture.reserved and flag.event == 0
            if taken and self._findings.is_new(HiddenFlagTaken, instruction.op, flag):
                first = self._architecture.first_event(pair)
                notes = [Note("the token that stands", self._sets[flag].span)]
                fields = {"flag": flag, "first": first, "pair": f"{flag.source.value}, {flag.target.value}"}
                self._findings.add(HiddenFlagTaken(instruction.op.span, notes, op=instruction.row.label, **fields))

    def _check_hazards(self, instruction: Instruction) -> None:
        """Report what an instruction does not wait for; then take it as waited for, so that it is reported once.

        What is only worth a note stays open: another instruction may have no excuse for not waiting for it.
        """
        running = self._pending.running(instruction.pipe)
        errors: dict[int, Hazard] = {}
        notes: dict[int, Hazard] = {}
        for bit in self._window.of(instruction):
            suspects = self._conflicts.of[bit] & running & ~self._order.kept(instruction, bit)
            for other in bits_of(self._conflicts.meeting(suspects, bit)):
                hazard = self._hazard(other, instruction, bit)
                (notes if self._excuse(hazard) else errors).setdefault(other, hazard)
        self._report(errors)
        self._report({other: hazard for other, hazard in notes.items() if other not in errors})
        self._pending.complete(instruction.pipe, sum(1 << other for other in errors))

    def _hazard(self, other: int, instruction: Instruction, bit: int) -> Hazard:
        source, first, second = self._window.owner(other), self._window.access(other), self._window.access(bit)
        taken = self._waited.get((source.pipe, instruction.pipe))
        is_early = taken is not None and self._kernel.ahead[taken] <= source.order < instruction.order
        early = taken.span if taken is not None and is_early else None
        return Hazard(source, first, instruction, second, early)

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
        for flag in then.apart(orelse):
            self._unbalanced_if(statement, flag, then, orelse)
        self._pending = then.joined(orelse, then.tokens)

    def _unbalanced_if(self, statement: If, flag: Flag, then: Pending, orelse: Pending) -> None:
        """Report it, and go on as if both branches had left the token."""
        if self._findings.is_new(BranchesUnbalanced, statement, flag):
            fields = {"flag": flag, "then": then.count(flag), "orelse": orelse.count(flag)}
            self._findings.add(BranchesUnbalanced(statement.span, [Note("set here", self._sets[flag].span)], **fields))
        queue = then.tokens.get(flag) or orelse.tokens[flag]
        then.tokens[flag] = orelse.tokens[flag] = queue

    def _for(self, statement: For) -> None:
        """Join the end of the body into its head until nothing changes: the state after any number of iterations.

        An inner loop goes on from where an earlier iteration of those around it has left it: states only grow.
        """
        head = self._pending
        if (earlier := self._heads.get(statement)) is not None and not earlier.apart(head):
            head = head.joined(earlier, head.tokens)
        while True:
            self._pending = head.copy()
            self._block(statement.body)
            end = self._pending
            for flag in head.apart(end):
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
            self._findings.add(LoopUnbalanced(statement.span, [Note("set here", self._sets[flag].span)], **fields))
        if flag in head.tokens:
            end.tokens[flag] = head.tokens[flag]

    def _end(self) -> None:
        """No token is left, and all that was stored is there."""
        name, span = self._function.name, self._function.body.statements[-1].span
        for flag in sorted(self._pending.tokens, key=str):
            self._findings.add(TokenLeft(self._sets[flag].span, flag=flag, kernel=name))
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
        waits = (1 << self._window.lowest) - 1
        for bit in bits_of(self._pending.running(Pipe.S) & ~waits):
            access, owner = self._window.access(bit), self._window.owner(bit)
            if not isinstance(access.place, Memory) and access.kind is not Kind.READ:
                fields = {"op": owner.row.label, "pipe": pipe_text(owner.pipe), "where": place_text(access)}
                self._findings.add(StoreUnfinished(owner.op.span, kernel=self._function.name, **fields))
