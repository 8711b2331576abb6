"""The pytest plugin: options and the fixture `test_runner`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ptodsl.testing.runner import TestRunner


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options of a run."""
    group = parser.getgroup("ptodsl")
    group.addoption("--pto-target", default="cpu", help="what to run on: cpu, checked, pto-isa, npu or interpreter")
    group.addoption("--pto-arch", default="a2a3", help="the architecture to compile for: a2a3 or a5")
    group.addoption("--codegen-only", action="store_true", help="stop after the C++ text")
    group.addoption("--save-kernels", action="store_true", help="write each case's C++ and memory map")
    group.addoption("--kernels-dir", default=None, help="where to write them (default: kernels)")
    group.addoption("--dump-passes", action="store_true", help="write each case's IR after every pass too")
    group.addoption("--fuzz-count", type=int, default=12, help="how many random programs of each kind are tried")
    group.addoption("--fuzz-seed", type=int, default=0, help="the seed of the first of them")
    group.addoption(
        "--fuzz-reproducers", default=None, help="where to write those that fail, made small (default: a temporary one)"
    )


@pytest.fixture(scope="session")
def test_runner(request: pytest.FixtureRequest) -> TestRunner:
    """Runs cases: `test_runner.run(case).passed`."""
    from ptodsl.testing.runner import TestRunner
    from ptodsl.testing.specs import TestConfig

    option = request.config.getoption
    config = TestConfig(
        target=str(option("--pto-target")),
        arch=str(option("--pto-arch")),
        save_kernels=bool(option("--save-kernels")),
        kernels_dir=option("--kernels-dir"),
        dump_passes=bool(option("--dump-passes")),
        codegen_only=bool(option("--codegen-only")),
    )
    return TestRunner(config)
