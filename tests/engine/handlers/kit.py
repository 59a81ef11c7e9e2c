"""What the tests of the handlers share: a job without a store, and a file in a folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pillarbox_engine.context import JobContext
from pillarbox_engine.handlers import Handlers, load
from pillarbox_engine.handlers.references import Keyring, Secrets
from pillarbox_engine.leasing import LeaseRef
from pillarbox_engine.model import Failure, JsonValue
from pillarbox_engine.outcomes import Fail


@dataclass(slots=True)
class Job:
    """A job for a handler that is called by hand; `lines` is what it logs."""

    payload: str = '{"userId": 42}'
    type: str = "send"
    queue: str = "mail"
    id: str = "7"
    attempt: int = 1
    lines: list[str] = field(default_factory=list)

    def context(self) -> JobContext:
        """The context of a run."""
        context = JobContext(
            LeaseRef(self.id, 1), self.queue, self.type, self.payload, self.attempt, 3, self._tell
        )
        context.enqueued_us = 1_700_000_000_000_000
        return context

    def _tell(self, lease: LeaseRef, percent: float | None, line: str | None) -> None:
        self.lines.append(line or "")


def written(folder: Path, text: str) -> Path:
    """A handlers file in `folder`."""
    path = folder / "handlers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def loaded(
    folder: Path, text: str, environment: dict[str, str] | None = None,
    keyring: Keyring | None = None,
) -> Handlers:  # fmt: skip
    """The handlers of a file with that text."""
    return load(written(folder, text), secrets=Secrets(environment, keyring))


def run(handlers: Handlers, job: Job | None = None) -> JsonValue:
    """What the one handler there is makes of a job."""
    (bound,) = handlers.mapping.values()
    return bound.run((job or Job()).context())


def failure(handlers: Handlers, job: Job | None = None) -> Failure:
    """How the one handler there is fails."""
    try:
        result = run(handlers, job)
    except Fail as error:
        return error.failure
    raise AssertionError(f"it did not fail, it returned {result!r}")
