"""Why an entry of a job file is refused, as a verdict.

Owns the place of a fault in the file: the entry's first line and the fault's own line inside it.
"""

from __future__ import annotations

from pillarbox_engine.errors import InvalidPayload
from pillarbox_engine.importing.records import Entry, ImportOptions, Rejected


def too_long(entry: Entry, options: ImportOptions, header: bytes = b"") -> Rejected:
    """The verdict on an entry that was not read whole."""
    reason = (
        f"it is {entry.size:,} bytes long; at most {options.longest:,} are read. "
        "Store the data elsewhere and enqueue a reference to it (a path, a key or a URL)"
    )
    return Rejected(entry.line, "", reason, entry.raw, entry.item, whole=False, header=header)


def refused_entry(entry: Entry, error: InvalidPayload, header: bytes = b"") -> Rejected:
    """The verdict on an entry that is no job."""
    line = entry.line + max(error.line - 1, 0)
    reason = error.detail or f"{error.reason}. {error.remedy}"
    if error.column:
        reason = f"{reason} (column {error.column})"
    return Rejected(line, error.path, reason, entry.raw, entry.item, header=header)
