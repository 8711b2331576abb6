"""verify_placement against an exact judge, on random kernels."""

from __future__ import annotations

import random

import pytest

from ptodsl.errors import PtoError
from ptodsl.machine import A2A3
from ptodsl.verify.placement import verify_placement
from tests.enumerate_placement import reads_lost_bytes
from tests.placed import program, ub
from tests.random_sync import random_kernels

SLOTS = (0x0, 0x40, 0x80, 0xC0, 0xE0)
"""Of tiles of 2x8 FP32, 0x40 bytes each: the last two overlap."""


def _clash(slot: int, other: int) -> bool:
    return abs(slot - other) < 0x40


class _Generator:
    """Writes one random kernel whose author mostly knows which values are still there, and sometimes does not."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.care = self.random.choice((0.6, 0.9, 1.0))
        self.lines: list[str] = []
        self.names = 0
        self.live: dict[str, int] = {}
        """Values that should be intact, with their slots."""
        self.stale: dict[str, int] = {}

    def text(self) -> str:
        self.block(2, self.random.randint(3, 7))
        for name in self.live:
            self.lines.append(f"store {name}, %g[0, 0] sizes=[2, 8]")
        return "\n".join(self.lines)

    def name(self) -> str:
        self.names += 1
        return f"%v{self.names}"

    def block(self, depth: int, statements: int) -> None:
        for _ in range(statements):
            kind = self.random.random()
            if depth and kind < 0.15 and self.live:
                self.loop(depth)
            elif depth and kind < 0.3 and self.live:
                self.branch(depth)
            elif kind < 0.4 and self.live:
                self.half()
            else:
                self.instruction()

    def pick(self) -> tuple[str, int]:
        """A value to read."""
        pool = self.live if self.random.random() < self.care or not self.stale else self.stale
        return self.random.choice(sorted(pool.items()))

    def define(self, name: str, slot: int) -> None:
        for other, taken in list(self.live.items()):
            if _clash(slot, taken):
                self.stale[other] = self.live.pop(other)
        self.live[name] = slot

    def instruction(self) -> None:
        name, slot = self.name(), self.random.choice(SLOTS)
        kind = self.random.choice(("load", "exp", "add", "create", "store", "sum", "reshape"))
        if kind == "load" or not self.live:
            self.lines.append(f"{name} = load %h[0, 0] sizes=[2, 8] : {ub(slot, 2, 8)}")
            self.define(name, slot)
        elif kind == "store":
            self.lines.append(f"store {self.pick()[0]}, %g[0, 0] sizes=[2, 8]")
        elif kind == "create":
            self.lines.append(f"{name} = create_tile shape=[2, 8] dtype=fp32 : {ub(slot, 2, 8)}")
            self.stale[name] = slot
        elif kind == "sum":
            self.reduce(name)
        elif kind == "reshape":
            source, slot = self.pick()
            self.lines.append(f"{name} = reshape {source} shape=[1, 16] : {ub(slot, 1, 16)}")
            self.lines.append(f"store {name}, %g[0, 0] sizes=[1, 16]")
        else:
            self.compute(kind, name, slot)

    def compute(self, kind: str, name: str, slot: int) -> None:
        operands = [self.pick() for _ in range(1 if kind == "exp" else 2)]
        if any(_clash(slot, taken) and slot != taken for _, taken in operands):
            slot = operands[0][1]
        if any(_clash(slot, taken) and slot != taken for _, taken in operands):
            return
        self.lines.append(f"{name} = {kind} {', '.join(operand for operand, _ in operands)} : {ub(slot, 2, 8)}")
        self.define(name, slot)

    def reduce(self, name: str) -> None:
        """A sum of rows, with a temporary that is lost and whatever stood in its bytes, and a column that is stored."""
        source, slot = self.pick()
        free = [other for other in SLOTS if not _clash(other, slot)]
        scratch, column = self.random.sample(free, 2)
        if _clash(scratch, column):
            return
        temporary = self.name()
        self.lines += [
            f"{temporary} = create_tile shape=[2, 8] dtype=fp32 : {ub(scratch, 2, 8)}",
            f"{name} = row_sum {source}, {temporary} : tile<2x1xfp32 in 8x1, ub, dn, @0x{column:x}>",
            f"store {name}, %g[0, 0] sizes=[2, 1]",
        ]
        for taken in (scratch, column):
            self.define(temporary, taken)
            del self.live[temporary]

    def half(self) -> None:
        """Reads one row of a value."""
        source, slot = self.pick()
        row, name = self.random.randrange(2), self.name()
        self.lines.append(f"{name} = slice {source}[{row}, 0] sizes=[1, 8] : {ub(slot + 32 * row, 1, 8)}")
        self.lines.append(f"store {name}, %g[0, 0] sizes=[1, 8]")

    def loop(self, depth: int) -> None:
        initial, slot = self.pick()
        carried, result, last = self.name(), self.name(), self.name()
        self.lines.append(f"for %i{self.names} = 0 to %n step 1 carry ({carried} = {initial} : {ub(slot, 2, 8)}) {{")
        outer = dict(self.live), dict(self.stale)
        self.live[carried] = slot
        self.block(depth - 1, self.random.randint(0, 3))
        others = [name for name, taken in sorted({**self.stale, **self.live}.items()) if taken == slot]
        if self.random.random() < self.care or not others:
            self.lines.append(f"{last} = load %h[0, 0] sizes=[2, 8] : {ub(slot, 2, 8)}")
            self.define(last, slot)
        else:
            last = self.random.choice(others)
        if self.random.random() > self.care:
            self.instruction()
        self.lines += [f"yield {last}", f"}} -> ({result}: {ub(slot, 2, 8)})"]
        self.leave(*outer)
        self.define(result, slot)

    def branch(self, depth: int) -> None:
        slot = self.random.choice(SLOTS)
        result = self.name()
        outer = dict(self.live), dict(self.stale)
        for head in ("if %c {", "} else {"):
            self.lines.append(head)
            before = dict(self.live), dict(self.stale)
            self.block(depth - 1, self.random.randint(0, 3))
            value = self.name()
            kind = "create_tile shape=[2, 8] dtype=fp32" if self.random.random() < 0.2 else "load %h[0, 0] sizes=[2, 8]"
            self.lines.append(f"{value} = {kind} : {ub(slot, 2, 8)}")
            self.define(value, slot)
            if self.random.random() > self.care:
                self.instruction()
            self.lines.append(f"yield {value}")
            self.leave(*before)
        self.lines.append(f"}} -> ({result}: {ub(slot, 2, 8)})")
        self.leave(*outer)
        self.define(result, slot)

    def leave(self, live: dict[str, int], stale: dict[str, int]) -> None:
        """Outside again: what was intact before and inside is so still."""
        self.stale = {**stale, **{name: slot for name, slot in live.items() if name not in self.live}}
        self.live = {name: slot for name, slot in live.items() if name in self.live}


@pytest.mark.parametrize("part", range(2))
def test_verdict_is_the_judges(part: int, request: pytest.FixtureRequest) -> None:
    count = 8 * random_kernels(request)
    right = wrong = 0
    for seed in range(part * count, (part + 1) * count):
        text = _Generator(seed).text()
        parsed = program(text)
        lost = reads_lost_bytes(parsed.functions[0])
        codes: set[str] = set()
        try:
            verify_placement(parsed, A2A3)
        except PtoError as error:
            codes = {finding.code for finding in error.diagnostics}
        if lost is None:
            continue
        assert codes == ({"E0455"} if lost else set()), f"kernel {seed}:\n{text}"
        right += not lost
        wrong += lost
    print(f"{right} right, {wrong} wrong")
    assert right >= count // 5
    assert wrong >= count // 5
