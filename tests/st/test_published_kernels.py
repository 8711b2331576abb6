"""`ptodsl check` on kernels that the authors of pto-isa publish, as they stand in a user's own copy.

Needs PTO_ISA_ROOT, a checkout of the library.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from docs.generator.kernels import checked
from ptodsl.errors import Diagnostic
from ptodsl.runtime.targets import PTO_ISA
from ptodsl.runtime.toolchains import missing

WHY_NOT = "; ".join(f"{why}: {headers.install}" for headers in PTO_ISA.headers if (why := missing(headers)))
KERNELS = Path(os.environ.get("PTO_ISA_ROOT", ""))

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)]

HOST = """\
#pragma once
#include <pto/pto-inst.hpp>
using GM_ADDR = uint8_t*;
#define block_idx get_block_idx()
namespace AscendC {
inline uint32_t GetBlockNum() { return get_block_num(); }
}
"""
"""What these kernels take of CANN's header `kernel_operator.h`."""


@pytest.fixture
def host(tmp_path: Path) -> str:
    """A folder with the header that CANN has for kernels."""
    (tmp_path / "kernel_operator.h").write_text(HOST, encoding="utf-8")
    return str(tmp_path)


def codes(found: tuple[Diagnostic, ...]) -> Counter[str]:
    """How many findings there are of each kind."""
    return Counter(one.code for one in found)


def test_double_buffered_addition_is_right(host: str) -> None:
    found = checked(
        KERNELS / "demos/baseline/add/csrc/kernel/add_custom.cpp",
        *("-I", host, "-D", "__CCE_AICORE__=220", "-D", "__DAV_C220_VEC__=1", "--entry", "add_custom"),
        *("--tensor", "x:20x2048:fp16", "--tensor", "y:20x2048:fp16", "--out", "z:20x2048:fp16"),
        *("--scalar", "length:uint32:40960", "--blocks", "20"),
    )
    assert codes(found) == {"W1103": 1}


def test_basic_product_is_right(host: str) -> None:
    found = checked(
        KERNELS / "demos/baseline/gemm_basic/csrc/kernel/gemm_basic_custom.cpp",
        *("-I", host, "-D", "__CHECK_FEATURE_AT_PRECOMPILE=1", "--entry", "gemm_basic_custom"),
        *("--tensor", "a:512x2048:fp16", "--tensor", "b:1536x2048:fp16", "--out", "c:512x1536:fp32", "--blocks", "24"),
    )
    assert codes(found) == {"W1103": 1}


def test_tuned_product_is_right() -> None:
    found = checked(
        KERNELS / "kernels/manual/a2a3/gemm_performance/gemm_performance_kernel.cpp",
        *("-D", "__COSTMODEL=1", "--entry", "GemmPerformance<uint16_t,4,256,512,512,128,512,256,128,64,256,1,4,4,1>"),
        *("--out", "c:256x512:fp32", "--tensor", "a:256x512:fp16", "--tensor", "b:512x512:fp16", "--blocks", "4"),
    )
    assert codes(found) == {"W1103": 1}


def test_fused_addition_orders_nothing() -> None:
    found = checked(
        KERNELS / "kernels/custom/fused_add_relu_mul/fused_add_relu_mul_kernel.cpp",
        *("--entry", "FusedAddReLUMulKernel", "--out", "out:16x512:fp32", "--tensor", "x:16x512:fp32"),
        *("--scalar", "bias:fp32:0.5", "--scalar", "scale:fp32:2", "--scalar", "length:uint32:8192"),
    )
    races = sorted(one.message.partition(", and")[0] for one in found if one.code == "E1101")
    assert races == [
        "nothing orders `TADDS` on V after `TLOAD` on MTE2",
        "nothing orders `TADDS` on V after `TSTORE` on MTE3",
        "nothing orders `TLOAD` on MTE2 after `TADDS` on V",
        "nothing orders `TLOAD` on MTE2 after `TLOAD` on MTE2",
        "nothing orders `TSTORE` on MTE3 after `TMULS` on V",
    ]
    assert {"E1119", "E1130"} <= codes(found).keys()
