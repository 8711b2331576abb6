"""E01: names and syntax."""

from __future__ import annotations

from ptodsl.errors import Diagnostic


class NameUnknown(Diagnostic):
    """A name that nothing defines."""

    code = "E0101"
    template = "`{name}` is not defined"
    label_template = "not a parameter, local, closure variable, global or builtin"
    remedy = "{how}"


class NameUnassigned(Diagnostic):
    """A name that is read although some path to the read does not assign it."""

    code = "E0102"
    template = "`{name}` is not assigned {where}"
    label_template = "read here"
    remedy = "{how}"


class Unsupported(Diagnostic):
    """Python that has no meaning in a kernel or orchestration."""

    code = "E0103"
    template = "{what} cannot be compiled"
    label_template = "not supported"
    remedy = "{instead}"


class SourceMissing(Diagnostic):
    """A function whose source text Python does not know."""

    code = "E0104"
    template = "the source of `{name}` is not to be had: {reason}"
    remedy = "{how}"


class AnnotationMissing(Diagnostic):
    """A parameter without a type."""

    code = "E0105"
    template = "parameter `{name}` has no type"
    label_template = "no type"
    remedy = "annotate it, e.g. `{name}: pl.Tensor[[16, 64], pl.FP32]` or `{name}: pl.Scalar[pl.INT32]`"


class AnnotationRefused(Diagnostic):
    """An annotation that is no type of the language, or not one that may stand there."""

    code = "E0106"
    template = "{problem}"
    label_template = "not a type here"
    remedy = "{how}"


class OpUnknown(Diagnostic):
    """An attribute that a namespace of the language does not have."""

    code = "E0107"
    template = "`{name}` does not exist"
    label_template = "unknown"
    remedy = "{how}"


class ArgumentMissing(Diagnostic):
    """A parameter that a call leaves out although it may not."""

    code = "E0108"
    template = "`{callee}` needs the argument `{parameter}`"
    label_template = "`{parameter}` is missing"
    remedy = "{signature}"


class ArgumentUnexpected(Diagnostic):
    """An argument that no parameter takes, or that one takes twice."""

    code = "E0109"
    template = "`{callee}` {problem}"
    label_template = "unexpected"
    remedy = "{signature}"


class NotCompileTime(Diagnostic):
    """A run-time value where the compiler must know it."""

    code = "E0110"
    template = "{what} must be known at compile time"
    label_template = "{given}"
    remedy = "{how}"


class ArgumentRefused(Diagnostic):
    """A compile-time argument of the wrong kind."""

    code = "E0111"
    template = "`{parameter}` of `{callee}` must be {needed}, this is {given}"
    label_template = "{given}"
    remedy = "{signature}"


class CalledOutside(Diagnostic):
    """An op or a kernel called by Python itself."""

    code = "E0112"
    template = "`{name}` was called by Python: it has meaning only where a kernel or orchestration is compiled"
    label_template = "executed, not compiled"
    remedy = "{how}"


class CallCycle(Diagnostic):
    """Functions that call each other in a circle."""

    code = "E0113"
    template = "functions call each other in a circle: {cycle}"
    label_template = "closes the circle"
    remedy = "let an orchestration call kernels, and kernels call nothing"


class MemberUnknown(Diagnostic):
    """An attribute of `self` that the program class does not have."""

    code = "E0114"
    template = "the program `{program}` has no `{name}`"
    label_template = "`{owner}` is the program here"
    remedy = "{how}"


class ReturnMisplaced(Diagnostic):
    """A `return` that is not the last statement of its function."""

    code = "E0115"
    template = "`return` must be the last statement of the function"
    label_template = "returns early"
    remedy = "assign the results on every path and return them at the end"


class CountsDiffer(Diagnostic):
    """More or fewer names than values."""

    code = "E0116"
    template = "{names} for {values}"
    label_template = "{values}"
    remedy = "{how}"


class Misplaced(Diagnostic):
    """An op or a call in the wrong kind of function."""

    code = "E0117"
    template = "`{name}` has no place in {place}"
    label_template = "in {place}"
    remedy = "{how}"


class NotAValue(Diagnostic):
    """A compile-time object where a number, tile or tensor is needed."""

    code = "E0118"
    template = "{given} is not a value that {user} can take"
    label_template = "{given}"
    remedy = "{how}"


class OperatorUndefined(Diagnostic):
    """A Python operator between operands that it has no meaning for."""

    code = "E0119"
    template = "`{operator}` is not defined for {operands}"
    label_template = "{operands}"
    remedy = "{how}"


class EntryUnclear(Diagnostic):
    """A program without one orchestration to start from."""

    code = "E0120"
    template = "the program `{program}` has {count}: what to run is not clear"
    label_template = "{count}"
    remedy = "{how}"


class FunctionNamesClash(Diagnostic):
    """Two functions of one name in a program."""

    code = "E0121"
    template = "two functions of the program are called `{name}`"
    label_template = "the second"
    remedy = "rename one of them"


class SignatureRefused(Diagnostic):
    """A parameter list that a kernel cannot have."""

    code = "E0122"
    template = "{problem}"
    label_template = "not supported"
    remedy = "{how}"


class BranchesAssignConstants(Diagnostic):
    """A name that is one compile-time object on one path and another on the other."""

    code = "E0123"
    template = "`{name}` is {left} on one path and {right} on the other"
    label_template = "depends on a run-time value"
    remedy = "only numbers, tiles and tensors may depend on run-time values; use two names"


class FunctionTypeRefused(Diagnostic):
    """A decorator applied to something it has no meaning for."""

    code = "E0124"
    template = "{problem}"
    remedy = "{how}"


class NestedTooDeep(Diagnostic):
    """Source that is nested deeper than the compiler follows."""

    code = "E0125"
    template = "{what} are nested deeper than {limit} levels"
    label_template = "level {limit}"
    remedy = "{how}"


class StackExhausted(Diagnostic):
    """Python's own limit of nested calls, which stopped the compiler."""

    code = "E0126"
    template = "the stack is too short to {what}: Python's recursion limit is {limit}"
    remedy = "call this from fewer nested functions, or raise the limit by `sys.setrecursionlimit`"


class TextSyntax(Diagnostic):
    """IR text that breaks the grammar."""

    code = "E0150"
    template = "expected {expected}, found {found}"
    label_template = "here"


class TextVersion(Diagnostic):
    """IR text of another version, or none."""

    code = "E0151"
    template = "{problem}"
    label_template = "must be `ptodsl-ir {version}`"
    remedy = "start the text with the line `ptodsl-ir {version}`, or print it again with this version of ptodsl"


class TextOpUnknown(Diagnostic):
    """IR text that uses an op without a row."""

    code = "E0152"
    template = "there is no op `{op}`"
    label_template = "not in the op table"
    remedy = "{how}"


class TextValueUnknown(Diagnostic):
    """IR text that uses a value before it is defined, or where it does not reach."""

    code = "E0153"
    template = "`{name}` is not defined here"
    label_template = "no definition reaches this"
    remedy = "{how}"


class TextRedefined(Diagnostic):
    """IR text that defines a name of a function twice, or a function of a program."""

    code = "E0154"
    template = "`{name}` is defined twice"
    label_template = "the second definition"
    remedy = "give one of them another name"


class TextTypeRefused(Diagnostic):
    """A type in IR text that does not exist."""

    code = "E0155"
    template = "`{text}` is not a type here: {problem}"
    label_template = "{problem}"
    remedy = "{how}"


class TextOperands(Diagnostic):
    """Operands in IR text that do not match the op's row."""

    code = "E0156"
    template = "`{op}` {problem}"
    label_template = "{label}"
    remedy = "write it as in `{form}`"


class TextAttribute(Diagnostic):
    """An attribute in IR text that is unknown, missing, given twice or of the wrong kind."""

    code = "E0157"
    template = "{problem}"
    label_template = "{label}"
    remedy = "{how}"


class TextYield(Diagnostic):
    """A block in IR text that does not yield what its statement needs."""

    code = "E0158"
    template = "this block yields {given}, its statement has {needed}"
    label_template = "yields {given}"
    remedy = "end the block with `yield` and one operand for each result"


class TextNesting(Diagnostic):
    """Blocks in IR text that are nested deeper than the parser follows."""

    code = "E0159"
    template = "{what}s are nested deeper than {limit}"
    label_template = "{what} {limit} of a nest"
    remedy = "move inner {what}s into a function of their own"


class TextMistakes(Diagnostic):
    """IR text with so many mistakes that the rest of it is not read."""

    code = "E0160"
    template = "the text is not read any further: it has {limit} mistakes so far"
    remedy = "mend those, or make sure that this is IR text at all"


class StructureDominance(Diagnostic):
    """A value that is used where its definition has not been executed on every path."""

    code = "E0161"
    template = "`{op}` uses `{name}`, which is not defined on every path to it"
    label_template = "uses `{name}`"
    remedy = "define it before, in this block or one around it; a block hands values out by `yield`"


class StructureDefinition(Diagnostic):
    """A value that has two definitions."""

    code = "E0162"
    template = "`{name}` has two definitions"
    label_template = "the second"
    remedy = "give each definition a value of its own"


class StructureOp(Diagnostic):
    """Operands or results that do not match the op's row."""

    code = "E0163"
    template = "`{op}`: {problem}"
    label_template = "{label}"
    remedy = "see `{form}`"


class StructureAttribute(Diagnostic):
    """An attribute that the op's row does not have, misses, or has with other values."""

    code = "E0164"
    template = "`{op}`: {problem}"
    label_template = "{problem}"
    remedy = "{how}"


class StructureBlock(Diagnostic):
    """A block without its end, or with something behind it."""

    code = "E0165"
    template = "{problem}"
    label_template = "here"
    remedy = "end the body of a function with `return`, every other block with `yield`, and use them nowhere else"


class StructureFlow(Diagnostic):
    """Values that change their count or type on the way through a branch or a loop."""

    code = "E0166"
    template = "{problem}"
    label_template = "{label}"
    remedy = "{how}"


class StructureCall(Diagnostic):
    """A call that does not match a kernel that stands before it."""

    code = "E0167"
    template = "{problem}"
    label_template = "{label}"
    remedy = "{how}"


class StructureStage(Diagnostic):
    """A type or statement that is not as the stage of compilation says."""

    code = "E0168"
    template = "after `{stage}`, {problem}"
    label_template = "{label}"
    remedy = "{how}"


class StructureMemory(Diagnostic):
    """A tile in a memory or layout that the op does not take."""

    code = "E0169"
    template = "`{op}` takes {what} in {allowed}, this one is in {given}"
    label_template = "{given}"
    remedy = "move it there before"


class StructureShared(Diagnostic):
    """Two values that must be the same bytes and are not."""

    code = "E0170"
    template = "`{op}`: {what} shares its bytes with {other}, but {problem}"
    label_template = "{label}"
    remedy = "give both the same memory and bytes"


class StructureFunction(Diagnostic):
    """A function whose signature, or an op in it, does not fit its kind."""

    code = "E0171"
    template = "{problem}"
    label_template = "{label}"
    remedy = "{how}"
