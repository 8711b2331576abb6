"""The IR on numpy: what a program means, at any stage.

The frontend's IR runs on arrays: a tile is its valid part and a mask of the elements that are defined, a tensor a
buffer with a mask of its own. Placed IR runs on bytes, one array per memory, at the addresses that its types give, so
that a wrong address or alias changes numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import SupportsFloat, SupportsInt

import numpy as np

from ptodsl.errors import InternalError
from ptodsl.interpreter.execution import Execution
from ptodsl.interpreter.values import Array, Binding, Tensor, numpy_dtype, represent
from ptodsl.ir.nodes import Program
from ptodsl.ir.types import ScalarType, TensorType, Type
from ptodsl.machine import Architecture

POISON = 0xFF
"""What memory is filled with that nobody has written: NaN in every float dtype."""


def run(
    program: Program,
    arguments: Sequence[object],
    *,
    architecture: Architecture | None = None,
    poison: int = POISON,
) -> tuple[Array, ...]:
    """Runs a program's entry on numpy arrays and numbers; gives its results in declared order.

    Arguments are the entry's parameters in order, arrays of the declared shape and dtype (BF16 is that of ml_dtypes);
    those that the program writes are written in place. A result that is a parameter is the very array passed. Placed IR
    needs the architecture it was placed for. Raises PtoError with the Python line where an undefined element is used
    or something that only run time knows is out of bounds.
    """
    entry = program.entry
    types = [parameter.value.type for parameter in entry.parameters]
    if len(arguments) != len(types):
        raise InternalError(f"{len(arguments)} arguments for the {len(types)} parameters of {program.name}")
    bound = tuple(_bound(argument, type_) for argument, type_ in zip(arguments, types, strict=True))
    with np.errstate(all="ignore"):
        results = Execution(program, architecture, poison).function(entry, bound)
    return tuple(_array(result) for result in results)


def _bound(argument: object, type_: Type) -> Binding:
    """An argument as the value of a parameter; all of it is defined."""
    match type_, argument:
        case TensorType(shape, dtype), np.ndarray() if (argument.shape, argument.dtype) == (shape, numpy_dtype(dtype)):
            return Tensor(argument, np.ones(shape, np.bool_))
        case ScalarType(dtype), SupportsInt() if not dtype.is_float:
            return represent(int(argument), dtype)
        case ScalarType(dtype), SupportsFloat():
            return represent(float(argument), dtype)
        case _:
            raise InternalError(f"an argument for {type_} that the caller should have refused: {argument!r:.80}")


def _array(result: Binding) -> Array:
    assert isinstance(result, Tensor)
    return result.data


__all__ = ["POISON", "run"]
