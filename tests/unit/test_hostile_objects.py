"""Objects that bite and names that mean something elsewhere, in every place of a kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ptodsl
from ptodsl.driver import compile_all
from ptodsl.errors import PtoError
from tests.unit.modules import HEAD, LOAD, SIGNATURE, STORE, Load, module_in
from tests.unit.runtime_programs import cache_at

load = pytest.fixture(module_in)


class Biting:
    """An object of which nothing may be asked."""

    def __getattr__(self, name: str) -> Any:
        raise KeyError(name)

    def _bite(self, *_: object) -> Any:
        raise RuntimeError("bitten")

    __eq__ = __repr__ = __bool__ = __len__ = __iter__ = __int__ = __index__ = __float__ = __hash__ = _bite


class BitingInt(int):
    """A number whose operators may not be used."""

    def _bite(self, *_: object) -> Any:
        raise RuntimeError("bitten")

    __eq__ = __repr__ = __add__ = __radd__ = __mul__ = __lt__ = __bool__ = _bite
    __hash__ = int.__hash__


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)

OBJECTS: dict[str, Any] = {
    "biting": Biting(),
    "biting int": BitingInt(5),
    "array": np.zeros((3, 3)),
    "numpy float": np.float32(2),
    "numpy int": np.int32(2),
    "nan": float("nan"),
    "infinity": float("inf"),
    "none": None,
    "text": "x",
    "complex": 1j,
    "endless list": ENDLESS,
    "huge": 10**5000,
    "large": 10**400,
    "class": int,
    "module": np,
    "ellipsis": ...,
    "negative": -1,
    "smallest": 5e-324,
    "beyond FP32": 3.5e38,
}

SIMPLE = """\

t = t * V
t = V + t
t = V
m = V + 1
m = -V
m = not V
m = V and n
m = V < n
m = V ** 2
m = 2 ** V
m = 1 << V
m = V[0]
m = V.x
m = V()
m = V(t)
m = int(V)
m = len(V)
m = max(V, 1)
t, m = V
t = t if V else t
m = n if n > 0 else V
return V
m = f'{V}'
t: V = t
t = pl.load(V, [0, 0], [16, 64])
t = pl.load(a, V, [16, 64])
t = pl.load(a, [V, 0], [16, 64])
t = pl.load(a, [0, 0], V)
t = pl.load(a, [0, 0], [V, 64])
t = pl.load(a, [0, 0], [16, 64], valid_shape=[V, 64])
t = pl.load(a, [0, 0], [16, 64], target_memory=V)
t = pl.full([16, 64], pl.FP32, V)
t = pl.cast(t, V)
t = pl.cast(t, pl.FP16, mode=V)
t = pl.fillpad(t, pad_value=V)
c = pl.store(t, [0, 0], V)
t = t[V:16, :]
t = pl.reshape(t, [V, 64])
with V: pass
if V: t = pl.neg(t)
for i in V: t = pl.neg(t)
for i in pl.range(V): t = pl.neg(t)
for i in pl.range(0, n, V): t = pl.neg(t)
"""

USES = [*SIMPLE.splitlines(), "if n > 0:\n        x = V\n    else:\n        x = W\n    y = x"]


@pytest.mark.parametrize("value", OBJECTS.values(), ids=OBJECTS)
def test_any_object_in_any_place_is_compiled_or_refused(load: Load, value: Any) -> None:
    signature = SIGNATURE.replace("def k", "def k{0}")
    kernels = (f"{signature.format(i)}{LOAD}    {use}\n{STORE}" for i, use in enumerate(USES))
    module = load(HEAD + "".join(kernels))
    module.V, module.W = value, value if value is OBJECTS["biting"] else Biting()
    for index in range(len(USES)):
        try:
            ptodsl.emit(getattr(module, f"k{index}"))
        except PtoError as error:
            str(error)


WORDS = """
größe И 变量 ﬁ _x __x _ __ _1 _int x__y x_y main args error run np numpy TADD PIPE_V template float std pto ptodsl
half NULL linux signbit memcpy errno y0 gamma kernel host value Tile load exp k k_task int64_t len gruf6udfe print
nullptr AICORE __gm__ event slots index int_ int ptodsl_run Window
"""

NAMES = [*WORDS.split(), "x" * 3000, "é" * 300]


def test_any_name_in_any_place_compiles_and_runs(load: Load, tmp_path: Path) -> None:
    """As locals, parameters and kernels, all beside each other: some are spelled alike in C++."""
    locals_ = "".join(f"    {name} = t * 2.0\n    t = {name} * 0.5\n" for name in NAMES)
    parameters = "".join(f"{name}: pl.Scalar[pl.FP32], " for name in NAMES)
    kernels = "".join(
        f"    @pl.function\n    def {name}(self, a: T, {name}: pl.Out[T]) -> T:\n"
        f"        return pl.store(pl.load(a, [0, 0], [16, 64]) + 1.0, [0, 0], {name})\n"
        for name in NAMES
    )
    calls = "".join(f"        a = self.{name}(a)\n" for name in NAMES)
    entry = "    @pl.function(type=pl.FunctionType.Orchestration)\n    def start(self, a: T) -> T:\n"
    sum_ = "".join(f"    t = t + {name}\n" for name in NAMES)
    texts = [
        f"@pl.function\ndef k(a: T, c: pl.Out[T]) -> T:\n{LOAD}{locals_}{STORE}",
        f"@pl.function\ndef k(a: T, {parameters}c: pl.Out[T]) -> T:\n{LOAD}{sum_}{STORE}",
        f"@pl.program\nclass k:\n{kernels}{entry}{calls}        return a\n",
    ]
    a = np.random.default_rng(0).integers(-9, 9, (16, 64)).astype(np.float32)
    with cache_at(tmp_path / "cache"):
        first, second, third = compile_all([load(HEAD + text).k for text in texts])
    np.testing.assert_array_equal(first(a), a)
    np.testing.assert_array_equal(second(a, *range(len(NAMES))), a + sum(range(len(NAMES))))
    np.testing.assert_array_equal(third(a), a + len(NAMES))
