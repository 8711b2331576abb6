"""Python that is not compiled, and what to write instead."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from ptodsl.errors.names import Unsupported
from ptodsl.frontend.state import Mistake, State

_RUN_TIME = "compute it in Python around the function and use the name here"

_INSTEAD: Mapping[type[ast.AST], tuple[str, str]] = {
    ast.While: ("`while`", "use `for i in pl.range(...)` with bounds, and `if` for the part that may not run"),
    ast.Break: ("`break`", "put the rest of the body under an `if`"),
    ast.Continue: ("`continue`", "put the rest of the body under an `if`"),
    ast.Try: ("`try`", "device code raises nothing; test the condition with `if`"),
    ast.Raise: ("`raise`", "device code raises nothing; check arguments in Python before the launch"),
    ast.Assert: ("`assert`", "check arguments in Python before the launch"),
    ast.With: ("`with`", "write its body directly: a kernel is one scope of one core"),
    ast.Delete: ("`del`", "leave it out: buffers are reused once their last use is over"),
    ast.Global: ("`global`", "pass values as parameters and return tensors"),
    ast.Nonlocal: ("`nonlocal`", "pass values as parameters and return tensors"),
    ast.Import: ("`import`", "import at the top of the file"),
    ast.ImportFrom: ("`import`", "import at the top of the file"),
    ast.FunctionDef: ("a nested function", "define it outside, under its own `@pl.function`"),
    ast.AsyncFunctionDef: (
        "`async`",
        "write a plain `def`; tasks order themselves by what they read and write",
    ),
    ast.ClassDef: ("a nested class", "define it outside"),
    ast.AsyncFor: ("`async for`", "use `for i in pl.range(...)`"),
    ast.AsyncWith: ("`async with`", "write its body directly"),
    ast.Match: ("`match`", "use `if`, `elif` and `else`"),
    ast.Lambda: ("`lambda`", "write the expression where it is used, or a `@pl.function`"),
    ast.ListComp: ("a comprehension", "write the items out, or " + _RUN_TIME),
    ast.SetComp: ("a comprehension", "write the items out, or " + _RUN_TIME),
    ast.DictComp: ("a comprehension", "write the items out, or " + _RUN_TIME),
    ast.GeneratorExp: ("a comprehension", "write the items out, or " + _RUN_TIME),
    ast.Dict: ("a dict", _RUN_TIME),
    ast.Set: ("a set", _RUN_TIME),
    ast.JoinedStr: ("an f-string", "kernels have no text; " + _RUN_TIME),
    ast.NamedExpr: ("`:=`", "assign on a line of its own"),
    ast.Starred: ("`*` in front of an expression", "write the items out"),
    ast.Await: ("`await`", "call the kernel plainly; tasks order themselves by what they read and write"),
    ast.Yield: ("`yield`", "use `pl.yield_` in a loop with `init_values`"),
    ast.YieldFrom: ("`yield from`", "use `pl.yield_` in a loop with `init_values`"),
}

LATER: Mapping[str, str] = {
    "at": "write the body as a function of its own, `type=pl.FunctionType.InCore`",
    "auto_incore": "write the body as a function of its own, `type=pl.FunctionType.InCore`",
    "cond": "use `for i in pl.range(...)` with bounds, and `if` for the part that may not run",
    "dynamic": "give every dim as an int where the program is built; the part that is there goes into `valid_shape`",
    "incore": "write the body as a function of its own, `type=pl.FunctionType.InCore`",
    "inline": "write the steps out, or make them a kernel of its own",
    "parallel": "write `pl.range`: tasks order themselves by what they read and write",
    "pipeline": "write `pl.range`, and load the next block before the current one is used",
    "static_assert": "write `assert` in Python, around the function",
    "static_print": "write `print` in Python, around the function",
    "unroll": "write `pl.range`, or the iterations one after the other",
    "while_": "use `for i in pl.range(...)` with bounds, and `if` for the part that may not run",
}
"""What PyPTO has and this language has not yet, and what to write instead."""

_CALLS: Mapping[str, tuple[str, str]] = {
    "print": ("`print`", "return the value in an output tensor, or run `ptodsl.interpret` and print there"),
    "range": ("`range`", "write `pl.range`"),
    "enumerate": ("`enumerate`", "write `for i in pl.range(...)` and use `i`"),
    "zip": ("`zip`", "write `for i in pl.range(...)` and index with `i`"),
    "super": ("`super`", "call the function as `self.name(...)`"),
}


def refuse(state: State, node: ast.expr | ast.stmt) -> Mistake:
    """The mistake for a node that nothing compiles."""
    what, instead = _INSTEAD.get(type(node), (f"`{_first_words(node)}`", _RUN_TIME))
    span = state.source.head(node) if isinstance(node, ast.stmt) else state.span(node)
    return state.fail(Unsupported, span, what=what, instead=instead)


def refuse_call(state: State, node: ast.Call, name: str) -> Mistake:
    """The mistake for a call of a Python function."""
    what, instead = _CALLS.get(name, (f"a call of the Python function `{name}`", _RUN_TIME))
    return state.fail(Unsupported, state.span(node), what=what, instead=instead)


def refuse_keywords(state: State, node: ast.keyword) -> Mistake:
    """The mistake for `**` in a call."""
    what, instead = "`**` in front of an argument", "write the keywords out"
    return state.fail(Unsupported, state.span(node), what=what, instead=instead)


def _first_words(node: ast.AST) -> str:
    text = ast.unparse(node).splitlines()[0]
    return text if len(text) <= 40 else f"{text[:37]}..."
