"""Faults of what runs programs: launches and their checks, the task graph, its memory, the cache."""

from __future__ import annotations

from tests.mutate.fault import Fault, units

GRAPH = units("task_graph", "task_programs")
LAUNCH = units("launch_edges", "launch", "runtime_arguments", "runtime_scalars")
GRAPH_FILES = "runtime/support/ptodsl/graph/"

FAULTS: tuple[Fault, ...] = (
    Fault(
        "a writer does not wait for writers",
        "task graph",
        f"{GRAPH_FILES}dependencies.hpp",
        "    follow(block.writers, use, writes);\n",
        "    if (!writes) follow(block.writers, use, writes);\n",
        GRAPH,
    ),
    Fault(
        "a writer does not wait for readers",
        "task graph",
        f"{GRAPH_FILES}dependencies.hpp",
        "    if (writes) follow(block.readers, use, writes);\n",
        "",
        GRAPH,
    ),
    Fault(
        "boxes that share their last line do not meet",
        "task graph",
        f"{GRAPH_FILES}box.hpp",
        "if (low[dim] >= other.high[dim] || other.low[dim] >= high[dim]) return false;",
        "if (low[dim] >= other.high[dim] - 1 || other.low[dim] >= high[dim]) return false;",
        GRAPH,
    ),
    Fault(
        "a writer that meets another one covers it",
        "task graph",
        f"{GRAPH_FILES}box.hpp",
        "if (low[dim] > other.low[dim] || high[dim] < other.high[dim]) return false;",
        "if (low[dim] > other.low[dim]) return false;",
        GRAPH,
    ),
    Fault(
        "tasks wait for whatever has the same base",
        "task graph",
        f"{GRAPH_FILES}dependencies.hpp",
        "if (earlier->task != use.task && earlier->box.meets(use.box)) {",
        "if (earlier->task != use.task) {",
        GRAPH,
    ),
    Fault(
        "an element is read while a task still writes it",
        "task graph",
        f"{GRAPH_FILES}dependencies.hpp",
        "for (const Use* use = block.writers; use != nullptr; use = use->next) {",
        "for (const Use* use = to_write ? block.writers : nullptr; use != nullptr; use = use->next) {",
        GRAPH,
    ),
    Fault(
        "memory goes back while a task still uses it",
        "arena",
        f"{GRAPH_FILES}scheduler.hpp",
        "if (--block->tasks == 0 && block->is_abandoned) hand_back(block);",
        "if (--block->tasks, block->is_abandoned) hand_back(block);",
        GRAPH,
    ),
    Fault(
        "blocks are as large as the next smaller size",
        "arena",
        f"{GRAPH_FILES}arena.hpp",
        "return bytes_of(size_class) < bytes ? size_class + 1 : size_class;",
        "return size_class;",
        (*GRAPH, *units("sanitizers")),
    ),
    Fault(
        "two arguments may share their bytes where the second one is written",
        "launcher",
        "runtime/launcher.cpp",
        "if (j == i || plan.slots[j].kind != Kind::kTensor) continue;",
        "if (j <= i || plan.slots[j].kind != Kind::kTensor) continue;",
        LAUNCH,
    ),
    Fault(
        "the last extent of an array is not looked at",
        "launcher",
        "runtime/launcher.cpp",
        "for (int dim = 0; dim < slot.rank; ++dim) {\n        if (buffer.shape[dim]",
        "for (int dim = 0; dim < slot.rank - 1; ++dim) {\n        if (buffer.shape[dim]",
        LAUNCH,
    ),
    Fault(
        "a program may write to what is read-only",
        "arguments",
        "runtime/arguments.py",
        "if seen.writable or slot.access is Access.READ:",
        "if seen.writable or slot.access is not Access.WRITE:",
        LAUNCH,
    ),
    Fault(
        "arrays may share one byte",
        "arguments",
        "runtime/arguments.py",
        "if shared > 0 and written is not None:",
        "if shared > 1 and written is not None:",
        LAUNCH,
    ),
    Fault(
        "an integer may be one above what its dtype holds",
        "arguments",
        "runtime/scalars.py",
        "if not least <= value <= greatest:",
        "if not least <= value <= greatest + 1:",
        LAUNCH,
    ),
    Fault(
        "provided results come in reverse",
        "launch",
        "runtime/launch.py",
        "provided = iter(range(len(signature.parameters), len(signature.parameters) + len(signature.provided)))",
        "provided = reversed(range(len(signature.parameters), len(signature.parameters) + len(signature.provided)))",
        (*LAUNCH, *units("runtime_orchestration")),
    ),
    Fault(
        "a library that was cut off counts as whole",
        "cache",
        "runtime/cache.py",
        "if _digest(entry / seal.name) == seal.digest else None",
        "if seal.digest else None",
        units("cache"),
    ),
)
