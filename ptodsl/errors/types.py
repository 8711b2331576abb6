"""E02: types that do not agree."""

from __future__ import annotations

from ptodsl.errors import Diagnostic


class DTypesDiffer(Diagnostic):
    """Two operands of an op have different dtypes; nothing is promoted."""

    code = "E0201"
    template = "dtypes differ in `{op}`"
    label_template = "{label}"
    remedy = "{how}"


class ShapesDiffer(Diagnostic):
    """Two operands that must have one shape have two."""

    code = "E0202"
    template = "shapes differ in `{op}`: {left} and {right}"
    label_template = "{left} and {right}"
    remedy = "{how}"


class ValidShapesDiffer(Diagnostic):
    """Two operands that must have one valid shape have two."""

    code = "E0203"
    template = "valid shapes differ in `{op}`: {left} and {right}"
    label_template = "{left} and {right}"
    remedy = "load both with the same `valid_shape`, or give one of them `pl.set_validshape`"


class DTypeRefused(Diagnostic):
    """An op is not defined for a dtype."""

    code = "E0204"
    template = "`{op}` does not take {dtype}"
    label_template = "{dtype}"
    remedy = "it takes {allowed}; {how}"


class OperandKindWrong(Diagnostic):
    """A tile where a tensor is needed, and the like."""

    code = "E0205"
    template = "`{op}` needs {needed} as `{operand}`, this is {given}"
    label_template = "{given}"
    remedy = "{how}"


class LiteralOutOfRange(Diagnostic):
    """A literal that its dtype cannot hold."""

    code = "E0206"
    template = "the literal {value} does not fit {dtype}"
    label_template = "{value} as {dtype}"
    remedy = "{how}"


class AnnotationDiffers(Diagnostic):
    """A value does not have the type that the user wrote."""

    code = "E0207"
    template = "`{name}` is declared {declared}, its value is {given}"
    label_template = "{given}"
    remedy = "{how}"


class ReassignedType(Diagnostic):
    """A name is assigned a value of another type than it had."""

    code = "E0208"
    template = "`{name}` was {before}, this makes it {after}"
    label_template = "{after}"
    remedy = "use a new name, or `pl.cast` the value to {before}"


class ArgumentDiffers(Diagnostic):
    """An argument does not have its parameter's type."""

    code = "E0209"
    template = "argument `{parameter}` of `{callee}` is {given}, its parameter {declared}"
    label_template = "{given}"
    remedy = "{how}"


class ResultDiffers(Diagnostic):
    """A returned value does not have the declared type."""

    code = "E0210"
    template = "result {index} of `{function}` is declared {declared}, this returns {given}"
    label_template = "{given}"
    remedy = "{how}"


class ConditionRefused(Diagnostic):
    """A condition that is neither BOOL nor an integer scalar."""

    code = "E0211"
    template = "a condition must be BOOL or an integer scalar, this is {given}"
    label_template = "{given}"
    remedy = "{how}"


class IntegerDivision(Diagnostic):
    """`/` between integers."""

    code = "E0212"
    template = "`/` between integers ({left} and {right}) is not defined"
    label_template = "{left} / {right}"
    remedy = "write `//` for the floored quotient, or cast both to FP32"


class ShapeRefused(Diagnostic):
    """A shape, window, offset count or extent that the op cannot have."""

    code = "E0213"
    template = "`{op}`: {problem}"
    label_template = "{label}"
    remedy = "{how}"


class BranchesDiffer(Diagnostic):
    """A name leaves two branches, or a loop iteration, with two types."""

    code = "E0214"
    template = "`{name}` is {left}, but {right}"
    label_template = "{label}"
    remedy = "assign values of one type on both paths, or use two names"


class ResultCountDiffers(Diagnostic):
    """A function returns more or fewer values than it declares."""

    code = "E0215"
    template = "`{function}` declares {declared}, this returns {given}"
    label_template = "{given}"
    remedy = "return one tensor for each declared result"


class ReshapeOfGaps(Diagnostic):
    """A reshape of a view whose rows do not follow each other, to a shape that would need them to."""

    code = "E0216"
    template = "`reshape` from {source} to {target} would move data: `{name}` is a view with gaps between its rows"
    label_template = "{source} with strides {strides}"
    remedy = "only add or drop dims of size 1 here, or let a kernel copy the view into a tensor of its own"


class ZeroDivisor(Diagnostic):
    """An integer is divided by what is known to be 0."""

    code = "E0217"
    template = "`{operator}` by 0 is not defined for integers"
    label_template = "the divisor is 0"
    remedy = "divide by something else, or leave the division out"
