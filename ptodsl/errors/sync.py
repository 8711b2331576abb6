"""E05: synchronisation."""

from __future__ import annotations

from ptodsl.errors import Diagnostic


class HazardUnordered(Diagnostic):
    """Two instructions touch a common byte, one writes, and nothing orders them."""

    code = "E0501"
    template = "`{later}` on {sink} does not wait for `{earlier}` on {source}: both touch {where}"
    label_template = "{sink} {does} {what}"
    remedy = "{how}"


class WaitWithoutSet(Diagnostic):
    """A wait that no set comes before: the pipe, and with it the kernel, would hang."""

    code = "E0502"
    template = "no token of `{flag}` stands on some path to this wait: {target} would wait for ever"
    label_template = "no set of `{flag}` before this"
    remedy = "put `set_flag {flag}` on every path to it, in a loop also before the first iteration"


class FlagSetTwice(Diagnostic):
    """A set while a token of the same flag was not yet waited for."""

    code = "E0503"
    template = "`{flag}` is set a second time before its first token is waited for"
    label_template = "a second token of `{flag}`"
    remedy = "wait for the first one before this, or use another event id"


class BranchesUnbalanced(Diagnostic):
    """The branches of an `if` leave different numbers of tokens pending."""

    code = "E0504"
    template = "the branches leave {then} and {orelse} tokens of `{flag}` pending"
    label_template = "{then} pending after the first branch, {orelse} after the other"
    remedy = "set and wait for `{flag}` in both branches alike, or do both outside of the `if`"


class LoopUnbalanced(Diagnostic):
    """An iteration leaves more or fewer tokens pending than it found."""

    code = "E0505"
    template = "an iteration starts with {before} and ends with {after} tokens of `{flag}` pending"
    label_template = "{before} pending before the body, {after} after it"
    remedy = "give every `set_flag {flag}` in the body its `wait_flag {flag}`; one token may stand across the loop, \
set before it and waited for after it"


class TokenLeft(Diagnostic):
    """A token that is pending when the kernel ends: it would release a wait of the next kernel."""

    code = "E0506"
    template = "a token of `{flag}` is pending when `{kernel}` ends: it would release a wait of the next kernel"
    label_template = "set here, waited for nowhere"
    remedy = "put `wait_flag {flag}` on every path from here to the end"


class PairIllegal(Diagnostic):
    """A flag between two pipes that the core cannot connect."""

    code = "E0507"
    template = "a {core} core of {architecture} has no flags from {source} to {target}"
    label_template = "{source} to {target}"
    remedy = "{how}"


class EventOutOfRange(Diagnostic):
    """An event id that the hardware does not have."""

    code = "E0508"
    template = "{architecture} has event ids 0 to {last}, not {event}"
    label_template = "id {event}"
    remedy = "use an id from 0 to {last}; ids are counted for each ordered pair of pipes"


class BarrierIllegal(Diagnostic):
    """A barrier on a pipe that does not take one."""

    code = "E0509"
    template = "`pipe_barrier {pipe}` is not legal on a {core} core of {architecture}"
    label_template = "no barrier on {pipe}"
    remedy = "{how}"


class PipeMissing(Diagnostic):
    """An instruction of a pipe that the kernel's core does not have."""

    code = "E0510"
    template = "`{op}` runs on {pipe}, which a {core} core does not have"
    label_template = "runs on {pipe}"
    remedy = "split the kernel: matrix products on a cube core, vector work on a vector core"


class NotModelled(Diagnostic):
    """An instruction whose order this verifier knows nothing about."""

    code = "E0511"
    template = "`{op}` is not modelled: {why}"
    label_template = "not modelled"
    remedy = "write it without `{op}`: what is not modelled cannot be proven"


class FinalBarrierMissing(Diagnostic):
    """A kernel that does not end in a barrier of all pipes."""

    code = "E0512"
    template = "`{kernel}` does not end in `pipe_barrier all`: its stores may not be done when it returns"
    label_template = "returns here"
    remedy = "make `pipe_barrier all` the last statement before `return`"


class HiddenFlagTaken(Diagnostic):
    """A pending token that a flag inside a library instruction would be mistaken for."""

    code = "E0513"
    template = "`{op}` uses `{flag}` inside while a token of it is pending: the instruction would take it"
    label_template = "sets and waits for `{flag}` inside"
    remedy = "use an id from {first} on for `{pair}`, or wait before `{op}`"


class StoreUnfinished(Diagnostic):
    """A write to global memory that is not known to be done when the kernel returns."""

    code = "E0514"
    template = "`{op}` on {pipe} may not be done when `{kernel}` returns"
    label_template = "writes {where}"
    remedy = "end the kernel with `pipe_barrier all`, or wait for {pipe} on S"


class FlagReused(Diagnostic):
    """A set that may fire while the token before it was not taken yet: forbidden by --strict-flags."""

    code = "E0515"
    template = "`{flag}` may be set again before its first token is taken"
    label_template = "nothing orders this set after the wait before it"
    remedy = "use another event id, or order {source} after the wait by a flag from {target} to {source}"


class NothingOrdered(Diagnostic):
    """IR text whose kernel has no flags and no barriers although it needs them."""

    code = "E0516"
    template = "`{kernel}` has neither flags nor barriers: it stands as `allocate` leaves it, before `insert_sync`"
    label_template = "nothing here orders its pipes"
    remedy = "judge what `ptodsl ir FILE --after insert_sync` prints, or order by hand what is found below"


class FlagMayBeReused(Diagnostic):
    """A set that may fire while the token before it was not taken yet: sound where flags count."""

    code = "W0501"
    template = "`{flag}` may be set again before its first token is taken; flags that count allow it"
    label_template = "nothing orders this set after the wait before it"
    remedy = "use another event id, or order {source} after the wait by a flag from {target} to {source}"


class FlagPendingTwice(Diagnostic):
    """A second token of a flag in code that others wrote: parts that count tokens allow it."""

    code = "W0504"
    template = "`{flag}` is set a second time before its first token is waited for: right only where flags count"
    label_template = "a second token of `{flag}`"
    remedy = "wait for the first one before this, or use another event id: a part whose flag is one bit hangs here"


class ReservedEvent(Diagnostic):
    """An event id that library instructions use inside."""

    code = "W0502"
    template = "`{flag}` is a flag that library instructions of {architecture} use inside"
    label_template = "id {event}"
    remedy = "use an id from {first} on for this pair"


class ChainRelaxed(Diagnostic):
    """Two instructions of one pipe whose conflict hardware is only said to keep in order."""

    code = "W0503"
    template = "`{later}` follows `{earlier}` on {sink} without a barrier: {why}"
    label_template = "{sink} {does} {what}"
    remedy = "{how}"
