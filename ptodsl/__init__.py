"""An embedded Python DSL that compiles tile kernels to the PTO ISA and runs them on any laptop."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ptodsl.version import VERSION

__version__ = VERSION

__all__ = ["PtoError", "__version__", "compile", "emit", "interpret", "parse"]

if TYPE_CHECKING:
    from ptodsl.driver import compile, emit, interpret, parse  # noqa: A004
    from ptodsl.errors import PtoError

_HOMES = {
    "PtoError": "ptodsl.errors",
    "compile": "ptodsl.driver",
    "emit": "ptodsl.driver",
    "interpret": "ptodsl.driver",
    "parse": "ptodsl.driver",
}
"""Where the names of the package come from, at first use: `import ptodsl` is quick because it loads little."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'ptodsl' has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
