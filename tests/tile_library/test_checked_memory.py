"""What the engine knows of global memory, and how it tells what it found."""

from __future__ import annotations

import ctypes

import pytest

from ptodsl.ir.hardware import Memory
from tests.tile_library.checked_scripts import (
    Begin,
    End,
    Engine,
    Look,
    Parameter,
    Set,
    Step,
    Touch,
)
from tests.tile_library.checked_sequences import (
    S,
    V,
    add,
    load,
)

pytestmark = pytest.mark.xdist_group("tile_library_checked_engine")


GIVEN = Begin(
    (
        Parameter("x", 0, (4, 16), (16, 1), use="reads"),
        Parameter("rows", 512, (4, 8), (16, 1)),
        Parameter("columns", 1024, (4, 3), (1, 8), use="writes"),
    )
)


def global_touch(start: int, size: int, effect: str = "reads", dims: tuple[tuple[int, int], ...] = ()) -> Touch:
    """Bytes of global memory."""
    return Touch(Memory.GM, start, size, effect, dims, "src")


@pytest.mark.parametrize(
    ("touch", "due"),
    [
        (global_touch(0, 256), None),
        (global_touch(64, 32, dims=((3, 64),)), None),
        (global_touch(252, 8), ("x", 64, 65, 64)),
        (global_touch(-4, 8), ("x", -1, 0, 64)),
        (global_touch(512, 32, dims=((4, 64),)), None),
        (global_touch(512, 33, dims=((4, 64),)), ("rows", 8, 9, 56)),
        (global_touch(512, 256), ("rows", 8, 16, 56)),
        (global_touch(512, 32, dims=((5, 64),)), ("rows", 64, 72, 56)),
        (global_touch(528, 16, dims=((2, 128),)), None),
        (global_touch(1024, 16, "writes", ((3, 32),)), None),
        (global_touch(1024, 4, "writes", ((4, 4), (3, 32))), None),
        (global_touch(1024, 4, "writes", ((5, 4), (3, 32))), ("columns", 4, 5, 20)),
        (global_touch(3000, 4), ("columns", 494, 495, 20)),
        (global_touch(3000, 0), None),
    ],
)
def test_windows_stay_in_parameters(engine: Engine, touch: Touch, due: tuple[str, int, int, int] | None) -> None:
    outcome = engine.run([GIVEN, Look(touch), End()], bare=True)
    found = [(f["parameter"], f["start"], f["end"], f["extent"]) for f in outcome.findings]
    assert found == ([due] if due else [])
    assert outcome.order == ((1,) if due else ())
    assert engine.run([Look(touch)]).findings == (), "nothing is known where no parameter is"


def test_inputs_are_not_written(engine: Engine) -> None:
    steps: list[Step] = [GIVEN, Look(global_touch(0, 4, "writes")), Look(global_touch(512, 4, "adds to")), End()]
    (found,) = engine.run(steps, bare=True).findings
    assert (found["kind"], found["parameter"], found["line"]) == ("write-to-input", "x", 1)


def test_findings_are_told_once_up_to_a_limit(engine: Engine) -> None:
    again: list[Step] = [Begin(), Set(V, S), End()]
    lines = [finding["line"] for finding in engine.run(again * 3, bare=True).findings]
    assert lines == [1, 4, 7]
    assert len(engine.run(again * 3, bare=True, limit=2).findings) == 2
    assert engine.run([load(0), add(1, 0, 0)], limit=0).findings == ()


def test_texts_survive(engine: Engine) -> None:
    texts = [b"plain", b'a "b" \\c\n\x01', "ö→𝕏".encode(), b"caf\xe9 \xf0\x9d", b"\xed\xa0\x80\xc0\xaf"]
    for text in texts:
        engine.start()
        engine.library.report_text(b"kind", text, ctypes.c_int64(3), b"field", text)
        (found,) = engine.findings()
        assert found["file"].encode("utf-8", "surrogateescape") == text
        assert found["field"] == found["file"]
        assert found["line"] == 3


def test_global_memory_is_defined_unless_said(engine: Engine) -> None:
    engine.library.shadow_of.restype = ctypes.c_void_p
    buffer = ctypes.create_string_buffer(64)
    start = ctypes.addressof(buffer)

    def shadow(offset: int, size: int) -> int | None:
        address: int | None = engine.library.shadow_of(ctypes.c_void_p(start + offset), ctypes.c_int64(size))
        return address

    def undefined(offset: int, size: int) -> None:
        engine.library.ptodsl_check_undefined(ctypes.c_void_p(start + offset), ctypes.c_int64(size))

    engine.start()
    assert shadow(0, 64) is None
    undefined(8, 32)
    first = shadow(8, 32)
    assert first is not None
    assert ctypes.string_at(first, 32) == bytes(32)
    assert shadow(16, 8) == first + 8
    assert [shadow(7, 2), shadow(39, 2), shadow(0, 64)] == [None, None, None]
    ctypes.memset(first, 0xFF, 32)
    undefined(16, 8)
    parts = [(8, 8, 0xFF), (16, 8, 0), (24, 16, 0xFF)]
    assert [ctypes.string_at(shadow(at, size) or 0, size) for at, size, _ in parts] == [
        bytes([value]) * size for _, size, value in parts
    ]
    engine.start()
    assert shadow(8, 32) is None
