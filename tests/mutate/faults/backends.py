"""Faults of what programs become and what they mean: the emitter and the interpreter."""

from __future__ import annotations

from tests.mutate.fault import Fault, units

AGREEMENT = ("tests/st/test_op_table.py", "tests/st/test_agreement.py")
MEANING = units("interpreter_programs", "interpreter_reductions", "interpreter_elementwise")

FAULTS: tuple[Fault, ...] = (
    Fault(
        "floats are printed with six digits",
        "codegen",
        "codegen/literals.py",
        'text = repr_of if any(mark in repr_of for mark in ".en") else f"{repr_of}.0"',
        'text = f"{value:.5e}"',
        (*units("codegen"), *AGREEMENT),
    ),
    Fault(
        "a window starts as if its rows lay side by side",
        "codegen",
        "codegen/windows.py",
        'terms.append(spell(offset) if stride == "1" else f"{spell(offset)} * {stride}")',
        "terms.append(spell(offset))",
        AGREEMENT,
    ),
    Fault(
        "carried scalars that swap are assigned one after the other",
        "codegen",
        "codegen/control.py",
        "if len(moves) > 1 and any(text in written for _, _, text in moves):",
        "if len(moves) > 3 and any(text in written for _, _, text in moves):",
        units("codegen_control"),
    ),
    Fault(
        "a loop that counts down ends at once",
        "codegen",
        "codegen/control.py",
        "condition = up if int(statement.step.value) > 0 else down",
        "condition = up",
        units("codegen_control"),
    ),
    Fault(
        "a turned row or column keeps its run-time extents",
        "codegen",
        "codegen/kernel.py",
        "return self.extent(source, 0 if mark == -1 else 1)",
        "return self.extent(source, dim)",
        units("codegen_extents"),
    ),
    Fault(
        "tasks write what they update and read what they make",
        "codegen",
        "codegen/task_entry.py",
        'verb = "reads" if parameter.direction is Direction.IN else "writes"',
        'verb = "reads" if parameter.direction is Direction.OUT else "writes"',
        (*units("orchestration", "task_programs"), "tests/st/test_paged_attention_program.py"),
    ),
    Fault(
        "what is saturated keeps its lower bound only",
        "codegen",
        "codegen/scalars.py",
        "return spell(max(low, least), source), spell(min(high, greatest), source)",
        "return spell(max(low, least), source), spell(high, source)",
        AGREEMENT,
    ),
    Fault(
        "rows are summed from left to right",
        "interpreter",
        "ptodsl/interpreter/reduction.py",
        "    half = lanes.shape[1] // 2\n        lanes = function(lanes[:, :half], lanes[:, half:])",
        "    lanes = function(lanes[:, :-1], lanes[:, -1:]) if lanes.shape[1] == 2 else np.hstack(\n"
        "            [function(lanes[:, :1], lanes[:, 1:2]), lanes[:, 2:]]\n        )",
        (*MEANING, *AGREEMENT),
    ),
    Fault(
        "the largest of a row of negative integers is 0",
        "interpreter",
        "ptodsl/interpreter/reduction.py",
        "return -np.inf if dtype.is_float else dtype.range[0]",
        "return -np.inf if dtype.is_float else 0",
        (*MEANING, *AGREEMENT),
    ),
    Fault(
        "what is undefined may be stored",
        "interpreter",
        "ptodsl/interpreter/movement.py",
        "    if tile.defined.all():\n        return",
        "    if tile.valid:\n        return",
        units("interpreter_definedness"),
    ),
    Fault(
        "a window may end one element outside",
        "interpreter",
        "ptodsl/interpreter/windows.py",
        "if offset < 0 or offset + size > extent:",
        "if offset < 0 or offset + size > extent + 1:",
        units("interpreter_programs", "interpreter_definedness"),
    ),
    Fault(
        "a temporary keeps its bytes on chip",
        "interpreter",
        "ptodsl/interpreter/memory.py",
        "        data.view(np.uint8)[:] = self.poison\n        defined[:] = False",
        "        defined[:0] = False",
        units("interpreter_placed"),
    ),
    Fault(
        "floats are rounded half up on the way to integers",
        "interpreter",
        "ptodsl/interpreter/conversion.py",
        '"round": _half_away,',
        '"round": lambda source: np.floor(source + 0.5),',
        units("interpreter_conversion"),
    ),
)
