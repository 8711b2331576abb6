"""What emitted orchestrations are written in: windows, intermediates and tasks, against numpy."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptodsl.errors import PtoError
from ptodsl.ir.dtypes import INT64
from ptodsl.runtime import build, compilers, launch, toolchains
from ptodsl.runtime.cache import Cache
from ptodsl.runtime.compilers import Family
from ptodsl.runtime.launch import Launch
from ptodsl.runtime.signature import Access, Fault, ScalarSlot, Signature
from ptodsl.runtime.targets import CPU
from tests.unit.runtime_programs import ERROR, cache_at, tensor

PROGRAM = f"""#include <cstddef>
#include <cstdint>
#include <ptodsl/orchestration.hpp>
{ERROR}
namespace windows_program {{

using ptodsl::Orchestration;
using ptodsl::Tensor;
using ptodsl::input;
using ptodsl::reads;
using ptodsl::writes;

int64_t* integers(int64_t slot) {{ return reinterpret_cast<int64_t*>(slot); }}

// Doubles 24 numbers of the first slot into the second one.
extern "C" void double_task(const int64_t* args) {{
  for (int i = 0; i < 24; ++i) integers(args[1])[i] = 2 * integers(args[0])[i];
}}

// in: two windows [r, c, rows, columns] of a [6, 8] tensor; out: whether they meet, and then as [rows, 1, columns].
int64_t meet(Orchestration&, int64_t* in, int64_t* out) {{
  const Tensor base = input<int64_t>(reinterpret_cast<int64_t>(in), {{6, 8}});
  const Tensor one = base.view({{in[0], in[1]}}, {{in[2], in[3]}});
  const Tensor other = base.view({{in[4], in[5]}}, {{in[6], in[7]}});
  out[0] = one.meets(other);
  out[1] = one.reshape({{in[2], 1, in[3]}}).meets(other.reshape({{in[6], 1, in[7]}}));
  out[2] = one.reshape({{1, in[2], in[3]}}).meets(other.reshape({{1, in[6], in[7]}}));
  out[3] = one.meets(input<int64_t>(reinterpret_cast<int64_t>(out), {{6, 8}}));
  return 0;
}}

// in: a [4, 3, 2] tensor and then three indices; out: what is read through views and reshapes, and what is inside.
int64_t read(Orchestration& run, int64_t* in, int64_t* out) {{
  const Tensor base = input<int64_t>(reinterpret_cast<int64_t>(in), {{4, 3, 2}});
  const int64_t i = in[24], j = in[25], k = in[26];
  out[0] = base.contains({{i, j, k}});
  out[1] = base.contains({{i, j, k}}, {{2, 2, 1}});
  if (out[0]) out[2] = run.read<int64_t>(base, {{i, j, k}});
  if (out[1]) {{
    const Tensor window = base.view({{i, j, k}}, {{2, 2, 1}});
    out[3] = run.read<int64_t>(window, {{1, 1, 0}});
    out[4] = run.read<int64_t>(window.reshape({{2, 1, 2}}), {{1, 0, 1}});
    out[5] = run.read<int64_t>(window.view({{1, 0, 0}}, {{1, 2, 1}}).reshape({{2}}), {{1}});
    run.write(window, {{1, 1, 0}}, int64_t{{-7}});
  }}
  out[6] = run.read<int64_t>(base.reshape({{2, 12}}), {{1, 5}});
  return 0;
}}

// in: 24 numbers; out: 16 times as much, by way of intermediates of a loop and of two branches, and their addresses.
int64_t chain(Orchestration& run, int64_t* in, int64_t* out) {{
  Tensor last = input<int64_t>(reinterpret_cast<int64_t>(in), {{24}});
  for (int i = 0; i < 4; ++i) {{
    Tensor next;
    if (i % 2 == 0) {{
      next = run.create_tensor<int64_t>({{24}});
    }} else {{
      const Tensor other = run.create_tensor<int64_t>({{4, 6}});
      next = other.reshape({{24}});
    }}
    if (!run.submit(double_task, {{last.slot(), next.slot()}}, {{reads(last), writes(next)}})) return run.fault(1);
    out[24 + i] = next.slot();
    last = next;
    run.read<int64_t>(last, {{0}});  // once the task is done
  }}
  for (int64_t i = 0; i < 24; ++i) out[i] = run.read<int64_t>(last, {{i}});
  return run.finish();
}}

// Submits a task on two windows of one tensor that meet.
int64_t overlap(Orchestration& run, int64_t* in, int64_t* out) {{
  const Tensor base = input<int64_t>(reinterpret_cast<int64_t>(out), {{6, 8}});
  const Tensor one = base.view({{0, 0}}, {{3, 8}});
  const Tensor other = base.view({{in[0], 0}}, {{3, 8}});
  if (!run.submit(double_task, {{one.slot(), other.slot()}}, {{reads(one), writes(other)}})) return run.fault(1);
  return run.finish();
}}

// Creates a tensor that no machine has memory for, and one that it has.
int64_t exhaust(Orchestration& run, int64_t* in, int64_t* out) {{
  const Tensor source = input<int64_t>(reinterpret_cast<int64_t>(in), {{24}});
  const Tensor target = input<int64_t>(reinterpret_cast<int64_t>(out), {{24}});
  const Tensor huge = run.create_tensor<int64_t>({{int64_t{{1}} << 44}});
  const Tensor small = run.create_tensor<int64_t>({{2}});
  run.submit(double_task, {{source.slot(), target.slot()}}, {{reads(source), writes(target)}});
  out[30] = run.read<int64_t>(huge, {{5}});
  return run.finish();
}}

// out: the eight bytes of fresh intermediates, after others have left their own there.
int64_t fresh(Orchestration& run, int64_t*, int64_t* out) {{
  for (int64_t i = 0; i < 3; ++i) {{
    const Tensor t = run.create_tensor<int64_t>({{24}});
    out[i] = run.read<int64_t>(t, {{23}});
    run.write(t, {{23}}, i);
  }}
  return run.finish();
}}

extern "C" int64_t ptodsl_run(const int64_t* args, ptodsl_error*) {{
  using Part = int64_t (*)(Orchestration&, int64_t*, int64_t*);
  constexpr Part parts[] = {{meet, read, chain, overlap, exhaust, fresh}};
  Orchestration run;
  return parts[args[2]](run, integers(args[0]), integers(args[1]));
}}

}}  // namespace windows_program
"""

PARTS = ("meet", "read", "chain", "overlap", "exhaust", "fresh")
SIZE = 48


FAULTS = (Fault("two arguments share bytes", __file__, 1),)
SIGNATURE = Signature(
    "Windows",
    (
        tensor("source", (SIZE,), INT64, Access.READ_WRITE),
        tensor("out", (SIZE,), INT64, Access.READ_WRITE),
        ScalarSlot("part", INT64),
    ),
    (1,),
)


@pytest.fixture(scope="module", params=[Family.GCC, Family.CLANG], ids=str)
def programs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[bool, Launch]]:
    """The program by whether its intermediates are poisoned, built by each family of compilers."""
    folder = tmp_path_factory.mktemp("cache")
    with cache_at(folder), pytest.MonkeyPatch.context() as patch:
        floors = {request.param: CPU.floors[request.param]}
        compiler, _ = compilers.find(compilers.HOST_NAMES, floors, Cache(folder))
        if compiler is None:
            pytest.skip(f"there is no {request.param.value} here")
        patch.setenv("CXX", compiler.command[0])
        found = [toolchains.find("cpu", "a2a3", poison=poison) for poison in (False, True)]
        libraries = build.build_all([(PROGRAM, toolchain) for toolchain in found])
        yield {bool(poison): launch.load(path, SIGNATURE, FAULTS) for poison, path in enumerate(libraries)}


Part = Callable[..., tuple[list[int], list[int]]]


@pytest.fixture(scope="module")
def run(programs: Mapping[bool, Launch]) -> Part:
    """One part of the program on some integers: what it leaves in `out` and in `source`."""

    def call(part: str, numbers: Sequence[int] = (), *, poison: bool = False) -> tuple[list[int], list[int]]:
        source, out = np.full(SIZE, -1, np.int64), np.zeros(SIZE, np.int64)
        source[: len(numbers)] = numbers
        programs[poison](source, out, PARTS.index(part))
        return [int(number) for number in out], [int(number) for number in source]

    return call


def cells(window: Sequence[int]) -> set[tuple[int, int]]:
    """The elements of a window."""
    r, c, rows, columns = window
    return set(product(range(r, r + rows), range(c, c + columns)))


@st.composite
def windows(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """A window of a [6, 8] tensor."""
    r, c = draw(st.integers(0, 5)), draw(st.integers(0, 7))
    return r, c, draw(st.integers(1, 6 - r)), draw(st.integers(1, 8 - c))


@given(one=windows(), other=windows())
def test_windows_meet_exactly_where_they_share_an_element(
    run: Part, one: tuple[int, ...], other: tuple[int, ...]
) -> None:
    expected = bool(cells(one) & cells(other))
    whole, inserted, led, elsewhere = run("meet", [*one, *other])[0][:4]
    assert whole == expected
    assert inserted == expected
    assert led == expected
    assert not elsewhere


@given(
    indices=st.tuples(st.integers(-1, 4), st.integers(-1, 3), st.integers(-1, 2)),
    seed=st.integers(0, 2**32 - 1),
)
def test_elements_are_read_and_written_through_views(run: Part, indices: tuple[int, int, int], seed: int) -> None:
    base = np.random.default_rng(seed).integers(1, 1000, (4, 3, 2))
    out, source = run("read", [*base.ravel().tolist(), *indices])
    i, j, k = indices
    inside = 0 <= i < 4 and 0 <= j < 3 and 0 <= k < 2
    window_inside = 0 <= i <= 2 and 0 <= j <= 1 and 0 <= k < 2
    expected = [inside, window_inside, base[indices] if inside else 0, 0, 0, 0, base.reshape(2, 12)[1, 5]]
    if window_inside:
        window = base[i : i + 2, j : j + 2, k : k + 1]
        expected[3:6] = [window[1, 1, 0], window.reshape(2, 1, 2)[1, 0, 1], window[1, :, 0][1]]
        base[i + 1, j + 1, k] = -7
        expected[6] = expected[6] if (i + 1, j + 1, k) != (2, 2, 1) else -7
    assert out[:7] == expected
    assert source[:24] == base.ravel().tolist()


def test_intermediates_live_as_long_as_they_are_referred_to(run: Part) -> None:
    numbers = np.random.default_rng(1).integers(-1000, 1000, 24).tolist()
    first, second = run("chain", numbers)[0], run("chain", numbers)[0]
    assert first[:24] == second[:24] == [16 * number for number in numbers]
    addresses = set(first[24:28])
    assert len(addresses) == 2  # of four intermediates two at a time are alive
    assert set(second[24:28]) == addresses  # the second launch allocates nothing
    assert all(address % 64 == 0 for address in addresses)


@pytest.mark.parametrize(("row", "meets"), [(0, True), (2, True), (3, False)])
def test_task_whose_arguments_share_bytes_is_not_run(run: Part, row: int, meets: bool) -> None:
    if meets:
        with pytest.raises(PtoError, match="two arguments share bytes"):
            run("overlap", [row])
    else:
        run("overlap", [row])


def test_no_task_runs_after_memory_is_exhausted(programs: Mapping[bool, Launch]) -> None:
    source, out = np.ones(SIZE, np.int64), np.full(SIZE, 5, np.int64)
    with pytest.raises(PtoError, match="E0802"):
        programs[False](source, out, PARTS.index("exhaust"))
    assert out[30] == 0
    assert (np.delete(out, 30) == 5).all()


def test_poisoned_intermediates_start_as_nan(run: Part) -> None:
    assert run("fresh", poison=True)[0][:3] == [-1, -1, -1]
    assert run("fresh")[0][1:3] == [0, 1]  # the memory of the one before


def test_launches_at_the_same_time_have_their_own_intermediates(run: Part) -> None:
    wrong: list[int] = []

    def work(seed: int) -> None:
        numbers = np.random.default_rng(seed).integers(-1000, 1000, 24).tolist()
        answers = [run("chain", numbers)[0][:24] for _ in range(200)]
        if any(answer != [16 * number for number in numbers] for answer in answers):
            wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
