"""`@pl.function` and `@pl.program`: what they make of a function and of a class.

They load nothing but themselves: `import ptodsl.language` must stay cheap. The first program loads the compiler.
"""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable, Mapping
from types import CodeType, FrameType
from types import FunctionType as PythonFunction
from typing import TYPE_CHECKING, Any, Generic, TypeGuard, TypeVar, overload

if TYPE_CHECKING:
    from ptodsl.ir import nodes

R = TypeVar("R")


class FunctionType(enum.Enum):
    """What a function is: code of one core (the cube or vector one, where said), or the submission of such tasks."""

    InCore = "kernel"
    AIC = "kernel on the cube core"
    AIV = "kernel on the vector core"
    Orchestration = "orchestration"


class Kernel(Generic[R]):
    """A function under `@pl.function`: its source is compiled, Python never runs it.

    `visible` are the names around it that its postponed annotations may use.
    """

    def __init__(self, python: PythonFunction, kind: FunctionType, visible: Mapping[str, object]) -> None:
        self.python = python
        self.kind = kind
        self.visible = visible
        self.__name__ = python.__name__
        self.__qualname__ = python.__qualname__
        self.__module__ = python.__module__
        self.__doc__ = python.__doc__
        self._ir: nodes.Program | None = None

    def written_annotations(self) -> Mapping[str, object]:
        """The annotations as Python has them: objects, or strings where they are postponed."""
        return _evaluated(self.python)

    @property
    def ir(self) -> nodes.Program:
        """The program that the function is on its own; raises `PtoError` with all that is wrong with it."""
        if self._ir is None:
            from ptodsl.frontend.programs import lower_standalone

            self._ir = lower_standalone(self)
        return self._ir

    def __call__(self, *_: Any, **__: Any) -> R:
        from ptodsl.errors import PtoError
        from ptodsl.errors.names import CalledOutside
        from ptodsl.language.outside import caller_line

        how = f"compile it first: `ptodsl.compile({self.__name__})(...)`, or call it in an orchestration"
        raise PtoError([CalledOutside(caller_line(2), name=self.__name__, how=how)])

    def __repr__(self) -> str:
        return f"<pl.function {self.__qualname__}>"


def is_kernel(value: object) -> TypeGuard[Kernel[Any]]:
    """Whether a value is a function under `@pl.function`."""
    return isinstance(value, Kernel)


class ProgramClass:
    """A class under `@pl.program`, compiled to IR."""

    def __init__(self, source: type, ir: nodes.Program) -> None:
        self.source = source
        self.ir = ir
        self.__name__ = source.__name__
        self.__qualname__ = source.__qualname__
        self.__module__ = source.__module__
        self.__doc__ = source.__doc__

    def __getattr__(self, name: str) -> Any:
        if name == "source" or name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.source, name)

    def __repr__(self) -> str:
        return f"<pl.program {self.__qualname__}>"


@overload
def function(body: Callable[..., R], /) -> Kernel[R]: ...
@overload
def function(*, type: FunctionType = FunctionType.InCore) -> Callable[[Callable[..., R]], Kernel[R]]: ...
def function(body: Callable[..., R] | None = None, /, *, type: FunctionType = FunctionType.InCore) -> Any:  # noqa: A002 # PyPTO's word
    """A kernel, or with `type=pl.FunctionType.Orchestration` the submission of kernels as tasks."""
    frame = inspect.currentframe()
    assert frame is not None
    caller = frame.f_back

    def decorate(body: Callable[..., R]) -> Kernel[R]:
        return _kernel(body, type, caller)

    return decorate if body is None else decorate(body)


def program(source: type) -> ProgramClass:
    """The program that a class of functions is; raises `PtoError` with every name, type and output error in it."""
    if not _is_class(source):
        raise _not_a_class(source)
    from ptodsl.frontend.programs import lower_class

    return ProgramClass(source, lower_class(source))


def _kernel(body: Callable[..., R], kind: FunctionType, frame: FrameType | None) -> Kernel[R]:
    python = inspect.unwrap(body)
    if not isinstance(python, PythonFunction) or not _is_function_type(kind):
        raise _refused(body, kind)
    return Kernel(python, kind, _visible(python, frame) if _is_postponed(python) else {})


def _is_function_type(kind: object) -> bool:
    return isinstance(kind, FunctionType)


def _refused(body: object, kind: object) -> Exception:
    from ptodsl.errors import PtoError
    from ptodsl.errors.names import FunctionTypeRefused

    if _is_function_type(kind):
        return PtoError(
            [FunctionTypeRefused(None, problem=f"`@pl.function` was applied to {body!r}", how="apply it to a `def`")]
        )
    how = "pass one of " + ", ".join(f"`pl.FunctionType.{member.name}`" for member in FunctionType)
    return PtoError([FunctionTypeRefused(None, problem=f"`type={kind!r}` is no function type", how=how)])


def _is_class(source: object) -> bool:
    return isinstance(source, type)


def _not_a_class(source: object) -> Exception:
    from ptodsl.errors import PtoError
    from ptodsl.errors.names import FunctionTypeRefused

    problem, how = f"`@pl.program` was applied to {source!r}", "apply it to a `class` of `@pl.function`s"
    return PtoError([FunctionTypeRefused(None, problem=problem, how=how)])


def _is_postponed(python: PythonFunction) -> bool:
    """Whether some annotation was left a string: then the names around it must be kept."""
    if python.__code__.co_flags & annotations.compiler_flag:
        return True
    return any(isinstance(annotation, str) for annotation in _evaluated(python).values())


def _evaluated(python: PythonFunction) -> Mapping[str, object]:
    """The annotations as Python has them; a string for each name where it cannot evaluate them yet."""
    try:
        return python.__annotations__
    except NameError:
        return {"": ""}


def _visible(python: PythonFunction, frame: FrameType | None) -> Mapping[str, object]:
    """The locals of the lexical parents that are running: the class body, then the functions around it."""
    found: dict[str, object] = {}
    inner: CodeType = python.__code__
    while frame is not None:
        if inner in frame.f_code.co_consts:
            found = {**frame.f_locals, **found} if frame.f_locals is not frame.f_globals else found
            inner = frame.f_code
        frame = frame.f_back
    return found
