"""What the import dialog says: of the files, of what was refused, and of how an import ended.

Owns the sentences only; no Qt but its translator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pillarbox_engine.importing import ImportResult
from pillarbox_ui.dialogs.import_files import Refused
from pillarbox_ui.dialogs.import_survey import LISTED, Survey
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.words import tr

_NAMED = 6


@dataclass(frozen=True, slots=True)
class Message:
    """What a banner tells."""

    tone: str
    text: str
    reason: str = ""


def files(names: Sequence[str], size: int | None) -> str:
    """ "sign-ups.jsonl, 1.2 MB" or "3 files, 4.1 MB"; the size where it is known."""
    named = names[0] if len(names) == 1 else words.counted(len(names), tr("file"), tr("files"))
    return named if size is None else f"{named}, {words.size(size)}"


def refused(them: Sequence[Refused], taken: int) -> Message:
    """Which of the things dropped cannot be imported, and why."""
    if len(them) == 1:
        only = them[0]
        reason = only.reason[:1].upper() + only.reason[1:]
        return Message(_tone(taken), tr("{0} cannot be imported").format(only.name), reason)
    said = [f"{one.name}: {one.reason}" for one in them[:_NAMED]]
    more = len(them) - _NAMED
    if more > 0:
        said.append(tr("and {0} more").format(words.count(more)))
    title = tr("{0} files cannot be imported").format(words.count(len(them)))
    return Message(_tone(taken), title, "\n".join(said))


def _tone(taken: int) -> str:
    return "warn" if taken else "error"


def unlisted(survey: Survey) -> str:
    """Said where more lines are rejected than the list takes; else ""."""
    if survey.rejected == len(survey.rejections):
        return ""
    listed = words.count(LISTED)
    return tr("The first {0} rejected lines of a file are listed; Save takes all.").format(listed)


def outcome(result: ImportResult) -> Message:
    """How an import ended, with its counts."""
    counts = tr("{0} added, {1} already there, {2} rejected").format(
        words.count(result.accepted), words.count(result.conflicts), words.count(result.rejected)
    )
    if result.stopped:
        return Message("warn", tr("Stopped: {0}").format(counts), result.stopped)
    if result.cancelled:
        rest = tr("Import the rest whenever you like: nothing is added twice.")
        return Message("warn", tr("Cancelled: {0}").format(counts), rest)
    if not result.accepted and result.conflicts:
        title = tr("Nothing was added: all of it is there already")
        return Message("info", title, counts)
    took = tr("It took {0}.").format(words.duration(result.seconds))
    return Message("good", counts, took)
