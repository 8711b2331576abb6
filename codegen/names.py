"""From names of the user to names of C++: one function, so that a name is spelled alike everywhere."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

# fmt: off
_KEYWORDS = frozenset({
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch",
    "char", "char16_t", "char32_t", "char8_t", "class", "co_await", "co_return", "co_yield", "compl", "concept",
    "const", "const_cast", "consteval", "constexpr", "constinit", "continue", "decltype", "default", "delete",
    "do", "double", "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false", "float", "for",
    "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace", "new", "noexcept", "not", "not_eq",
    "nullptr", "operator", "or", "or_eq", "private", "protected", "public", "register", "reinterpret_cast",
    "requires", "return", "short", "signed", "sizeof", "static", "static_assert", "static_cast", "struct",
    "switch", "template", "this", "thread_local", "throw", "true", "try", "typedef", "typeid", "typename",
    "union", "unsigned", "using", "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq",
})
# fmt: on
# fmt: off
_TAKEN = frozenset({
    "AtomicType", "BLayout", "EOF", "Event", "GlobalTensor", "INFINITY", "Layout", "NAN", "NULL", "PadValue",
    "RoundMode", "SLayout", "SaturationMode", "Shape", "Stride", "Tile", "TileAcc", "TileLeft", "TileRight",
    "TileType", "args", "assert", "bfloat16_t", "copy_gm_to_ubuf", "dcci", "dsb", "errno", "error", "float16_t",
    "get_block_idx", "get_block_num", "get_subblockdim", "get_subblockid", "half", "linux", "mad", "main",
    "pipe_barrier", "printf", "pto", "ptodsl", "ptodsl_error", "ptodsl_run", "ptrdiff_t", "set_flag",
    "set_mask_norm", "set_vector_mask", "signbit", "size_t", "std", "stderr", "stdin", "stdout", "trap", "unix",
    "vadd", "vdiv", "vexp", "vmul", "vsub", "wait_flag",
})
# fmt: on
_RESERVED = re.compile(r"T[A-Z0-9_]+|PIPE_\w+|EVENT_ID\w*|__\w*|_[A-Z]\w*|u?int\d*_t|[A-Z][A-Z0-9_]*")
"""The header's instructions, pipes and ids, what C++ reserves, and everything that looks like a macro."""


def identifier(name: str) -> str:
    """A legal C++ identifier as close to a name as can be; not yet unique.

    Keywords, `main` and the names and macros of the header get a trailing underscore. Characters that C++ compilers
    do not all take are written as their code points.
    """
    spelled = "".join(c if c.isascii() and (c.isalnum() or c == "_") else f"u{ord(c):x}" for c in name)
    spelled = re.sub(r"_{2,}", "_", spelled).lstrip("_") or "value"
    if spelled[0].isdigit():
        spelled = f"v{spelled}"
    if spelled in _KEYWORDS or spelled in _TAKEN or keyword.iskeyword(spelled) or _RESERVED.fullmatch(spelled):
        spelled += "_"
    return spelled


class Scope:
    """Gives out identifiers, each once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._next: dict[str, int] = {}

    def name(self, wanted: str) -> str:
        """The identifier for a name, numbered where it is taken."""
        base = spelled = identifier(wanted)
        while spelled in self._taken:
            self._next[base] = self._next.get(base, 0) + 1
            spelled = f"{base}{'' if base.endswith('_') else '_'}{self._next[base]}"
        self._taken.add(spelled)
        return spelled
