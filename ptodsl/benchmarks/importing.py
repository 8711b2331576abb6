"""What `import ptodsl` costs over `import numpy`."""

from __future__ import annotations

import json
import subprocess
import sys

from ptodsl.benchmarks.measurement import Measurement

GOAL_SECONDS = 0.050

_TIMED = """
import time
start = time.perf_counter()
import numpy
between = time.perf_counter()
import ptodsl, ptodsl.language
print([time.perf_counter() - between, between - start])
"""


def import_time(rounds: int) -> Measurement:
    """The first two lines of a user's file in fresh processes that have numpy, against `import numpy` in them."""
    ours, numpy = (min(column) for column in zip(*(_read() for _ in range(rounds)), strict=True))
    name = "import ptodsl, ptodsl.language, after numpy"
    return Measurement(name, ours, "import numpy", numpy, most_seconds=GOAL_SECONDS)


def _read() -> tuple[float, float]:
    done = subprocess.run([sys.executable, "-c", _TIMED], check=True, capture_output=True, text=True)
    ours, numpy = json.loads(done.stdout)
    return float(ours), float(numpy)
