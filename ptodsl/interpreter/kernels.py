"""What the op table's `numpy` column names: a kernel of this package, or a numpy function."""

from __future__ import annotations

from functools import cache

import numpy as np

from ptodsl.interpreter import matrix, movement, reduction, scalar, shape, tensor
from ptodsl.interpreter.application import Application, Kernel
from ptodsl.interpreter.conversion import cast
from ptodsl.interpreter.elementwise import FUNCTIONS, applied


def nothing(_: Application) -> None:
    """The order of pipes: statements are applied in order anyway."""


KERNELS: dict[str, Kernel] = {
    **movement.KERNELS,
    **reduction.KERNELS,
    **shape.KERNELS,
    **tensor.KERNELS,
    **scalar.KERNELS,
    "matmul": matrix.matmul,
    "matmul_acc": matrix.matmul_acc,
    "cast": cast,
    "nothing": nothing,
}
"""Every kernel that is not one function applied element by element."""


@cache
def kernel(name: str) -> Kernel:
    """The kernel of a name in the `numpy` column; AttributeError where there is none."""
    if name in KERNELS:
        return KERNELS[name]
    return applied(FUNCTIONS[name] if name in FUNCTIONS else getattr(np, name))
