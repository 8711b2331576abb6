"""`ptodsl check`: what it takes, what it prints, and its exit status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from ptodsl.commands import Status
from ptodsl.runtime import compilers
from tests.tree import ROOT
from tests.unit.runtime_programs import cache_at
from tests.unit.shell import ADD, TWO, Shell, shell_in

EXAMPLES = ROOT / "docs" / "examples"

KERNELS = """\
#include <pto/pto-inst.hpp>
#if defined(WITH_HEADER)
#include "factor.hpp"
#else
constexpr float kFactor = 2.0f;
#endif

using namespace pto;

template <typename T, int Rows, int Cols>
AICORE void scale_window(__gm__ T* x, __gm__ T* y, float factor) {
#if defined(__DAV_VEC__)
    Tile<TileType::Vec, T, Rows, Cols> t;
    TASSIGN(t, 0x0);
    using Window = GlobalTensor<T, pto::Shape<1, 1, 1, Rows, Cols>,
                                pto::Stride<Rows * Cols, Rows * Cols, Rows * Cols, Cols, 1>>;
    Window in(x), out(y);
    TLOAD(t, in);
    set_flag(PIPE_MTE2, PIPE_V, EVENT_ID1);
    wait_flag(PIPE_MTE2, PIPE_V, EVENT_ID1);
    TMULS(t, t, static_cast<T>(factor));
    set_flag(PIPE_V, PIPE_MTE3, EVENT_ID1);
    wait_flag(PIPE_V, PIPE_MTE3, EVENT_ID1);
    TSTORE(out, t);
    pipe_barrier(PIPE_ALL);
#endif
}

namespace kernels {
template <int Cols>
__global__ AICORE void doubled(__gm__ float* x, __gm__ float* y) { scale_window<float, 16, Cols>(x, y, kFactor); }
}  // namespace kernels

extern "C" __global__ AICORE void raw(__gm__ uint8_t* x, __gm__ void* y) {
    scale_window<half, 16, 64>(reinterpret_cast<half*>(x), static_cast<half*>(y), 2.0f);
}

__global__ AICORE void by(__gm__ const float* x, __gm__ float* y, float factor, int32_t count, bool twice) {
    if (twice) factor *= count;
    scale_window<float, 16, 64>(const_cast<float*>(x), y, factor);
}

__global__ AICORE void blockwise(__gm__ float* x, __gm__ float* y) {
    const int first = get_block_idx() * 8 * 64;
    if (get_block_num() != 2) return;
    scale_window<float, 8, 64>(x + first, y + first, 2.0f);
}

__global__ AICORE void in_place(__gm__ float* x) { scale_window<float, 16, 64>(x, x, 2.0f); }

__global__ AICORE void narrow(__gm__ bfloat16_t* x, __gm__ bfloat16_t* y) {
    Tile<TileType::Vec, bfloat16_t, 16, 64> t;
    TASSIGN(t, 0x0);
    GlobalTensor<bfloat16_t, pto::Shape<1, 1, 1, 16, 64>, pto::Stride<1024, 1024, 1024, 64, 1>> in(x), out(y);
    TLOAD(t, in);
    set_flag(PIPE_MTE2, PIPE_MTE3, EVENT_ID1);
    wait_flag(PIPE_MTE2, PIPE_MTE3, EVENT_ID1);
    TSTORE(out, t);
    pipe_barrier(PIPE_ALL);
}
"""

X, Y = ("--tensor", "x:16x64:fp32"), ("--out", "y:16x64:fp32")
ONCE = ("--schedule", "program")

shell = pytest.fixture(shell_in)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache of the run."""
    with cache_at(tmp_path_factory.mktemp("cache")):
        yield


@pytest.fixture
def kernels(shell: Shell) -> str:
    """A file of kernels."""
    return shell.file(KERNELS, "kernels.cpp")


@pytest.mark.parametrize(
    "options",
    [
        ("--entry", "kernels::doubled<64>", *X, *Y),
        ("--entry", "raw", "--in", "x:16x64:fp16", "--out", "y:16x64:fp16"),
        ("--entry", "by", *X, *Y, "--scalar", "f:fp32:2.5", "--scalar", "n:int32:3", "--scalar", "t:bool:1"),
        ("--entry", "blockwise", *X, *Y, "--blocks", "2"),
        ("--entry", "in_place", "--inout", "x:16x64:fp32"),
    ],
    ids=lambda options: options[1],
)
def test_kernel_that_is_right(shell: Shell, kernels: str, options: tuple[str, ...]) -> None:
    status, out, err = shell.run("check", kernels, *options)
    assert (status, err) == (Status.FINE, "")
    assert "nothing is wrong" in out
    assert "orders of the pipes: program, lazy, eager, random:0, random:1, random:2" in out
    assert "not modelled" in out
    assert "in_place" in options or "y: every element was written" in out


def test_values_and_results_are_files(shell: Shell, kernels: str) -> None:
    x = np.random.default_rng(1).random((16, 64), dtype=np.float32)
    np.save(shell.folder / "x.npy", x)
    options = ("--entry", "by", *X, *Y, "--scalar", "f:fp32:2.5", "--scalar", "n:int32:3", "--scalar", "t:bool:1")
    given = ("--set", f"x={shell.folder / 'x.npy'}", "--set", "n=4", "--save", str(shell.folder / "left"))
    assert shell.run("check", kernels, *options, *given, *ONCE)[0] == Status.FINE
    assert [file.name for file in (shell.folder / "left").iterdir()] == ["y.npy"]
    assert np.array_equal(np.load(shell.folder / "left" / "y.npy"), x * np.float32(10.0))


def test_bfloat16_travels_as_float32(shell: Shell, kernels: str) -> None:
    x = np.random.default_rng(1).random((16, 64), dtype=np.float32)
    np.save(shell.folder / "x.npy", x)
    options = ("--entry", "narrow", "--tensor", "x:16x64:bf16", "--out", "y:16x64:bf16")
    given = ("--set", f"x={shell.folder / 'x.npy'}", "--save", str(shell.folder))
    assert shell.run("check", kernels, *options, *given, *ONCE)[0] == Status.FINE
    left = np.load(shell.folder / "y.npy")
    assert left.dtype == np.float32
    assert np.array_equal(left, x.astype(ml_dtypes.bfloat16).astype(np.float32))


def test_macros_and_headers_reach_the_compiler(shell: Shell, kernels: str) -> None:
    headers = shell.folder / "include"
    headers.mkdir()
    options = ("--entry", "kernels::doubled<64>", *X, *Y, "-D", "WITH_HEADER=1", "-I", str(headers), *ONCE)
    save = ("--set", "x=1.0", "--save", str(shell.folder))
    for factor in (3.0, 5.0):
        (headers / "factor.hpp").write_text(f"constexpr float kFactor = {factor}f;\n", encoding="utf-8")
        assert shell.run("check", kernels, *options, *save)[0] == Status.FINE
        assert (np.load(shell.folder / "y.npy") == factor).all(), "a changed header is compiled again"


def test_missing_flag_is_shown_and_changes_the_result(shell: Shell) -> None:
    file = str(EXAMPLES / "softmax_missing_flag.cpp")
    options = ("--entry", "softmax", "--tensor", "x:64x128:fp32", "--out", "y:64x128:fp32", "--scalar", "r:int32:64")
    status, out, err = shell.run("check", file, *options)
    assert status == Status.PROGRAM
    assert "softmax of softmax_missing_flag.cpp on a2a3, 1 block: 4 found" in out
    assert "error[E1101]: nothing orders `TLOAD` on MTE2 after `TSTORE` on MTE3" in err
    assert "error[E1130]: `y` depends on the order of the pipes: under lazy" in err
    status, out, _ = shell.run("check", file.replace("missing_flag", "mended"), *options)
    assert (status, "nothing is wrong" in out) == (Status.FINE, True)


def test_findings_as_json(shell: Shell) -> None:
    file = str(EXAMPLES / "softmax_missing_flag.cpp")
    options = ("--entry", "softmax", "--tensor", "x:64x128:fp32", "--out", "y:64x128:fp32", "--scalar", "r:int32:64")
    status, out, err = shell.run("check", file, *options, *ONCE, "--json")
    answer = json.loads(out)
    assert (status, answer["status"], err) == (Status.PROGRAM, Status.PROGRAM, "")
    assert {one["code"] for one in answer["diagnostics"]} == {"E1101"}
    assert {one["span"]["file"] for one in answer["diagnostics"]} == {file}


def test_verdict_as_json(shell: Shell, kernels: str) -> None:
    _, out, _ = shell.run("check", kernels, "--entry", "kernels::doubled<64>", *X, *Y, *ONCE, "--json", "--arch", "a5")
    answer = json.loads(out)
    assert (answer["entry"], answer["arch"], answer["orders"]) == ("kernels::doubled<64>", "a5", ["program"])
    assert answer["unwritten"] == {"y": 0}


def test_unwritten_elements_are_counted(shell: Shell, kernels: str) -> None:
    options = ("--entry", "kernels::doubled<64>", *X, "--out", "y:20x64:fp32", *ONCE)
    status, out, _ = shell.run("check", kernels, *options)
    assert (status, "y: 256 elements still hold what it started as" in out) == (Status.FINE, True)


def test_warnings_are_errors_to_the_strict(shell: Shell) -> None:
    text = KERNELS.replace("TMULS(t, t, static_cast<T>(factor));", "TEXP(t, t); TMULS(t, t, static_cast<T>(factor));")
    options = ("--entry", "kernels::doubled<64>", *X, *Y, *ONCE)
    status, out, _ = shell.run("check", shell.file(text, "chain.cpp"), *options)
    assert (status, "warning[W1101]" in out) == (Status.FINE, True)
    status, _, err = shell.run("check", shell.file(text, "chain.cpp"), *options, "--strict")
    assert (status, "error[E1101]" in err) == (Status.PROGRAM, True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((*X, *Y), "--entry is missing: name the function"),
        (("--entry", "1up", *X), "--entry 1up: write a function's name"),
        (("--entry", "f(); g", *X), "--entry f(); g: write a function's name"),
        (("--entry", "f"), "the entry has no parameters"),
        (("--entry", "f", "--tensor", "x:16x64"), "--tensor x:16x64: write NAME:SIZExSIZE...:DTYPE"),
        (("--entry", "f", "--in", "x:16x0:fp32"), "--in x:16x0:fp32: `16x0` is no shape"),
        (("--entry", "f", "--out", "x:1x1x1x1x1x1:fp32"), "write 1 to 5 sizes"),
        (("--entry", "f", "--inout", "x:16:fp33"), "there is no dtype `fp33`"),
        (("--entry", "f", "--tensor", "a b:16:fp32"), "--tensor a b:16:fp32: write NAME"),
        (("--entry", "f", "--scalar", "n:int32"), "--scalar n:int32: write NAME:DTYPE:VALUE"),
        (("--entry", "f", "--scalar", "n:int32:many"), "--scalar n:int32:many: `many` is no INT32"),
        (("--entry", "f", *X, *X), "`x` is described twice"),
        (("--entry", "f", *X, "--blocks", "0"), "--blocks 0: give a number above 0"),
        (("--entry", "f", *X, "--timeout", "-1"), "--timeout -1.0: give a number above 0"),
        (("--entry", "f", *X, "--limit", "0"), "--limit 0: give a number above 0"),
        (("--entry", "f", *X, "--seed", "-1"), "--seed -1: a seed is not negative"),
        (("--entry", "f", *X, "--set", "z=1"), "--set z: the parameters are x"),
        (("--entry", "kernels::doubled<64>", *X, *Y, "--set", "x=none.npy"), "--set x=none.npy: "),
        (("--entry", "f", *X, "--program", "Add"), "--program: "),
    ],
)
def test_options_that_do_not_fit_are_named(shell: Shell, kernels: str, options: tuple[str, ...], said: str) -> None:
    status, _, err = shell.run("check", kernels, *options)
    assert status == Status.USAGE
    assert said in err


def test_files_that_do_not_fit_are_refused(shell: Shell, kernels: str) -> None:
    np.save(shell.folder / "x.npy", np.zeros((16, 63), np.float32))
    given = ("--set", f"x={shell.folder / 'x.npy'}")
    status, _, err = shell.run("check", kernels, "--entry", "kernels::doubled<64>", *X, *Y, *given)
    assert (status, "it holds float32[16, 63], and float32[16, 64] is wanted" in err) == (Status.USAGE, True)
    status, _, err = shell.run("check", str(shell.folder / "no.cpp"), "--entry", "f", *X)
    assert (status, "no.cpp: there is no such file" in err) == (Status.USAGE, True)


def test_path_that_no_include_can_name_is_refused(shell: Shell) -> None:
    status, _, err = shell.run("check", shell.file(KERNELS, 'a"b.cpp'), "--entry", "raw", *X)
    assert (status, "no `#include` can name a path" in err) == (Status.USAGE, True)


def test_wrong_schedule_is_an_error_before_anything_compiles(shell: Shell, kernels: str) -> None:
    status, _, err = shell.run("check", kernels, "--entry", "no_such", *X, "--schedule", "fast")
    assert (status, "error[E0613]" in err) == (Status.TOOLCHAIN, True)


WRITES = """\
#include <pto/pto-inst.hpp>

using namespace pto;

AICORE void write_one(__gm__ float* y) {
    Tile<TileType::Vec, float, 16, 64> t;
    TASSIGN(t, 0x0);
    GlobalTensor<float, pto::Shape<1, 1, 1, 16, 64>, pto::Stride<1024, 1024, 1024, 64, 1>> out(y);
    TEXPANDS(t, 1.0f);
    set_flag(PIPE_V, PIPE_S, EVENT_ID1);
    wait_flag(PIPE_V, PIPE_S, EVENT_ID1);
    t.SetValue(5, 2.0f);
    if (t.GetValue(5) != 2.0f) return;
    t.SetValue(7, 3.0f);
    set_flag(PIPE_S, PIPE_V, EVENT_ID1);
    wait_flag(PIPE_S, PIPE_V, EVENT_ID1);
    TADDS(t, t, 1.0f);
    set_flag(PIPE_V, PIPE_MTE3, EVENT_ID1);
    wait_flag(PIPE_V, PIPE_MTE3, EVENT_ID1);
    TSTORE(out, t);
    pipe_barrier(PIPE_ALL);
}
"""


def test_scalar_write_without_a_flag_changes_the_result(shell: Shell) -> None:
    flags = """\
    set_flag(PIPE_S, PIPE_V, EVENT_ID1);
    wait_flag(PIPE_S, PIPE_V, EVENT_ID1);
"""
    options = ("--entry", "write_one", *Y)
    status, _, err = shell.run("check", shell.file(WRITES, "write.cpp"), *options)
    assert (status, err) == (Status.FINE, "")
    status, _, err = shell.run("check", shell.file(WRITES.replace(flags, ""), "race.cpp"), *options)
    assert status == Status.PROGRAM
    assert "error[E1101]: nothing orders `TADDS` on V after `SetValue` on S" in err
    assert "error[E1130]: `y` depends on the order of the pipes: under lazy 1 of 1024 elements differ" in err
    assert "[0, 7]: 2, in program order 4" in err


LOOK_UP = """\
#include <pto/pto-inst.hpp>

using namespace pto;

AICORE void look_up(__gm__ int32_t* x, __gm__ float* y) {
    Tile<TileType::Vec, int32_t, 1, 64> places;
    TASSIGN(places, 0x0);
    GlobalTensor<int32_t, pto::Shape<1, 1, 1, 1, 64>, pto::Stride<64, 64, 64, 64, 1>> in(x);
    TLOAD(places, in);
    y[int64_t{places.GetValue(0)} << 40] = 1.0f;
}
"""


def test_crash_that_only_another_order_has_comes_with_its_race(shell: Shell) -> None:
    options = ("--entry", "look_up", "--tensor", "x:1x64:int32", "--set", "x=0", *Y)
    status, out, err = shell.run("check", shell.file(LOOK_UP, "look_up.cpp"), *options)
    assert status == Status.PROGRAM
    assert "orders of the pipes: program, lazy\n" in out, "no order is tried after that of the crash"
    race, crash = err.index("error[E1101]: nothing orders `GetValue` on S after `TLOAD`"), err.index("error[E1131]")
    assert race < crash
    assert "`look_up` crashed under lazy: SIGSEGV" in err
    assert "E1130" not in err, "a run that was cut short left no outputs"


def test_compiler_s_refusal_is_the_kernel_s_mistake(shell: Shell) -> None:
    file = shell.file(KERNELS.replace("TMULS(t, t,", "TMULS(t, missing,"), "wrong.cpp")
    status, _, err = shell.run("check", file, "--entry", "kernels::doubled<64>", *X, *Y)
    assert status == Status.PROGRAM
    assert "error[E1133]: the C++ compiler refuses this:" in err
    assert "--> wrong.cpp:21:5" in err


def test_entry_with_other_parameters_is_a_mistake_of_the_description(shell: Shell, kernels: str) -> None:
    for options in (X, (*X, "--out", "y:16x64:fp16"), (*X, *Y, "--scalar", "n:int32:1")):
        status, _, err = shell.run("check", kernels, "--entry", "kernels::doubled<64>", *options)
        assert (status, "error[E1134]" in err) == (Status.PROGRAM, True)


def test_programs_of_a_file(shell: Shell) -> None:
    status, out, err = shell.run("check", shell.file(TWO), "--schedule", "lazy", "--schedule", "random:5")
    assert (status, err) == (Status.FINE, "")
    assert out.count("nothing is wrong") == 2
    assert out.count("the same bits in program, lazy, random:5") == 2
    assert "interpreter against library: c bit for bit" in out


def test_program_as_ir_text_and_as_json(shell: Shell) -> None:
    _, text, _ = shell.run("ir", shell.file(ADD), "--after", "insert_sync")
    status, out, _ = shell.run("check", shell.file(text, "add.pto-ir"), *ONCE, "--json", "--arch", "a2a3")
    assert status == Status.FINE
    assert [(one["program"], one["results"], one["orders"]) for one in json.loads(out)] == [
        ("Add", {"c": "bit for bit"}, ["program"])
    ]


HALVES = """\
import ptodsl.language as pl

T = pl.Tensor[[16, 64], pl.FP32]


@pl.program
class Halves:
    @pl.function
    def scale(self, x: T, t: pl.Out[T]) -> T:
        return pl.store(pl.load(x, [0, 0], [8, 64]) * 2.0, [0, 0], t)

    @pl.function
    def add(self, t: T, y: pl.Out[T]) -> T:
        return pl.store(pl.load(t, [0, 0], [16, 64]) + 1.0, [0, 0], y)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, x: T) -> T:
        return self.add(self.scale(x))
"""


def test_what_is_wrong_with_a_program_is_shown_in_python(shell: Shell) -> None:
    status, _, err = shell.run("check", shell.file(HALVES), *ONCE)
    assert status == Status.PROGRAM
    assert "kernels.py:14:16" in err


def test_options_of_kernels_are_refused_for_programs(shell: Shell) -> None:
    for option in (("--entry", "f"), X, ("-D", "A=1"), ("-I", "."), ("--blocks", "2"), ("--timeout", "1")):
        status, _, err = shell.run("check", shell.file(ADD), *option)
        assert (status, "holds programs, which takes no such option" in err) == (Status.USAGE, True)


def _no_commands(_: object) -> Iterator[tuple[str, ...]]:
    return iter(())


def test_no_compiler_is_the_toolchain_s_failure(
    shell: Shell, kernels: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(compilers, "candidates", _no_commands)
    monkeypatch.setenv("PTODSL_CACHE_DIR", str(tmp_path / "empty"))
    status, _, err = shell.run("check", kernels, "--entry", "raw", *X, *Y)
    assert (status, "error[E0602]" in err) == (Status.TOOLCHAIN, True)
