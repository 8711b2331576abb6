"""What users call: from a program to C++ text, to something that runs, to the interpreter's answer.

The only module that sees both halves, the compiler and the runtime.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np

from ptodsl import interpreter, pipeline
from ptodsl.codegen.emitter import Emitted, emit_program
from ptodsl.compiled import Compiled, Translated
from ptodsl.crash import blaming
from ptodsl.errors import PtoError
from ptodsl.errors.build import ArchitectureUnknown, ScheduleRefused
from ptodsl.errors.runtime import OutOfMemory
from ptodsl.errors.stack import enough_stack
from ptodsl.ir.dtypes import DType
from ptodsl.ir.nodes import Program
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from ptodsl.ir.rewrite import values_of
from ptodsl.ir.span import Span
from ptodsl.ir.types import ErrorType
from ptodsl.machine import ARCHITECTURES, Architecture
from ptodsl.pipeline import Stage
from ptodsl.runtime import arguments, arrays, build, results, schedules, toolchains, workers
from ptodsl.runtime.cache import SOURCE
from ptodsl.runtime.checked_launch import BY_DEFAULT, LIMIT, CheckedLaunch, Checking, load_checked
from ptodsl.runtime.findings import Place
from ptodsl.runtime.launch import load
from ptodsl.runtime.schedules import PROGRAM
from ptodsl.runtime.signature import Fault, Signature, TensorSlot
from ptodsl.runtime.targets import TARGETS
from ptodsl.signature import check_entry, signature_of
from ptodsl.verdicts import judging, line_span
from ptodsl.verify.written import is_written, verify_written
from ptodsl.version import VERSION

__all__ = ["compile", "compile_all", "emit", "interpret", "parse", "program_of"]


def program_of(source: Any) -> Program:
    """The IR of a @pl.program class, a @pl.function or IR itself. Raises TypeError for anything else."""
    ir = source if isinstance(source, Program) else getattr(source, "ir", None)
    if not isinstance(ir, Program):
        raise TypeError(f"expected a @pl.program class, a @pl.function or IR, not {type(source).__name__}")
    return ir


def architecture_of(name: str) -> Architecture:
    """The architecture of a name. Raises PtoError E0611 with the known ones."""
    if name not in ARCHITECTURES:
        raise PtoError([ArchitectureUnknown(None, arch=name, known=", ".join(ARCHITECTURES))])
    return ARCHITECTURES[name]


def emit(source: Any, arch: str = "a2a3") -> dict[str, str]:
    """The C++ of a program by file name; needs no C++ compiler. Raises PtoError for what the user must mend."""
    program = program_of(source)
    with enough_stack(f"compile `{program.name}`"):
        return _translated(program, architecture_of(arch), None).sources


def compile(  # noqa: A001 - the public name
    source: Any,
    arch: str = "a2a3",
    target: str = "cpu",
    dump_dir: str | os.PathLike[str] | None = None,
    threads: int | None = None,
    *,
    schedule: str = PROGRAM,
    strict: bool = False,
    limit: int = LIMIT,
    poison: bool = False,
) -> Compiled:
    """Compiles a program for a target: "cpu", "checked", "pto-isa" or "npu".

    `dump_dir` receives the IR after each pass, the schedule, the C++ and the memory map. `threads` is the most workers
    a launch may have, the caller included; by default one for each processor at hand. With `poison`, tensors that the
    program creates start as bytes that show. Raises PtoError: E01 to E05 for the program, E06 for the toolchain and
    the options.

    A launch of target "checked" raises what it finds, E11, up to `limit` findings; its pipes execute in the order of
    `schedule`: "program", "lazy", "eager" or "random:SEED", each of which the flags allow. What hardware is only said
    to keep in order is a warning (`launch.remarks`), with `strict` an error. It has one worker.
    """
    checking = Checking(schedule, strict, limit)
    return compile_all([source], arch, target, dump_dir, threads, checking=checking, poison=poison)[0]


def compile_all(
    sources: Iterable[Any],
    arch: str = "a2a3",
    target: str = "cpu",
    dump_dir: str | os.PathLike[str] | None = None,
    threads: int | None = None,
    *,
    checking: Checking = BY_DEFAULT,
    poison: bool = False,
) -> list[Compiled]:
    """Compiles several programs; the C++ compilers run at the same time."""
    architecture = architecture_of(arch)
    most = workers.count(threads)
    is_checked = _is_checked(target, checking)
    programs = map(program_of, sources)
    with enough_stack("compile"):
        translated = [_translated(one, architecture, dump_dir, is_checked=is_checked) for one in programs]
    return _built(translated, target, most, checking, poison=poison)


def compile_placed(
    placed: Program,
    arch: str = "a2a3",
    target: str = "cpu",
    *,
    checking: Checking = BY_DEFAULT,
    poison: bool = False,
) -> Compiled:
    """Compiles IR that is placed and ordered, as it stands: somebody has had the verifiers judge it.

    Raises PtoError as `compile` does.
    """
    architecture = architecture_of(arch)
    with enough_stack("compile"):
        translated = _emitted(placed, placed, architecture, is_checked=_is_checked(target, checking))
    return _built([translated], target, workers.count(None), checking, poison=poison)[0]


def _built(
    translated: list[Translated], target: str, threads: int, checking: Checking, *, poison: bool
) -> list[Compiled]:
    """The loaded libraries of some texts; the C++ compilers run at the same time."""
    tools = [toolchains.find(target, one.architecture.name, _dtypes(one.placed), poison=poison) for one in translated]
    texts = (one.emitted.text for one in translated)
    libraries = build.build_all(zip(texts, tools, strict=True))
    pairs = zip(translated, libraries, strict=True)
    if _is_checked(target, checking):
        return [Compiled(one, _load_checked(one, library, checking)) for one, library in pairs]
    return [Compiled(one, load(library, one.signature, _faults(one.emitted), threads)) for one, library in pairs]


def _is_checked(target: str, checking: Checking) -> bool:
    """Whether a target judges its programs. Raises E0613, and E0614 for options that it would not heed."""
    schedules.schedule(checking.schedule)
    row = TARGETS.get(target)
    if row is not None and row.is_checked:
        return True
    given = [name for name in ("schedule", "strict", "limit") if getattr(checking, name) != getattr(BY_DEFAULT, name)]
    if given:
        raise PtoError([ScheduleRefused(None, target=target, option=name) for name in given])
    return False


def _load_checked(translated: Translated, library: Path, checking: Checking) -> CheckedLaunch:
    """The checked program; what it finds points at the statements that its text was made from."""
    emitted = translated.emitted

    def locate(place: Place) -> Span | None:
        return emitted.places.get(place.line) if place.file == SOURCE else line_span(place)

    judge = judging(locate, translated.architecture.name)
    return load_checked(library, translated.signature, _faults(emitted), judge, checking)


def interpret(
    source: Any, /, *args: object, out: object = None, after: str | None = None, arch: str = "a2a3", **named: object
) -> Any:
    """Runs a program on the numpy interpreter: the same call as that of a compiled one, the same results.

    `after` is the name of a pass: the program runs as it stands then, placed for `arch`; one that is placed already, as
    text of a late stage, runs as it stands. Raises PtoError for wrong arguments, where the program uses what is
    undefined, and where there is no memory to run it.
    """
    program, architecture = program_of(source), architecture_of(arch)
    placed = is_written(program)

    def staged() -> Program:
        if placed or after is None:
            return program
        with blaming(program, architecture):
            return pipeline.stages(program, architecture, until=after)[-1].program

    with enough_stack(f"interpret `{program.name}`"):
        if not placed:
            pipeline.check(program)
        return _interpreted(program, staged, architecture, args, named, out)


def _interpreted(
    program: Program,
    staged: Callable[[], Program],
    architecture: Architecture,
    args: Sequence[object],
    named: Mapping[str, object],
    out: object,
) -> Any:
    """Binds and checks the arguments, then runs the program at its stage on them."""
    signature = signature_of(program)
    values = arguments.bind(signature, args, named)
    buffers = results.given(signature.provided, out) if out is not None else None
    arguments.unpack(
        (*signature.parameters, *(signature.provided if buffers is not None else ())), (*values, *(buffers or ()))
    )
    running = staged()
    try:
        found = interpreter.run(running, [_numpy(value) for value in values], architecture=architecture)
    except MemoryError as error:
        raise PtoError([OutOfMemory(None, what=f"the interpreter to run `{program.name}`")]) from error
    return _returned(signature, values, found, buffers)


def _numpy(value: object) -> object:
    """An array of any library as numpy's, over the same memory; a scalar as it is."""
    if isinstance(value, np.ndarray):
        return value  # pyright: ignore[reportUnknownVariableType]  # an array of any shape and dtype
    seen = arrays.view(value)
    if seen is None:
        return value
    memory = memoryview((ctypes.c_char * len(seen.bytes)).from_address(seen.address)).cast("B")
    dtype = np.dtype(getattr(ml_dtypes, seen.dtype, None) or seen.dtype)
    return np.frombuffer(memory, dtype).reshape(seen.shape)


def _returned(
    signature: Signature,
    values: Sequence[object],
    found: Sequence[np.ndarray[Any, Any]],
    buffers: Sequence[object] | None,
) -> Any:
    """The results in declared order: the very parameters, and provided ones in the arguments' library or in `out`."""
    fresh = iter(buffers if buffers is not None else results.Provider(signature).fresh(values))
    returned: list[object] = []
    for slot, array in zip(signature.results, found, strict=True):
        if not isinstance(slot, TensorSlot):
            returned.append(values[slot])
            continue
        buffer = next(fresh)
        target = _numpy(buffer)
        assert isinstance(target, np.ndarray)
        target[...] = array
        returned.append(buffer)
    if not returned:
        return None
    return returned[0] if len(returned) == 1 else tuple(returned)


def _translated(
    program: Program,
    architecture: Architecture,
    dump_dir: str | os.PathLike[str] | None,
    *,
    is_checked: bool = False,
) -> Translated:
    """The C++ of a program; each stage on the way goes to `dump_dir` before a verifier can refuse the last."""
    check_entry(program)
    with blaming(program, architecture, (OSError,)):
        placed = _as_written(program, architecture) or _placed(program, architecture, dump_dir)
        translated = _emitted(program, placed, architecture, is_checked=is_checked)
    if dump_dir is not None:
        translated.save(dump_dir)
    return translated


def _as_written(program: Program, architecture: Architecture) -> Program | None:
    """A program whose author has placed and ordered it, judged as such; None where that is left to the passes."""
    if not is_written(program):
        return None
    verify_written(program, architecture)
    return program


def _placed(program: Program, architecture: Architecture, dump_dir: str | os.PathLike[str] | None) -> Program:
    """What the passes make of a program, proven."""
    done = pipeline.stages(program, architecture)
    if dump_dir is not None:
        _dump(done, architecture, Path(dump_dir))
    return pipeline.proven(done, architecture)


def _emitted(program: Program, placed: Program, architecture: Architecture, *, is_checked: bool) -> Translated:
    """A placed program as C++."""
    return Translated(program, placed, architecture, emit_program(placed, architecture, VERSION, is_checked=is_checked))


def _dump(done: list[Stage], architecture: Architecture, directory: Path) -> None:
    """Writes the IR after each pass, and the schedule of the flags."""
    directory.mkdir(parents=True, exist_ok=True)
    for index, stage in enumerate(done):
        (directory / f"{index}-{stage.name}.pto-ir").write_text(print_program(stage.program), encoding="utf-8")
    schedule = pipeline.schedule(done[-2].program, architecture)
    (directory / "schedule.txt").write_text(schedule, encoding="utf-8")


def _faults(emitted: Emitted) -> tuple[Fault, ...]:
    return tuple(Fault(message.text, message.span.file, message.span.line) for message in emitted.messages)


def _dtypes(program: Program) -> frozenset[DType]:
    return frozenset(
        value.type.dtype
        for function in program.functions
        for value in values_of(function)
        if not isinstance(value.type, ErrorType)
    )
