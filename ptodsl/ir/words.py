"""Enumerations whose members are keys of many tables."""

from __future__ import annotations

import enum


class Word(enum.Enum):
    """A word of a fixed set. Each is one object, and so its own hash; that of `enum.Enum` hashes the name each time."""

    __hash__ = object.__hash__
