"""What pictures are taken of is arrived at in steps: what a person could do, and nothing else.

Owns `State`, a picture, and the steps that several pictures have in common.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtWidgets import QDialog

from pillarbox_ui.views.dead_letters_page import DeadLettersPage
from pillarbox_ui.views.listing_page import ListingPage
from pillarbox_ui.views.rows_table import RowsTable
from pillarbox_ui.windows import Opened

Step = Callable[[Opened], object]
QUEUE = "queue:user-registration"


def nothing(opened: Opened) -> None:
    """Leave it as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A picture: how to get there, what to do once it is shown, how to leave it.

    `patience`: seconds more until it is there whole.
    """

    name: str
    arrange: Step
    then: Step | None = None
    leave: Step = nothing
    patience: float = 0.0


def at(key: str) -> Step:
    """Go to a place."""
    return lambda opened: opened.window.go(key)


def choose(row: int, tab: int = 0) -> Step:
    """Select a job of the listing, and look at a tab of the inspector."""

    def choose(opened: Opened) -> None:
        page = opened.window.pages.current
        if isinstance(page, ListingPage):
            rows = page.panel.table.source.rows
            if rows:
                page.panel.table.choose(rows[min(row, len(rows) - 1)].id)
        opened.window.inspector.tabs.setCurrentIndex(tab)

    return choose


def ask(name: str) -> Step:
    """Press an action of the window."""
    return lambda opened: opened.window.ask(name)


def filtered(text: str) -> Step:
    """Put a filter in force."""
    return lambda opened: opened.window.query.apply(text)


def both(*steps: Step) -> Step:
    """One step after the other."""

    def do(opened: Opened) -> None:
        for step in steps:
            step(opened)

    return do


def select_first_row(opened: Opened) -> None:
    """Select the first row of the table that is seen."""
    for table in opened.window.pages.current.findChildren(RowsTable):
        if table.isVisible():
            table.selectRow(0)
            return


def choose_group(opened: Opened) -> None:
    """Select the first group of dead letters."""
    page = opened.window.pages.current
    if isinstance(page, DeadLettersPage) and page.groups.source.rows:
        page.groups.selectRow(0)


AnyDialog = TypeVar("AnyDialog", bound=QDialog)


def the_dialog(opened: Opened, kind: type[AnyDialog]) -> AnyDialog:
    """The dialog of that kind that is open."""
    return [one for one in opened.window.findChildren(kind) if one.isVisible()][-1]


def in_dialog(kind: type[AnyDialog], do: Callable[[AnyDialog], object]) -> Step:
    """Do something in the dialog of that kind that is open."""
    return lambda opened: do(the_dialog(opened, kind))
