"""One function: its parameters, its body, its results."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ptodsl.errors import Diagnostic
from ptodsl.errors.names import AnnotationMissing, AnnotationRefused, SignatureRefused, Unsupported
from ptodsl.frontend import declarations, literals, nesting, usage
from ptodsl.frontend.declarations import Declared
from ptodsl.frontend.decorators import FunctionType, Kernel
from ptodsl.frontend.entities import Argument, Constant, arguments_of, describe, fits, is_python_none, poison
from ptodsl.frontend.expressions import argument
from ptodsl.frontend.namespace import Namespace, ProgramSelf
from ptodsl.frontend.source import locate
from ptodsl.frontend.state import State
from ptodsl.frontend.statements import lower_all
from ptodsl.ir.hardware import Core
from ptodsl.ir.nodes import Function, FunctionKind, Operand, Parameter, Return, Value
from ptodsl.ir.span import Span
from ptodsl.ir.types import ErrorType, TileType, Type
from ptodsl.ops.row import OperandKind

_KINDS: Mapping[FunctionType, tuple[FunctionKind, Core | None]] = {
    FunctionType.InCore: (FunctionKind.KERNEL, None),
    FunctionType.AIC: (FunctionKind.KERNEL, Core.CUBE),
    FunctionType.AIV: (FunctionKind.KERNEL, Core.VECTOR),
    FunctionType.Orchestration: (FunctionKind.ORCHESTRATION, None),
}


@dataclass(frozen=True)
class Lowered:
    """A function as far as it could be built, and what is wrong with its source."""

    function: Function
    diagnostics: tuple[Diagnostic, ...]
    complete: bool
    """Whether it does all that its source says."""


def lower(kernel: Kernel[Any], program: type | None, callee: Callable[[Kernel[Any], Span], Function]) -> Lowered:
    """The IR of a function; a member of the class `program`, whose first parameter is `self`, or alone.

    Raises `PtoError` where the source is not to be had.
    """
    source, node = locate(kernel.python)
    nesting.check(source, node)
    kind, core = _KINDS[kernel.kind]
    names = Namespace(kernel.python, kernel.visible)
    state = State(source, kind, names, callee, usage.last_reads(node))
    return _Function(state, kernel, node, program).lower(core)


class _Function:
    def __init__(self, state: State, kernel: Kernel[Any], node: ast.FunctionDef, program: type | None) -> None:
        self._state = state
        self._kernel = kernel
        self._node = node
        self._program = program
        self._written = kernel.written_annotations()

    def lower(self, core: Core | None) -> Lowered:
        state, node = self._state, self._node
        parameters = self._parameters()
        results, spans = self._results()
        *body, last = node.body
        is_return = isinstance(last, ast.Return)
        lower_all(state, body if is_return else node.body)
        values = state.attempt(lambda: self._returned(last)) if isinstance(last, ast.Return) else ()
        where = state.span(last)
        state.builder.emit(Return(self._complete(values, results, where), where))
        function = Function(
            self._kernel.__name__,
            state.kind,
            parameters,
            results,
            state.builder.finish(),
            state.source.header(node),
            core,
            spans,
        )
        return Lowered(function, tuple(state.diagnostics), not state.incomplete)

    def _parameters(self) -> tuple[Parameter, ...]:
        arguments = self._node.args
        nodes = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        self._check_list(arguments)
        if self._program is not None:
            nodes = self._without_self(nodes, self._program)
        return tuple(self._parameter(node) for node in nodes)

    def _without_self(self, nodes: list[ast.arg], program: type) -> list[ast.arg]:
        """The parameters behind `self`, which is bound to the program."""
        if not nodes or nodes[0].annotation is not None:
            where = self._state.span(nodes[0]) if nodes else self._state.source.header(self._node)
            problem = "a function of a program class has `self` as its first parameter"
            self._state.report(SignatureRefused, where, problem=problem, how="write `self` before the others")
            self._state.incomplete = True
            return nodes
        self._state.scope.bind(nodes[0].arg, Constant(ProgramSelf(program)))
        return nodes[1:]

    def _check_list(self, arguments: ast.arguments) -> None:
        for star in (arguments.vararg, arguments.kwarg):
            if star is not None:
                problem, how = f"`*{star.arg}` takes any number of arguments", "name each parameter, with its type"
                self._state.report(SignatureRefused, self._state.span(star), problem=problem, how=how)
        for default in (*arguments.defaults, *(one for one in arguments.kw_defaults if one is not None)):
            how = "leave the default out: an argument is given at each launch"
            self._state.report(
                SignatureRefused, self._state.span(default), problem="a parameter has no default value here", how=how
            )

    def _parameter(self, node: ast.arg) -> Parameter:
        span = self._state.span(node)
        declared = self._state.attempt(lambda: self._declared(node)) or Declared(ErrorType())
        value = Value(node.arg, declared.type, span)
        self._state.scope.bind(node.arg, value)
        if declared.direction is None:
            return Parameter(value)
        return Parameter(value, declared.direction, written=True)

    def _declared(self, node: ast.arg) -> Declared:
        state = self._state
        if node.annotation is None:
            raise state.fail(AnnotationMissing, state.span(node), name=node.arg)
        span = state.span(node.annotation)
        given = declarations.evaluated(state, node.annotation, self._written.get(node.arg))
        declared = declarations.declared(state, given, span)
        if isinstance(declared.type, TileType):
            how = "pass a tensor and load the tile in the kernel"
            raise state.fail(AnnotationRefused, span, problem="a tile lives on one core and is no parameter", how=how)
        return declared

    def _results(self) -> tuple[tuple[Type, ...], tuple[Span, ...]]:
        """The declared results, and where each is written."""
        node = self._node.returns
        if node is None:
            return (), ()
        types = self._state.attempt(lambda: self._result_types(node)) or ()
        inner = node.slice.elts if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) else []
        parts = inner if len(inner) == len(types) and len(types) > 1 else [node] * len(types)
        return types, tuple(self._state.span(part) for part in parts)

    def _result_types(self, node: ast.expr) -> tuple[Type, ...]:
        if isinstance(node, ast.Constant) and node.value is None:
            return ()
        given = declarations.evaluated(self._state, node, self._written.get("return"))
        return declarations.results(self._state, given, self._state.span(node))

    def _returned(self, node: ast.Return) -> tuple[Operand, ...]:
        """The values of the last statement."""
        if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
            return ()
        value = argument(self._state, node.value)
        if is_python_none(value.entity):
            return ()
        return tuple(self._result(item) for item in arguments_of(value) or (value,))

    def _result(self, value: Argument) -> Operand:
        if fits(value.entity, OperandKind.TENSOR):
            return literals.operand(self._state, value, None, "`return`")
        instead = "return tensors only: store a tile into an output parameter, and a scalar in a tensor of one element"
        raise self._state.fail(Unsupported, value.span, what=f"returning {describe(value.entity)}", instead=instead)

    def _complete(
        self, values: tuple[Operand, ...] | None, results: tuple[Type, ...], span: Span
    ) -> tuple[Operand, ...]:
        """The returned values, or as many error values as there are results where they could not be built."""
        return tuple(poison(span) for _ in results) if values is None else values
