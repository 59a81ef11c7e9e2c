"""Job files chosen in the import dialog, by keyboard."""

from __future__ import annotations

from pathlib import Path

from tests.window.real.desk import Desk


def import_by_keyboard(desk: Desk, path: Path, valid: int) -> None:
    """Import the `valid` valid lines of a job file; the dialog then says how that goes."""
    desk.key("ctrl+i")
    desk.find_focused("push button", "Choose files…")
    desk.key("Return")
    desk.find_focused("text", "File name:")
    desk.type(str(path))
    desk.key("Return")
    desk.find_focused("push button", f"Import {valid:,} valid")
    desk.key("Return")
