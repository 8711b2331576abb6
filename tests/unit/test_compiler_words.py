"""What compilers say of a hand-written kernel: each error once, at the line that its author can mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptodsl.errors.checked_runs import EntryRefused, SourceRefused
from ptodsl.handwritten.compiler_words import MOST, refusals
from ptodsl.handwritten.description import Kernel

KERNEL = Kernel(Path("/kernels/soft.cpp"), "soft", (), 1)

GCC_PLAIN = """\
In file included from program.cpp:9:
/kernels/soft.cpp: In function 'void soft(float*)':
/kernels/soft.cpp:9:14: error: 'tt' was not declared in this scope; did you mean 't'?
    9 |     TEXPANDS(tt, 1.0f);
      |              ^~
      |              t
"""
GCC_TEMPLATE = """\
In file included from /lib/include/pto/isa/rules.hpp:4,
                 from program.cpp:7:
/lib/include/pto/tile/tile.hpp: In instantiation of 'struct pto::Tile<float, 16, 63>':
/kernels/soft.cpp:7:40:   required from 'void soft(float*) [with int N = 63]'
program.cpp:31:9:   required from here
/lib/include/pto/tile/tile.hpp:88:19: error: static assertion failed: a row is a multiple of 32 bytes
   88 |     static_assert(is_whole, "a row is a multiple of 32 bytes");
"""
CLANG_TEMPLATE = """\
/lib/include/pto/tile/tile.hpp:88:19: error: static assertion failed due to requirement 'is_whole': a row is a \
multiple of 32 bytes
   88 |     static_assert(is_whole, "a row is a multiple of 32 bytes");
/kernels/soft.cpp:7:40: note: in instantiation of template class 'pto::Tile<float, 16, 63>' requested here
    7 |     Tile<float, 16, 63> t;
program.cpp:31:9: note: in instantiation of function template specialization 'soft<63>' requested here
"""
MISSING_HEADER = "/kernels/soft.cpp:2:10: fatal error: missing.hpp: No such file or directory\n"
CALL = "program.cpp:31:9: error: too many arguments to function 'void soft(float*)'\n"


@pytest.mark.parametrize(
    ("output", "line", "said"),
    [
        (GCC_PLAIN, 9, "'tt' was not declared in this scope; did you mean 't'?"),
        (GCC_TEMPLATE, 7, "a row is a multiple of 32 bytes"),
        (CLANG_TEMPLATE, 7, "a row is a multiple of 32 bytes"),
        (MISSING_HEADER, 2, "missing.hpp: No such file or directory"),
    ],
)
def test_error_is_at_the_line_of_the_kernel(output: str, line: int, said: str) -> None:
    (one,) = refusals(KERNEL, output, Path("/kept"))
    assert isinstance(one, SourceRefused)
    assert one.span is not None
    assert (one.span.file, one.span.line, one.fields["said"]) == ("/kernels/soft.cpp", line, said)
    assert "/kept/output.txt" in one.help


def test_error_of_the_call_is_one_of_the_description() -> None:
    (one,) = refusals(KERNEL, CALL, Path("/kept"))
    assert isinstance(one, EntryRefused)
    assert "too many arguments" in one.message


def test_error_in_a_header_that_nothing_of_the_kernel_leads_to_is_shown_there() -> None:
    (one,) = refusals(KERNEL, "/kernels/other.hpp:3:1: error: 'x' does not name a type\n", Path("/kept"))
    assert one.span is not None
    assert (one.span.file, one.span.line) == ("/kernels/other.hpp", 3)


def test_first_errors_are_shown() -> None:
    assert len(refusals(KERNEL, GCC_PLAIN * 5, Path("/kept"))) == MOST


def test_output_without_errors_says_nothing() -> None:
    assert refusals(KERNEL, "collect2: ld returned 1 exit status\n", Path("/kept")) == []
