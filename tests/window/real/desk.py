"""A desk with a screen, a keyboard, a pointer and a screen reader: `Desk` drives a real program.

Owns the session's bus with its accessibility service, the reader (`spoken.py`, in the system's
Python) and the questions the tests ask it. Nothing here knows our code.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.window.real.display import start_on, stop

SYSTEM_PYTHON = "/usr/bin/python3"
LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
PROGRAM = "Pillarbox"
SECONDS = 30.0
"""How long something may take to appear before the test gives up; a busy machine is slow."""

MOST_TABS = 60

Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a window, as a screen reader is told of it. `place`: x, y, width, height."""

    role: str
    name: str
    description: str
    states: tuple[str, ...]
    place: tuple[int, int, int, int] | None
    text: str | None
    above: tuple[str, ...]

    @property
    def centre(self) -> tuple[int, int]:
        """Where to point at it."""
        assert self.place is not None, f"{self.role} {self.name!r} is nowhere"
        x, y, width, height = self.place
        return x + width // 2, y + height // 2


@contextmanager
def session_bus() -> Iterator[dict[str, str]]:
    """A message bus of its own with the accessibility service; the environment to reach it."""
    command = ["dbus-daemon", "--session", "--nofork", "--print-address=1"]
    with ExitStack() as open_:
        # The service keeps its socket here, and another run beside this one its own elsewhere.
        place = open_.enter_context(tempfile.TemporaryDirectory(prefix="desk-"))
        own = {**os.environ, "XDG_RUNTIME_DIR": place, "XDG_CACHE_HOME": place}
        bus = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=own)
        open_.callback(stop, bus)
        assert bus.stdout is not None
        environment = {"DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip()}
        launcher = subprocess.Popen([LAUNCHER, "--launch-immediately"], env={**own, **environment})
        open_.callback(stop, launcher)
        yield environment


class Desk:
    """The screen `display`, and on it one program at a time."""

    def __init__(self, display: str, bus: dict[str, str]) -> None:
        self._display = display
        self._bus = {**bus, "NO_AT_BRIDGE": "0", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        self._reader = subprocess.Popen(
            [SYSTEM_PYTHON, str(Path(__file__).with_name("spoken.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **bus, "DISPLAY": display, "PYTHONPATH": ""},
            text=True,
        )
        self._running: list[subprocess.Popen[str]] = []

    def start(self, command: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[str]:
        """Start a program with windows."""
        self._running.append(
            start_on(self._display, command, environment={**self._bus, **environment})
        )
        return self._running[-1]

    def close(self) -> None:
        """End what was started."""
        for process in (*reversed(self._running), self._reader):
            stop(process)

    def parts(self) -> tuple[Part, ...]:
        """The parts of the program's windows that can be seen."""
        return tuple(map(_part, self._ask()))

    def look(self, role: str, name: str, *, starts: bool = False) -> Part | None:
        """A part of that role and name that can be seen now; `starts`: whose name begins so."""
        told = self._ask(role=role, name=name, starts=starts)
        return None if told is None else _part(told)

    def find(self, role: str, name: str, *, starts: bool = False, seconds: float = SECONDS) -> Part:
        """Wait for a part of that role and name, at most `seconds`."""
        there = f"{role} {name}"
        return self.await_(lambda: self.look(role, name, starts=starts), there, seconds)

    def find_enabled(self, role: str, name: str) -> Part:
        """Wait for a part of that role and name that can be used."""
        return self._find_that_is("enabled", role, name)

    def find_focused(self, role: str, name: str) -> Part:
        """Wait for a part of that role and name that hears what is typed."""
        return self._find_that_is("focused", role, name)

    def _find_that_is(self, state: str, role: str, name: str) -> Part:
        def there() -> Part | None:
            part = self.look(role, name)
            return part if part is not None and state in part.states else None

        return self.await_(there, f"{role} {name}, {state}")

    def gone(self, role: str, name: str) -> None:
        """Wait until there is no such part any more."""
        self.wait(lambda: self.look(role, name) is None, f"no {role} {name} any more")

    def tab_to(self, role: str, name: str) -> None:
        """Press Tab until that part has the focus."""
        for _ in range(MOST_TABS):
            part = self.look(role, name)
            if part is not None and "focused" in part.states:
                return
            self.key("Tab")
        raise TimeoutError(f"Tab never comes to {role} {name}")

    def _ask(self, **question: object) -> Any:
        assert self._reader.stdin is not None
        assert self._reader.stdout is not None
        try:
            self._reader.stdin.write(json.dumps({"program": PROGRAM, **question}) + "\n")
            self._reader.stdin.flush()
            answer = self._reader.stdout.readline()
        except BrokenPipeError:
            answer = ""
        assert answer, f"the screen reader ended with {self._reader.wait()}: it says why above"
        return json.loads(answer)

    def wait(self, true: Callable[[], bool], what: str, seconds: float = SECONDS) -> None:
        """Wait until `true`; what the window shows is told when it does not come."""
        self.await_(lambda: true() or None, what, seconds)

    def await_(self, look: Callable[[], Seen | None], what: str, seconds: float = SECONDS) -> Seen:
        """Wait until `look` sees something: that."""
        deadline = time.monotonic() + seconds
        while (seen := look()) is None:
            ended = [one.returncode for one in self._running if one.poll()]
            assert not ended, f"never seen: {what}; the program ended with {ended}"
            if time.monotonic() > deadline:
                shown = sorted({f"{p.role}: {p.name}" for p in self.parts() if p.name})
                raise TimeoutError(f"never seen: {what}; there is\n" + "\n".join(shown))
            time.sleep(0.1)
        return seen

    def key(self, *keys: str) -> None:
        """Press keys one after the other, as `xdotool key` names them."""
        self._do("key", "--delay", "30", *keys)

    def type(self, text: str) -> None:
        """Type `text`."""
        self._do("type", "--delay", "15", "--", text)

    def click(self, part: Part, button: int = 1) -> None:
        """Point at the middle of `part` and click."""
        x, y = part.centre
        self._do("mousemove", str(x), str(y), "click", str(button))

    def pointer(self, *steps: object) -> None:
        """Move the pointer, press and release: the words of xdotool."""
        self._do(*map(str, steps))

    def _do(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env={"DISPLAY": self._display}, check=True, timeout=30)


def _part(told: dict[str, Any]) -> Part:
    place = told["place"]
    return Part(
        role=told["role"],
        name=told["name"],
        description=told["description"],
        states=tuple(told["states"]),
        place=None if place is None else (place[0], place[1], place[2], place[3]),
        text=told["text"],
        above=tuple(told["above"]),
    )
