"""Who says what of a mutant: the static verifiers, the interpreter on its addresses, the original def-use edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptodsl import interpreter, pipeline
from ptodsl.errors import InternalError, PtoError
from ptodsl.ir.nodes import Function, Program
from ptodsl.machine import Architecture
from ptodsl.verify.structure import verify_structure
from tests.mutate.edges import loses_an_edge
from tests.mutate.placement_mutants import Shift
from tests.oracle_sync import Oracle

Arrays = list[NDArray[Any]]


def static_codes(program: Program, architecture: Architecture) -> list[str]:
    """The codes of what the static verifiers find, each once, in order."""
    codes: list[str] = []
    for verify in (_structure, *pipeline.VERIFIERS):
        try:
            verify(program, architecture)
        except PtoError as error:
            codes += [diagnostic.code for diagnostic in error.diagnostics]
    return list(dict.fromkeys(codes))


def _structure(program: Program, _: Architecture) -> None:
    verify_structure(program, pipeline.STAGES[-1])


def left_behind(program: Program, arguments: Sequence[Any], architecture: Architecture) -> Arrays | str:
    """What a placed program's run on the interpreter leaves: its results, then its arrays; or why it stops."""
    values = fresh(arguments)
    try:
        results = interpreter.run(program, values, architecture=architecture)
    except (PtoError, InternalError) as error:
        return str(error)
    return [*results, *arrays_of(values)]


def fresh(arguments: Sequence[Any]) -> list[Any]:
    """Copies of the arrays among arguments, and the numbers."""
    return [value.copy() if isinstance(value, np.ndarray) else value for value in arguments]


def arrays_of(values: Sequence[Any]) -> Arrays:
    """The arrays among arguments."""
    return [value for value in values if isinstance(value, np.ndarray)]


def same(found: Arrays | str, wanted: Arrays | str) -> bool:
    """Whether two runs leave the same bits."""
    if isinstance(found, str) or isinstance(wanted, str):
        return found == wanted
    return all(one.tobytes() == other.tobytes() for one, other in zip(found, wanted, strict=True))


def edge_is_lost(function: Function, mutant: Shift) -> bool:
    """Whether the kernel as it was, with the mutant's addresses, reads what its edges do not name."""
    return loses_an_edge(function, dict.fromkeys(mutant.tiles, mutant.by))


def is_unordered(function: Function, architecture: Architecture) -> bool:
    """Whether the oracle for synchronisation finds a path on which something is wrong."""
    return next(Oracle(architecture).problems(function), None) is not None
