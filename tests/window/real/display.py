"""An X display of our own, and programs started on it.

Owns the X server and the window manager of the tests that need a real window. Everything here
runs in processes of its own; the test process itself stays on Qt's off-screen platform.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

SCREEN = "1600x1000x24"
START_SECONDS = 20.0
STOP_SECONDS = 10.0


@contextmanager
def x_display() -> Iterator[str]:
    """Run Xvfb with openbox on a free display; the value is its name, such as `:3`."""
    with x_server() as display, window_manager(display):
        yield display


@contextmanager
def x_server() -> Iterator[str]:
    """Run Xvfb on the first display it finds free."""
    told, tells = os.pipe()
    command = ["Xvfb", "-displayfd", str(tells), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    # Without it the server starts anew, and drops whoever just came, when a last client goes.
    command.append("-noreset")
    server = subprocess.Popen(
        command, pass_fds=[tells], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(tells)
    try:
        yield ":" + display_number(told)
    finally:
        stop(server)


def display_number(told: int) -> str:
    """The number the server writes when it is ready. Closes `told`."""
    with os.fdopen(told) as answer:
        number = answer.readline().strip()
    if not number:
        raise RuntimeError("Xvfb ended before it had a display")
    return number


@contextmanager
def window_manager(display: str) -> Iterator[None]:
    """Run openbox on `display`, ready when it has announced itself on the root window."""
    manager = start_on(display, ["openbox", "--sm-disable"], stderr=subprocess.DEVNULL)
    try:
        wait_until_managed(display)
        yield
    finally:
        stop(manager)


def wait_until_managed(display: str) -> None:
    """Wait for a window manager on `display`."""
    question = ["xprop", "-display", display, "-root", "_NET_SUPPORTING_WM_CHECK"]
    deadline = time.monotonic() + START_SECONDS
    while "window id #" not in subprocess.run(question, capture_output=True, text=True).stdout:
        if time.monotonic() > deadline:
            raise TimeoutError(f"no window manager on {display} after {START_SECONDS} s")
        time.sleep(0.02)


def start_on(
    display: str,
    command: Sequence[str],
    *,
    stdout: int | None = None,
    stderr: int | None = None,
    environment: dict[str, str] | None = None,
) -> subprocess.Popen[str]:
    """Start `command` as a program with windows on `display`."""
    there = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "NO_AT_BRIDGE": "1"}
    return subprocess.Popen(
        list(command),
        env={**os.environ, **there, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        text=True,
    )


def stop(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """Ask `process` to end, and end it when it does not."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
