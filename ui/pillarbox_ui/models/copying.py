"""A row as a JSON value, for the clipboard.

Owns the form of what Ctrl+C copies: the record's fields, times as ISO 8601, payload and result as
JSON and not as text.
"""

from __future__ import annotations

from typing import Any

import msgspec

from pillarbox_engine.model import Job, JsonValue


def as_json(row: object) -> JsonValue:
    """Any of our records as plain JSON values."""
    plain: Any = msgspec.to_builtins(row)
    if isinstance(row, Job):
        for text, value in (("payload_json", row.payload), ("result_json", row.result)):
            del plain[text]
            plain[text.removesuffix("_json")] = value
        del plain["preview"]
    return plain
