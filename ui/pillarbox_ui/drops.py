"""Files dropped anywhere on the window.

Owns which drags are taken: files and nothing else, told apart into job files and queue files by
their names alone, so nothing is read on the main thread.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QMimeData, QUrl

QUEUE_FILE = ".pillarbox"


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was dropped: job files as the import takes them, queue files as paths."""

    job_files: tuple[QUrl, ...] = ()
    queue_files: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.job_files or self.queue_files)


def dropped(data: QMimeData) -> Dropped:
    """The files that `data` names; what is not a local file is the import's to refuse."""
    paths = [url.toLocalFile() for url in data.urls()]
    queues = tuple(path for path in paths if path.endswith(QUEUE_FILE))
    jobs = tuple(url for url in data.urls() if not url.toLocalFile().endswith(QUEUE_FILE))
    return Dropped(jobs, queues)
