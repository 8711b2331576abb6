"""Models of transformers whose attention runs through kernels written in Python, over a paged cache: `attach` gives a
model the one and returns the other.
"""

from __future__ import annotations

from importlib.util import find_spec

from ptodsl.errors import PtoError
from ptodsl.errors.integrations import TransformersMissing

__all__ = ["PagedCache", "attach"]

_missing = [name for name in ("torch", "transformers") if find_spec(name) is None]
if _missing:
    raise PtoError([TransformersMissing(None, name=" and ".join(_missing))])

from ptodsl.integrations.transformers.attachment import attach  # noqa: E402
from ptodsl.integrations.transformers.cache import PagedCache  # noqa: E402  # after what says how to install it
