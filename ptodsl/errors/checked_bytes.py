"""E11: what a checked run finds, second part: addresses, contents, and the rules of the architecture."""

from __future__ import annotations

from ptodsl.errors.checked import Verdict


class Unassigned(Verdict):
    """A tile that is used before it has an address."""

    code = "E1113"
    kind = "unassigned"
    template = "`{op}` uses a tile that no TASSIGN gave an address: `{operand}`"
    label_template = "`{operand}` has no address"
    remedy = "put `TASSIGN(tile, address)` before its first use"


class OutOfCapacity(Verdict):
    """A tile that ends behind its memory."""

    code = "E1114"
    kind = "out-of-capacity"
    template = "`{operand}` of `{op}` takes {where}, and {memory} has {capacity} bytes"
    label_template = "`{operand}` ends at {end}"
    remedy = "move it down, make it smaller, or lay it over a tile that is not needed any more"


class Misaligned(Verdict):
    """A tile that starts where its memory has no block."""

    code = "E1115"
    kind = "misaligned"
    template = "`{operand}` of `{op}` starts at {start} of {memory}, which is no multiple of {alignment}"
    label_template = "`{operand}` starts at {start}"
    remedy = "assign it to a multiple of {alignment} bytes"


class HiddenScratch(Verdict):
    """A form without a temporary works in bytes of its own choice, and something lives there."""

    code = "E1116"
    kind = "hidden-scratch"
    template = "`{op}` without a temporary works in {where}, where live bytes lie"
    label_template = "overwrites them"
    other_label = "written here"
    remedy = "give it a temporary tile, or keep these bytes free"


class OutOfBounds(Verdict):
    """Global memory that is outside of every tensor that the kernel was given."""

    code = "E1117"
    kind = "out-of-bounds"
    template = "`{op}` goes to the elements {start} to {end} of `{parameter}`, which has {extent}"
    label_template = "`{operand}` leaves `{parameter}`"
    remedy = "keep the window inside the tensor; cut the last one with a valid shape"


class WriteToInput(Verdict):
    """A tensor that the kernel was given to read, and writes."""

    code = "E1118"
    kind = "write-to-input"
    template = "`{op}` writes `{parameter}`, which is an input"
    label_template = "writes `{parameter}`"
    remedy = "write to an output, or declare `{parameter}` as one that is read and written"


class UndefinedStored(Verdict):
    """An element that nothing has defined goes out to global memory."""

    code = "E1119"
    kind = "undefined-stored"
    template = "`{op}` stores {count} undefined elements of `{operand}`, the first at [{row}, {column}]"
    label_template = "undefined from [{row}, {column}] on"
    remedy = "define them first, or narrow the valid shape to what is defined"


class UndefinedRead(Verdict):
    """A value that nothing has defined decides something."""

    code = "E1120"
    kind = "undefined-read"
    template = "`{op}` reads {count} undefined elements of `{operand}`, the first at [{row}, {column}]"
    label_template = "undefined at [{row}, {column}]"
    remedy = "write them before they are read"


class OtherLayout(Verdict):
    """Bytes that are read through a tile type that lays them out in another way than the one that wrote them."""

    code = "E1121"
    kind = "other-layout"
    template = "`{op}` reads `{operand}` in {memory} as {layout}, and the bytes from {start} on were written as \
{other_layout}"
    label_template = "read as {layout}"
    other_label = "written as {other_layout}"
    remedy = "read them through the tile type that wrote them, or move them into a tile of the other layout first"


class MoveIllegal(Verdict):
    """A move between two memories that the architecture has no path for."""

    code = "E1122"
    kind = "illegal-move"
    template = "`{op}` moves from {source} to {target}, which {architecture} cannot"
    label_template = "{source} to {target}"
    remedy = "go through the memories between them, or through global memory"


class DTypeRefused(Verdict):
    """An element type that the instruction does not have on this architecture."""

    code = "E1123"
    kind = "dtype-refused"
    template = "`{op}` does not take {dtype} on {architecture}"
    label_template = "{dtype} here"
    remedy = "convert with TCVT to a type that it takes, and back"


class LayoutRefused(Verdict):
    """A layout that the instruction does not take."""

    code = "E1124"
    kind = "layout-refused"
    template = "`{op}` does not take the layout of `{operand}`: {rule}"
    label_template = "`{operand}`"
    remedy = "give the tile the layout that the rule asks for"


class ShapeRefused(Verdict):
    """A shape that the hardware does not take, although a simulator would."""

    code = "E1125"
    kind = "shape-refused"
    template = "`{op}` does not take the shape or place of `{operand}`: {rule}"
    label_template = "`{operand}`"
    remedy = "give it a shape and a place that keep the rule"


class OperandsOverlap(Verdict):
    """Two operands of one instruction that share bytes which it must not share."""

    code = "E1128"
    kind = "operands-overlap"
    template = "`{operand}` and `{other_operand}` of `{op}` share bytes: {rule}"
    label_template = "`{operand}` lies over `{other_operand}`"
    remedy = "assign them to bytes that do not overlap"


class ZeroNow(Verdict):
    """A divisor of integers, or the step of a loop, that is 0."""

    code = "E1129"
    kind = "zero"
    template = "{what} is 0"
    label_template = "0 here"
    remedy = "do this only where it is another number"


class NotModelled(Verdict):
    """An instruction, or a use of one, that the checked library knows nothing about."""

    code = "E1126"
    kind = "not-modelled"
    template = "`{op}` is not modelled: {rule}"
    label_template = "not modelled"
    remedy = "write it without `{op}`: what is not modelled cannot be judged"


class Unworded(Verdict):
    """A finding whose kind or fields this release has no words for."""

    code = "E1127"
    kind = ""
    template = "the checked library reports `{found}` ({facts})"
    label_template = "`{found}`"
    remedy = "report this: each kind of finding should have words of its own"
