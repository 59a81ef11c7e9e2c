"""A handlers file as it was read: its text, its digest, and where in it a fault is.

Owns the reading and the TOML, and the making of every `InvalidHandlers`: file, line, reason,
remedy. What the keys mean is `bindings`' to say.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pillarbox_engine.errors import EnvironmentFault, InputFault, InvalidHandlers
from pillarbox_engine.handlers.places import line_of, lines_of_keys
from pillarbox_engine.json_fault import printable
from pillarbox_engine.settings import check_number

MAX_BYTES = 1024 * 1024
"""How large a handlers file may be."""
_AT_LINE = re.compile(r"at line (\d+)")

Keys = tuple[str, ...]
"""The keys that lead to a value: ("handlers", "send", "timeout")."""


class Source:
    """One text of the file at `path`. `digest`: SHA-256 of its bytes, in hex."""

    def __init__(self, path: Path, content: bytes) -> None:
        self.path = path
        self.digest = hashlib.sha256(content).hexdigest()
        self._text = _text(path, content)
        self._lines = lines_of_keys(self._text)

    @property
    def folder(self) -> Path:
        """Where the file is, made absolute: modules and programs beside it are found from there."""
        return self.path.resolve().parent

    def parsed(self) -> dict[str, Any]:
        """The content as TOML has it."""
        try:
            return tomllib.loads(self._text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            place = _AT_LINE.search(str(error))
            raise self._error(int(place[1]) if place else 0, f"it is not TOML: {error}") from error

    def line(self, keys: Keys) -> int:
        """The line of `keys`, or of what is around them; 0 where it is not known."""
        return line_of(keys, self._lines)

    def fault(self, keys: Keys, reason: str, remedy: str) -> InvalidHandlers:
        """The error that something is wrong at `keys`."""
        return self._error(self.line(keys), reason, remedy)

    def checked(self, keys: Keys, check: Callable[[], object]) -> None:
        """Run `check`; what it refuses becomes a fault at `keys`."""
        try:
            check()
        except InputFault as error:
            raise self.refused(keys, error) from error

    def refused(self, keys: Keys, error: InputFault) -> InvalidHandlers:
        """What `error` says, as a fault at `keys`."""
        reason = f"{error.title}: {error.reason}" if error.reason else error.title
        return self.fault(keys, reason, error.remedy)

    def number(
        self, keys: Keys, value: Any, low: float, high: float, *, whole: bool = False
    ) -> float | None:
        """`value` as a number in a range, or None where none is given."""
        if value is None:
            return None
        self.checked(keys, lambda: check_number(keys[-1], value, low, high, whole=whole))
        return float(value)

    def refuse_unknown(self, above: Keys, said: Iterable[str], known: tuple[str, ...]) -> None:
        """A fault at the first key that is not `known`."""
        for key in said:
            if key not in known:
                spelled = printable(".".join((*above, key)), 80)
                remedy = f"Known here: {', '.join(known)}"
                raise self.fault((*above, key), f"there is no key {spelled}", remedy)

    def table(self, keys: Keys, value: object) -> dict[str, Any]:
        """`value`, if it is a table."""
        if not isinstance(value, dict):
            spelled = printable(".".join(keys), 80)
            remedy = f"Write [{spelled}] and its keys below"
            raise self.fault(keys, f"{spelled} is not a table", remedy)
        return value

    def _error(self, line: int, reason: str, remedy: str = "") -> InvalidHandlers:
        where = f'line {line} of "{self.path.name}"' if line else f'"{self.path.name}"'
        error = InvalidHandlers("The handlers cannot be used", f"{where}: {reason}", remedy)
        error.line = line
        return error


def read(path: Path) -> Source:
    """The file as it is now. `EnvironmentFault` if it cannot be read, `InvalidHandlers` if it is
    no text."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise EnvironmentFault(
            f'The handlers file "{path}" cannot be read',
            error.strerror or str(error),
            "Check the path and that you may read it",
        ) from error
    if len(content) > MAX_BYTES:
        raise _refused(path, "it is over 1 MiB", "Name the file that binds types to handlers")
    return Source(path, content)


def _text(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(path, "it is not UTF-8", "Save it as UTF-8") from error


def _refused(path: Path, reason: str, remedy: str) -> InvalidHandlers:
    return InvalidHandlers(f'"{path.name}" is no handlers file', reason, remedy)
