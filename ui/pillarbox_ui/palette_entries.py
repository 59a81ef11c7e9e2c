"""What the command palette offers: every action that can be done now, and every place.

Owns what an entry is, which there are, and how what was typed picks and orders them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence

from pillarbox_ui.actions import SPECS, Actions
from pillarbox_ui.widgets.navigation_place import Place
from pillarbox_ui.widgets.words import tr

_START_OF_TEXT, _START_OF_WORD, _INSIDE = 0, 1, 2
_SCATTERED = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the palette: what it does, where that belongs, its key, its icon."""

    text: str
    group: str
    run: Callable[[], object]
    keys: str = ""
    icon: str = ""


def action_entries(actions: Actions) -> tuple[Entry, ...]:
    """The actions that can be done now, in the order of the menus."""
    specs = [spec for spec in SPECS if actions[spec.name].isEnabled() and spec.name != "palette"]
    return tuple(_of_action(actions[spec.name], spec.menu, spec.icon) for spec in specs)


def _of_action(action: QAction, menu: str, icon: str) -> Entry:
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return Entry(action.text(), tr(menu), action.trigger, keys, icon)


def place_entries(places: Iterable[Place], go: Callable[[str], object]) -> tuple[Entry, ...]:
    """The places of the navigation, in their order, with Ctrl+1 to Ctrl+9 for the first."""
    shown = [place for place in places if not place.heading]
    return tuple(_of_place(place, number, go) for number, place in enumerate(shown, 1))


def _of_place(place: Place, number: int, go: Callable[[str], object]) -> Entry:
    keys = QKeySequence(f"Ctrl+{number}" if number < 10 else "")
    native = keys.toString(QKeySequence.SequenceFormat.NativeText)
    return Entry(place.name, tr("Go to"), lambda: go(place.key), native, place.icon)


def file_entries(paths: Iterable[str], open_file: Callable[[str], object]) -> tuple[Entry, ...]:
    """Queue files opened lately."""
    return tuple(Entry(path, tr("Open"), lambda p=path: open_file(p), icon="file")  # type: ignore[misc]
                 for path in paths)  # fmt: skip


def matching(entries: Sequence[Entry], typed: str) -> tuple[Entry, ...]:
    """The entries that hold every word of `typed`, the nearest first; all of them for "".

    A word counts most where the text begins with it, then where a word of it does, then anywhere
    in it or its group, and last where its letters come in order. Among equals the order stays.
    """
    words = typed.casefold().split()
    ranked = ((_rank(entry, words), entry) for entry in entries)
    found = [(rank, entry) for rank, entry in ranked if rank is not None]
    return tuple(entry for _, entry in sorted(found, key=lambda pair: pair[0]))


def _rank(entry: Entry, words: Sequence[str]) -> int | None:
    text, group = entry.text.casefold(), entry.group.casefold()
    total = 0
    for word in words:
        rank = _rank_of_word(text, word)
        if rank is None and word in group:
            rank = _INSIDE
        if rank is None:
            return None
        total += rank
    return total


def _rank_of_word(text: str, word: str) -> int | None:
    if text.startswith(word):
        return _START_OF_TEXT
    if f" {word}" in text:
        return _START_OF_WORD
    if word in text:
        return _INSIDE
    letters = iter(text)
    return _SCATTERED if all(letter in letters for letter in word) else None
