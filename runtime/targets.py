"""Targets as data: what each is built with, and what it needs that is not in the box."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from ptodsl.ir.dtypes import BF16, DType
from ptodsl.runtime import compilers
from ptodsl.runtime.compilers import Family, Version


@dataclass(frozen=True, slots=True)
class Headers:
    """Headers that are not in the box: the variable that names their root, and how to know and get them."""

    variable: str
    what: str
    landmark: str
    """A file below the root that shows that it is the right one."""
    folder: str
    """The include folder below the root."""
    install: str


@dataclass(frozen=True, slots=True)
class Target:
    """One row of the table of targets."""

    name: str
    summary: str
    compilers: tuple[str, ...]
    """Names to try, in order."""
    floors: Mapping[Family, Version]
    install: str
    """How to get a compiler that will do."""
    flags: tuple[str, ...]
    arch_flags: Mapping[str, tuple[str, ...]]
    headers: tuple[Headers, ...] = ()
    """Empty: the tile library in the box."""
    libraries: tuple[str, ...] = ()
    refuses: Mapping[DType, str] = field(default_factory=dict[DType, str])
    """The dtypes that it computes wrongly, and why."""
    no_launcher: str = ""
    """Why a program for it cannot be launched from here; empty where it can."""
    is_checked: bool = False
    """Whether the instructions of a program are judged while they run: the text says what each task may touch."""


_PTO_ISA_HEADERS = Headers(
    variable="PTO_ISA_ROOT",
    what="a checkout of the pto-isa header library",
    landmark="include/pto/pto-inst.hpp",
    folder="include",
    install="clone https://github.com/hw-native-sys/pto-isa and set PTO_ISA_ROOT to its folder",
)
_CANN_HEADERS = Headers(
    variable="ASCEND_TOOLKIT_HOME",
    what="the CANN toolkit",
    landmark="include",
    folder="include",
    install="install the CANN toolkit 8.5 or newer and source its set_env.sh, which sets ASCEND_TOOLKIT_HOME",
)

SHARED = ("-fPIC", "-shared", "-fvisibility=hidden")
_ENTRY = ("-include", "ptodsl/entry.hpp")
UNDEFINED = ("-Wl,-undefined,dynamic_lookup",) if sys.platform == "darwin" else ()
PLAIN = ("-fno-exceptions", "-pipe") if sys.platform == "linux" else ("-fno-exceptions",)
C_ONLY = ("-nodefaultlibs", "-lm", "-lc", "-lgcc") if sys.platform == "linux" else ()
"""Searching the C++ standard library costs a fifth of a small build, and nothing in a program needs it."""
_COMPLETE = ("-Wl,-z,defs",) if sys.platform == "linux" else ()
"""A name that nothing defines is an error of the build, not of the launch."""

_HOST_FLOORS = {Family.GCC: (11,), Family.CLANG: (14,)}
_HOST_INSTALL = (
    "install g++ 11 or clang 14 or newer, e.g. `apt install g++`, `dnf install gcc-c++` or `xcode-select --install`, "
    "or set CXX to a compiler that is installed elsewhere"
)

_LEVEL = "-O1"
"""The tile library is written in vectors and unrolls what it wants unrolled: more costs up to a half more time, for the
same speed."""

_HOST_FLAGS = (
    "-std=c++17",
    _LEVEL,
    "-march=native",
    "-ffp-contract=off",
    "-fwrapv",
    "-fno-math-errno",
    *PLAIN,
    *SHARED,
    *_ENTRY,
)
_ARCH_FLAGS = {"a2a3": ("-DPTODSL_ARCH_A2A3",), "a5": ("-DPTODSL_ARCH_A5",)}

CPU = Target(
    name="cpu",
    summary="this machine's processor, through the tile library in the box",
    compilers=compilers.HOST_NAMES,
    floors=_HOST_FLOORS,
    install=_HOST_INSTALL,
    flags=_HOST_FLAGS,
    arch_flags=_ARCH_FLAGS,
    libraries=(*C_ONLY, *_COMPLETE),
)

CHECKED_DEFINE = "-DPTO_CHECKED"

CHECKED = Target(
    name="checked",
    summary="this machine's processor, each instruction judged as the chip would take it (see checking.md)",
    compilers=compilers.HOST_NAMES,
    floors=_HOST_FLOORS,
    install=_HOST_INSTALL,
    flags=(*_HOST_FLAGS, CHECKED_DEFINE),
    arch_flags=_ARCH_FLAGS,
    libraries=_COMPLETE,
    is_checked=True,
)

PTO_ISA = Target(
    name="pto-isa",
    summary="this machine's processor, through the CPU simulation of an installed pto-isa",
    compilers=(
        *(f"clang++-{major}" for major in range(22, 14, -1)),
        "clang++",
        *(f"g++-{major}" for major in range(16, 12, -1)),
        "g++",
    ),
    floors={Family.GCC: (13,), Family.CLANG: (15,)},
    install="install clang 15 or g++ 13 or newer, e.g. `apt install clang-19`, or set CXX to one",
    flags=(
        *("-std=c++20", "-O2", "-ffp-contract=off", "-fwrapv", *SHARED, *_ENTRY),
        *("-D__CPU_SIM", "-DPTO_CPU_MAX_THREADS=1u", "-include", "stdint.h", "-include", "stddef.h"),
    ),
    arch_flags={"a2a3": (), "a5": ()},
    headers=(_PTO_ISA_HEADERS,),
    libraries=("-ldl", "-pthread"),
    refuses={BF16: "its CPU simulation makes bfloat16 an alias of half, so every value would be wrong"},
)

NPU = Target(
    name="npu",
    summary="an Ascend NPU, through CANN",
    compilers=("bisheng",),
    floors={Family.BISHENG: (0,)},
    install="install the CANN toolkit 8.5 or newer, which holds bisheng, and source its set_env.sh",
    flags=("-std=c++17", "-O2", "-xcce", *SHARED, *_ENTRY),
    arch_flags={"a2a3": ("--npu-arch=dav-2201",)},
    headers=(_CANN_HEADERS, _PTO_ISA_HEADERS),
    no_launcher="this release compiles for the NPU but has no launcher for it",
)

TARGETS: dict[str, Target] = {target.name: target for target in (CPU, CHECKED, PTO_ISA, NPU)}
