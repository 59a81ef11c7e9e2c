"""Job files: read strictly and streaming, a verdict an entry, stored so that nothing doubles.

Owns the way from bytes to jobs. `read` gives verdicts, `run` stores them, `preview` and `scan`
look without storing, `save_rejected` and `RejectedFile` keep what was refused.
"""

from pillarbox_engine.importing.reading import read
from pillarbox_engine.importing.records import (
    Accepted,
    ImportOptions,
    ImportProgress,
    ImportResult,
    Preview,
    Rejected,
    Scan,
    Verdict,
)
from pillarbox_engine.importing.rejects import RejectedFile, save_rejected
from pillarbox_engine.importing.sources import ENDINGS, digest, inner_name, open_job_file
from pillarbox_engine.importing.storing import ImportTarget, limits_of, run
from pillarbox_engine.importing.survey import preview, scan

__all__ = [
    "ENDINGS",
    "Accepted",
    "ImportOptions",
    "ImportProgress",
    "ImportResult",
    "ImportTarget",
    "Preview",
    "Rejected",
    "RejectedFile",
    "Scan",
    "Verdict",
    "digest",
    "inner_name",
    "limits_of",
    "open_job_file",
    "preview",
    "read",
    "run",
    "save_rejected",
    "scan",
]
