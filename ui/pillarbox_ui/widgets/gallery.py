"""Every part and every plot on invented data, as pictures: `… -m pillarbox_ui.widgets.gallery DIR`.

Owns the pages; each is a widget that is shown, drawn into a PNG in light and in dark, and closed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from pillarbox_ui.theme.theme import Mode, Theme
from pillarbox_ui.widgets import gallery_pages as pages
from pillarbox_ui.widgets import gallery_plots as plots
from pillarbox_ui.widgets.zone import Zone

NOW = datetime(2026, 3, 4, 11, 39, 42, tzinfo=UTC)

PAGES: dict[str, tuple[Callable[[Theme, Zone, datetime], QWidget], int, int]] = {
    "window": (plots.window, 1360, 820),
    "queues": (pages.queues, 1100, 240),
    "flight": (pages.flight, 900, 360),
    "controls": (pages.controls, 900, 420),
    "messages": (pages.messages, 900, 460),
    "json": (pages.json_parts, 900, 520),
    "empty": (pages.empty, 760, 360),
    "graphs": (plots.graphs, 900, 480),
    "timeline": (plots.timeline, 1100, 420),
    "strip": (plots.strip, 560, 320),
}


def draw(theme: Theme, zone: Zone, name: str, folder: Path) -> Path:
    """Show the page called `name` and draw it into a PNG in `folder`."""
    make, width, height = PAGES[name]
    page = make(theme, zone, NOW)
    page.resize(width, height)
    page.show()
    _settle()
    path = folder / f"{name}-{theme.tokens.name}.png"
    page.grab().save(str(path))
    page.close()
    page.deleteLater()
    return path


def _settle(for_ms: int = 260) -> None:
    """Let layouts, motion and pending paints come to rest."""
    loop = QEventLoop()
    QTimer.singleShot(for_ms, loop.quit)
    loop.exec()


def main(arguments: list[str]) -> int:
    """Draw all pages, or those named after the folder, in both themes."""
    folder = Path(arguments[1])
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication(arguments[:1])
    theme, zone = Theme(application, Mode.LIGHT), Zone(application, utc=True)
    theme.apply(application)
    for mode in (Mode.LIGHT, Mode.DARK):
        theme.set_mode(mode)
        for name in arguments[2:] or PAGES:
            print(draw(theme, zone, name, folder))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv))
