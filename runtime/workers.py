"""How many threads may work on a launch."""

from __future__ import annotations

import operator
import os

from ptodsl.errors import PtoError
from ptodsl.errors.build import ThreadsUnusable


def count(threads: object = None) -> int:
    """The workers of a launch, the caller included: as many as asked for, else one for each processor at hand.

    Raises E0612 for what is not a positive integer.
    """
    if threads is None:
        return _processors()
    try:
        number = operator.index(threads)  # type: ignore[arg-type]  # what is no integer raises
    except TypeError:
        number = 0
    if number < 1 or isinstance(threads, bool):
        raise PtoError([ThreadsUnusable(None, threads=repr(threads), processors=_processors())])
    return number


def _processors() -> int:
    """Those that this process may run on, where the system tells."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
