"""Launches in the life of a process: many of them, at the same time, across a fork, interrupted, killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ptodsl.runtime import build, toolchains
from tests.unit.runtime_programs import cache_at
from tests.unit.task_runs import SOURCE, Buffers, check, load, run
from tests.unit.task_scripts import COLUMNS, CREATED, FIRST, ROWS, SECOND, Script, random_script, reads, updates, writes

ROOT = Path(__file__).parents[2]
BEGINNING = f"""
import os, signal, sys, threading, time
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
import numpy as np
from tests.unit.task_runs import *
from tests.unit.task_scripts import *
from tests.unit.test_launch_life import *
library = Path(sys.argv[1])
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The program that follows scripts."""
    with cache_at(tmp_path_factory.mktemp("cache")):
        yield build.build(SOURCE, toolchains.find("cpu", "a2a3"))


def wide_script(tasks: int = 100, spins: int = 20_000) -> Script:
    """Independent tasks that are long enough to be worth a helper."""
    script = Script.on_random(1)
    for index in range(tasks):
        script.create(CREATED[index % 7])
        script.task(writes(CREATED[index % 7]), updates(FIRST, index % ROWS, 0, 1, COLUMNS), spins=spins)
    script.task(reads(FIRST), updates(SECOND))
    script.words.append(0)
    return script


def threads_of_process() -> int:
    """As the system counts them."""
    return len(list(Path("/proc/self/task").iterdir()))


def resident_kilobytes() -> int:
    """The memory that the process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def python(script: str, library: Path) -> subprocess.Popen[str]:
    """Another Python that has the program at hand."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", BEGINNING + script, str(library)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def finish(process: subprocess.Popen[str], seconds: float = 60) -> str:
    """What it prints, if it ends well."""
    output, errors = process.communicate(timeout=seconds)
    assert process.returncode == 0, errors
    return output


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@linux_only
@pytest.mark.parametrize("threads", [1, 3])
def test_thousand_launches_leave_nothing_behind(library: Path, threads: int) -> None:
    program, buffers = load(library, threads), Buffers(wide_script(40, 200))
    for order in (*range(1, 100), 0):  # with a seed helpers come at once
        program.shuffle(order)
        program(*buffers.arrays)
    before = threads_of_process(), len(list(Path("/proc/self/fd").iterdir())), resident_kilobytes()
    for _ in range(1000):
        program(*buffers.arrays)
    after = threads_of_process(), len(list(Path("/proc/self/fd").iterdir())), resident_kilobytes()
    assert after[:2] <= before[:2]
    assert after[2] - before[2] < 2048


@linux_only
def test_there_are_no_more_threads_than_asked_for(library: Path) -> None:
    output = finish(
        python(
            """
script = wide_script()
counts = [threads_of_process()]
for most in (1, 2, 4, 2):
    for order in range(20):
        check(script, run(load(library, most, order), script))
    counts.append(threads_of_process())
print([count - counts[0] for count in counts])
""",
            library,
        )
    )
    assert output == "[0, 0, 1, 3, 3]\n"


@linux_only
def test_helpers_sleep_between_launches(library: Path) -> None:
    output = finish(
        python(
            """
script = wide_script()
check(script, run(load(library, 4, 1), script))
time.sleep(0.05)
before = time.process_time()
time.sleep(0.3)
print(time.process_time() - before < 0.05)
""",
            library,
        )
    )
    assert output == "True\n"


def test_threads_launch_at_the_same_time(library: Path) -> None:
    wrong: list[Exception] = []
    programs = [load(library, threads, order) for threads in (1, 2, 4) for order in (0, 1)]

    def work(seed: int) -> None:
        script = random_script(seed, 80)
        try:
            for _ in range(5):
                for program in programs:
                    check(script, run(program, script))
        except Exception as error:  # whatever it is, the test wants to say so
            wrong.append(error)

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(20, 24)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not wrong


FORK = """
script = wide_script()
program = load(library, 3, 1)
check(script, run(program, script))
stop = []
def launch_on():
    while not stop:
        check(script, run(program, script))
others = [threading.Thread(target=launch_on, daemon=True) for _ in range(OTHERS)]
for other in others:
    other.start()
for _ in range(10):
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        for _ in range(3):
            check(script, run(program, script))
        os._exit(100 + threads_of_process())
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) in (102, 103)
    check(script, run(program, script))
stop.append(True)
for other in others:
    other.join()
print("sound")
"""


@linux_only
@pytest.mark.parametrize("others", [0, 2])
def test_parent_and_child_of_a_fork_launch_on(library: Path, others: int) -> None:
    """Also while other threads of the parent are in the middle of launches."""
    assert finish(python(FORK.replace("OTHERS", str(others)), library)) == "sound\n"


INTERRUPT = """
script, long = wide_script(), wide_script(1000, 10_000_000)
program = load(library, THREADS, ORDER)
buffers = Buffers(long)
for _ in range(3):
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
    begun = time.monotonic()
    try:
        program(*buffers.arrays)
        print("not interrupted")
    except KeyboardInterrupt:
        assert time.monotonic() - begun < 3
        assert (buffers.outcome().moments[-1] == 0).all()
    check(script, run(program, script))
print("sound")
"""


@pytest.mark.parametrize(("threads", "order"), [(1, 0), (2, 0), (4, 3)])
def test_ctrl_c_stops_a_launch_between_tasks(library: Path, threads: int, order: int) -> None:
    text = INTERRUPT.replace("THREADS", str(threads)).replace("ORDER", str(order))
    assert finish(python(text, library)) == "sound\n"


def test_signals_that_raise_nothing_change_nothing(library: Path) -> None:
    output = finish(
        python(
            """
heard = []
signal.signal(signal.SIGALRM, lambda *_: heard.append(1))
signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
script = wide_script(200, 2_000_000)
check(script, run(load(library, 2), script))
signal.setitimer(signal.ITIMER_REAL, 0)
print(len(heard) > 1)
""",
            library,
        )
    )
    assert output == "True\n"


def test_process_killed_in_the_middle_of_launches_leaves_the_cache_sound(library: Path) -> None:
    process = python(
        """
script = wide_script()
print("launching", flush=True)
while True:
    check(script, run(load(library, 2), script))
""",
        library,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "launching\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert build.build(SOURCE, toolchains.find("cpu", "a2a3")) == library
    output = finish(
        python(
            """
script = wide_script()
check(script, run(load(library, 2), script))
print("sound")
""",
            library,
        )
    )
    assert output == "sound\n"
