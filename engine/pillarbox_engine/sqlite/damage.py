"""What is said of a damaged file, and by which errors of others damage is known.

Owns the words and the remedy, so that damage reads the same wherever it is met.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec

from pillarbox_engine.errors import DamagedFile

SALVAGE = "Run the check; 'pillarbox check FILE --salvage OUT' takes out what can be read"
"""What to do about a damaged file."""

BROKEN_SCHEMA = re.compile("no such (table|column|index|view)|malformed|unsupported file format")
"""What SQLite says of a tested statement only where the schema is not what it was."""

GARBLED = (UnicodeDecodeError, json.JSONDecodeError, msgspec.MsgspecError)
"""What reading raises where text in the file is no text, or no JSON, any more."""


def damaged(path: Path, how: str) -> DamagedFile:
    """What is said of a file whose pages are damaged."""
    return of_pages(f"{path} cannot be used", f"it is damaged ({how})")


def garbled(path: Path, error: Exception) -> DamagedFile:
    """What is said of text in the file that cannot be read as what it was stored as."""
    return damaged(path, f"text in it is not what was stored: {error}")


def of_settings(error: Exception) -> DamagedFile:
    """What is said of a queue whose settings are not what was stored."""
    why = f"its settings in the file are damaged, or a newer version's ({error})"
    return of_pages("A queue cannot be used", why)


def of_pages(title: str, reason: str) -> DamagedFile:
    """An error about the database itself, not only what it says of a job."""
    error = DamagedFile(title, reason, SALVAGE)
    error.pages = True
    return error
