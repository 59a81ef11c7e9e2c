"""What the tests of job files share: files in memory, a pipe, and their verdicts."""

from __future__ import annotations

import io
from typing import Any

from pillarbox_engine.importing import Accepted, ImportOptions, Rejected, Verdict, read

OPTIONS = ImportOptions(queue="inbox")


class Pipe(io.BytesIO):
    """Bytes that can be read once only."""

    def seekable(self) -> bool:
        return False


def judged(data: bytes, name: str = "jobs.jsonl", **options: Any) -> list[Verdict]:
    """The verdicts on a file of these bytes."""
    chosen = ImportOptions(**{"queue": "inbox", **options})
    return list(read(io.BytesIO(data), name=name, options=chosen))


def accepted(data: bytes, name: str = "jobs.jsonl", **options: Any) -> Accepted:
    """The verdict on a file of one entry, which must be good."""
    (verdict,) = judged(data, name, **options)
    assert isinstance(verdict, Accepted), verdict
    return verdict


def rejected(data: bytes, name: str = "jobs.jsonl", **options: Any) -> Rejected:
    """The verdict on a file of one entry, which must be bad."""
    (verdict,) = judged(data, name, **options)
    assert isinstance(verdict, Rejected), verdict
    return verdict


def payloads(verdicts: list[Verdict]) -> list[str]:
    """The payloads of the accepted."""
    return [verdict.job.payload_json for verdict in verdicts if isinstance(verdict, Accepted)]


def complaints(verdicts: list[Verdict]) -> list[str]:
    """The rejected, in words."""
    return [str(verdict) for verdict in verdicts if isinstance(verdict, Rejected)]
