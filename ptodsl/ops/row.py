"""What a row of the op table holds.

Everything else about ops derives from rows: `pl` signatures, type checking, placement, hazards, emission, the
interpreter, the reference pages and the property tests. A row is data; where it needs behaviour it names a rule that
stands elsewhere (`infer`, `numpy`, `emit`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from ptodsl.ir.dtypes import DType
from ptodsl.ir.hardware import Layout, Memory, Pipe
from ptodsl.ir.types import Type
from ptodsl.ir.words import Word

if TYPE_CHECKING:
    from ptodsl.ops.site import Site


class OperandKind(Word):
    """What an operand may be; the value is how messages call it."""

    TILE = "a tile"
    TENSOR = "a tensor"
    SCALAR = "a scalar"


class Arity(Word):
    """How many values an operand's group has."""

    ONE = "one"
    OPTIONAL = "optional"
    MANY = "many"


class Syntax(Word):
    """How a group prints: after a comma, in brackets behind the operand before it, or as `valid [...]`."""

    PLAIN = "plain"
    BRACKETS = "brackets"
    VALID = "valid"


class Effect(Word):
    """What the op does to the bytes of an operand."""

    READ = "read"
    WRITE = "write"
    SCRATCH = "scratch"
    """Overwrites them with nothing of meaning; they are undefined after."""
    NONE = "none"
    """Takes only the handle (the operand of a view)."""


class Legal(Word):
    """What makes an op one that its instruction can execute."""

    ROW = "memories, layouts and a temporary as its operands say"
    WINDOW = "a window of a tensor that one transfer can cover"
    CONVERSION = "conversions that the architecture has, one after the other"
    TRANSPOSE = "nothing for a row or column, whose bytes stay where they are"
    RESHAPE = "bytes without gaps on both sides"
    SLICE = "bytes that follow each other, else a copy"
    EXTRACT = "a window that begins at a block of 32 bytes"


class ScratchShape(Word):
    """How large a temporary is that the compiler provides."""

    LIKE_SOURCE = "like the first operand"
    ROW_BLOCKS = "32 bytes for each row of the result, rows rounded up to 8, one row of bytes"
    TURNED_BLOCKS = "the first operand turned, in whole blocks of 32 bytes by 16 rows"


@dataclass(frozen=True)
class ResultRow:
    """The result tile's legal memories and its layout (None: the memory's own, a column in UB being DN)."""

    memories: tuple[Memory, ...] = (Memory.UB,)
    layout: Layout | None = None


@dataclass(frozen=True)
class OperandRow:
    """One operand of an op. `memories` and `layouts` are the legal ones of a tile (no layouts: any)."""

    name: str
    kind: OperandKind
    arity: Arity = Arity.ONE
    syntax: Syntax = Syntax.PLAIN
    effect: Effect = Effect.READ
    memories: tuple[Memory, ...] = (Memory.UB,)
    layouts: tuple[Layout, ...] = ()
    like: str = ""
    """A literal here takes the dtype of that operand or that attribute; the default of its kind where empty."""
    keyword: str = ""
    """The parameter's name in `pl`, where it is not `name`."""
    also: tuple[str, ...] = ()
    """Other names that kernels written for PyPTO give it."""
    scratch: ScratchShape | None = None
    hidden: bool = False
    """Whether the instruction has a form without this temporary, in which the library takes hidden bytes instead."""
    doc: str = ""


class AttributeKind(Word):
    """What an attribute holds."""

    SHAPE = "shape"
    DTYPE = "dtype"
    WORD = "word"
    FLAG = "flag"
    INT = "int"
    NUMBER = "number or word"


Default: TypeAlias = bool | int | str | None


@dataclass(frozen=True)
class AttributeRow:
    """A compile-time argument of an op. Without `required` it has a default and is absent from the node at it.

    A `positional` attribute prints as a bare word before those with names (`set_flag mte2, v, 1`).
    """

    name: str
    kind: AttributeKind
    words: tuple[str, ...] = ()
    default: Default = None
    required: bool = False
    positional: bool = False
    result: ResultRow | None = None
    """What replaces the result's row where a flag is set."""
    keyword: str = ""
    also: tuple[str, ...] = ()
    doc: str = ""


@dataclass(frozen=True)
class Of:
    """The valid extent of an operand in one dim."""

    operand: str
    dim: int


@dataclass(frozen=True)
class Whole:
    """The whole extent of the result's shape."""


@dataclass(frozen=True)
class Given:
    """The extent that the op's own `valid` operand gives in this dim; the whole where it is absent."""


@dataclass(frozen=True)
class Reshaped:
    """As the source has it, carried over to the new shape (a row turned into a column); whole otherwise."""


ExtentRule: TypeAlias = Of | Whole | Given | Reshaped
Valid: TypeAlias = tuple[ExtentRule, ExtentRule]

WHOLE: Valid = (Whole(), Whole())
GIVEN: Valid = (Given(), Given())
RESHAPED: Valid = (Reshaped(), Reshaped())


@dataclass(frozen=True)
class Numerics:
    """How the result relates to the op's definition.

    `exact`: every execution gives the same bits. Otherwise library and interpreter may differ by `ulp` units in the
    last place of the result; for `accumulates` by as many for each term of the sum, in the last place of the sum of
    magnitudes.
    """

    exact: bool = True
    ulp: float = 0.0
    accumulates: bool = False
    note: str = ""


class Family(Word):
    """The chapter of the reference that an op stands in."""

    MOVEMENT = "Data movement"
    CREATION = "Creation"
    ELEMENTWISE = "Elementwise"
    REDUCTION = "Reductions"
    EXPANSION = "Expansion arithmetic"
    MATRIX = "Matrix"
    SHAPE = "Shape"
    SCALAR = "Scalars"
    TENSOR = "Tensors"
    SYNC = "Synchronisation"


Infer: TypeAlias = "Callable[[Site], Type]"


@dataclass(frozen=True)
class OpRow:
    """One op.

    Effects beyond each operand's own: `view_of` (the result is that operand's bytes), `tied` (the result must be that
    operand's bytes, updated), `inplace` (operands whose bytes the result may take over if they die here; no other
    one's), `window` (the tensor operand whose bytes at offsets x sizes it touches).
    """

    name: str
    family: Family
    doc: str
    example: str
    infer: Infer | None
    """The typing rule; None for an op without a result."""
    operands: tuple[OperandRow, ...] = ()
    attributes: tuple[AttributeRow, ...] = ()
    result: ResultRow | None = None
    names: tuple[str, ...] = ()
    """Spellings in `pl`, the one to teach first; none for an op that users do not write by name."""
    operator: str = ""
    """The operator of Python that means it; empty where there is none."""
    forms: tuple[tuple[str, ...], ...] = ()
    """Orders of positional parameters in `pl`, by IR name; operands then attributes where empty."""
    places: bool = False
    """Whether users may say the result's memory with `target_memory=`."""
    pipe: Pipe | None = None
    """The pipe it runs on; None where `transfer` tells or no pipe is involved."""
    transfer: bool = False
    """Whether it is a transfer: pipe and legality follow from its two memories by the machine's table of moves."""
    computes: bool = False
    """Whether it does arithmetic on the vector unit, whose dtypes depend on the architecture."""
    dtypes: frozenset[DType] = frozenset()
    """What the first tile operand may hold; any where empty."""
    valid: Valid = WHOLE
    view_of: str = ""
    tied: str = ""
    inplace: tuple[str, ...] = ()
    legal: Legal = Legal.ROW
    """The rule of `legalize` for it."""
    numerics: Numerics = field(default_factory=Numerics)
    instruction: str = ""
    """The ISA's mnemonic."""
    emit: str = "instruction"
    """The template macro that prints a statement."""
    numpy: str = ""
    """A numpy function, or a kernel of that name beside the interpreter."""

    @property
    def label(self) -> str:
        """How messages call the op: the spelling that users are taught, else its operator."""
        return self.names[0] if self.names else self.operator or self.name

    @cached_property
    def has_result(self) -> bool:
        """Whether a statement of it defines a value; a store's effect is on its tensor."""
        return self.infer is not None and all(row.effect is not Effect.WRITE for row in self.operands)

    @property
    def window(self) -> str:
        """The tensor operand that the op transfers from or to; empty where it has none."""
        return next((row.name for row in self.operands if row.kind is OperandKind.TENSOR and self.transfer), "")

    def operand_index(self, name: str) -> int:
        """The position of an operand's group."""
        return self._positions[name]

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        return {row.name: index for index, row in enumerate(self.operands)}

    @cached_property
    def attribute_rows(self) -> Mapping[str, AttributeRow]:
        """Attributes by their names."""
        return {row.name: row for row in self.attributes}

    def attribute(self, name: str) -> AttributeRow:
        """The row of an attribute."""
        return self.attribute_rows[name]
