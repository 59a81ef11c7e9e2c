"""The handlers file: which function runs which type of job. TOML, chosen by the user.

Owns its form and its checks. Nothing in a job or a queue file can name a program or a module:
only this file does. The folder it is in comes first on the module search path, so
`python = "jobs:handle"` finds `jobs.py` beside it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pillarbox_engine.errors import EnvironmentFault, InputFault, InvalidHandlers
from pillarbox_engine.handlers.places import line_of, lines_of_keys
from pillarbox_engine.handlers.targets import TargetFault, check_target, function_of
from pillarbox_engine.json_fault import printable
from pillarbox_engine.leasing import Claimed
from pillarbox_engine.names import check_queue_name, check_type
from pillarbox_engine.retry_rules import RetryRule, rules_from_builtins
from pillarbox_engine.settings import check_number

ANY = "*"
"""The name of the handler for all types that have none of their own."""

MAX_CONCURRENCY = 1_000
_KNOWN = ("python", "timeout", "retry")
_LATER = frozenset({"http", "command", "isolation"})
_ONLY_PYTHON = 'Use python = "module:function", and timeout in seconds'
_AT_LINE = re.compile(r"at line (\d+)")

Keys = tuple[str, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Handlers:
    """A handlers file that was read and whose modules were imported.

    `mapping`: job type (or "*") → function. `timeouts`: seconds by job type, `rules`: retry rules
    by job type, `concurrency`: threads by queue, each where the file says so.
    """

    path: Path
    mapping: dict[str, Callable[..., Any]]
    timeouts: Mapping[str, float] = field(default_factory=dict)
    concurrency: Mapping[str, int] = field(default_factory=dict)
    rules: Mapping[str, tuple[RetryRule, ...]] = field(default_factory=dict)

    def applied_to(self, claimed: Claimed) -> Claimed:
        """The claim with the time-out of its type, and its type's rules before the queue's."""
        seconds, rules = self.timeouts.get(claimed.type), self.rules_for(claimed.type)
        if seconds is None and not rules:
            return claimed
        timeout = claimed.timeout if seconds is None else seconds
        return claimed._replace(timeout=timeout, retry_rules=(*rules, *claimed.retry_rules))

    def rules_for(self, type: str) -> tuple[RetryRule, ...]:
        """The retry rules of the handler that runs jobs of `type`."""
        return self.rules.get(type if type in self.mapping else ANY, ())


def load(path: str | Path) -> Handlers:
    """Read, check and import all that the handlers file at `path` names.

    Raises `InvalidHandlers` with the line of the first fault, found before any module is
    imported where it can be; `EnvironmentFault` if the file cannot be read.
    """
    path = Path(path)
    return _File(path, _text(path)).load()


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise EnvironmentFault(
            f'The handlers file "{path}" cannot be read',
            error.strerror or str(error),
            "Check the path and that you may read it",
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidHandlers(
            f'"{path.name}" is no handlers file', "it is not UTF-8", "Save it as UTF-8"
        ) from error


class _File:
    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text = path, text
        self._lines = lines_of_keys(text)

    def load(self) -> Handlers:
        content = self._parsed()
        self._refuse_unknown((), content, ("handlers", "queues"))
        handlers = self._tables(content, "handlers")
        if not handlers:
            raise self._fault((), "it binds no handler", f"Add [handlers.TYPE]. {_ONLY_PYTHON}")
        targets = {name: self._target(name, said) for name, said in handlers.items()}
        timeouts = {name: self._timeout(name, said) for name, said in handlers.items()}
        rules = {name: self._rules(name, said) for name, said in handlers.items()}
        queues = self._tables(content, "queues")
        concurrency = {name: self._concurrency(name, said) for name, said in queues.items()}
        return Handlers(
            path=self._path,
            mapping={name: self._function(name, target) for name, target in targets.items()},
            timeouts={name: value for name, value in timeouts.items() if value is not None},
            concurrency={name: value for name, value in concurrency.items() if value is not None},
            rules={name: value for name, value in rules.items() if value},
        )

    def _parsed(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self._text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            place = _AT_LINE.search(str(error))
            raise self._error(int(place[1]) if place else 0, f"it is not TOML: {error}") from error

    def _tables(self, content: dict[str, Any], section: str) -> dict[str, dict[str, Any]]:
        tables = content.get(section, {})
        check: Callable[[str], object] = check_queue_name
        if section == "handlers":
            check = _check_handler_name
        if not isinstance(tables, dict):
            raise self._fault((section,), f"{section} is not a table", f"Write [{section}.NAME]")
        for name, table in tables.items():
            self._checked((section, name), partial(check, name))
            if not isinstance(table, dict):
                remedy = f"Write [{section}.{name}] and its keys below"
                raise self._fault((section, name), f"{section}.{name} is not a table", remedy)
        return tables

    def _target(self, name: str, said: dict[str, Any]) -> str:
        where = ("handlers", name)
        self._refuse_unknown(where, said, _KNOWN)
        if "python" not in said:
            raise self._fault(where, f"handlers.{name} does not say what runs", _ONLY_PYTHON)
        return self._told((*where, "python"), lambda: check_target(said["python"]))

    def _function(self, name: str, target: str) -> Callable[..., Any]:
        folder = self._path.resolve().parent
        return self._told(("handlers", name, "python"), lambda: function_of(target, folder))

    def _told(self, keys: Keys, action: Callable[[], T]) -> T:
        try:
            return action()
        except TargetFault as fault:
            raise self._fault(keys, fault.reason, fault.remedy) from fault

    def _timeout(self, name: str, said: dict[str, Any]) -> float | None:
        where = ("handlers", name, "timeout")
        return self._number(where, said.get("timeout"), 0.05, 30 * 86_400)

    def _rules(self, name: str, said: dict[str, Any]) -> tuple[RetryRule, ...]:
        rules: tuple[RetryRule, ...] = ()

        def read() -> None:
            nonlocal rules
            rules = rules_from_builtins(said.get("retry", []))

        self._checked(("handlers", name, "retry"), read)
        return rules

    def _concurrency(self, name: str, said: dict[str, Any]) -> int | None:
        self._refuse_unknown(("queues", name), said, ("concurrency",))
        where = ("queues", name, "concurrency")
        value = self._number(where, said.get("concurrency"), 1, MAX_CONCURRENCY, whole=True)
        return None if value is None else int(value)

    def _number(
        self, keys: Keys, value: Any, low: float, high: float, *, whole: bool = False
    ) -> float | None:
        if value is None:
            return None
        self._checked(keys, lambda: check_number(keys[-1], value, low, high, whole=whole))
        return float(value)

    def _checked(self, keys: Keys, check: Callable[[], object]) -> None:
        try:
            check()
        except InputFault as error:
            raise self._fault(keys, f"{error.title}: {error.reason}", error.remedy) from error

    def _refuse_unknown(self, above: Keys, said: dict[str, Any], known: tuple[str, ...]) -> None:
        for key in said:
            if key in known:
                continue
            spelled = printable(".".join((*above, key)), 80)
            if above[:1] == ("handlers",) and key in _LATER:
                reason = f"{spelled} is not supported by this version"
                raise self._fault((*above, key), reason, _ONLY_PYTHON)
            remedy = f"Known here: {', '.join(known)}"
            raise self._fault((*above, key), f"there is no key {spelled}", remedy)

    def _fault(self, keys: Keys, reason: str, remedy: str) -> InvalidHandlers:
        return self._error(line_of(keys, self._lines), reason, remedy)

    def _error(self, line: int, reason: str, remedy: str = "") -> InvalidHandlers:
        where = f'line {line} of "{self._path.name}"' if line else f'"{self._path.name}"'
        error = InvalidHandlers("The handlers cannot be used", f"{where}: {reason}", remedy)
        error.line = line
        return error


def _check_handler_name(name: str) -> None:
    if name != ANY:
        check_type(name)
