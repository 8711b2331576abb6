"""What every test can ask for."""

from __future__ import annotations

import signal

import pytest

from tests.golden import Goldens


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one flag that refreshes the goldens."""
    parser.addoption(
        "--update-goldens", action="store_true", help="write tests/goldens from what the compiler gives now"
    )
    parser.addoption(
        "--random-kernels",
        type=int,
        default=20,
        help="how many random kernels a test of synchronisation tries for each core; 750 give 3,000 in all",
    )
    parser.addoption(
        "--sanitized-scripts",
        type=int,
        default=6,
        help="how many random task graphs run under each sanitizer",
    )
    parser.addoption(
        "--checked-scripts",
        type=int,
        default=100,
        help="how many random scripts the engine of the checked library judges in each of eight tests",
    )
    parser.addoption(
        "--task-graphs",
        type=int,
        default=40,
        help="how many random graphs of tasks on views each test of dependencies tries",
    )


def pytest_configure() -> None:
    """A job in the background is started deaf to signals that tests send to what they start, and to themselves."""
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


@pytest.fixture
def goldens(request: pytest.FixtureRequest) -> Goldens:
    """The committed texts; `goldens.check(name, text)`."""
    return Goldens(update=bool(request.config.getoption("--update-goldens")))
