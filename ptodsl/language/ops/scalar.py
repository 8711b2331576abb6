"""Scalars: generated from the op table by `python -m ptodsl.language.generate`."""

from __future__ import annotations

from ptodsl.language.outside import outside
from ptodsl.language.types import Number, Scalar


def min(left: Number, right: Number) -> Scalar:
    """The smaller of two numbers.

    example: `pl.min(n, 16)`
    """
    outside("min")


def max(left: Number, right: Number) -> Scalar:
    """The larger of two numbers.

    example: `pl.max(n, 1)`
    """
    outside("max")
