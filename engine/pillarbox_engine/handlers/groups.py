"""One child process with all it starts: fed, read within bounds, and ended as a whole.

Owns the group's life. Its output is read as it comes and only so much of it kept; when its first
process ends, is stopped, or Pillarbox closes, whatever is left of the group is killed; on Linux
also when Pillarbox itself is (see `lifeline`). Only a program that leaves the group on purpose
(setsid) escapes.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from pillarbox_engine.lifeline import Lifeline

STEP = 0.1
"""Seconds after which a run that is quiet is looked after."""
GRACE = 2.0
"""Seconds between SIGTERM and SIGKILL."""
LAST_BREATH = 5.0
_CHUNK = 64 * 1024
_MAX_LEFT = 16
"""Chunks read of what is still in a pipe once the group is dead: a pipe holds one."""


@dataclass(slots=True)
class Output:
    """What a pipe gave: the first or the last `most` bytes, and whether that is all."""

    most: int
    last: bool
    content: bytearray = field(default_factory=bytearray)
    whole: bool = True

    def add(self, chunk: bytes) -> None:
        """Keep of `chunk` what there is room for."""
        room = self.most if self.last else self.most - len(self.content)
        self.content += chunk if self.last else chunk[: max(0, room)]
        self.whole = self.whole and len(self.content) <= self.most and len(chunk) <= room
        if self.last:
            del self.content[: -self.most]


class Group:
    """A process in a session of its own. Raises `OSError` where it cannot be started."""

    def __init__(
        self, argv: Sequence[str], program: str, *, folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._lifeline = Lifeline()
        try:
            self._process = subprocess.Popen(
                argv, executable=program, cwd=folder, env=environment, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, bufsize=0,
                pass_fds=self._lifeline.ends,
            )  # fmt: skip
            self._lifeline.tie(self._process.pid)
        except OSError:
            self._lifeline.cut()
            raise
        finally:
            self._lifeline.handed_over()
        self._unread = memoryview(b"")
        self._orphaned = False
        self._pause = 0.001

    def run(
        self, given: bytes, out: Output, err: Output, stopped: Callable[[], bool]
    ) -> int | None:
        """Feed `given`, gather both outputs, and see it end: the exit code (negative: a signal).

        None: nobody can tell how it ended. When `stopped` says so, the group is ended.
        """
        self._unread = memoryview(given)
        try:
            with selectors.DefaultSelector() as selector:
                self._watch(selector, out, err)
                self._see_through(selector, stopped)
                code = self._ended()
                self._drain(selector)
        finally:
            if self._process.returncode is None:
                self._ended()
            self._close()
        return code

    def kill(self) -> None:
        """End all of it at once."""
        self._signal(signal.SIGKILL)

    # -- while it runs ----------------------------------------------------------------------

    def _watch(self, selector: selectors.BaseSelector, out: Output, err: Output) -> None:
        stdin, stdout, stderr = self._pipes()
        for pipe, kept in ((stdout, out), (stderr, err)):
            os.set_blocking(pipe.fileno(), False)
            selector.register(pipe, selectors.EVENT_READ, kept)
        os.set_blocking(stdin.fileno(), False)
        selector.register(stdin, selectors.EVENT_WRITE, None)

    def _see_through(self, selector: selectors.BaseSelector, stopped: Callable[[], bool]) -> None:
        kill_at: float | None = None
        while not self._has_ended(quick=not selector.get_map()):
            if kill_at is None and stopped():
                self._signal(signal.SIGTERM)
                kill_at = time.monotonic() + GRACE
            elif kill_at is not None and time.monotonic() >= kill_at:
                return
            self._serve(selector)

    def _serve(self, selector: selectors.BaseSelector) -> None:
        """Move what can be moved, waiting a little for it."""
        for key, _ in selector.select(STEP):
            pipe: IO[bytes] = key.fileobj  # type: ignore[assignment]
            open_still = self._feed(pipe) if key.data is None else _read(pipe, key.data)
            if not open_still:
                selector.unregister(pipe)
                pipe.close()

    def _feed(self, pipe: IO[bytes]) -> bool:
        """Write a piece; False when there is no more to write, or nobody to read it."""
        try:
            self._unread = self._unread[os.write(pipe.fileno(), self._unread[:_CHUNK]) :]
        except BlockingIOError:
            return True
        except BrokenPipeError:
            return False
        return bool(self._unread)

    def _has_ended(self, *, quick: bool) -> bool:
        """Whether its first process has ended; it stays a zombie, so its group's number is ours."""
        if quick:
            # Every pipe is closed, so nothing else wakes us: it ends now, or goes on without them.
            time.sleep(self._pause)
            self._pause = min(2 * self._pause, STEP)
        try:
            how = os.WEXITED | os.WNOHANG | os.WNOWAIT
            return os.waitid(os.P_PID, self._process.pid, how) is not None
        except ChildProcessError:
            self._orphaned = True
            return True

    # -- the end ----------------------------------------------------------------------------

    def _ended(self) -> int | None:
        self.kill()
        try:
            code = self._process.wait(LAST_BREATH)
        except subprocess.TimeoutExpired:
            return None
        # Where the system reaps children by itself (SIGCHLD ignored), Popen answers 0 for any end.
        return None if self._orphaned else code

    def _drain(self, selector: selectors.BaseSelector) -> None:
        """Read what is left in the pipes of a dead group."""
        for key in list(selector.get_map().values()):
            pipe: IO[bytes] = key.fileobj  # type: ignore[assignment]
            chunks = 0
            while key.data is not None and chunks < _MAX_LEFT and _has_more(pipe, key.data):
                chunks += 1

    def _close(self) -> None:
        self._lifeline.cut()
        for pipe in self._pipes():
            pipe.close()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
        process = self._process
        return _pipe(process.stdin), _pipe(process.stdout), _pipe(process.stderr)

    def _signal(self, number: signal.Signals) -> None:
        if self._process.returncode is not None:
            return  # reaped: the number may be another's by now
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            return  # nothing of it is left that a signal could reach


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "all three are asked for when the process is started"
    return pipe


def _read(pipe: IO[bytes], kept: Output) -> bool:
    """Take what is there; False at the end."""
    try:
        chunk = os.read(pipe.fileno(), _CHUNK)
    except BlockingIOError:
        return True
    kept.add(chunk)
    return bool(chunk)


def _has_more(pipe: IO[bytes], kept: Output) -> bool:
    """Take what is there; False where there is nothing, now or ever."""
    try:
        chunk = os.read(pipe.fileno(), _CHUNK)
    except BlockingIOError:
        return False
    kept.add(chunk)
    return bool(chunk)
