"""What a screen reader is told: each part that can be used has a name, in every view."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.window.real.desk import Desk, Part
from tests.window.real.shop import at_home, make_shop

pytestmark = pytest.mark.real_window

USABLE = frozenset(
    {
        "push button", "toggle button", "check box", "radio button", "combo box", "text", "entry",
        "password text", "spin button", "slider", "table", "tree", "tree table", "list",
        "list item",
        "page tab", "menu item", "check menu item", "radio menu item", "tool bar", "table cell",
        "table column header",
    }
)  # fmt: skip
VIEWS = ("Overview", "mail", "In flight", "Retrying & scheduled", "Dead letters", "Schedules",
         "Workers", "Handlers", "Operations")  # fmt: skip
DIALOGS = (("ctrl+n", "push button", "Enqueue 1 job"), ("ctrl+i", "push button", "Choose files…"),
           ("ctrl+k", "list", "Commands"), ("F1", "label", "Keyboard shortcuts"))  # fmt: skip


def test_every_part_that_can_be_used_has_a_name(desk: Desk, tmp_path: Path) -> None:
    make_shop(tmp_path / "shop.pillarbox", dead=6)
    desk.start(
        [sys.executable, "-m", "pillarbox", str(tmp_path / "shop.pillarbox")], at_home(tmp_path)
    )
    desk.find("list item", "mail", starts=True)
    nameless: dict[str, list[Part]] = {}
    for number, view in enumerate(VIEWS, 1):
        desk.key(f"ctrl+{number}")
        chosen(desk, view)
        nameless[view] = unnamed(desk)
    for key, role, name in DIALOGS:
        desk.key(key)
        desk.find(role, name)
        nameless[key] = unnamed(desk)
        desk.key("Escape")
        desk.gone(role, name)
    assert {where: parts for where, parts in nameless.items() if parts} == {}


def chosen(desk: Desk, view: str) -> None:
    """Wait until the navigation stands at `view`."""

    def there() -> bool:
        place = desk.look("list item", view, starts=True)
        return place is not None and "selected" in place.states

    desk.wait(there, f"{view} chosen")


def unnamed(desk: Desk) -> list[Part]:
    """What could be used and has no name: nobody could be told what it is."""
    return [part for part in desk.parts() if part.role in USABLE and not _said(part)]


def _said(part: Part) -> str:
    return (part.name or part.description).strip()
