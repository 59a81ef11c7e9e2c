"""Fixtures of the tests with real windows: an X display, and programs that end with the test."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.window.real.desk import Desk, session_bus
from tests.window.real.display import start_on, stop, x_display

NEEDED = ("Xvfb", "openbox", "xprop", "xdotool", "dbus-daemon")

Launch = Callable[..., subprocess.Popen[str]]


@pytest.fixture(scope="session")
def xvfb() -> Iterator[str]:
    """The name of a running X display, with a window manager, for the whole session."""
    if lacking := [name for name in NEEDED if shutil.which(name) is None]:
        pytest.fail(f"a real window needs {', '.join(lacking)}: `make test` installs them")
    with x_display() as display:
        yield display


@pytest.fixture
def launch(xvfb: str) -> Iterator[Launch]:
    """Start programs on the display, called like `start_on` without its first argument."""
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: object, **options: object) -> subprocess.Popen[str]:
        running.append(start_on(xvfb, *arguments, **options))  # type: ignore[arg-type]
        return running[-1]

    yield start
    for process in reversed(running):
        stop(process)


@pytest.fixture(scope="session")
def bus(xvfb: str) -> Iterator[dict[str, str]]:
    """A message bus with an accessibility service, for the whole session."""
    with session_bus() as environment:
        yield environment


@pytest.fixture
def desk(xvfb: str, bus: dict[str, str]) -> Iterator[Desk]:
    """A screen, keyboard, pointer and screen reader; programs on it end with the test."""
    made = Desk(xvfb, bus)
    yield made
    made.close()
