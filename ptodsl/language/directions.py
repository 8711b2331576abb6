"""The directions that a tensor parameter may be declared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypeVar

from ptodsl.language.types import Written

if TYPE_CHECKING:
    Parameter = TypeVar("Parameter")
    Out: TypeAlias = Annotated[Parameter, "out"]
    InOut: TypeAlias = Annotated[Parameter, "inout"]
else:

    class Out:
        """A tensor that is stored to and whose former bytes are never seen: `pl.Out[pl.Tensor[...]]`."""

        def __class_getitem__(cls, item: object) -> Any:
            return Written(cls, item)

    class InOut:
        """A tensor that is stored to and whose former bytes may be seen: `pl.InOut[pl.Tensor[...]]`."""

        def __class_getitem__(cls, item: object) -> Any:
            return Written(cls, item)
