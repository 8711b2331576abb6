"""The options that describe a kernel in C++: its entry, its parameters in order, and how it is compiled."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ptodsl.commands import Refused
from ptodsl.commands.inputs import check_names, converted, given_values
from ptodsl.handwritten.description import Kernel
from ptodsl.ir.dtypes import DTYPES, DType
from ptodsl.runtime.signature import Access, ScalarSlot, Slot, TensorSlot

TENSOR_FORM = "NAME:SIZExSIZE...:DTYPE, e.g. x:16x64:fp32"
SCALAR_FORM = "NAME:DTYPE:VALUE, e.g. n:int32:3"
ENTRY_FORM = "a function's name, with its namespace and template arguments: softmax, kernels::softmax<16, 64>"

_NAME = re.compile(r"[A-Za-z_]\w*")
_ENTRY = re.compile(r"(::)?[A-Za-z_]\w*(<[^;{}]*>)?(::[A-Za-z_]\w*(<[^;{}]*>)?)*")
_UNSPEAKABLE = re.compile(r'["\n\r]')
_MOST_DIMS = 5


_ACCESS = {
    "--tensor": Access.READ,
    "--in": Access.READ,
    "--out": Access.WRITE,
    "--inout": Access.READ_WRITE,
}
_SCALAR = "--scalar"


def described(options: argparse.Namespace) -> tuple[Kernel, dict[str, list[str]]]:
    """The kernel that the options describe, and the values that they give."""
    if options.entry is None:
        raise Refused(f"--entry is missing: name the function of {options.file} to call, {ENTRY_FORM}")
    if not options.file.is_file():
        raise Refused(f"cannot read {options.file}: there is no such file")
    if _UNSPEAKABLE.search(str(options.file.absolute())):
        raise Refused(f"cannot include {str(options.file)!r}: no `#include` can name a path with such characters")
    given = given_values(options.set)
    slots: list[Slot] = []
    for option, text in options.parameters or ():
        if option == _SCALAR:
            slot, value = _scalar(option, text)
            given.setdefault(slot.name, [value])
            slots.append(slot)
        else:
            slots.append(_tensor(option, text, _ACCESS[option]))
    _check_slots(slots)
    check_names(slots, given)
    blocks = 1 if options.blocks is None else options.blocks
    for option, number in (("--blocks", blocks), ("--limit", options.limit), ("--timeout", options.timeout or 1)):
        if number <= 0:
            raise Refused(f"{option} {number}: give a number above 0")
    return Kernel(options.file.absolute(), _entry(options.entry), tuple(slots), blocks), given


def _check_slots(slots: Sequence[Slot]) -> None:
    twice = [name for name, count in Counter(slot.name for slot in slots).items() if count > 1]
    if twice:
        raise Refused(f"`{twice[0]}` is described twice: give each parameter a name of its own")
    if not slots:
        raise Refused("the entry has no parameters: describe them with --tensor, --out, --inout and --scalar")


def compiler_flags(options: argparse.Namespace) -> list[str]:
    """What -D and -I add to the command of the compiler."""
    return [
        *(f"-D{one}" for one in options.define or ()),
        *(f"-I{Path(one).absolute()}" for one in options.include or ()),
    ]


def _tensor(option: str, text: str, access: Access) -> TensorSlot:
    """The slot of `x:16x64:fp32`. Raises Refused, which names the option and the form."""
    name, sizes, dtype = _parts(option, text, TENSOR_FORM)
    extents = sizes.split("x")
    if not all(extent.isdecimal() and int(extent) for extent in extents) or len(extents) > _MOST_DIMS:
        raise Refused(f"{option} {text}: `{sizes}` is no shape: write 1 to {_MOST_DIMS} sizes from 1, e.g. 16x64")
    return TensorSlot(name, tuple(map(int, extents)), _dtype(option, text, dtype), access)


def _scalar(option: str, text: str) -> tuple[ScalarSlot, str]:
    """The slot of `n:int32:3`, and its value as it is written. Raises Refused."""
    name, dtype, value = _parts(option, text, SCALAR_FORM)
    slot = ScalarSlot(name, _dtype(option, text, dtype))
    try:
        converted(slot, [value])
    except Refused as refused:
        raise Refused(f"{option} {text}: `{value}` is no {slot.dtype}") from refused
    return slot, value


def _entry(text: str) -> str:
    """A name that may be called. Raises Refused."""
    if _ENTRY.fullmatch(text) is None:
        raise Refused(f"--entry {text}: write {ENTRY_FORM}")
    return text


def _parts(option: str, text: str, form: str) -> tuple[str, str, str]:
    parts = text.split(":")
    if len(parts) != 3 or _NAME.fullmatch(parts[0]) is None:
        raise Refused(f"{option} {text}: write {form}")
    return parts[0], parts[1], parts[2]


def _dtype(option: str, text: str, name: str) -> DType:
    if name not in DTYPES:
        raise Refused(f"{option} {text}: there is no dtype `{name}`: it is one of {', '.join(DTYPES)}")
    return DTYPES[name]
