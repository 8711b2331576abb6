"""What checked kernels know of the machine is what `machine.py` says."""

from __future__ import annotations

from ptodsl.codegen import machine_header
from ptodsl.ir.hardware import Memory, Pipe


def test_header_is_fresh() -> None:
    committed = machine_header.FILE.read_text(encoding="utf-8")
    assert committed == machine_header.text(), "`python -m ptodsl.codegen.machine_header` writes it from machine.py"


def test_header_numbers_every_memory_and_pipe() -> None:
    assert set(machine_header.SPACES) == set(Memory)
    assert set(machine_header.PIPES) == set(Pipe)
