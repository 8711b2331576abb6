"""The ops of tensors, under PyPTO's prefix; `pl.read` is `pl.tensor.read`."""

from ptodsl.language.ops import *  # noqa: F403 # generated, with its own __all__
