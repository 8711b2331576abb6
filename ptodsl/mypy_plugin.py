"""Lets mypy read kernels: put `plugins = ["ptodsl.mypy_plugin"]` into its settings.

mypy takes what stands in the brackets of a type for types; `pl.Tensor[[M, N], pl.FP32]` holds numbers there. And it
ignores what a class decorator returns, so that a program class would have no `ir`.
"""

from __future__ import annotations

from collections.abc import Callable

from mypy.nodes import MDEF, SymbolTableNode, Var
from mypy.plugin import AnalyzeTypeContext, ClassDefContext, Plugin
from mypy.types import Type

_TYPES = frozenset(f"ptodsl.language.types.{name}" for name in ("Scalar", "Tensor", "Tile"))
_PROGRAM = frozenset({"ptodsl.frontend.decorators.program", "ptodsl.language.program"})
_IR = "ptodsl.ir.nodes.Program"


class KernelPlugin(Plugin):
    """Reads the types of kernels without their brackets, and gives a program class its `ir`."""

    def get_type_analyze_hook(self, fullname: str) -> Callable[[AnalyzeTypeContext], Type] | None:
        """The hook for the three types of values."""
        if fullname not in _TYPES:
            return None
        return lambda context: context.api.named_type(fullname, [])

    def get_class_decorator_hook_2(self, fullname: str) -> Callable[[ClassDefContext], bool] | None:
        """The hook for `@pl.program`."""
        return _with_ir if fullname in _PROGRAM else None


def _with_ir(context: ClassDefContext) -> bool:
    """Adds the class attribute `ir`; False asks mypy to come again once the IR's class is known."""
    type_ = context.api.named_type_or_none(_IR)
    if type_ is None:
        return not context.api.final_iteration and False
    variable = Var("ir", type_)
    variable.info = context.cls.info
    variable.is_classvar = True
    context.cls.info.names["ir"] = SymbolTableNode(MDEF, variable)
    return True


def plugin(_: str) -> type[Plugin]:
    """What mypy calls."""
    return KernelPlugin
