"""The base class of test cases."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ptodsl.testing.specs import TensorSpec, TestConfig

if TYPE_CHECKING:
    import torch


class PTOTestCase(ABC):
    """A program, its tensors and what it must compute; `TestRunner.run` runs it.

    Specs bind to the parameters of the program's orchestration by name; output specs that name no parameter bind to
    the results that are no parameters, in order.
    """

    __test__ = False

    def __init__(self, config: TestConfig | None = None) -> None:
        self.config = config

    @abstractmethod
    def get_name(self) -> str:
        """A name for reports, unique among the cases of a run."""

    @abstractmethod
    def define_tensors(self) -> list[TensorSpec]:
        """The tensors, inputs and outputs."""

    @abstractmethod
    def get_program(self) -> Any:
        """The program: a @pl.program class, a @pl.function, or IR."""

    @abstractmethod
    def compute_expected(self, tensors: dict[str, torch.Tensor], params: Mapping[str, Any] | None = None) -> None:
        """Writes into `tensors`, in place, what the outputs must be; in-out tensors hold their initial values."""
