"""A job as a line of text: an envelope of JSON, or a row of CSV.

Owns the two forms, both of which an import takes back: what a job follows its queue's settings in
is left out. Cells of CSV are guarded, so that a spreadsheet takes none for a formula.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from pillarbox_engine.exporting.records import ExportOptions
from pillarbox_engine.importing.csv_columns import PAYLOAD, guarded
from pillarbox_engine.original import Original
from pillarbox_engine.settings import backoff_to_builtins

_COLUMNS = (
    "queue", "type", "priority", "run_at", "expires_at", "max_attempts", "backoff", "retry_for",
    "timeout", "unique_key", "group",
)  # fmt: skip
_ENCODE = msgspec.json.Encoder().encode
_QUOTED = frozenset('",;\t\r\n ')
"""Characters that a cell is put in quotes for; some of them only readers other than ours need."""


def header(options: ExportOptions) -> bytes:
    """What the file begins with."""
    if options.form == "jsonl":
        return b""
    return _row([*_columns(options), PAYLOAD])


def lines(jobs: Sequence[Original], options: ExportOptions) -> Iterator[bytes]:
    """A line for each job."""
    one = _envelope if options.form == "jsonl" else _cells
    return (one(job, options) for job in jobs)


def _envelope(original: Original, options: ExportOptions) -> bytes:
    said = {key: value for key, value in _options(original).items() if value is not None}
    if not options.keep_queue:
        del said["queue"]
    said[PAYLOAD] = msgspec.Raw(original.job.payload_json.encode())
    return _ENCODE(said) + b"\n"


def _cells(original: Original, options: ExportOptions) -> bytes:
    said = _options(original)
    cells = [_text(said[name]) for name in _columns(options)]
    return _row([*cells, original.job.payload_json])


def _columns(options: ExportOptions) -> Sequence[str]:
    return _COLUMNS if options.keep_queue else _COLUMNS[1:]


def _options(original: Original) -> dict[str, Any]:
    job = original.job
    return {
        "queue": original.queue,
        "type": job.type,
        "priority": job.priority,
        "run_at": job.run_at,
        "expires_at": job.expires_at,
        "max_attempts": job.max_attempts,
        "backoff": None if job.backoff is None else backoff_to_builtins(job.backoff),
        "retry_for": job.retry_for,
        "timeout": job.timeout,
        "unique_key": job.unique_key,
        "group": job.group,
    }


def _text(value: Any) -> str:
    """An option as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return _ENCODE(value).decode().strip('"')


def _row(cells: Sequence[str]) -> bytes:
    return (",".join(_cell(guarded(cell)) for cell in cells) + "\r\n").encode()


def _cell(text: str) -> str:
    if _QUOTED.isdisjoint(text):
        return text
    return '"' + text.replace('"', '""') + '"'
