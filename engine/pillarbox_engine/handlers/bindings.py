"""What a handlers file binds: the records, for whoever runs jobs and whoever shows the file.

Owns `Binding`, `Inspected` and `Described`. None of them holds a secret or anything that was
imported: they can be shown, compared and sent about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pillarbox_engine.events.occasions import EVERY
from pillarbox_engine.handlers.specs import Command, HttpCall, Spec, secrets_of
from pillarbox_engine.isolation import Isolation
from pillarbox_engine.retry_rules import RetryRule, sentence

if TYPE_CHECKING:
    from pathlib import Path

    from pillarbox_engine.handlers.source import Source

ANY = "*"
"""The name of the handler for all types that have none of their own."""

HANDLERS, EVENTS = "handlers", "events"
"""The sections of the file that say what runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One job type (or "*") and what runs for it. `line`: where the file says so, from 1.

    `timeout`: seconds, None for the job's own. `concurrency`: threads of its own, None for those
    of the queue. `isolation`: "thread" or "process". `rules` are looked at before the queue's.
    In the `section` "events" the type is what is told of: "alarm" or "dead".
    """

    type: str
    line: int
    runs: Spec
    timeout: float | None = None
    rules: tuple[RetryRule, ...] = ()
    concurrency: int | None = None
    isolation: Isolation = Isolation.THREAD
    section: str = HANDLERS

    @property
    def keys(self) -> tuple[str, str]:
        """Its table in the file."""
        return (self.section, self.type)

    @property
    def kind(self) -> str:
        """ "python", "command" or "http"."""
        if isinstance(self.runs, Command):
            return "command"
        return "http" if isinstance(self.runs, HttpCall) else "python"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A binding in words, without secrets: what the window and the command line show.

    `runs`: the function, the command line or the method and address. `retry`: a sentence a rule.
    `secrets`: the references it needs, such as "env:BILLING_TOKEN".
    """

    type: str
    line: int
    kind: str
    runs: str
    timeout: float | None
    retry: tuple[str, ...]
    concurrency: int | None
    isolation: Isolation
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inspected:
    """A handlers file whose form is right; nothing of it was imported, looked up or run.

    `digest`: SHA-256 of the file, in hex. `queues`: threads by queue, where the file says so.
    `events`: what is told of, and by what; of dead letters at most once in `every` seconds.
    """

    source: Source = field(repr=False)
    bindings: tuple[Binding, ...]
    queues: Mapping[str, int] = field(default_factory=dict)
    events: tuple[Binding, ...] = ()
    every: float = EVERY

    @property
    def path(self) -> Path:
        """The file."""
        return self.source.path

    @property
    def digest(self) -> str:
        """What was read, for an approval that a changed file asks for again."""
        return self.source.digest

    def describe(self) -> tuple[Described, ...]:
        """What the file binds, in words, in the order of the file."""
        return tuple(described(binding) for binding in self.bindings)

    def describe_events(self) -> tuple[Described, ...]:
        """What is told of, in the same words."""
        return tuple(described(binding) for binding in self.events)


def described(binding: Binding) -> Described:
    """A binding in words."""
    return Described(
        type=binding.type,
        line=binding.line,
        kind=binding.kind,
        runs=binding.runs.shown,
        timeout=binding.timeout,
        retry=tuple(sentence(rule) for rule in binding.rules),
        concurrency=binding.concurrency,
        isolation=binding.isolation,
        secrets=secrets_of(binding.runs),
    )
