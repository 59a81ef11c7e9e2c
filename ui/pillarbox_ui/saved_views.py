"""Saved views of a queue file: a name, a place and a filter.

Owns their form in the settings, and that names differ. What cannot be read back is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from pillarbox_ui.remembered import Remembered

_NAME = "saved-views"
_MOST = 100
LONGEST = 60
"""Characters a name may have."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """`place` is the key of a place in the navigation, `query` the filter's text."""

    name: str
    place: str
    query: str


_DECODE = msgspec.json.Decoder(tuple[SavedView, ...]).decode


class SavedViews:
    """The views saved for one file, in the order they were saved in."""

    def __init__(self, remembered: Remembered) -> None:
        self._remembered = remembered

    def all(self) -> tuple[SavedView, ...]:
        """All of them."""
        try:
            return _DECODE(self._remembered.text(_NAME, "[]"))
        except msgspec.DecodeError:
            return ()

    def find(self, name: str) -> SavedView | None:
        """The one called `name`, or None."""
        return next((view for view in self.all() if view.name == name), None)

    def put(self, view: SavedView) -> None:
        """Save `view`, in the place of the one of its name if there is one."""
        others = [one for one in self.all() if one.name != view.name]
        self._keep((*others, view)[-_MOST:])

    def rename(self, name: str, new: str) -> None:
        """Call a view `new`; one that is called so already gives way."""
        views = [one for one in self.all() if one.name != new or name == new]
        self._keep(tuple(replace(one, name=new) if one.name == name else one for one in views))

    def remove(self, name: str) -> None:
        """Forget a view."""
        self._keep(tuple(one for one in self.all() if one.name != name))

    def _keep(self, views: tuple[SavedView, ...]) -> None:
        self._remembered.keep(_NAME, msgspec.json.encode(views).decode())
