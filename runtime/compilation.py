"""A compiler at work: listened to until it ends, and stopped where it would not."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer

MOST_SECONDS = 1800.0
"""Of one compilation: the largest program that we know takes a tenth of it."""

MOST_OUTPUT = 1 << 24
"""Bytes that a compiler may print."""


@contextmanager
def started(command: Sequence[str], folder: Path) -> Generator[subprocess.Popen[bytes]]:
    """A compiler that works in a folder; it does not outlive the block. Raises OSError where it cannot be started.

    It has a session of its own, so that it can be stopped with all that it has started.
    """
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    watch = Timer(MOST_SECONDS, _stop, [process])
    watch.daemon = True
    watch.start()
    try:
        yield process
    finally:
        watch.cancel()
        _stop(process)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def said(process: subprocess.Popen[bytes]) -> tuple[str, str]:
    """How a compiler ended, in words that are empty where all went well, and what it has printed."""
    assert process.stdout is not None
    output = process.stdout.read(MOST_OUTPUT)
    is_endless = len(output) == MOST_OUTPUT
    if is_endless:
        _stop(process)
    return _ending(process.wait(), is_endless), output.decode("utf-8", "replace")


def _ending(status: int, is_endless: bool) -> str:
    if is_endless:
        return f"was stopped: it printed more than {MOST_OUTPUT} bytes"
    if status == -signal.SIGKILL:
        return f"was killed by signal 9; one that works longer than {MOST_SECONDS:.0f} seconds is stopped so"
    if status < 0:
        return f"was killed by signal {-status}"
    return f"failed with status {status}" if status else ""


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
