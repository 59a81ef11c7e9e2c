"""What can be written next in the query bar: keys, and values that were met in this store.

Owns which word the cursor is in, and what it may become. Pure but for what was heard.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pillarbox_engine.comparing import NUMBERS, TIMES
from pillarbox_engine.query_text import LISTS, SINGLES, written
from pillarbox_engine.states import State
from pillarbox_ui.snapshot import Snapshot

_MOST = 12
"""No longer list is offered."""
_KEPT = 200
"""So many values of a kind are remembered."""
_LOOKED_AT = 200
"""So many rows of a page are looked at for values."""

_EXAMPLES = {"age": ("age>1h", "age<1d"), "due": ("due<5m",)}
KEYS = ("state:", *(f"{key}:" for key in (*LISTS, *SINGLES, "key")), "is:retrying", "payload.",
        "age>", *(f"{key}>" for key in (*NUMBERS, *TIMES)))  # fmt: skip
"""What a term can begin with."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The part of the text from `start` to `end`, and the texts that may take its place."""

    start: int
    end: int
    texts: tuple[str, ...]


class Heard:
    """Values met in snapshots, by key; the last ones are kept."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, None]] = {"state": dict.fromkeys(map(str, State))}

    def values(self, key: str) -> tuple[str, ...]:
        """What was met for `key`."""
        return tuple(self._values.get(key, ()))

    def hear(self, snapshot: Snapshot) -> None:
        """Take in the names in a snapshot."""
        self._add("queue", (queue.name for queue in snapshot.queues))
        self._add("schedule", (schedule.name for schedule in snapshot.schedules))
        self._add("type", (name for group in snapshot.dead_groups for name in group.types))
        self._add("error", (group.error_type for group in snapshot.dead_groups))
        self._add("fingerprint", (group.fingerprint for group in snapshot.dead_groups))
        self._add("operation", (operation.id for operation in snapshot.operations))
        rows = snapshot.page.rows[:_LOOKED_AT] if snapshot.page is not None else ()
        self._add("type", (row.type for row in rows))
        self._add("group", (row.group or "" for row in rows))
        self._add("error", (row.error_type or "" for row in rows))
        self._add("worker", (row.worker or "" for row in rows))

    def _add(self, key: str, values: Iterable[str]) -> None:
        kept = self._values.setdefault(key, {})
        for value in values:
            if value and value not in kept:
                kept[value] = None
                if len(kept) > _KEPT:
                    del kept[next(iter(kept))]


def complete(text: str, cursor: int, heard: Heard) -> Completion:
    """What the word before `cursor` may become; nothing for an empty one."""
    start = _start(text, cursor)
    word = text[start:cursor]
    minus = "-" if word.startswith("-") else ""
    bare = word.removeprefix("-")
    key, colon, value = bare.partition(":")
    if not bare:
        options: Iterable[str] = ()
    elif colon and not value.startswith('"'):
        options = _of_value(key, value, heard)
    else:
        options = _of_word(bare, heard)
    texts = tuple(f"{minus}{option}" for option in dict.fromkeys(options) if option != bare)
    return Completion(start, cursor, texts[:_MOST])


def _start(text: str, cursor: int) -> int:
    """Where the term before `cursor` begins: after the last space that is not quoted."""
    start, quoted, at = 0, False, 0
    while at < cursor:
        if text[at] == "\\":
            at += 1
        elif text[at] == '"':
            quoted = not quoted
        elif text[at].isspace() and not quoted:
            start = at + 1
        at += 1
    return start


def _of_value(key: str, value: str, heard: Heard) -> Iterable[str]:
    """Values of a key; those already there, parted by commas, stay."""
    before, comma, begun = value.rpartition(",")
    chosen = set(before.split(","))
    fitting = _fitting(begun, heard.values(key.lower()))
    return (f"{key}:{before}{comma}{written(one)}" for one in fitting if one not in chosen)


def _of_word(word: str, heard: Heard) -> Iterable[str]:
    """Keys that begin so, then values that do."""
    lower = word.lower()
    for key in KEYS:
        if key.startswith(lower):
            yield from _EXAMPLES.get(key.rstrip(":<>"), (key,))
    for key in ("state", "queue", "type", "error"):
        yield from (f"{key}:{written(known)}" for known in _fitting(word, heard.values(key)))


def _fitting(begun: str, values: Iterable[str]) -> list[str]:
    """The values that hold what was begun, those that begin with it first."""
    wanted = begun.casefold()
    found = [value for value in values if wanted in value.casefold()]
    return sorted(found, key=lambda value: not value.casefold().startswith(wanted))
