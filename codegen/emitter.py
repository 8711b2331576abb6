"""A placed program to C++ text: what the template needs, prepared flat and typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ptodsl.codegen.entry import from_slot
from ptodsl.codegen.kernel import KernelEmitter
from ptodsl.codegen.layout import lay_out
from ptodsl.codegen.lines import Line
from ptodsl.codegen.names import Scope
from ptodsl.codegen.orchestration import entry_emitter
from ptodsl.codegen.places import Places
from ptodsl.codegen.task_entry import TaskEntry
from ptodsl.codegen.touched import Touched, quoted, touched_tensors
from ptodsl.codegen.variables import TileVariable
from ptodsl.ir.cores import core_of
from ptodsl.ir.hardware import Core
from ptodsl.ir.nodes import Function, FunctionKind, Parameter, Program
from ptodsl.ir.span import Span
from ptodsl.ir.strides import strided_parameters
from ptodsl.ir.types import ScalarType, TensorType
from ptodsl.machine import Architecture

CORE_MACROS = {Core.CUBE: "__DAV_CUBE__", Core.VECTOR: "__DAV_VEC__"}


@dataclass(frozen=True)
class Message:
    """A run-time error that `ptodsl_run` reports by its number, from 1; places `{0}` to `{7}` take its values."""

    text: str
    span: Span


@dataclass(frozen=True)
class Emitted:
    """The C++ text of a program, and what stands beside it: the messages of its run-time errors, and its places."""

    text: str
    messages: tuple[Message, ...]
    places: Mapping[int, Span]
    """What each line of the text was made from, by its number from 1; lines of no statement are left out."""


@dataclass(frozen=True)
class Alias:
    """A `using` of a long type."""

    name: str
    type: str


@dataclass(frozen=True)
class TileDeclaration:
    """A tile as the template declares it."""

    name: str
    type: str
    constructor: str
    offset: int
    span: Span


@dataclass(frozen=True)
class KernelContext:
    """A kernel as the template prints it."""

    name: str
    task: str
    title: str
    run_name: str
    touched_name: str
    touched: tuple[Touched, ...]
    span: Span
    core_macro: str
    sets_mask: bool
    parameters: tuple[str, ...]
    arguments: tuple[str, ...]
    aliases: tuple[Alias, ...]
    tiles: tuple[TileDeclaration, ...]
    body: tuple[Line, ...]
    helpers: frozenset[str]


@dataclass(frozen=True)
class ProgramContext:
    """A program as the template prints it."""

    name: str
    namespace: str
    architecture: str
    version: str
    has_tasks: bool
    is_checked: bool
    helpers: tuple[str, ...]
    kernels: tuple[KernelContext, ...]
    entry: tuple[Line, ...]


def emit_program(program: Program, architecture: Architecture, version: str, *, is_checked: bool = False) -> Emitted:
    """The C++ of a placed program, the same for the same IR to the byte.

    In a checked program each task says what it may touch, and kernels what their instructions do not show; else it is
    the same.
    """
    strided = strided_parameters(program)
    outer = Scope()
    namespace = outer.name(f"{program.name}_program")
    functions = [function for function in program.functions if function.kind is FunctionKind.KERNEL]
    names = {function.name: outer.name(function.name) for function in functions}
    tasks = {function.name: outer.name(f"{function.name}_task") for function in functions}
    emitters = [
        KernelEmitter(function, Scope(), strided[function.name], is_checked=is_checked) for function in functions
    ]
    kernels = tuple(
        _kernel(emitter, names[emitter.function.name], tasks[emitter.function.name], architecture, outer)
        for emitter in emitters
    )
    orchestration = entry_emitter(program, tasks, strided)
    entry = tuple(orchestration.body())
    helpers = orchestration.helpers.union(*(kernel.helpers for kernel in kernels))
    context = ProgramContext(
        name=program.name,
        namespace=namespace,
        architecture=architecture.name,
        version=version,
        has_tasks=isinstance(orchestration, TaskEntry),
        is_checked=is_checked,
        helpers=tuple(sorted(helpers)),
        kernels=kernels,
        entry=entry,
    )
    places = Places()
    text = places.read(lay_out("program.cpp.j2", {"program": context, "place": places.mark}))
    messages = tuple(Message(message, span) for message, span in orchestration.messages)
    return Emitted(text, messages, places.by_line)


def _kernel(emitter: KernelEmitter, name: str, task: str, architecture: Architecture, outer: Scope) -> KernelContext:
    function = emitter.function
    body = tuple(emitter.body())
    core = core_of(function, architecture)
    parameters, arguments = _parameters(emitter, function.parameters)
    aliases, declarations = _declarations(emitter.variables.tiles(), emitter.scope)
    return KernelContext(
        name=name,
        task=task,
        title=quoted(function.name),
        run_name=outer.name(f"{name}_run"),
        touched_name=outer.name(f"{name}_tensors"),
        touched=touched_tensors(function, emitter.strided),
        span=function.span,
        core_macro=CORE_MACROS[core],
        sets_mask=core is Core.VECTOR and architecture.masks_vectors,
        parameters=parameters,
        arguments=arguments,
        aliases=aliases + tuple(Alias(alias, text) for text, alias in emitter.windows.items()),
        tiles=declarations,
        body=body,
        helpers=frozenset(emitter.helpers) | _slot_helper(function),
    )


def _slot_helper(function: Function) -> frozenset[str]:
    """Scalars other than integers leave their slot by bit pattern."""
    types = [parameter.value.type for parameter in function.parameters]
    return frozenset({"slot"} if any(isinstance(t, ScalarType) and t.dtype.is_float for t in types) else ())


def _parameters(emitter: KernelEmitter, parameters: tuple[Parameter, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The C++ parameters, and the expressions over `args` that give them in the task entry."""
    declared: list[str] = []
    arguments: list[str] = []
    for parameter in parameters:
        value = parameter.value
        name = emitter.variables.name(value)
        if isinstance(value.type, TensorType):
            declared.append(f"__gm__ {value.type.dtype.cpp}* {name}")
            arguments.append(f"reinterpret_cast<__gm__ {value.type.dtype.cpp}*>(args[{len(arguments)}])")
            for stride in emitter.strides(value)[:-1] if value.name in emitter.strided else ():
                declared.append(f"int64_t {stride}")
                arguments.append(f"args[{len(arguments)}]")
        else:
            assert isinstance(value.type, ScalarType)
            declared.append(f"{value.type.dtype.cpp} {name}")
            arguments.append(from_slot(value.type.dtype, len(arguments)))
    return tuple(declared), tuple(arguments)


def _declarations(
    tiles: tuple[TileVariable, ...], scope: Scope
) -> tuple[tuple[Alias, ...], tuple[TileDeclaration, ...]]:
    """One alias for each tile type in use, and the tiles by it."""
    aliases: dict[str, Alias] = {}
    declared: list[TileDeclaration] = []
    for tile in tiles:
        text = str(tile.spelling)
        if text not in aliases:
            aliases[text] = Alias(scope.name(tile.spelling.alias), text)
        extents = ", ".join(str(tile.spelling.type.shape[dim]) for dim in tile.spelling.dynamic)
        constructor = f"({extents})" if extents else ""
        declared.append(TileDeclaration(tile.name, aliases[text].name, constructor, tile.offset, tile.span))
    return tuple(aliases.values()), tuple(declared)
