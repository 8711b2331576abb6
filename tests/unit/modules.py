"""Files with kernels, and the modules that Python makes of them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

HEAD = "import ptodsl.language as pl\nT = pl.Tensor[[16, 64], pl.FP32]\n"
SIGNATURE = "@pl.function\ndef k(a: T, n: pl.Scalar[pl.INDEX], c: pl.Out[T]) -> T:\n"
LOAD = "    t = pl.load(a, [0, 0], [16, 64])\n"
STORE = "    return pl.store(t, [0, 0], c)\n"

Load = Callable[["str | bytes"], Any]
_numbers = count()


def kernel(*body: str) -> str:
    """A file with one kernel that has these lines in its middle."""
    return HEAD + SIGNATURE + LOAD + "".join(body) + STORE


def module_in(tmp_path: Path) -> Load:
    """Gives the module that a text makes as a file: `load = pytest.fixture(module_in)`."""

    def made(text: str | bytes) -> Any:
        path = tmp_path / f"hostile_{next(_numbers)}.py"
        path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return made
