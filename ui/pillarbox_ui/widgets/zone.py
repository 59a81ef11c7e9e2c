"""Which time zone the window writes times in: this machine's, or UTC."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from PySide6.QtCore import QObject, Signal

from pillarbox_ui.widgets import words


class Zone(QObject):
    """Local time or UTC; the status bar's choice, which every cell and axis follows."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None, utc: bool = False) -> None:
        super().__init__(parent)
        self._utc = utc

    @property
    def utc(self) -> bool:
        """Whether times are written in UTC."""
        return self._utc

    @property
    def tzinfo(self) -> tzinfo | None:
        """What `datetime.astimezone` takes: UTC, or None for this machine's zone."""
        return UTC if self._utc else None

    def set_utc(self, utc: bool) -> None:
        """Write times in UTC, or in this machine's zone."""
        if utc != self._utc:
            self._utc = utc
            self.changed.emit()

    def text(self, moment: datetime) -> str:
        """`moment` in full, with the zone."""
        return words.absolute(moment, self.tzinfo)

    def clock_text(self, moment: datetime) -> str:
        """The time of day of `moment`."""
        return words.clock_time(moment, self.tzinfo)

    def label(self) -> str:
        """What the status bar says: "Times: local (UTC+1)" or "Times: UTC"."""
        if self._utc:
            return words.tr("Times: UTC")
        return words.tr("Times: local ({0})").format(words.zone_name(datetime.now().astimezone()))
