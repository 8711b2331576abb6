"""A random task of an orchestration: what each parameter of its kernel is passed."""

from __future__ import annotations

from dataclasses import replace

from ptodsl.ir.dtypes import BOOL, INDEX, INT32, INT64
from tests.fuzz.writing.facts import Scalar, Tensor
from tests.fuzz.writing.kernels import Kernel
from tests.fuzz.writing.orchestration import Orchestration

AGAIN = 0.4
"""How often a task writes to what another one wrote, if it fits."""
PAGED = 0.3
"""How many views have a dim less than what they are views of."""
WRITTEN = 0.3
"""How many scalars are read from where they have been written, those that are literals included."""
DARING = 0.05
"""How often a column is cut out of a wider tensor, which no transfer can cover."""


def submit(main: Orchestration, kernel: Kernel) -> None:
    """A task of the kernel, on arguments of the program, parts of them, and what other tasks have written."""
    main.present = set()
    provided = 0 if main.depth else kernel.provided
    passed = len(kernel.outputs) - provided
    names = [_input(main, one) for one in kernel.inputs]
    names += [_scalar(main, one) for one in kernel.scalars]
    names += [_target(main, one) for one in kernel.outputs[:passed]]
    fresh = [replace(one, name=main.name("r")) for one in kernel.outputs[passed:]]
    bound = ", ".join([*(main.name("x") for _ in range(passed)), *(one.name for one in fresh)])
    main.line(f"{bound} = self.{kernel.name}({', '.join(names)})")
    main.fresh += fresh
    main.made += [one for one in fresh if not one.rough]
    main.results += fresh


def _input(main: Orchestration, tensor: Tensor) -> str:
    fitting = [
        one.name
        for one in main.made
        if (one.shape, one.dtype) == (tensor.shape, tensor.dtype) and (one.whole or not tensor.whole)
    ]
    if fitting:
        name = main.random.choice(fitting)
        main.used.add(name)
        return name
    if main.chance(0.1):
        return _chosen(main, tensor)
    return _view(main, tensor) if main.chance(0.2) else main.argument(tensor.shape, tensor.dtype).name


def _chosen(main: Orchestration, tensor: Tensor) -> str:
    """One of two tensors, as a number tells that only run time knows."""
    number = main.number()
    sides = [
        _view(main, tensor) if main.chance(0.5) else main.argument(tensor.shape, tensor.dtype).name for _ in range(2)
    ]
    name = main.name("w")
    for opening, side in zip((f"if {number} > 1:", "else:"), sides, strict=True):
        with main.block(opening):
            main.line(f"{name} = {side}")
    return name


def _target(main: Orchestration, tensor: Tensor) -> str:
    if tensor.covered and main.chance(0.3):
        name = main.name("s")
        main.line(f"{name} = pl.create_tensor({list(tensor.shape)}, pl.{tensor.dtype})")
        if not tensor.rough:
            main.made.append(replace(tensor, name=name))
        return name
    if main.chance(0.2):
        return _view(main, tensor)
    kind = (tensor.shape, tensor.dtype, tensor.rough)
    again = [one for one in main.written - main.present if (one.shape, one.dtype, one.rough) == kind]
    if again and main.chance(AGAIN):
        argument = min(again, key=lambda one: one.name)
    else:
        argument = main.argument(tensor.shape, tensor.dtype, rough=tensor.rough)
        main.results.append(replace(tensor, name=argument.name))
    main.written.add(argument)
    main.present.add(argument)
    return argument.name


def _view(main: Orchestration, tensor: Tensor) -> str:
    """A window of a larger argument, or a page of one with a dim more."""
    return _page(main, tensor) if main.chance(PAGED) else _window(main, tensor)


def _page(main: Orchestration, tensor: Tensor) -> str:
    """A window of an argument that has one more dim, which a reshape takes away; before a column it comes first."""
    is_column = tensor.shape[-1] == 1 and not main.chance(DARING)
    at = 0 if is_column else main.random.randint(0, len(tensor.shape) - 1)
    extent = main.random.randint(1, 3)
    shape = (*tensor.shape[:at], extent, *tensor.shape[at:])
    argument = main.argument(shape, tensor.dtype, rough=tensor.rough)
    sizes = [*tensor.shape[:at], 1, *tensor.shape[at:]]
    places: list[int | str] = [0] * len(shape)
    places[at] = main.position(extent - 1)
    name = main.name("v")
    window = f"pl.view({argument.name}, {sizes}, [{', '.join(map(str, places))}])"
    main.line(f"{name} = pl.reshape({window}, {list(tensor.shape)})")
    return name


def _window(main: Orchestration, tensor: Tensor) -> str:
    """A window of a larger argument."""
    is_column = tensor.shape[-1] == 1 and not main.chance(DARING)
    room = [main.random.choice((0, 1, 4)) for _ in tensor.shape]
    if is_column:
        room = [*room[:1], *(0 for _ in room[1:])]
    shape = tuple(size + more for size, more in zip(tensor.shape, room, strict=True))
    argument = main.argument(shape, tensor.dtype, rough=tensor.rough)
    places: list[int | str] = [main.random.randint(0, more) for more in room]
    if main.indices:
        places[0] = main.position(room[0])
    elif main.chance(0.5):
        ranges = [f"{place}:{int(place) + size}" for place, size in zip(places, tensor.shape, strict=True)]
        return f"{argument.name}[{', '.join(ranges)}]"
    name = main.name("v")
    main.line(f"{name} = pl.tensor.view({argument.name}, {list(tensor.shape)}, [{', '.join(map(str, places))}])")
    return name


def _scalar(main: Orchestration, scalar: Scalar) -> str:
    """A scalar argument: a literal, a parameter, or an element that is read, perhaps after it is written."""
    form = main.random.random()
    literal = repr(bool(scalar.value) if scalar.dtype is BOOL else scalar.value)
    if form < 0.2:
        return literal
    if form < WRITTEN:
        return _written(main, scalar, literal)
    if form < 0.5:
        return main.argument((), scalar.dtype, values=(scalar.value,)).name
    dtype = {BOOL: INT64, INDEX: INT32}.get(scalar.dtype, scalar.dtype)
    argument = main.argument((2,), dtype, values=(0, scalar.value))
    read = f"pl.tensor.read({argument.name}, [1])"
    if scalar.dtype is BOOL:
        return f"{read} != 0"
    return f"pl.cast({read}, pl.INDEX)" if scalar.dtype is INDEX else read


def _written(main: Orchestration, scalar: Scalar, literal: str) -> str:
    """An element of a buffer that nobody else has written."""
    name = main.name("e")
    main.line(f"{name} = pl.create_tensor([3], pl.{scalar.dtype})")
    main.line(f"pl.write({name}, [2], {literal})")
    return f"pl.read({name}, [2])"
