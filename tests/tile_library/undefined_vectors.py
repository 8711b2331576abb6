"""Random vector kernels in which some elements are undefined."""

from __future__ import annotations

from tests.tile_library.undefined_kernels import Known, Shape, UndefinedKernel

_SHAPES: tuple[Shape, ...] = ((16, 32), (8, 64), (5, 19))
_OPS = 9


class UndefinedVectors(UndefinedKernel):
    """Loads, elementwise ops, reductions, broadcasts, and other views of what they give."""

    def build(self) -> None:
        """The body."""
        for shape in self.random.sample(_SHAPES, 2):
            self.make(f"create_tile shape=[{shape[0]}, {shape[1]}] dtype=fp32", shape, shape)
            self._load(shape)
        for _ in range(_OPS):
            self.random.choice(
                (self._load_one, self._unary, self._binary, self._reduced, self._broadcast, self._seen)
            )()

    def _load(self, shape: Shape) -> None:
        rows, columns = self.part(shape)
        source = self.random.choice(("x", "x", "u"))
        text = f"load %{source}[0, 0], valid [{rows}, {columns}] sizes=[{shape[0]}, {shape[1]}]"
        self.make(text, shape, (rows, columns))

    def _load_one(self) -> None:
        self._load(self.random.choice(_SHAPES))

    def _any(self, *, rows_only: bool = True) -> Known:
        return self.random.choice([one for one in self.known if not rows_only or one.shape[1] > 1])

    def _unary(self) -> None:
        one = self._any()
        self.make(f"{self.random.choice(('exp', 'neg', 'recip'))} {one.name}", one.shape, one.valid)

    def _binary(self) -> None:
        one = self._any()
        other = self.random.choice([k for k in self.known if (k.shape, k.valid) == (one.shape, one.valid)])
        operation = self.random.choice(("add", "mul", "maximum"))
        self.make(f"{operation} {one.name}, {other.name}", one.shape, one.valid)

    def _reduced(self) -> None:
        one = self._any()
        if self.random.random() < 0.5:
            self.make(f"row_sum {one.name}", (one.shape[0], 1), (one.valid[0], 1))
        else:
            self.make(f"col_max {one.name}", (1, one.shape[1]), (1, one.valid[1]))

    def _broadcast(self) -> None:
        """A tile with the sum of its rows, or of its columns."""
        one = self._any()
        if self.random.random() < 0.5:
            repeated = self.make(f"row_sum {one.name}", (one.shape[0], 1), (one.valid[0], 1))
            self.make(f"row_expand_sub {one.name}, {repeated.name}", one.shape, one.valid)
        else:
            repeated = self.make(f"col_sum {one.name}", (1, one.shape[1]), (1, one.valid[1]))
            self.make(f"col_expand_add {one.name}, {repeated.name}", one.shape, one.valid)

    def _seen(self) -> None:
        """Another valid shape, what is outside filled, or rows and columns exchanged."""
        one = self._any()
        kind = self.random.randrange(3 if one.shape[0] > 1 else 2)  # a row turned is the same bytes
        if kind == 0:
            copy = self.make(f"neg {one.name}", one.shape, one.valid)
            self.viewed.append(copy)
            valid = self.part(one.shape)
            self.make(f"set_validshape {copy.name}, valid [{valid[0]}, {valid[1]}]", one.shape, valid)
        elif kind == 1:
            self.make(f"fillpad {one.name} pad=zero", one.shape, one.shape)
        else:
            turned = (one.shape[1], one.shape[0])
            self.make(f"transpose {one.name}", turned, (one.valid[1], one.valid[0]))
