"""From the records of a handlers file to handlers that run.

Owns `load` and `Handlers`. Nothing in a job or a queue file can name a program, an address or a
module: only this file does. What it names is looked up here, once: programs and secrets first,
and only when all are there are modules imported, which runs what stands in them. The folder the
file is in comes first on the module search path, so `python = "jobs:handle"` finds `jobs.py`
beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from pillarbox_engine.bound import Bound, Handler
from pillarbox_engine.errors import InputFault, InvalidOption
from pillarbox_engine.handlers.bindings import Binding, Described, Inspected
from pillarbox_engine.handlers.command import TEMPORARY, CommandHandler
from pillarbox_engine.handlers.kinds import check_header_value, check_url
from pillarbox_engine.handlers.parsing import inspect
from pillarbox_engine.handlers.programs import located
from pillarbox_engine.handlers.references import Secrets, Text, looks_secret
from pillarbox_engine.handlers.source import Keys
from pillarbox_engine.handlers.specs import Command, HttpCall, PythonFunction
from pillarbox_engine.handlers.targets import TargetFault, function_of
from pillarbox_engine.isolation import Isolation, marked
from pillarbox_engine.retry_rules import HEADER, RetryRule

USUAL_RULES: Mapping[str, tuple[RetryRule, ...]] = {
    "python": (),
    "command": (RetryRule(exit_code=TEMPORARY),),
    "http": (RetryRule(status=(408, 425, 429, 503), after=HEADER),),
}
"""By kind, what holds where the file says nothing else, whatever the queue says: EX_TEMPFAIL, and
the statuses that RFC 9110, RFC 8470 and RFC 6585 call a matter of time."""
Close = Callable[[], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Handlers:
    """A handlers file all of whose names were found and whose modules were imported.

    `mapping`: job type (or "*") → its handler and how it runs, for `Engine.worker`; `events`: the
    same for what is told of, for `events.Sender`. Close it when the workers have ended: that ends
    commands still running and closes connections.
    """

    file: Inspected
    mapping: Mapping[str, Bound]
    events: Mapping[str, Bound] = field(default_factory=dict)
    _ends: tuple[Close, ...] = field(default=(), repr=False)

    @property
    def path(self) -> Path:
        """The file."""
        return self.file.path

    @property
    def digest(self) -> str:
        """SHA-256 of the file these are of, in hex."""
        return self.file.digest

    @property
    def concurrency(self) -> Mapping[str, int]:
        """Threads by queue, where the file says so."""
        return self.file.queues

    def describe(self) -> tuple[Described, ...]:
        """What runs for which type, in words, without secrets."""
        return self.file.describe()

    def close(self) -> None:
        """End commands that still run, and close connections."""
        for end in self._ends:
            end()

    def __enter__(self) -> Handlers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def load(file: str | Path | Inspected, *, secrets: Secrets | None = None) -> Handlers:
    """Look up and import all that a handlers file names; `inspect` alone does neither.

    `file`: its path, or what `inspect` made of it, when exactly that is to be loaded. Raises
    `InvalidHandlers` with the line of the first fault; `EnvironmentFault` if the file cannot be
    read. Where it raises, nothing was started.
    """
    inspected = file if isinstance(file, Inspected) else inspect(file)
    return _Loading(inspected, secrets or Secrets()).handlers()


class _Loading:
    def __init__(self, file: Inspected, secrets: Secrets) -> None:
        self._file, self._source, self._secrets = file, file.source, secrets
        self._ends: list[Close] = []

    def handlers(self) -> Handlers:
        """All of them, or none: what was made before a fault is closed."""
        try:
            made = {one.keys: self._bound(one) for one in self._in_order()}
        except BaseException:
            for end in self._ends:
                end()
            raise
        mapping = {one.type: made[one.keys] for one in self._file.bindings}
        events = {one.type: made[one.keys] for one in self._file.events}
        return Handlers(self._file, mapping, events, tuple(self._ends))

    def _in_order(self) -> list[Binding]:
        """What can be looked up first; what runs code of the user's as it is imported last."""
        all_of_them = (*self._file.bindings, *self._file.events)
        return sorted(all_of_them, key=lambda one: isinstance(one.runs, PythonFunction))

    def _bound(self, binding: Binding) -> Bound:
        return Bound(
            run=self._run(binding),
            timeout=binding.timeout,
            rules=(*binding.rules, *USUAL_RULES[binding.kind]),
            heeds_stop=not isinstance(binding.runs, PythonFunction),
        )

    def _run(self, binding: Binding) -> Handler:
        match binding.runs:
            case PythonFunction() as said:
                return self._function(binding, said)
            case Command() as said:
                return self._command(binding, said)
            case HttpCall() as said:
                return self._http(binding, said)

    def _function(self, binding: Binding, said: PythonFunction) -> Handler:
        keys = (*binding.keys, "python")
        try:
            function = function_of(said.target, self._source.folder)
        except TargetFault as fault:
            raise self._source.fault(keys, fault.reason, fault.remedy) from fault
        if binding.isolation is Isolation.THREAD:
            return function
        return self._found(keys, lambda: marked(binding.type, function))

    def _command(self, binding: Binding, said: Command) -> Handler:
        where, folder = binding.keys, self._source.folder
        program = self._found((*where, "command"), lambda: located(said.argv[0], folder))
        own = self._values((*where, "environment"), said.environment, _check_variable)
        handler = CommandHandler(said, program, folder, own, self._secrets)
        self._ends.append(handler.close)
        return handler

    def _http(self, binding: Binding, said: HttpCall) -> Handler:
        from pillarbox_engine.handlers.web import HttpHandler, check_address

        where = (*binding.keys, "http")
        headers = self._values((*where, "headers"), said.headers, check_header_value)
        url = self._found((*where, "url"), lambda: self._secrets.value(said.url))
        for check in (check_url, check_address):
            self._source.checked((*where, "url"), partial(check, url))
        self._hide(said, url, headers)
        handler = HttpHandler(said, url, headers, self._secrets, connections=binding.concurrency)
        self._ends.append(handler.close)
        return handler

    def _hide(self, said: HttpCall, url: str, headers: Mapping[str, str]) -> None:
        """Keep out of texts what is a secret although the file does not call it one."""
        if said.url.is_reference:
            self._secrets.keep_out(url.partition("://")[2].partition("/")[2])
        for name, value in headers.items():
            if looks_secret(name):
                self._secrets.keep_out(value.rpartition(" ")[2])

    def _values(
        self, keys: Keys, texts: Mapping[str, Text], check: Callable[[str, str], object]
    ) -> dict[str, str]:
        """The texts, secrets in place, each looked at by `check(name, value)`."""
        values: dict[str, str] = {}
        for name, text in texts.items():
            values[name] = self._found((*keys, name), partial(self._secrets.value, text))
            self._source.checked((*keys, name), partial(check, name, values[name]))
        return values

    def _found(self, keys: Keys, find: Callable[[], T]) -> T:
        try:
            return find()
        except InputFault as error:
            raise self._source.refused(keys, error) from error


def _check_variable(name: str, value: str) -> None:
    if "\0" in value:
        raise InvalidOption(f"The value of {name} has a NUL in it", "", "Take it out")
