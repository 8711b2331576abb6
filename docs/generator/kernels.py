"""Kernels in C++ that show mistakes: what `ptodsl check` finds in them with the options of their first line."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

from ptodsl.commands import check, check_kernel
from ptodsl.errors import Diagnostic, PtoError

INVALID = Path(__file__).resolve().parents[2] / "tests" / "invalid_kernels"

_OPTIONS = re.compile(r"// ptodsl check (?P<options>.*)")


def findings(path: Path) -> tuple[Diagnostic, ...]:
    """Every mistake of a kernel, warnings too."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    match = _OPTIONS.fullmatch(first)
    assert match is not None, f"{path.name} does not begin with `// ptodsl check` and its options"
    return checked(path, *shlex.split(match["options"]))


def checked(path: Path, *arguments: str) -> tuple[Diagnostic, ...]:
    """Every mistake that `ptodsl check` finds in a kernel with some options, warnings too."""
    parser = argparse.ArgumentParser()
    check.configure(parser)
    options = parser.parse_args([str(path), *arguments])
    check.complete(options)
    try:
        found = check_kernel.check(options)
    except PtoError as error:
        return error.diagnostics
    return (*found.errors, *found.remarks)
