"""The ops of tiles, under PyPTO's newer prefix; `pl.load` is `pl.tile.load`."""

from ptodsl.language.ops import *  # noqa: F403 # generated, with its own __all__
