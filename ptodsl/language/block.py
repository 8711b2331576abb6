"""PyPTO's older name of `pl.tile`: the same ops."""

from ptodsl.language.ops import *  # noqa: F403 # generated, with its own __all__
