"""Random cube kernels in which some elements are undefined: products of tiles that are undefined in part."""

from __future__ import annotations

from tests.tile_library.undefined_kernels import Known, Shape, UndefinedKernel

_EXTENTS = (5, 16, 19, 32)
_PRODUCTS = 6
_FARTHEST = 8
_NEVER_STARTED = 0.3
_TENSORS = {"fp32": ("x", "u"), "fp16": ("h", "w")}
"""By dtype: a tensor that is defined, and one that is in part."""


class UndefinedProducts(UndefinedKernel):
    """Products and what is added to them, of factors that are loaded, turned, widened after it, or never written.

    Products alone are stored: nothing else of a cube core goes out.
    """

    def build(self) -> None:
        """The body."""
        self.dtype = self.random.choice(tuple(_TENSORS))
        for _ in range(_PRODUCTS):
            self._product()

    def _product(self) -> None:
        shape = m, k, n = tuple(self.random.choice(_EXTENTS) for _ in range(3))
        valid = shape if self.random.random() < 0.5 else tuple(self.random.randint(1, extent) for extent in shape)
        left = self._factor((m, k), (valid[0], valid[1]))
        right = self._factor((k, n), (valid[1], valid[2]))
        kind = self.random.randrange(3)
        result, part = (m, n), (valid[0], valid[2])
        if kind == 0 and part == result and self.random.random() < _NEVER_STARTED:
            start = self._unstored(f"create_tile shape=[{m}, {n}] dtype=fp32", result, result, "fp32")
            self.make(f"matmul_acc {start.name}, {left.name}, {right.name}", result, part)
            return
        product = self.make(f"matmul {left.name}, {right.name}", result, part)
        if kind == 1:
            self.viewed.append(product)
            other = self._factor((m, k), (valid[0], valid[1]))
            self.make(f"matmul_acc {product.name}, {other.name}, {right.name}", result, part)

    def _unstored(self, text: str, shape: Shape, valid: Shape, dtype: str = "") -> Known:
        made = self.make(text, shape, valid, dtype or self.dtype)
        self.viewed.append(made)
        return made

    def _factor(self, shape: Shape, valid: Shape) -> Known:
        kinds = [self._loaded] * 8 + [self._widened]
        if valid == shape:
            kinds += [self._turned] * 8 + [self._never_written]
        return self.random.choice(kinds)(shape, valid)

    def _window(self, text: str, sizes: Shape, closing: str = "") -> str:
        """A load from somewhere in one of the tensors."""
        row, column = (self.random.randint(0, _FARTHEST) for _ in sizes)
        defined, partly = _TENSORS[self.dtype]
        tensor = self.random.choice((defined, defined, partly))
        return f"load %{tensor}[{row}, {column}]{text} sizes=[{sizes[0]}, {sizes[1]}]{closing}"

    def _loaded(self, shape: Shape, valid: Shape) -> Known:
        return self._unstored(self._window(f", valid [{valid[0]}, {valid[1]}]", shape), shape, valid)

    def _widened(self, shape: Shape, valid: Shape) -> Known:
        """Some of what is valid then was not loaded."""
        loaded = self._loaded(shape, self.part(valid))
        return self._unstored(f"set_validshape {loaded.name}, valid [{valid[0]}, {valid[1]}]", shape, valid)

    def _turned(self, shape: Shape, valid: Shape) -> Known:
        return self._unstored(self._window("", (shape[1], shape[0]), " transpose=true"), shape, valid)

    def _never_written(self, shape: Shape, valid: Shape) -> Known:
        text = f"create_tile shape=[{shape[0]}, {shape[1]}] dtype={self.dtype}"
        return self._unstored(text, shape, valid)
