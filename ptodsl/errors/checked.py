"""E11: what a checked run finds, first part: order, tokens and pipes.

Each class has the kind that the engine calls it by; its templates take the finding's own fields and the words that
`ptodsl.verdicts` makes of them.
"""

from __future__ import annotations

from typing import ClassVar

from ptodsl.errors import Diagnostic


class Verdict(Diagnostic):
    """A finding of the checked tile library in words."""

    kind: ClassVar[str]
    other_label: ClassVar[str] = ""
    """What stands beside the other place."""


class Race(Verdict):
    """Two instructions touch a common byte, one writes, and the chip may run them in either order."""

    code = "E1101"
    kind = "race"
    template = "nothing orders `{op}` on {pipe} after `{other_op}` on {other_pipe}, and both touch {where}"
    label_template = "{pipe} {effect} `{operand}`"
    other_label = "{other_pipe} {other_effect} `{other_operand}`"
    remedy = "{how}"


class RaceRelaxed(Verdict):
    """Two instructions of one pipe whose conflict hardware is only said to keep in order: an error with --strict."""

    code = "W1101"
    kind = "race"
    template = "`{op}` follows `{other_op}` on {pipe} without a barrier, and both touch {where}: {why}"
    label_template = "{pipe} {effect} `{operand}`"
    other_label = "{other_pipe} {other_effect} `{other_operand}`"
    remedy = "{how}"


class WaitForever(Verdict):
    """A wait that no set can satisfy: the pipe, and with it the kernel, would hang."""

    code = "E1102"
    kind = "wait-without-set"
    template = "no token of `{flag}` comes to this wait: {target} would wait for ever, {blocked} behind it"
    label_template = "waits for `{flag}`"
    remedy = "{how}"


class TokenLeft(Verdict):
    """A token that nobody took: it would release a wait of the next kernel."""

    code = "E1103"
    kind = "token-left"
    template = "a token of `{flag}` is pending when the kernel ends: it would release a wait of the next one"
    label_template = "set here, waited for nowhere"
    remedy = "put `wait_flag({flag})` on every path from here to the end"


class SetTwice(Verdict):
    """A set while the token of the one before may be pending: flags that are bits lose one."""

    code = "E1104"
    kind = "set-twice"
    template = "`{flag}` is set again before its first token is taken: where a flag is one bit, the second is lost"
    label_template = "a second token of `{flag}`"
    other_label = "the first one"
    remedy = "wait for the first token before this, or use another event id"


class SetTwiceNoted(Verdict):
    """A set while the token of the one before may be pending, in code of others: an error with --strict-flags."""

    code = "W1102"
    kind = "set-twice"
    template = "`{flag}` is set again before its first token is taken; flags that count allow it"
    label_template = "a second token of `{flag}`"
    other_label = "the first one"
    remedy = "wait for the first token before this, or use another event id"


class TooManyTokens(Verdict):
    """More tokens of one flag than its counter holds."""

    code = "E1105"
    kind = "too-many-tokens"
    template = "more than 15 tokens of `{flag}` are pending: its counter overflows"
    label_template = "one token more than there is room for"
    remedy = "wait for `{flag}` as often as it is set"


class TokenStolen(Verdict):
    """A pending token that a flag inside a library instruction would be mistaken for."""

    code = "E1106"
    kind = "token-stolen"
    template = "`{op}` uses `{flag}` inside while a token of it is pending: the instruction would take it"
    label_template = "sets and waits for `{flag}` inside"
    other_label = "the token that it takes"
    remedy = "use an event id from 1 on for {source} to {target}, or wait before `{op}`"


class PairIllegal(Verdict):
    """A flag between two pipes that the core cannot connect."""

    code = "E1107"
    kind = "illegal-pair"
    template = "a {core} core of {architecture} has no flags from {source} to {target}"
    label_template = "{source} to {target}"
    remedy = "go through a pipe that both have flags with, or put `pipe_barrier(PIPE_ALL)` here"


class BarrierIllegal(Verdict):
    """A barrier on a pipe that does not take one."""

    code = "E1108"
    kind = "illegal-barrier"
    template = "`pipe_barrier(PIPE_{pipe})` is not legal on a {core} core of {architecture}"
    label_template = "no barrier on {pipe}"
    remedy = "{how}"


class SamePipeFlag(Verdict):
    """A flag from a pipe to itself."""

    code = "E1109"
    kind = "same-pipe-flag"
    template = "a flag goes from {pipe} to {pipe}: a pipe has no flags to itself"
    label_template = "{pipe} to itself"
    remedy = "put `pipe_barrier(PIPE_{pipe})` here"


class EventBad(Verdict):
    """An event id that the hardware does not have."""

    code = "E1110"
    kind = "bad-event"
    template = "there is no event id {event}: each ordered pair of pipes has 0 to 7"
    label_template = "id {event}"
    remedy = "use an id from 0 to 7; ids are counted for each ordered pair of pipes"


class CoresMixed(Verdict):
    """Pipes of a cube core and of a vector core in one kernel."""

    code = "E1111"
    kind = "cores-mixed"
    template = "`{op}` runs on {pipe} and an earlier instruction on {other_pipe}: no core has both"
    label_template = "on {pipe}"
    other_label = "on {other_pipe}"
    remedy = "put cube work under `__DAV_CUBE__` and vector work under `__DAV_VEC__`, or split the kernel"


class StoreUnfinished(Verdict):
    """A write to global memory that nothing orders before the end of the kernel."""

    code = "E1112"
    kind = "store-unfinished"
    template = "`{op}` on {pipe} may not be done when the kernel returns"
    label_template = "writes global memory"
    remedy = "end the kernel with `pipe_barrier(PIPE_ALL)`, or let S wait for {pipe}"


class StoreUnfinishedNoted(Verdict):
    """The same of code of others, which may be launched by itself: an error with --strict."""

    code = "W1103"
    kind = "store-unfinished"
    template = "`{op}` on {pipe} may not be done when the kernel returns: a launch waits for it, a task graph does not"
    label_template = "writes global memory"
    remedy = "end the kernel with `pipe_barrier(PIPE_ALL)`, or let S wait for {pipe}"
