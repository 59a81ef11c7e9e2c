"""What was dropped or chosen to import, sorted into job files and what cannot be one.

Owns the words for a folder, an address and a file that is not there; what is inside a file is the
importer's to judge. Looks at the disk, so call it off the main thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl

from pillarbox_ui.widgets.plain import one_line
from pillarbox_ui.widgets.words import tr


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that is no job file, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sorted:
    """Job files to read, and what was refused."""

    paths: tuple[Path, ...]
    refused: tuple[Refused, ...]


def dropped(data: QMimeData) -> tuple[QUrl, ...]:
    """The addresses that are carried by a drag; none where it carries something else."""
    return tuple(data.urls()) if data.hasUrls() else ()


def sort_out(urls: Sequence[QUrl]) -> Sorted:
    """Look at each of `urls` once, in their order."""
    paths: list[Path] = []
    refused: list[Refused] = []
    for url in dict.fromkeys(urls):
        reason = _reason_against(url)
        if reason:
            refused.append(Refused(one_line(url.fileName() or url.toString(), 80), reason))
        else:
            paths.append(Path(url.toLocalFile()))
    return Sorted(tuple(paths), tuple(refused))


def _reason_against(url: QUrl) -> str:
    if not url.isLocalFile():
        return tr("it is an address, not a file: save it first, then import the file")
    path = Path(url.toLocalFile())
    try:
        if path.is_dir():
            return tr("it is a folder: choose the files in it")
        return "" if path.is_file() else tr("there is no such file")
    except OSError as error:
        return tr("it cannot be looked at ({0})").format(error.strerror or error)
