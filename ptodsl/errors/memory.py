"""E04: memory and layout."""

from __future__ import annotations

from ptodsl.errors import Diagnostic


class MemoryRefused(Diagnostic):
    """An operand lies in a memory that the op cannot read, and no move leads to one that it can."""

    code = "E0401"
    template = "`{op}` takes `{operand}` from {allowed}, this tile is in {memory}"
    label_template = "in {memory}"
    remedy = "{how}"


class MemoriesDiffer(Diagnostic):
    """Tiles that must share bytes are made in different memories."""

    code = "E0402"
    template = (
        "`{name}` would be in {first} and in {second}: a tile that a loop carries or branches merge has one memory"
    )
    label_template = "in {second}"
    remedy = "{how}"


class TargetMemoryRefused(Diagnostic):
    """A written `target_memory` that the op cannot write."""

    code = "E0403"
    template = "`{op}` cannot write to {memory}"
    label_template = "target_memory={memory}"
    remedy = "{how}"


class CoresMixed(Diagnostic):
    """One kernel asks for the cube and for the vector core."""

    code = "E0404"
    template = "kernel `{kernel}` needs the {first} core for `{other}` and the {second} core for `{op}`"
    label_template = "{second} core"
    remedy = (
        "a kernel runs on one kind of core: make two kernels, store the tile to a tensor in the first and load it in "
        "the second"
    )


class CoreDiffers(Diagnostic):
    """A kernel is declared for one core and uses the other."""

    code = "E0405"
    template = "kernel `{kernel}` is declared for the {declared} core, `{op}` runs on the {needed} core"
    label_template = "{needed} core"
    remedy = "leave the declaration out, or move this statement to a kernel of its own"


class VectorDTypeRefused(Diagnostic):
    """A dtype that the vector unit does not compute with."""

    code = "E0411"
    template = "the vector unit of {arch} cannot compute `{op}` on {dtype}"
    label_template = "{dtype}"
    remedy = "{how}"


class ConversionMissing(Diagnostic):
    """A cast that the architecture has neither as an instruction nor as a chain that rounds once."""

    code = "E0412"
    template = "{arch} has no conversion from {source} to {target}"
    label_template = "{source} to {target}"
    remedy = "{how}"


class WindowRefused(Diagnostic):
    """A window of a tensor that no transfer between these memories can cover."""

    code = "E0413"
    template = "`{op}`: {problem}"
    label_template = "{label}"
    remedy = "{how}"


class ColumnRefused(Diagnostic):
    """An op that needs rows is given a column."""

    code = "E0414"
    template = "`{op}` reads rows of `{operand}`, this is a column {shape}"
    label_template = "{shape}"
    remedy = "{how}"


class SliceRefused(Diagnostic):
    """A window of a tile that is neither a view nor what the extract instruction can copy."""

    code = "E0415"
    template = "`{op}`: {problem}"
    label_template = "{label}"
    remedy = "{how}"


class ReshapeRefused(Diagnostic):
    """A reshape whose two tiles do not hold their elements in the same bytes."""

    code = "E0416"
    template = "`reshape` from {source} to {target} would move data: a row of {columns} {dtype} is padded to 32 bytes"
    label_template = "{source} to {target}"
    remedy = "use rows that are multiples of 32 bytes, or `pl.store` the tile and `pl.load` it in the other shape"


class ScratchTooSmall(Diagnostic):
    """A temporary that the instruction writes beyond the end of."""

    code = "E0417"
    template = "`{op}` needs a temporary of {needed} bytes, this one has {given}"
    label_template = "{given} bytes"
    remedy = "leave it out: the compiler provides one"


class LayoutsDiffer(Diagnostic):
    """A tile that has one order of elements on one path and another on the other."""

    code = "E0418"
    template = "`{name}` is laid out as {first} on one path and as {second} on the other"
    label_template = "{first} and {second}"
    remedy = "load it the same way on both paths, with `transpose=` on both or on neither"


class TileUnplaced(Diagnostic):
    """A tile that has no memory, physical shape, layout or address yet."""

    code = "E0450"
    template = "`{name}` is not placed: it has no {missing}"
    label_template = "{type}"
    remedy = "run the passes up to `allocate`, or write the whole type: `tile<16x64xfp32, ub, nd, @0x0>`"


class TileBeyondCapacity(Diagnostic):
    """A tile that reaches past what its memory offers."""

    code = "E0451"
    template = "`{name}` takes {memory} bytes {start} to {end}, of which {architecture} has {capacity}"
    label_template = "{type}"
    remedy = "{how}"


class TileMisaligned(Diagnostic):
    """A tile at an address that its memory does not take."""

    code = "E0452"
    template = "`{name}` stands at {memory} {start}, not a multiple of {alignment} bytes"
    label_template = "{type}"
    remedy = "move it to {below} or {above}"


class PhysicalShapeWrong(Diagnostic):
    """A physical shape or layout that the memory cannot hold."""

    code = "E0453"
    template = "`{name}` cannot lie so in {memory}: {problem}"
    label_template = "{type}"
    remedy = "{how}"


class BytesNotShared(Diagnostic):
    """Two values that must lie in the same bytes and do not."""

    code = "E0454"
    template = "`{name}` must lie in the bytes of `{other}`, {relation}: {problem}"
    label_template = "{type}"
    remedy = "{how}"


class ContentsLost(Diagnostic):
    """An operand whose bytes no longer hold what its definition wrote."""

    code = "E0455"
    template = "`{op}` reads `{name}`, but {where} {found}"
    label_template = "needs `{name}` in {whole}"
    remedy = "{how}"


class OperandsOverlap(Diagnostic):
    """Operands and results of one instruction that share bytes they must not share."""

    code = "E0456"
    template = "in `{op}`, {first} and {second} share {where}: {why}"
    label_template = "{where}"
    remedy = "{how}"


class StageTooEarly(Diagnostic):
    """IR text that is to be judged as placed, and whose tiles have no addresses at all."""

    code = "E0457"
    template = "`{kernel}` is not placed: it stands as `{stage}` leaves it, no tile has: {missing}"
    label_template = "not placed yet"
    remedy = "judge what `ptodsl ir FILE --after insert_sync` prints, or write every type whole: \
`tile<16x64xfp32, ub, nd, @0x0>`"


class OldValueAlive(Diagnostic):
    """Two contents of the same bytes are needed at once, in a memory that has no copy."""

    code = "E0421"
    template = "`{name}` takes the bytes of `{old}`, whose old value is still needed; {memory} has no copy"
    label_template = "overwrites `{old}`"
    remedy = "move the later use before this statement, or make another tile for one of the two"


class MemoryOverflow(Diagnostic):
    """The tiles that are live at one point do not fit."""

    code = "E0422"
    template = "{memory} overflows in kernel `{kernel}`: {needed} bytes are live here, it holds {capacity}"
    label_template = "{needed} of {capacity} bytes"
    remedy = "use smaller tiles, or store what is needed later and load it again; live here are\n{table}"


class MemoryFragmented(Diagnostic):
    """The tiles would fit by their sizes, but no arrangement was found."""

    code = "E0423"
    template = "{memory} of kernel `{kernel}` has {capacity} bytes and no gap of {needed} left for `{name}`"
    label_template = "{needed} bytes"
    remedy = "make tiles that live together of one size, or smaller ones; live here are\n{table}"


class ScratchShared(Diagnostic):
    """A temporary that is one of the other operands of its op, or a view of its bytes."""

    code = "E0424"
    template = "`{op}` overwrites its temporary, and here that has the bytes of `{name}`, which it reads"
    label_template = "the temporary is not of its own"
    remedy = "leave the temporary out, or make one of its own with `pl.create_tile`"
