"""Writes what checked kernels know of the machine, as C++: `python -m ptodsl.codegen.machine_header`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from ptodsl.ir.dtypes import (
    BF16,
    FP16,
    FP32,
    INT8,
    INT16,
    INT32,
    INT64,
    UINT8,
    UINT16,
    UINT32,
    UINT64,
    DType,
)
from ptodsl.ir.hardware import Core, Memory, Pipe
from ptodsl.machine import A2A3, A5, Architecture, FlagsInside, SamePipe

FILE = Path(__file__).resolve().parents[1] / "runtime" / "include" / "pto" / "checked" / "machine.hpp"

DTYPES = {
    FP16: "Float16",
    BF16: "BFloat16",
    FP32: "Float32",
    INT8: "Int8",
    INT16: "Int16",
    INT32: "Int32",
    INT64: "Int64",
    UINT8: "UInt8",
    UINT16: "UInt16",
    UINT32: "UInt32",
    UINT64: "UInt64",
}
"""The element types of tiles, in C++; sets of them have a bit for each."""

SPACES = {
    Memory.UB: "UB",
    Memory.L1: "L1",
    Memory.L0A: "L0A",
    Memory.L0B: "L0B",
    Memory.L0C: "L0C",
    Memory.BIAS: "Bias",
    Memory.SCALING: "Scaling",
    Memory.GM: "Global",
}
"""The memories as `Space` has them, in its order."""

PIPES = (Pipe.S, Pipe.V, Pipe.MTE1, Pipe.MTE2, Pipe.MTE3, Pipe.M, Pipe.ALL, Pipe.FIX)
"""The pipes as `pipe_t` numbers them; sets of them have a bit for each."""

_HEADER = f"""\
// What checks know of the machine: generated from ptodsl/machine.py by `python -m ptodsl.codegen.machine_header`.
// Sets are bits: of pipes by their numbers, of element types by those of DType.
#pragma once

#include "engine.hpp"

namespace pto::checked::machine {{

enum class DType : int {{ {", ".join(DTYPES.values())} }};
inline constexpr int dtype_count = {len(DTYPES)};

// An instruction whose library code sets flags and waits for them, always or where it moves one element.
struct FlagsInside {{
    const char* op;
    bool is_for_elements;
}};

struct Narrower {{
    const char* op;
    unsigned dtypes;
}};

struct Move {{
    Space from, to;
    pipe_t pipe;
}};

// What a pipe promises two of its own instructions that touch a common byte.
enum class SamePipe : int {{ Ordered, Unordered, Accumulates }};

struct Core {{
    const char* name;
    unsigned pipes;
    unsigned barriers;
    unsigned pairs[{len(PIPES)}];  // the targets of flags from each pipe
}};

inline constexpr int pipe_count = {len(PIPES)};
inline constexpr const char* pipe_names[pipe_count] = {{{", ".join(f'"{pipe.name}"' for pipe in PIPES)}}};
inline constexpr const char* space_names[] = {{{", ".join(f'"{memory.label}"' for memory in SPACES)}}};
"""


def text() -> str:
    """The whole file."""
    return "\n".join(
        [
            _HEADER,
            "#if defined(PTODSL_ARCH_A5)",
            *_architecture(A5),
            "#else",
            *_architecture(A2A3),
            "#endif",
            "",
            "}  // namespace pto::checked::machine",
            "",
        ]
    )


def _architecture(architecture: Architecture) -> Iterator[str]:
    """The definitions of one architecture."""
    hidden = architecture.hidden_scratch or range(0)
    yield f'inline constexpr const char* name = "{architecture.name}";'
    yield f"inline constexpr int event_count = {architecture.events};"
    yield f"inline constexpr int accumulate_fractals = {architecture.accumulate_fractals};"
    yield f"inline constexpr uint64_t hidden_scratch_start = {hidden.start};"
    yield f"inline constexpr uint64_t hidden_scratch_end = {hidden.stop};"
    yield from _memories(architecture)
    yield from _pipes(architecture)
    yield from _dtypes(architecture)


def _memories(architecture: Architecture) -> Iterator[str]:
    specs = [architecture.memories[memory] for memory in SPACES if memory is not Memory.GM]
    yield f"inline constexpr uint64_t capacity[] = {_list(str(spec.physical) for spec in specs)};"
    yield f"inline constexpr uint64_t alignment[] = {_list(str(spec.address) for spec in specs)};"
    yield "inline constexpr Move moves[] = {"
    for move in architecture.moves:
        yield f"    {{Space::{SPACES[move.source]}, Space::{SPACES[move.target]}, {_pipe(move.pipe)}}},"
    yield "};"


def _pipes(architecture: Architecture) -> Iterator[str]:
    rules = (architecture.same_pipe.get(pipe, SamePipe.UNORDERED) for pipe in PIPES)
    yield f"inline constexpr SamePipe same_pipe[pipe_count] = {_list(_rule(rule) for rule in rules)};"
    yield f"inline constexpr Core cores[] = {{  // {' and '.join(core.value for core in Core)}"
    for core in Core:
        spec = architecture.cores[core]
        pairs = _list(_targets(spec.pairs, source) for source in PIPES)
        yield f'    {{"{core.value}", {_pipe_set(spec.pipes)}, {_pipe_set(spec.barriers)}, {pairs}}},'
    yield "};"
    reserved = _list(_targets(architecture.reserved, source) for source in PIPES)
    yield "// The targets of flags from each pipe whose event 0 some library instruction uses."
    yield f"inline constexpr unsigned reserved[pipe_count] = {reserved};"
    yield "inline constexpr FlagsInside flags_inside[] = {"
    for op, when in architecture.flags_inside.items():
        yield f'    {{"{op}", {str(when is FlagsInside.ELEMENT).lower()}}},'
    yield "};"


def _dtypes(architecture: Architecture) -> Iterator[str]:
    yield f"inline constexpr unsigned vector_dtypes = {_dtype_set(architecture.vector_dtypes)};"
    yield "inline constexpr Narrower narrower[] = {"
    for op, dtypes in architecture.narrower.items():
        yield f'    {{"{op}", {_dtype_set(dtypes)}}},'
    yield "    {nullptr, 0},"
    yield "};"
    conversions = (_dtype_set(architecture.conversions.get(dtype, ())) for dtype in DTYPES)
    yield "// What each element type converts to in one instruction."
    yield f"inline constexpr unsigned conversions[dtype_count] = {_list(conversions)};"


def _list(items: Iterator[str]) -> str:
    return f"{{{', '.join(items)}}}"


def _pipe(pipe: Pipe) -> str:
    return f"PIPE_{pipe.name}"


def _rule(rule: SamePipe) -> str:
    return f"SamePipe::{rule.value.capitalize()}"


def _targets(pairs: Collection[tuple[Pipe, Pipe]], source: Pipe) -> str:
    return _pipe_set([target for start, target in pairs if start is source])


def _pipe_set(pipes: Collection[Pipe]) -> str:
    return hex(sum(1 << PIPES.index(pipe) for pipe in pipes))


def _dtype_set(dtypes: Collection[DType]) -> str:
    return hex(sum(1 << number for number, dtype in enumerate(DTYPES) if dtype in dtypes))


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
