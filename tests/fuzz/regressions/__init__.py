"""Programs that once failed, each smallest of its kind; the last line of the docstring says how to run it.

`arch = a5` is what it is compiled for, `refused = E0413` the code of its mistake where it has one, `n = 2` the value of
a scalar parameter of its entry (1 where nothing gives it); tensors are random.
"""

from __future__ import annotations

import re
from pathlib import Path

from ptodsl.runtime.signature import ScalarSlot, TensorSlot
from ptodsl.signature import signature_of
from tests.fuzz.judging.stages import entered
from tests.fuzz.sources import Argument, Source

REGRESSIONS = tuple(sorted(path for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__"))


def regression(path: Path) -> tuple[Source, tuple[str, ...]]:
    """A program, and the codes that it is refused for."""
    text = path.read_text(encoding="utf-8")
    head = text.split('"""')[1].splitlines()[-1]
    notes = dict(re.findall(r"(\w+) = ([^\s,]+)", head))
    (name,) = re.findall(r"^class (\w+)", text, re.MULTILINE)
    source = Source(name, text, notes.get("arch", "a2a3"), (), (), whole="matmul" in text)
    program = entered(source)
    slots = signature_of(program).parameters
    arguments = tuple(_argument(slot, seed, notes) for seed, slot in enumerate(slots))
    results = (False,) * len(program.entry.results)
    codes = tuple(code for code in (notes.get("refused"),) if code)
    return Source(name, text, source.arch, arguments, results, source.whole), codes


def _argument(slot: TensorSlot | ScalarSlot, seed: int, notes: dict[str, str]) -> Argument:
    if isinstance(slot, TensorSlot):
        return Argument(slot.name, slot.shape, slot.dtype, seed)
    value = float(notes.get(slot.name, 1))
    return Argument(slot.name, (), slot.dtype, values=(value if slot.dtype.is_float else int(value),))
