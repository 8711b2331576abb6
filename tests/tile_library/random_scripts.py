"""Random scripts: instructions of one core on a few windows that partly meet, and flags that are nearly right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from ptodsl.ir.hardware import Core, Memory, Pipe
from ptodsl.machine import Architecture
from tests.tile_library.checked_scripts import Access, Barrier, Instruction, Set, Step, Touch, Wait

_WINDOWS: tuple[tuple[int, int, tuple[tuple[int, int], ...]], ...] = (
    (0, 64, ()),
    (64, 64, ()),
    (32, 64, ()),
    (0, 8, ((4, 16),)),
    (8, 8, ((4, 16),)),
    (4, 8, ((3, 24),)),
    (0, 2, ((3, 40), (5, 6))),
    (2, 2, ((5, 6), (3, 40))),
    (128, 16, ((2, -32),)),
    (200, 4, ((2, 64), (2, 16), (2, 8))),
)
_MEMORIES = {Core.VECTOR: (Memory.UB, Memory.GM), Core.CUBE: (Memory.L1, Memory.L0C, Memory.GM)}


@dataclass
class Scripts:
    """Draws scripts for an architecture. What `care` says is the share of hazards that get a flag or barrier."""

    random: Random
    architecture: Architecture

    def draw(self, longest: int = 14) -> list[Step]:
        """One script."""
        random = self.random
        core = random.choice(list(Core))
        pipes = sorted(self.architecture.cores[core].pipes, key=lambda pipe: pipe.value)
        actions = [self._action(core, pipes) for _ in range(random.randint(2, longest))]
        placed: list[tuple[float, Step]] = [(float(line), action) for line, action in enumerate(actions)]
        placed += self._order(actions, random.choice([0.5, 0.9, 1.0, 1.0]))
        if random.random() < 0.5:
            placed = [self._moved(place, step) for place, step in placed]
        if random.random() < 0.3 and len(placed) > len(actions):
            placed.pop(random.randrange(len(actions), len(placed)))
        steps = [step for _, step in sorted(placed, key=lambda row: row[0])]
        return [*steps, Barrier()] if random.random() < 0.5 else steps

    def draw_long(self, length: int) -> list[Step]:
        """A script of many windows, with flags between neighbours and now and then a wait of S."""
        random = self.random
        core = random.choice(list(Core))
        pipes = sorted(self.architecture.cores[core].pipes, key=lambda pipe: pipe.value)
        spread = random.choice([1, 10, 60])
        steps: list[Step] = []
        for _ in range(length):
            if random.random() < 0.6:
                steps.append(self._shifted(self._action(core, pipes), spread))
            else:
                source, target = random.choice(pipes), random.choice(pipes)
                if source is not target:
                    steps += [Set(source, target), Wait(source, target)]
                elif source is not Pipe.S:
                    steps.append(Barrier(source))
        return steps

    def _shifted(self, action: Instruction | Access, spread: int) -> Instruction | Access:
        """The action on other bytes."""

        def moved(touch: Touch) -> Touch:
            return replace(touch, start=touch.start + 48 * self.random.randrange(spread))

        if isinstance(action, Access):
            return Access(moved(action.touch))
        return replace(action, touches=tuple(map(moved, action.touches)))

    def _action(self, core: Core, pipes: list[Pipe]) -> Instruction | Access:
        random = self.random
        pipe = random.choice(pipes)
        touches = tuple(self._touch(random.choice(_MEMORIES[core])) for _ in range(random.choice([1, 2, 2, 3])))
        if pipe is Pipe.S:
            return Access(self._touch(_MEMORIES[core][0]))
        fractals = random.choice([0, 1, 16]) if pipe is Pipe.M else 0
        return Instruction("T" + pipe.name, pipe, touches, fractals, is_elementwise=random.random() < 0.5)

    def _touch(self, memory: Memory) -> Touch:
        start, size, dims = self.random.choice(_WINDOWS[: self.random.choice([2, 3, len(_WINDOWS)])])
        effect = self.random.choice(
            ["reads", "reads", "writes", "writes", "adds to" if memory is Memory.GM else "writes"]
        )
        return Touch(memory, start, size, effect, dims)

    def _order(self, actions: list[Instruction | Access], care: float) -> list[tuple[float, Step]]:
        """Flags and barriers between actions, each with its place."""
        placed: list[tuple[float, Step]] = []
        for later in range(len(actions)):
            for earlier in range(later):
                one, other = actions[earlier], actions[later]
                if self.random.random() < (0.3 if _is_debated(one, other) else care) and _meet(one, other):
                    placed += self._between(earlier, later, _pipe(actions[earlier]), _pipe(actions[later]))
        return placed

    def _between(self, earlier: int, later: int, source: Pipe, target: Pipe) -> list[tuple[float, Step]]:
        draw = self.random.random
        if draw() < 0.05:
            return [(later - 0.5 * draw(), Barrier())]
        if source is target:
            return [] if source is Pipe.S else [(later - 0.5 * draw(), Barrier(source))]
        event = self.random.randrange(8)
        place = earlier + 0.5 * draw()
        return [(place, Set(source, target, event)), (later - 0.49 * draw(), Wait(source, target, event))]

    def _moved(self, place: float, step: Step) -> tuple[float, Step]:
        if isinstance(step, Set | Wait) and self.random.random() < 0.15:
            return place + self.random.uniform(-3, 3), step
        return place, step


def _is_debated(one: Instruction | Access, other: Instruction | Access) -> bool:
    """Whether hardware may keep two actions of one pipe in order."""
    if not (isinstance(one, Instruction) and isinstance(other, Instruction)) or one.pipe is not other.pipe:
        return False
    return bool(other.fractals) or (one.is_elementwise and other.is_elementwise)


def _pipe(action: Instruction | Access) -> Pipe:
    return action.pipe if isinstance(action, Instruction) else Pipe.S


def _meet(one: Instruction | Access, other: Instruction | Access) -> bool:
    pairs = ((a, b) for a in _touches(one) for b in _touches(other))
    return any(a.memory is b.memory and not a.bytes.isdisjoint(b.bytes) for a, b in pairs)


def _touches(action: Instruction | Access) -> tuple[Touch, ...]:
    return action.touches if isinstance(action, Instruction) else (action.touch,)
