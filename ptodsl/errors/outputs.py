"""E03: outputs and directions."""

from __future__ import annotations

from ptodsl.errors import Diagnostic


class DirectionDiffers(Diagnostic):
    """A written direction is not what the body does."""

    code = "E0301"
    template = "parameter `{name}` of `{function}` is declared {declared}, but {does}"
    label_template = "{declared}"
    remedy = "declare it {actual}"


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
    template = "`{callee}` does not return its output `{name}`, so the buffer that this call leaves out is lost"
    label_template = "`{name}` is left out here"
    remedy = "return `{name}` from `{callee}`, or pass a buffer for it"


class ConditionalOutput(Diagnostic):
    """An output that a call leaves out is not stored on every path."""

    code = "E0305"
    template = "`{callee}` does not store to its output `{name}` {path}, so the buffer provided here may stay undefined"
    label_template = "`{name}` is left out here"
    remedy = "store to `{name}` on every path, or pass a buffer for it"


class OutputDropped(Diagnostic):
    """What a call provides is never used."""

    code = "E0306"
    template = "the result `{name}` of `{callee}` is dropped"
    label_template = "this call provides `{name}`"
    remedy = "bind the result to a name and use or return it, or remove the call"


class BuffersDiffer(Diagnostic):
    """A name stands for different buffers on different paths."""

    code = "E0307"
    template = "`{name}` is `{left}` on one path and `{right}` on the other"
    label_template = "`{name}` is two buffers"
    remedy = "{how}"


class ArgumentsOverlap(Diagnostic):
    """A kernel would write bytes that another of its arguments has too."""

    code = "E0308"
    template = "arguments `{left}` and `{right}` of `{callee}` share bytes, and it writes to `{written}`"
    label_template = "`{left}` and `{right}` overlap"
    remedy = "pass buffers that do not overlap; a parameter that is read and written is one InOut parameter"
