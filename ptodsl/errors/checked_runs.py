"""E11: what a checked run comes to as a whole, third part; the compiler's refusal of a hand-written kernel too."""

from __future__ import annotations

from ptodsl.errors import Diagnostic


class OrderMatters(Diagnostic):
    """The flags allow two orders of the pipes that give different results."""

    code = "E1130"
    template = "`{name}` depends on the order of the pipes: under {schedule} {count} of {total} elements differ from \
program order\n{elements}"
    remedy = "order the instructions that race: the flags allow each of these orders"


class KernelCrashed(Diagnostic):
    """The process that ran a hand-written kernel was ended by a signal."""

    code = "E1131"
    template = "`{entry}` crashed under {schedule}: {signal}"
    remedy = "mend what else was found, which may well be the cause; \
if nothing was, look for addresses that are computed outside of the tile instructions"


class KernelHung(Diagnostic):
    """A hand-written kernel did not end in time."""

    code = "E1132"
    template = "`{entry}` did not end under {schedule} within {seconds:g} seconds"
    remedy = "mend what else was found, which may well be the cause; \
if nothing was, look for a loop that does not end, or give it more time: `--timeout SECONDS`"


class SourceRefused(Diagnostic):
    """The C++ compiler refuses a hand-written kernel."""

    code = "E1133"
    template = "the C++ compiler refuses this: {said}"
    label_template = "here"
    remedy = "mend it; the compiler's whole output is in {output}"


class EntryRefused(Diagnostic):
    """An entry that cannot be called with what the options describe."""

    code = "E1134"
    template = "`{entry}` cannot be called as it is described: {said}"
    remedy = "give one --tensor, --out, --inout or --scalar for each of its parameters, in their order and with their \
types; name it with its namespace and, if it is a template, with its arguments: --entry 'kernels::softmax<16>'; the \
compiler's whole output is in {output}"
