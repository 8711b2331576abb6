"""E08: what a program finds wrong while it runs."""

from __future__ import annotations

from ptodsl.errors import Diagnostic


class ProgramFault(Diagnostic):
    """A check of the program itself failed."""

    code = "E0801"
    template = "{what}"
    label_template = "while this ran"


class OutOfMemory(Diagnostic):
    """No memory for tensors that the program creates, or for its results."""

    code = "E0802"
    template = "there was no memory for {what}"
    remedy = "free memory, or compile the program for smaller shapes"


class UndefinedStored(Diagnostic):
    """A valid element that nothing has defined goes out to a tensor."""

    code = "E0830"
    template = "an undefined element is stored: [{row}, {column}] of {count} in a tile of {rows} x {columns}"
    label_template = "{count} of its valid elements are undefined"
    remedy = (
        "define them first (`pl.full`, `pl.load`, `pl.fillpad`), or narrow the tile with `pl.set_validshape` "
        "to what is defined"
    )


class UndefinedRead(Diagnostic):
    """A scalar is read from an element of a tensor that nothing has written."""

    code = "E0831"
    template = "element [{index}] is read, and nothing has written it"
    label_template = "undefined here"
    remedy = "store to it before it is read, or pass a tensor that holds it"


class WindowOutside(Diagnostic):
    """Offsets that only run time knows take a window out of its tensor or tile."""

    code = "E0832"
    template = "`{op}` leaves dim {dim}: [{start}, {stop}) of an extent of {extent}"
    label_template = "the offset is {start} here"
    remedy = "keep the window inside; for a last block that is partly there, give its extent with `valid_shape=`"


class ElementOutside(Diagnostic):
    """An index that only run time knows is not in its tensor."""

    code = "E0838"
    template = "`{op}`: the index {index} is outside of dim {dim}, whose extent is {extent}"
    label_template = "the index is {index} here"
    remedy = "keep it in 0 to {last}, e.g. by an `if` around this"


class ValidExtentOutside(Diagnostic):
    """A valid extent that only run time knows is not within the tile."""

    code = "E0833"
    template = "`{op}` is given the valid extent {extent} in dim {dim}, which is not in 1 to {limit}"
    label_template = "{extent} here"
    remedy = "bound it, e.g. `pl.min(n, {limit})`, and leave out a block of which nothing is valid"


class ValidShapesDifferNow(Diagnostic):
    """Two operands whose valid shapes only run time knows do not agree."""

    code = "E0834"
    template = "valid shapes differ in `{op}`: {left} and {right}"
    label_template = "{left} and {right} here"
    remedy = "load both with the same `valid_shape`, or give one of them `pl.set_validshape`"


class DivisionByZero(Diagnostic):
    """An integer is divided by zero."""

    code = "E0835"
    template = "{left} {symbol} 0 is not defined for integers"
    label_template = "the divisor is 0 here"
    remedy = "divide only where the divisor is not 0, e.g. `n // pl.max(d, 1)`"


class StepZero(Diagnostic):
    """A loop that would never end."""

    code = "E0836"
    template = "the step of a loop is 0"
    label_template = "0 here"
    remedy = "give `pl.range` a positive or negative step"


class OutputOverlaps(Diagnostic):
    """Two arguments of a call share bytes, and the kernel writes one of them."""

    code = "E0837"
    template = "`{callee}` writes `{output}`, which shares bytes with `{other}`"
    label_template = "in this call"
    remedy = "pass windows that do not overlap, or a buffer of its own (`pl.create_tensor`) for the output"
