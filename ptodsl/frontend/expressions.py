"""Expressions: an entity for each node of Python's syntax tree."""

from __future__ import annotations

import ast
import difflib
import enum
import inspect
from functools import partial
from types import ModuleType

from ptodsl import language
from ptodsl.errors import Note
from ptodsl.errors.names import MemberUnknown, NameUnassigned, NameUnknown, OpUnknown
from ptodsl.frontend import builtin, callees, conditions, merging, operators, subscripts, unsupported
from ptodsl.frontend.entities import Argument, Constant, Entity, Items, describe, is_poison, poison
from ptodsl.frontend.namespace import ABSENT, ProgramSelf
from ptodsl.frontend.operators import BINARY, COMPARISONS
from ptodsl.frontend.scope import Missing
from ptodsl.frontend.state import Mistake, State
from ptodsl.ir.nodes import Value
from ptodsl.ir.span import Span
from ptodsl.ir.types import TensorType, TileType

_MOST_SUGGESTED = 20
"""Mistakes in a function for which names alike are looked up, which takes time."""


def argument(state: State, node: ast.expr) -> Argument:
    """An expression and its place; an error value where it has a mistake, which is reported."""
    span = state.span(node)
    entity = state.attempt(lambda: lower(state, node))
    return Argument(poison(span) if entity is None else entity, span)


def lower(state: State, node: ast.expr, label: str = "") -> Entity:
    """The entity that an expression is; a new value is called `label`. Raises `Mistake`."""
    match node:
        case ast.Constant(value=value):
            return Constant(value)
        case ast.Name(id=name):
            return _name(state, name, state.span(node))
        case ast.Tuple(elts=items) | ast.List(elts=items):
            arguments = [argument(state, item) for item in items]
            return Items(tuple(one.entity for one in arguments), tuple(one.span for one in arguments))
        case ast.Attribute():
            return _attribute(state, node)
        case ast.Call():
            return _call(state, node, label)
        case ast.BinOp():
            return _binary(state, node, label)
        case ast.UnaryOp():
            return _unary(state, node, label)
        case ast.BoolOp():
            return _logic(state, node, label)
        case ast.Compare():
            return _comparison(state, node, label)
        case ast.IfExp():
            return _conditional(state, node, label)
        case ast.Subscript():
            return subscripts.lower(state, node, argument, label)
        case _:
            raise unsupported.refuse(state, node)


def _binary(state: State, node: ast.BinOp, label: str) -> Entity:
    """The left operands are taken from the inside out without a call in a call: a sum may be long."""
    inner: list[ast.BinOp] = []
    first = node.left
    while isinstance(first, ast.BinOp):
        inner.append(first)
        first = first.left
    left = argument(state, first)
    for part in reversed(inner):
        span = state.span(part)
        entity = state.attempt(partial(_applied, state, part, left))
        left = Argument(poison(span) if entity is None else entity, span)
    return _applied(state, node, left, label)


def _applied(state: State, node: ast.BinOp, left: Argument, label: str = "") -> Entity:
    right = argument(state, node.right)
    return operators.binary(state, BINARY[type(node.op)], left, right, state.span(node), label)


def _name(state: State, name: str, span: Span) -> Entity:
    binding = state.scope.get(name)
    if isinstance(binding, Missing):
        raise _unassigned(state, name, binding, span)
    if binding is not None:
        return binding
    if state.names.is_local(name):
        how = "assign it before this line"
        raise state.fail_once(NameUnassigned, span, name=name, where="before it is read", how=how)
    value = state.names.lookup(name)
    if value is ABSENT and state.has_said(NameUnknown, name):
        raise Mistake(None)
    if value is ABSENT:
        raise state.fail(NameUnknown, span, name=name, how=_definition(state, name))
    return Constant(value)


def _definition(state: State, name: str) -> str:
    """A remedy that names what the user may have meant, for the first few names."""
    known = {*state.scope.names(), *state.names.visible()} if len(state.diagnostics) < _MOST_SUGGESTED else ()
    close = difflib.get_close_matches(name, known, n=3)
    meant = "did you mean " + " or ".join(f"`{word}`" for word in sorted(close)) + "? Else " if close else ""
    return f"{meant}define it before the function is compiled, or import it"


def _unassigned(state: State, name: str, missing: Missing, span: Span) -> Mistake:
    where = ", nor ".join(f"when {path}" for path in missing.paths)
    how = f"assign `{name}` on that path too, or before it"
    notes = [Note("from here on this path, nothing assigns it", path.place) for path in missing.paths if path.place]
    return state.fail_once(NameUnassigned, span, *notes, name=name, where=where, how=how)


def _attribute(state: State, node: ast.Attribute) -> Entity:
    owner = lower(state, node.value)
    match owner:
        case Constant(value=ProgramSelf() as program):
            return _member(state, node, program)
        case Constant(value=value):
            return _object_attribute(state, node, value)
        case Value(type=TileType() | TensorType()) if node.attr in ("shape", "dtype"):
            return Constant(getattr(owner.type, node.attr))
        case Value() if is_poison(owner):
            return owner
        case _:
            how = "tiles and tensors have `shape` and `dtype`; everything else is an op, `pl.op(x)`"
            raise state.fail(OpUnknown, state.span(node), name=f"{ast.unparse(node.value)}.{node.attr}", how=how)


def _member(state: State, node: ast.Attribute, program: ProgramSelf) -> Entity:
    for name in _spellings(node.attr, program.source):
        value: object = getattr(program.source, name, ABSENT)
        if value is not ABSENT:
            return Constant(value)
    owner = ast.unparse(node.value)
    close = difflib.get_close_matches(node.attr, vars(program.source), n=3)
    how = ("did you mean " + " or ".join(f"`{owner}.{name}`" for name in close) + "? " if close else "") + (
        f"`{owner}` is the program class here, also inside a method that has a `{owner}` of its own: "
        f"for that one's attribute, bind `{node.attr} = {owner}.{node.attr}` before the class and use `{node.attr}`"
    )
    raise state.fail(
        MemberUnknown, state.span(node), program=program.source.__name__, name=node.attr, owner=owner, how=how
    )


def _spellings(name: str, source: type) -> list[str]:
    """What Python calls an attribute of a class: a private one, `__x`, has the name of its class before it."""
    if not name.startswith("__") or name.endswith("__"):
        return [name]
    return [name, *(f"_{base.__name__.lstrip('_')}{name}" for base in source.__mro__)]


def _object_attribute(state: State, node: ast.Attribute, owner: object) -> Entity:
    try:
        return Constant(getattr(owner, node.attr))
    except AttributeError:
        is_early = len(state.diagnostics) < _MOST_SUGGESTED
        how = _similar(owner, node.attr) if is_early else "see the list of ops in the documentation"
    except Exception as error:  # a property of the user's may raise anything
        how = f"Python says: {type(error).__name__}: {error}"
    name = f"{ast.unparse(node.value)}.{node.attr}"
    raise state.fail(OpUnknown, state.span(node), name=name, how=how)


def _is_submodule(owner: object, word: str) -> bool:
    """Whether an attribute is there only because a module of a package was imported."""
    value = inspect.getattr_static(owner, word, None)
    return isinstance(value, ModuleType) and word not in getattr(owner, "__all__", ())


def _similar(owner: object, name: str) -> str:
    """A remedy that names what the user may have meant."""
    if owner is language and name in unsupported.LATER:
        return unsupported.LATER[name]
    known = [word for word in dir(owner) if not word.startswith("_") and not _is_submodule(owner, word)]
    close = difflib.get_close_matches(name, known, n=3)
    if close:
        return "did you mean " + " or ".join(f"`{word}`" for word in close) + "?"
    named = isinstance(owner, (ModuleType, enum.EnumMeta))
    return "see the list of ops in the documentation" if named else f"{describe(Constant(owner))} has no such attribute"


def _call(state: State, node: ast.Call, label: str) -> Entity:
    callee = lower(state, node.func)
    span = state.span(node)
    for part in node.args:
        if isinstance(part, ast.Starred):
            raise unsupported.refuse(state, part)
    for keyword in node.keywords:
        if keyword.arg is None:
            raise unsupported.refuse_keywords(state, keyword)
    if not callees.is_known(callee):
        return builtin.call(state, node, callee, [argument(state, part) for part in node.args])
    positional = [argument(state, part) for part in node.args]
    keywords = {keyword.arg: argument(state, keyword.value) for keyword in node.keywords if keyword.arg is not None}
    return callees.call(state, callee, positional, keywords, span, label)


def _unary(state: State, node: ast.UnaryOp, label: str) -> Entity:
    inner, span = argument(state, node.operand), state.span(node)
    match node.op:
        case ast.USub():
            return operators.negative(state, inner, span, label)
        case ast.UAdd():
            return inner.entity
        case ast.Not():
            return conditions.negated(state, inner, span, label)
        case _:
            raise unsupported.refuse(state, node)


def _logic(state: State, node: ast.BoolOp, label: str) -> Entity:
    is_and = isinstance(node.op, ast.And)
    left, *rest = node.values
    value = argument(state, left)
    for index, right in enumerate(rest):
        span = value.span.to(state.span(right))
        entity = conditions.combined(
            state,
            value,
            partial(argument, state, right),
            span,
            is_and=is_and,
            label=label if index == len(rest) - 1 else "",
        )
        value = Argument(entity, span)
    return value.entity


def _comparison(state: State, node: ast.Compare, label: str) -> Entity:
    """`a < b < c` compares each pair of neighbours, every operand evaluated once."""
    operands = [argument(state, part) for part in (node.left, *node.comparators)]
    span = state.span(node)
    result: Argument | None = None
    for op, left, right in zip(node.ops, operands, operands[1:], strict=False):
        pair = Argument(
            operators.binary(state, COMPARISONS[type(op)], left, right, span, "" if node.ops[1:] else label), span
        )
        result = pair if result is None else _both(state, result, pair)
    assert result is not None
    return result.entity


def _both(state: State, left: Argument, right: Argument) -> Argument:
    return Argument(conditions.combined(state, left, lambda: right, left.span, is_and=True), left.span)


def _conditional(state: State, node: ast.IfExp, label: str) -> Entity:
    test = argument(state, node.test)
    truth = conditions.known(test)
    if truth is not None:
        return lower(state, node.body if truth else node.orelse, label)
    condition = conditions.operand(state, test)
    with state.builder.block() as then:
        left = argument(state, node.body)
    with state.builder.block() as orelse:
        right = argument(state, node.orelse)
    return merging.conditional(state, condition, (then, left), (orelse, right), state.span(node), label)
