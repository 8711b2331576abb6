"""What a hand-written kernel is called with: the words of the command line as slots."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ptodsl.commands import Refused
from ptodsl.ir.dtypes import DTYPES, DType
from ptodsl.runtime.signature import Access, ScalarSlot, Signature, Slot, TensorSlot

TENSOR_FORM = "NAME:SIZExSIZE...:DTYPE, e.g. x:16x64:fp32"
SCALAR_FORM = "NAME:DTYPE:VALUE, e.g. n:int32:3"
ENTRY_FORM = "a function's name, with its namespace and template arguments: softmax, kernels::softmax<16, 64>"

_NAME = re.compile(r"[A-Za-z_]\w*")
_ENTRY = re.compile(r"(::)?[A-Za-z_]\w*(<[^;{}]*>)?(::[A-Za-z_]\w*(<[^;{}]*>)?)*")
_MOST_DIMS = 5


@dataclass(frozen=True)
class Kernel:
    """A kernel as it is called: an entry of a file with its parameters in order, once for each of `blocks`."""

    file: Path
    entry: str
    parameters: tuple[Slot, ...]
    blocks: int

    @property
    def signature(self) -> Signature:
        """The same for what draws and checks arguments."""
        return Signature(self.entry, self.parameters, ())


def tensor(option: str, text: str, access: Access) -> TensorSlot:
    """The slot of `x:16x64:fp32`. Raises Refused, which names the option and the form."""
    name, sizes, dtype = _parts(option, text, TENSOR_FORM)
    extents = sizes.split("x")
    if not all(extent.isdecimal() and int(extent) for extent in extents) or len(extents) > _MOST_DIMS:
        raise Refused(f"{option} {text}: `{sizes}` is no shape: write 1 to {_MOST_DIMS} sizes from 1, e.g. 16x64")
    return TensorSlot(name, tuple(map(int, extents)), _dtype(option, text, dtype), access)


def scalar(option: str, text: str) -> tuple[ScalarSlot, str]:
    """The slot of `n:int32:3`, and its value as it is written. Raises Refused."""
    name, dtype, value = _parts(option, text, SCALAR_FORM)
    return ScalarSlot(name, _dtype(option, text, dtype)), value


def entry(text: str) -> str:
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
