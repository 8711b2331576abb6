"""E03: outputs and directions."""

from __future__ import annotations

from ptodsl.errors import Diagnostic


class DirectionDiffers(Diagnostic):
    """A written direction is not what the body does."""

    code = "E0301"
    template = "parameter `{name}` of `{function}` is declared {declared}, but {does}"
    label_template = "{declared}"
    remedy = "{how}"


class ReturnNotParameter(Diagnostic):
    """A function returns something that is no buffer of its caller's."""

    code = "E0302"
    template = "result {index} of `{function}` is {given}"
    label_template = "{given}"
    remedy = "{how}"


class ReturnedTwice(Diagnostic):
    """Two results are one buffer."""

    code = "E0303"
    template = "`{function}` returns `{name}` twice, as results {first} and {second}"
    label_template = "`{name}` twice"
    remedy = "return each buffer once"


class OutputNotReturned(Diagnostic):
    """A call leaves an output out that its callee does not return."""

    code = "E0304"
    template = "`{callee}` does not return its output `{name}`, and no buffer is passed for it: what it stores is lost"
    label_template = "{label}"
    remedy = "return `{name}` from `{callee}`, or declare it InOut: then every call passes a buffer"


class ConditionalOutput(Diagnostic):
    """An output that a call leaves out is not stored on every path."""

    code = "E0305"
    template = "`{callee}` does not store to its output `{name}` when {path}, and no buffer is passed for it"
    label_template = "{label}"
    remedy = (
        "store to `{name}` on that path too, or declare it InOut: then every call passes a buffer, whose bytes stay"
    )


class OutputDropped(Diagnostic):
    """Nothing that a call stores is ever used."""

    code = "E0306"
    template = "the result `{name}` of `{callee}` is dropped"
    label_template = "this call provides `{name}`"
    remedy = "bind the result to a name and use or return it, or remove the call"


class BuffersDiffer(Diagnostic):
    """A name stands for different buffers on different paths."""

    code = "E0307"
    template = "`{name}` is `{left}` on one path and `{right}` on the other"
    label_template = "`{name}` is two buffers"
    remedy = "store in each branch to the buffer that it means, and return the parameters themselves"


class ArgumentsOverlap(Diagnostic):
    """A kernel would write bytes that another of its arguments has too."""

    code = "E0308"
    template = "arguments `{left}` and `{right}` of `{callee}` share bytes, and it writes to `{written}`"
    label_template = "`{right}`"
    remedy = "pass buffers that do not overlap; a parameter that is read and written is one InOut parameter"
