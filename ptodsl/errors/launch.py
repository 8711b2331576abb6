"""E07: arguments that a program cannot be launched with."""

from __future__ import annotations

from ptodsl.errors import Diagnostic


class ArgumentMissing(Diagnostic):
    """A parameter that the call gives nothing for."""

    code = "E0701"
    template = "`{program}` was launched without `{name}`"
    label_template = "declared here as {declared}"
    remedy = "its parameters are {parameters}"


class ArgumentsExtra(Diagnostic):
    """More positional arguments than parameters."""

    code = "E0702"
    template = "`{program}` was launched with {given} positional arguments and has {count} parameters"
    remedy = "its parameters are {parameters}; buffers for provided results go to `out=`"


class ArgumentUnknown(Diagnostic):
    """A keyword that is no parameter."""

    code = "E0703"
    template = "`{program}` has no parameter `{name}`"
    remedy = "its parameters are {parameters}"


class ArgumentTwice(Diagnostic):
    """A parameter that the call gives by position and by keyword."""

    code = "E0704"
    template = "`{name}` was given both by position and by keyword"
    remedy = "give it once"


class ArrayExpected(Diagnostic):
    """Something that is no array where the program takes a tensor."""

    code = "E0705"
    template = "`{name}` takes an array, this is {given}"
    label_template = "declared here as {declared}"
    remedy = "pass a numpy array or a torch tensor, e.g. `np.asarray(value, dtype=...)`"


class ArrayUnreadable(Diagnostic):
    """An array whose elements do not lie in memory one by one."""

    code = "E0706"
    template = "the memory of `{name}` cannot be reached: {reason}"
    remedy = "pass a dense copy in host memory"


class ShapeDiffers(Diagnostic):
    """An array of another shape than the parameter's."""

    code = "E0707"
    template = "`{name}` has shape {given}, the program takes {expected}"
    label_template = "declared here as {declared}"
    remedy = "pass an array of shape {expected}, or compile the program for {given}"


class DTypeDiffers(Diagnostic):
    """An array of another dtype than the parameter's."""

    code = "E0708"
    template = "`{name}` holds {given}, the program takes {expected}"
    label_template = "declared here as {declared}"
    remedy = "convert the array to {numpy}, or change the declaration"


class DeviceDiffers(Diagnostic):
    """An array that is not in this machine's memory."""

    code = "E0709"
    template = "`{name}` is on device {device}, the program runs on the host"
    remedy = "copy it to the host first, e.g. `{name}.cpu()`"


class NotContiguous(Diagnostic):
    """An array with gaps between its elements, or in another order than C's."""

    code = "E0710"
    template = "`{name}` is not C-contiguous: its strides are {strides} elements"
    remedy = "pass `numpy.ascontiguousarray({name})` or `{name}.contiguous()`"


class ReadOnly(Diagnostic):
    """A read-only array that the program writes."""

    code = "E0711"
    template = "`{name}` is read-only, and the program writes it"
    label_template = "declared here as {declared}"
    remedy = "pass a writable array, e.g. a copy"


class ByteOrderDiffers(Diagnostic):
    """An array of foreign byte order."""

    code = "E0712"
    template = "`{name}` has the byte order of another machine"
    remedy = "convert it, e.g. `{name}.astype({name}.dtype.newbyteorder('='))`"


class Misaligned(Diagnostic):
    """An array that starts in the middle of an element."""

    code = "E0713"
    template = "`{name}` starts at an address that is no multiple of its {size}-byte elements"
    remedy = "pass a copy"


class RequiresGrad(Diagnostic):
    """A tensor that automatic differentiation follows."""

    code = "E0714"
    template = "`{name}` requires a gradient, which a launch does not record"
    remedy = "pass `{name}.detach()`"


class Overlap(Diagnostic):
    """Bytes that the program writes and that are part of a second argument."""

    code = "E0715"
    template = "`{written}` and `{other}` share {size} bytes, and the program writes `{written}`"
    remedy = "pass a copy of one of them"


class ScalarExpected(Diagnostic):
    """A value of another kind than the scalar parameter's."""

    code = "E0716"
    template = "`{name}` takes {expected}, this is {given}"
    label_template = "declared here as {declared}"
    remedy = "{how}"


class ScalarOutOfRange(Diagnostic):
    """A number that the scalar parameter's dtype cannot hold."""

    code = "E0717"
    template = "`{name}` takes {dtype}, which cannot hold {value}"
    label_template = "declared here as {declared}"
    remedy = "pass a number within {least} and {greatest}, or declare a wider dtype"


class OutCountDiffers(Diagnostic):
    """Another number of buffers in `out=` than there are provided results."""

    code = "E0718"
    template = "`out=` holds {given} buffers, the program provides {count} results"
    remedy = "{how}"
