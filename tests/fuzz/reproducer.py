"""A failing program as one file to run: the program, its arguments from their seeds, how it fails, what is expected."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ptodsl.reproducer import versions
from ptodsl.runtime.results import numpy_dtype
from tests.fuzz.judging.executions import EXECUTIONS
from tests.fuzz.sources import Argument, Source

_FILE = '''"""{problem}

Written by the fuzzer of ptodsl. Run it: it ends with 0 where every execution gives what the interpreter gives.
{versions}
"""

import re

import ml_dtypes
import numpy as np

from ptodsl import driver, interpreter, pipeline
from ptodsl.machine import ARCHITECTURES
from ptodsl.runtime.checked_launch import Checking
from ptodsl.verify.structure import verify_structure

{program}

ARCH = "{arch}"
EXECUTIONS = (
{executions}
)
"""Name, target, seed of the order of ready tasks, order of the pipes."""
BOUNDS = {bounds}
"""How far each array, results first, may be away: relatively; by nothing; None: by anything."""


def array(seed, shape, dtype, whole):
    """Random elements."""
    generator = np.random.default_rng(seed)
    if whole:
        least = 0 if np.dtype(dtype).kind == "u" else -6
        return generator.integers(least, 7, shape).astype(dtype)
    return generator.uniform(-3, 3, shape).astype(np.float32).astype(dtype)


def arguments():
    """What the program is passed."""
    return [
{arguments}
    ]


def stages(program):
    """The program after each pass from its own stage on."""
    names = list(pipeline.STAGES)
    verify_structure(program, STAGE)
    yield STAGE, program
    for one in pipeline.PASSES[names.index(STAGE) :]:
        program = one.run(program, ARCHITECTURES[ARCH])
        verify_structure(program, one.name)
        yield one.name, program


def meaning(program):
    """The program without addresses and flags: what its names say."""
    text = re.sub(r", @0x[0-9a-f]+", "", str(program))
    return driver.parse(re.sub(r"(?m)^ *(?:set_flag|wait_flag|pipe_barrier).*\\n", "", text))


def left(run):
    """What a run leaves: its results, then every array that it was passed."""
    values = arguments()
    results = run(values)
    results = () if results is None else results if isinstance(results, tuple) else (results,)
    return [*results, *(value for value in values if isinstance(value, np.ndarray))]


def interpreted(program, poison=interpreter.POISON):
    """What the interpreter leaves, where memory starts as a byte."""
    return left(lambda values: interpreter.run(program, values, architecture=ARCHITECTURES[ARCH], poison=poison))


def compare(name, found, wanted, others):
    """Prints where an execution differs in what does not hang on what memory starts as; gives whether it does."""
    differs = False
    for index, (one, other, again, bound) in enumerate(zip(found, wanted, others, BOUNDS)):
        if bound is None:
            continue
        with np.errstate(all="ignore"):
            x, y = one.astype(np.float64), other.astype(np.float64)
            same = (x == y) & (np.signbit(x) == np.signbit(y)) | np.isnan(x) & np.isnan(y)
            same |= (other != again) & ~(np.isnan(y) & np.isnan(again.astype(np.float64)))
            same |= (bound > 0) & (abs(x - y) <= bound * abs(y))
        if not same.all():
            differs = True
            place = tuple(np.argwhere(~same)[0].tolist())
            print(f"{{name}}: array {{index}} {{list(place)}} is {{one[place]}}, not {{other[place]}}")
    return differs


def main():
    """The interpreter's answer at every stage, then that of every library."""
    differs, done = False, list(stages(PROGRAM))
    placed = pipeline.verified(done[-1][1], ARCHITECTURES[ARCH])
    wanted, others = (interpreted(meaning(PROGRAM), poison) for poison in (interpreter.POISON, 0x5A))
    for name, program in done:
        differs |= compare(f"the interpreter after {{name}}", interpreted(program), wanted, others)
    for name, target, order, schedule in EXECUTIONS:
        checking = Checking(schedule, strict=True) if target == "checked" else Checking()
        compiled = driver.compile_placed(placed, ARCH, target, checking=checking, poison=True)
        compiled.launch.shuffle(order)
        found = left(lambda values: compiled.launch.run(values, {{}}, poison=True))
        differs |= compare(name, found, wanted, others)
    return int(differs)


if __name__ == "__main__":
    raise SystemExit(main())
'''


def written(source: Source, problem: str, bounds: tuple[float | None, ...], folder: Path) -> Path:
    """The file of a failing program, in a folder that is made where there is none."""
    rows = (f"    ({one.name!r}, {one.target!r}, {one.order}, {one.schedule!r})," for one in EXECUTIONS)
    text = _FILE.format(
        problem=problem.replace("\\", "\\\\").replace('"""', "'''"),
        versions="\n".join(versions()),
        program=_program(source),
        arch=source.arch,
        executions="\n".join(rows),
        bounds=bounds,
        arguments="\n".join(f"        {_argument(one, source)},  # {one.name}" for one in source.arguments),
    )
    name = f"{source.name.lower()}-{hashlib.sha256(text.encode()).hexdigest()[:8]}.py"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _program(source: Source) -> str:
    """The text, and what makes IR of it."""
    if source.stage:
        quoted = source.text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
        return f'STAGE = "{source.stage}"\nPROGRAM = driver.parse("""\\\n{quoted}""")'
    return f'{source.text}\n\nSTAGE = "frontend"\nPROGRAM = {source.name}.ir'


def _argument(argument: Argument, source: Source) -> str:
    """The expression that makes an argument."""
    kind = numpy_dtype(argument.dtype)
    name = (
        f"ml_dtypes.{kind.name}"
        if kind.kind not in "iufb"
        else f"np.{kind.name}_"
        if kind.kind == "b"
        else f"np.{kind.name}"
    )
    if argument.values is None:
        whole = source.whole or not argument.dtype.is_float
        return f"array({argument.seed}, {argument.shape}, {name}, {whole})"
    if argument.shape:
        return f"np.array({argument.values}, {name})"
    return repr(argument.value(whole_numbers=False))
