"""Jobs written down as job files, which an import takes back.

Owns the way from jobs to bytes. `run` writes to a stream, `to_file` to a file that appears whole or
not at all.
"""

from pillarbox_engine.exporting.records import (
    TO_RUN,
    ExportOptions,
    ExportProgress,
    ExportResult,
    form_of,
)
from pillarbox_engine.exporting.writing import run, to_file

__all__ = [
    "TO_RUN",
    "ExportOptions",
    "ExportProgress",
    "ExportResult",
    "form_of",
    "run",
    "to_file",
]
