"""The command handler: a program is run for each job, its payload on standard input.

Owns what its end means: exit 0 is done, anything else a failure with the exit code for the retry
rules and the end of standard error as its words. There is no shell anywhere, and nothing of a
payload is ever part of a command line.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pillarbox_engine.context import JobContext
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.fingerprint import failure_of
from pillarbox_engine.handlers import placeholders, programs, results
from pillarbox_engine.handlers.groups import Group, Output
from pillarbox_engine.handlers.references import Secrets
from pillarbox_engine.handlers.specs import Command
from pillarbox_engine.json_text import visible
from pillarbox_engine.model import Failure, JsonValue
from pillarbox_engine.outcomes import Fail, Reject, Stop

MAX_STDERR = 8 * 1024
"""Bytes kept of the end of standard error."""
MAX_LINE = 300
TEMPORARY = 75
"""EX_TEMPFAIL of sysexits.h: try again."""
COMMAND_ERROR = "CommandError"
"""The base of every failure of a command, for rules: error = "CommandError"."""


class CommandHandler:
    """Runs a command; see `specs.Command`.

    `program`: its path. `environment`: what the file gives it, secrets in place. It runs in
    `folder`. Call it from as many threads as you like.
    """

    def __init__(
        self, command: Command, program: str, folder: Path, environment: Mapping[str, str],
        secrets: Secrets,
    ) -> None:  # fmt: skip
        self._command, self._program, self._folder = command, program, folder
        self._environment, self._secrets = programs.environment(environment), secrets
        self._lock = threading.Lock()
        self._running: set[Group] = set()
        self._closed = False

    def __repr__(self) -> str:
        return f"CommandHandler({self._command.shown})"

    def __call__(self, job: JobContext) -> JsonValue:
        """Run it. Raises `Fail` with the exit code, `Stop` when it was ended on request."""
        out, err = Output(results.MAX_KEPT, last=False), Output(MAX_STDERR, last=True)
        group = self._started(job)
        try:
            code = group.run(job.payload_json.encode(), out, err, lambda: self._is_over(job))
        finally:
            with self._lock:
                self._running.discard(group)
        if self._is_over(job) and code != 0:
            raise Stop
        if code == 0:
            return self._result(job, out)
        raise Fail(_failed(code, self._words(err)))

    def close(self) -> None:
        """End all that runs."""
        with self._lock:
            self._closed = True
            running = tuple(self._running)
        for group in running:
            group.kill()

    def _is_over(self, job: JobContext) -> bool:
        return self._closed or job.stop_asked

    def _started(self, job: JobContext) -> Group:
        argv = _argv(self._command, job)
        environment = {**self._environment, **programs.about(job)}
        with self._lock:
            if self._closed:
                raise Stop
            try:
                group = Group(argv, self._program, folder=self._folder, environment=environment)
            except OSError as error:
                raise Fail(_not_started(self._command, error)) from error
            self._running.add(group)
        return group

    def _result(self, job: JobContext, out: Output) -> JsonValue:
        try:
            text = out.content.decode("utf-8", "strict" if out.whole else "ignore")
        except UnicodeDecodeError:
            job.log("What the command printed is no text; it is not kept")
            return None
        if not out.whole:
            job.log(f"The command printed over {out.most:,} bytes; the beginning is kept")
        return results.kept(self._secrets.scrubbed(text, cut=not out.whole), whole=out.whole)

    def _words(self, err: Output) -> str:
        """The end of standard error, without secrets: a cut line could hold part of one."""
        text = err.content.decode("utf-8", "replace")
        if not err.whole:
            text = text.partition("\n")[2]
        return self._secrets.scrubbed(text).strip()


def _argv(command: Command, job: JobContext) -> list[str]:
    values = {
        "id": job.id, "type": job.type, "queue": job.queue, "attempt": str(job.attempt)
    }  # fmt: skip
    try:
        return [placeholders.filled(part, values) for part in command.argv]
    except InvalidOption as error:
        raise Reject(str(error)) from error


def _failed(code: int | None, words: str) -> Failure:
    if code is None:
        return _failure("CommandEnded", "Nobody can tell how the command ended", words)
    kind = f"Exit{code}" if code > 0 else _signal_name(-code)
    how = f"exit {code}" if code > 0 else f"killed by {_signal_name(-code)}"
    last = visible(words.rpartition("\n")[2].strip())[:MAX_LINE]
    message = f"{last} ({how})" if last else f"The command ended with {how} and said nothing"
    return replace(_failure(kind, message, words), exit_code=code)


def _failure(kind: str, message: str, words: str) -> Failure:
    return replace(failure_of(kind, message), traceback=words, bases=(COMMAND_ERROR,))


def _not_started(command: Command, error: OSError) -> Failure:
    reason = error.strerror or type(error).__name__
    return _failure("CommandNotStarted", f"{command.argv[0]} cannot be started: {reason}", "")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal{number}"
