"""The table of seeded faults: every part of the product has some, and the suite must turn red for each."""

from __future__ import annotations

from tests.mutate.checked_faults import CHECKED_FAULTS
from tests.mutate.code_faults import CODE_FAULTS
from tests.mutate.fault import Fault
from tests.mutate.front_faults import FRONT_FAULTS
from tests.mutate.library_faults import LIBRARY_FAULTS
from tests.mutate.pass_faults import PASS_FAULTS
from tests.mutate.runtime_faults import RUNTIME_FAULTS
from tests.mutate.verifier_faults import VERIFIER_FAULTS

FAULTS: tuple[Fault, ...] = (
    *FRONT_FAULTS,
    *PASS_FAULTS,
    *VERIFIER_FAULTS,
    *CODE_FAULTS,
    *LIBRARY_FAULTS,
    *RUNTIME_FAULTS,
    *CHECKED_FAULTS,
)
