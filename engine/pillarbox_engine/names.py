"""Names of queues, schedules and groups, and types of jobs: what they may be.

Owns the rule: 1 to 200 characters, all of them visible, no slash or backslash (but in a group),
no white space at either end. So a name can stand in a line of text, a query or a file name
without doing harm.
"""

from __future__ import annotations

import re

from pillarbox_engine.errors import InvalidName
from pillarbox_engine.json_fault import printable, shown
from pillarbox_engine.json_text import is_unseen
from pillarbox_engine.settings import MAX_NAME

_SURELY_GOOD = re.compile(rf"[\w.:@-]{{1,{MAX_NAME}}}", re.ASCII)
_REMEDY = "Use letters, digits, dots, dashes or other visible characters"


def check_queue_name(name: object) -> str:
    """`name`, if it can be a queue's; else `InvalidName` with the reason."""
    return _check("queue name", name)


def check_schedule_name(name: object) -> str:
    """`name`, if it can be a schedule's; else `InvalidName` with the reason."""
    return _check("schedule name", name)


def check_type(type: object) -> str:
    """`type`, if it can be a job's; else `InvalidName` with the reason."""
    return _check("job type", type)


def check_group(name: object) -> str:
    """`name`, if it can be a group's of jobs; else `InvalidName` with the reason."""
    return _check("group", name, slashes=True)


def _check(what: str, name: object, *, slashes: bool = False) -> str:
    if not isinstance(name, str):
        raise InvalidName(f"The {what} must be text", f"got {printable(shown(name))}", "Pass a str")
    if not _SURELY_GOOD.fullmatch(name):
        reason = _reason_against(name, "" if slashes else "/\\")
        if reason:
            raise InvalidName(f'The {what} "{printable(name)}" cannot be used', reason, _REMEDY)
    return name


def _reason_against(name: str, barred: str) -> str | None:
    if not name:
        return "it is empty"
    if len(name) > MAX_NAME:
        return f"it has {len(name):,} characters; at most {MAX_NAME} are allowed"
    if name != name.strip():
        return "it begins or ends with white space"
    for place, character in enumerate(name, 1):
        if character in barred:
            return f"it has a {'slash' if character == '/' else 'backslash'} (character {place})"
        if is_unseen(character):
            return f"character {place} (U+{ord(character):04X}) does not show"
    return None
