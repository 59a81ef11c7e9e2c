"""What the window remembers of each queue file: geometry, columns, filter, theme.

Owns the keys in the settings file. What cannot be read back is left out, never an error.
"""

from __future__ import annotations

import hashlib
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

_RECENT = "recent"
_MOST_RECENT = 8


class Remembered:
    """The settings of the window on one queue file, and the few that all windows share."""

    def __init__(self, settings: QSettings, label: str) -> None:
        self._settings = settings
        self._group = hashlib.sha256(label.encode("utf-8", "surrogateescape")).hexdigest()[:16]

    def bytes(self, name: str) -> QByteArray | None:
        """A state Qt saved (geometry, splitter, header), or None."""
        value = self._settings.value(self._own(name))
        return value if isinstance(value, QByteArray) else None

    def text(self, name: str, default: str = "") -> str:
        """A text kept for this file."""
        return _text(self._settings.value(self._own(name)), default)

    def flag(self, name: str, default: bool) -> bool:
        """A yes or no kept for this file."""
        return self.text(name, "yes" if default else "no") == "yes"

    def keep(self, name: str, value: QByteArray | str | bool) -> None:
        """Keep `value` for this file."""
        plain = ("yes" if value else "no") if isinstance(value, bool) else value
        self._settings.setValue(self._own(name), plain)

    def forget(self, name: str) -> None:
        """Keep nothing for this file under that name."""
        self._settings.remove(self._own(name))

    def shared(self, name: str, default: str = "") -> str:
        """A text that all windows share, such as the theme."""
        return _text(self._settings.value(f"shared/{name}"), default)

    def share(self, name: str, value: str) -> None:
        """Keep a text for all windows."""
        self._settings.setValue(f"shared/{name}", value)

    def recent(self) -> tuple[str, ...]:
        """Queue files opened lately, the latest first."""
        value: Any = self._settings.value(_RECENT)
        items = [value] if isinstance(value, str) else value
        return tuple(str(item) for item in items) if isinstance(items, list) else ()

    def add_recent(self, path: str) -> None:
        """Put `path` on top of the recent files."""
        others = [item for item in self.recent() if item != path]
        self._settings.setValue(_RECENT, [path, *others][:_MOST_RECENT])

    def sync(self) -> None:
        """Write what was kept."""
        self._settings.sync()

    def _own(self, name: str) -> str:
        return f"files/{self._group}/{name}"


def _text(value: Any, default: str) -> str:
    return value if isinstance(value, str) else default
