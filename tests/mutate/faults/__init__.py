"""The table of seeded faults: every part of the product has some, and the suite must turn red for each."""

from __future__ import annotations

from tests.mutate.fault import Fault
from tests.mutate.faults import backends, checked_library, frontend, passes, runtime, tile_library, verifiers

FAULTS: tuple[Fault, ...] = (
    *frontend.FAULTS,
    *passes.FAULTS,
    *verifiers.FAULTS,
    *backends.FAULTS,
    *tile_library.FAULTS,
    *runtime.FAULTS,
    *checked_library.FAULTS,
)
