"""E09: testing."""

from __future__ import annotations

from ptodsl.errors import Diagnostic


class ResultsDiffer(Diagnostic):
    """A result is not what was expected."""

    code = "E0901"
    template = "`{name}`: {count} of {total} elements differ, by up to {worst}\n{elements}"


class SpecMissing(Diagnostic):
    """A parameter or result of the program has no spec."""

    code = "E0902"
    template = "no tensor spec for {name}; the case has {known}"
    remedy = "define one in `define_tensors`, with the name of the orchestration's parameter"


class SpecUnknown(Diagnostic):
    """A spec names nothing that the program has."""

    code = "E0903"
    template = "the tensor spec `{name}` names no parameter of `{program}`"
    remedy = "use the name of a parameter of the orchestration, or `is_output=True` for a result"


class SpecDiffers(Diagnostic):
    """A spec and the program disagree about a tensor."""

    code = "E0904"
    template = "the tensor spec `{name}` is {given}, the program declares {declared}"
    label_template = "{declared}"
    remedy = "give both the same shape and dtype"


class ExpectedUnwritten(Diagnostic):
    """The reference does not say what an output must be."""

    code = "E0905"
    template = "`compute_expected` of `{case}` leaves elements of `{name}` unwritten"
    remedy = (
        'write the whole output in place, e.g. `tensors["{name}"][:] = ...`; '
        "a case that expects NaN sets `expects_nan = True`"
    )


class TorchMissing(Diagnostic):
    """The harness runs on torch tensors."""

    code = "E0906"
    template = "test cases need torch, which is not installed"
    remedy = "pip install 'ptodsl[torch]'"
