"""Which pass changed what a program means: the interpreter's answer after each, against the first."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, cast

import numpy as np

from ptodsl import driver, pipeline
from ptodsl.errors import PtoError
from ptodsl.ir.nodes import Program


def first_change(program: Program, arguments: Sequence[Any], arch: str = "a2a3") -> str | None:
    """The first pass after which the interpreter's answer on these arguments changes by a bit; None where none does.

    An answer is the results and the arguments as the program leaves them, or the mistakes that it is stopped by. The
    arguments stay as they are. Raises PtoError where the program already has no answer as it was written.
    """
    wanted = _answer(program, arguments, arch, None)
    for name in pipeline.STAGES[1:]:
        try:
            found = _answer(program, arguments, arch, name)
        except PtoError:
            return name
        if found != wanted:
            return name
    return None


def _answer(program: Program, arguments: Sequence[Any], arch: str, after: str | None) -> list[bytes]:
    """The bytes of everything that a run leaves."""
    given = [copy(argument) for argument in arguments]
    returned = driver.interpret(program, *given, after=after, arch=arch)
    results = cast("tuple[object, ...]", returned) if isinstance(returned, tuple) else (returned,)
    return [np.asarray(array).tobytes() for array in (*results, *given) if array is not None]
