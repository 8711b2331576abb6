"""The task graph and the pool under the compiler's sanitizers: no data race, no bad access, nothing undefined."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from ptodsl.errors import PtoError
from ptodsl.runtime import toolchains
from tests.unit.task_scripts import Script, random_script

HERE = Path(__file__).parent
KINDS = {"threads": "thread", "memory": "address,undefined"}


def build(folder: Path, kinds: str) -> Path:
    """The driver, the program and the runtime in one executable; a compiler without the sanitizer skips."""
    try:
        compiler = toolchains.for_launcher().compiler
    except PtoError as error:
        pytest.skip(str(error))
    sources = (HERE / "script_driver.cpp", HERE / "script_program.cpp", toolchains.SUPPORT / "ptodsl/orchestration.cpp")
    includes = [f"-I{folder}" for folder in (toolchains.SUPPORT, toolchains.TILE_LIBRARY)]
    flags = ["-std=c++17", "-O1", "-g", "-fwrapv", "-pthread", f"-fsanitize={kinds}", "-fno-sanitize-recover=all"]
    command = [*compiler.command, *flags, *includes, *map(str, sources), "-o", "driver"]
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)
    if "cannot find" in done.stderr and "san" in done.stderr:
        pytest.skip(f"{compiler} has no -fsanitize={kinds}")
    assert done.returncode == 0, done.stderr
    return folder / "driver"


def packed(script: Script) -> list[np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    """A script as the driver reads it."""
    counts = [len(script.words), len(script.tasks), len(script.seen)]
    arrays = [counts, script.first, script.second, script.given, script.words, *script.expected(), script.seen]
    return [np.asarray(array, np.int64).ravel() for array in arrays]


@pytest.mark.parametrize("kind", KINDS)
def test_launches_at_the_same_time_are_clean(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    count = int(str(request.config.getoption("--sanitized-scripts")))
    scripts = [random_script(seed, 120) for seed in range(1, count + 1)]
    numbers = np.concatenate([np.array([len(scripts)]), *(array for script in scripts for array in packed(script))])
    (tmp_path / "scripts").write_bytes(numbers.astype(np.int64).tobytes())
    driver = build(tmp_path, KINDS[kind])
    done = subprocess.run([driver, tmp_path / "scripts"], check=False, capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "0 wrong, 7 threads\n"
