"""Files dropped anywhere on the window.

Owns which drags are taken: files, told apart into job files and queue files by their names alone,
so nothing is read on the main thread; and text, which is only taken to say that it is no file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QUrl

from pillarbox_engine.errors import EnvironmentFault, InputFault, PillarboxError
from pillarbox_ui.widgets.words import tr

if TYPE_CHECKING:
    from pillarbox_ui.targets import Situation

QUEUE_FILE = ".pillarbox"


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was dropped: job files as the import takes them, queue files as paths; or `text`."""

    job_files: tuple[QUrl, ...] = ()
    queue_files: tuple[str, ...] = ()
    text: bool = False

    def __bool__(self) -> bool:
        return bool(self.job_files or self.queue_files or self.text)


def dropped(data: QMimeData) -> Dropped:
    """The files that `data` names; what is not a local file is the import's to refuse."""
    paths = [url.toLocalFile() for url in data.urls()]
    queues = tuple(path for path in paths if path.endswith(QUEUE_FILE))
    jobs = tuple(url for url in data.urls() if not url.toLocalFile().endswith(QUEUE_FILE))
    return Dropped(jobs, queues, text=not paths and data.hasText())


def against(files: Dropped, now: Situation | None) -> PillarboxError | None:
    """Why `files` cannot be imported where that is the situation; None: they can."""
    if files.text:
        remedy = tr("Save it as a .jsonl file and drop that, or paste it into New job as a payload")
        reason = tr("what was dropped is no file")
        return InputFault(tr("Text cannot be imported"), reason, remedy)
    if not files.job_files or (now is not None and not now.read_only):
        return None
    if now is None:
        reason, remedy = tr("the queue file is still being opened"), tr("Drop it again in a moment")
    else:
        reason = tr("this queue file is open only to be looked at")
        remedy = tr("Open it without --read-only, once it may be written")
    return EnvironmentFault(tr("Nothing was imported"), reason, remedy)
