"""Faults of the checked tile library: what it does not find, or takes for ordered."""

from __future__ import annotations

from tests.mutate.fault import Fault

ENGINE = "runtime/support/ptodsl/checked/"
SCRIPTS = ("tests/tile_library/test_checked_engine.py", "tests/tile_library/test_checked_engine_random.py")
FACADE = "runtime/support/ptodsl/checked/operands/"
KERNELS = (
    "tests/unit/test_invalid_kernels.py",
    *(f"tests/tile_library/test_checked_{name}.py" for name in ("rules", "touches", "definedness")),
    "tests/mutate/test_table.py",
)

FAULTS: tuple[Fault, ...] = (
    Fault(
        "what a pipe was given is complete before its next instruction",
        "checked engine",
        f"{ENGINE}hazards.hpp",
        "if (before.covers(other.pipe, other.position)) return;",
        "if (before.covers(other.pipe, other.position) || other.pipe == access.pipe) return;",
        SCRIPTS,
    ),
    Fault(
        "a flag tells nothing of what its pipe had waited for",
        "checked engine",
        f"{ENGINE}order.hpp",
        "        Clock clock = known_[source];\n        clock.complete[source]",
        "        Clock clock;\n        clock.complete[source]",
        SCRIPTS,
    ),
    Fault(
        "a barrier of one pipe is one of all",
        "checked engine",
        f"{ENGINE}order.hpp",
        "void barrier(pipe_t pipe) { known_[pipe].complete[pipe] = issued_.complete[pipe]; }",
        "void barrier(pipe_t pipe) { known_[pipe] = issued_; }",
        SCRIPTS,
    ),
    Fault(
        "the last token is taken first",
        "checked engine",
        f"{ENGINE}tokens.hpp",
        "const Token token = queue.tokens[queue.first++];",
        "const Token token = queue.tokens.back();\n        queue.tokens.pop_back();",
        SCRIPTS,
    ),
    Fault(
        "tiles may lie off their alignment",
        "checked facade",
        f"{FACADE}call.hpp",
        "if (data && start >= 0 && start + bytes <= capacity && start % alignment == 0) return true;",
        "if (data && start >= 0 && start + bytes <= capacity) return true;",
        KERNELS,
    ),
    Fault(
        "a window is cut out from anywhere",
        "checked facade",
        f"{FACADE}moves.hpp",
        '        align_offset(call, "src", src, from);\n',
        "",
        KERNELS,
    ),
    Fault(
        "rows that are loaded end where their elements do",
        "checked facade",
        f"{FACADE}regions.hpp",
        "start_of(tile) + first, round_up(along * tile->size, line), across, pitch);",
        "start_of(tile) + first, round_up(along * tile->size, line > 0 ? 1 : line), across, pitch);",
        KERNELS,
    ),
    Fault(
        "what is left behind whole lines counts as defined",
        "checked facade",
        f"{FACADE}cells.hpp",
        "    for (; i < count; ++i) rest &= bytes[i];\n",
        "",
        KERNELS,
    ),
)
