"""Numbers: integers wrap to their dtype, floats are computed in FP32 and rounded to theirs after every op."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ptodsl.errors.runtime import DivisionByZero
from ptodsl.interpreter.application import Application, Kernel
from ptodsl.interpreter.conversion import scalar_cast
from ptodsl.interpreter.elementwise import Function, maximum, minimum
from ptodsl.interpreter.faults import Fault
from ptodsl.interpreter.values import Scalar, represent


def _arithmetic(of_integers: Callable[[int, int], int], of_floats: Function) -> Kernel:
    """Two numbers to one."""

    def kernel(application: Application) -> Scalar:
        left, right, dtype = application.scalar("left"), application.scalar("right"), application.result_dtype
        if dtype.is_float:
            return represent(float(of_floats(np.float32(left), np.float32(right))), dtype)
        return represent(of_integers(int(left), int(right)), dtype)

    return kernel


def _division(of_integers: Callable[[int, int], int], symbol: str) -> Callable[[int, int], int]:
    """An integer division that refuses a zero divisor."""

    def divide(left: int, right: int) -> int:
        if right == 0:
            raise Fault(DivisionByZero, left=left, symbol=symbol)
        return of_integers(left, right)

    return divide


def _comparison(compare: Callable[[Any, Any], bool]) -> Kernel:
    def kernel(application: Application) -> Scalar:
        return compare(application.scalar("left"), application.scalar("right"))

    return kernel


def _logic(combine: Callable[..., bool]) -> Kernel:
    """Conditions to BOOL; nonzero is true."""

    def kernel(application: Application) -> Scalar:
        return combine(*(bool(operand) for _, operand in application.inputs))

    return kernel


def negative(application: Application) -> Scalar:
    """-x; the least integer wraps to itself."""
    return represent(-application.scalar("source"), application.result_dtype)


KERNELS: dict[str, Kernel] = {
    "scalar_add": _arithmetic(operator.add, np.add),
    "scalar_sub": _arithmetic(operator.sub, np.subtract),
    "scalar_mul": _arithmetic(operator.mul, np.multiply),
    "scalar_div": _arithmetic(_division(int.__floordiv__, "/"), np.divide),
    "scalar_floordiv": _arithmetic(_division(int.__floordiv__, "//"), np.floor_divide),
    "scalar_mod": _arithmetic(_division(int.__mod__, "%"), np.remainder),
    "scalar_min": _arithmetic(min, minimum),
    "scalar_max": _arithmetic(max, maximum),
    "scalar_eq": _comparison(operator.eq),
    "scalar_ne": _comparison(operator.ne),
    "scalar_lt": _comparison(operator.lt),
    "scalar_le": _comparison(operator.le),
    "scalar_gt": _comparison(operator.gt),
    "scalar_ge": _comparison(operator.ge),
    "scalar_and": _logic(bool.__and__),
    "scalar_or": _logic(bool.__or__),
    "scalar_not": _logic(operator.not_),
    "scalar_neg": negative,
    "scalar_cast": scalar_cast,
}
