"""From the text of a handlers file to its records, with nothing imported, looked up or run.

Owns `inspect` and the keys the file may have. Which forms the three kinds of handler take is
`kinds`' to say.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from pillarbox_engine.bound import LONGEST_TIMEOUT, SHORTEST_TIMEOUT
from pillarbox_engine.handlers.bindings import ANY, EVENTS, HANDLERS, Binding, Inspected
from pillarbox_engine.handlers.events import check_occasion, every, said_of_events
from pillarbox_engine.handlers.kinds import KINDS, spec
from pillarbox_engine.handlers.source import Keys, Source, read
from pillarbox_engine.isolation import Isolation, isolation_named
from pillarbox_engine.names import check_queue_name, check_type
from pillarbox_engine.retry_rules import RetryRule, rules_from_builtins

MAX_CONCURRENCY = 1_000
_KNOWN = (*KINDS, "environment", "timeout", "retry", "concurrency", "isolation")
_HOW = 'Use python = "module:function", command = ["program", …] or http = { url = "…" }'


def inspect(path: str | Path) -> Inspected:
    """Read the handlers file at `path` and check its form.

    Raises `InvalidHandlers` with the line of the first fault; `EnvironmentFault` if the file
    cannot be read. What the file names may still be missing: `load` finds out.
    """
    return parsed(read(Path(path)))


def parsed(source: Source) -> Inspected:
    """The records of a file that was read."""
    content = source.parsed()
    source.refuse_unknown((), content, (HANDLERS, "queues", EVENTS))
    handlers = _tables(source, content, HANDLERS, _check_handler_name)
    if not handlers:
        raise source.fault((), "it binds no handler", f"Add [handlers.TYPE]. {_HOW}")
    bindings = tuple(_binding(source, (HANDLERS, name), said) for name, said in handlers.items())
    queues = _tables(source, content, "queues", check_queue_name)
    threads = {name: _queue_threads(source, name, said) for name, said in queues.items()}
    events = _tables(source, content, EVENTS, check_occasion)
    own = {name: said_of_events(source, name, said) for name, said in events.items()}
    return Inspected(
        source, bindings, {n: value for n, value in threads.items() if value},
        tuple(_binding(source, (EVENTS, name), said) for name, said in own.items()),
        every(source, events),
    )  # fmt: skip


def _tables(
    source: Source, content: dict[str, Any], section: str, check: Callable[[str], object]
) -> dict[str, dict[str, Any]]:
    tables = content.get(section, {})
    if not isinstance(tables, dict):
        raise source.fault((section,), f"{section} is not a table", f"Write [{section}.NAME]")
    for name, table in tables.items():
        source.checked((section, name), partial(check, name))
        source.table((section, name), table)
    return tables


def _binding(source: Source, where: tuple[str, str], said: dict[str, Any]) -> Binding:
    spelled = ".".join(where)
    source.refuse_unknown(where, said, _KNOWN)
    kinds = [kind for kind in KINDS if kind in said]
    if not kinds:
        raise source.fault(where, f"{spelled} does not say what runs", _HOW)
    if len(kinds) > 1:
        reason = f"{spelled} says both {kinds[0]} and {kinds[1]}"
        raise source.fault((*where, kinds[1]), reason, "Keep one of them")
    return Binding(
        section=where[0],
        type=where[1],
        line=source.line((*where, kinds[0])),
        runs=spec(source, where, kinds[0], said),
        timeout=_timeout(source, where, said),
        rules=_rules(source, where, said),
        concurrency=_threads(source, where, said),
        isolation=_isolation(source, where, said),
    )


def _timeout(source: Source, where: Keys, said: dict[str, Any]) -> float | None:
    keys = (*where, "timeout")
    return source.number(keys, said.get("timeout"), SHORTEST_TIMEOUT, LONGEST_TIMEOUT)


def _rules(source: Source, where: Keys, said: dict[str, Any]) -> tuple[RetryRule, ...]:
    rules: tuple[RetryRule, ...] = ()

    def make() -> None:
        nonlocal rules
        rules = rules_from_builtins(said.get("retry", []))

    source.checked((*where, "retry"), make)
    return rules


def _threads(source: Source, where: Keys, said: dict[str, Any]) -> int | None:
    keys = (*where, "concurrency")
    value = source.number(keys, said.get("concurrency"), 1, MAX_CONCURRENCY, whole=True)
    return None if value is None else int(value)


def _isolation(source: Source, where: Keys, said: dict[str, Any]) -> Isolation:
    value = said.get("isolation", Isolation.THREAD)
    source.checked((*where, "isolation"), lambda: isolation_named(value))
    return isolation_named(value)


def _queue_threads(source: Source, name: str, said: dict[str, Any]) -> int | None:
    where = ("queues", name)
    source.refuse_unknown(where, said, ("concurrency",))
    return _threads(source, where, said)


def _check_handler_name(name: str) -> None:
    if name != ANY:
        check_type(name)
