"""Saving the rejected lines of job files, so that they can be mended and imported again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pillarbox_engine import importing
from pillarbox_engine.importing import ImportOptions, Rejected
from pillarbox_ui.dialogs.task import Reports

_LOOK_EVERY = 200
_OWN_FORM = {".csv", ".tsv"}


def proposed(paths: Sequence[Path]) -> Path:
    """Where the rejected lines of `paths` would best go: beside the first of them."""
    first = paths[0].with_name(importing.inner_name(paths[0].name))
    ending = first.suffix if first.suffix.lower() in _OWN_FORM else ".jsonl"
    return first.with_name(f"{first.stem}.rejected{ending}")


def save(paths: Sequence[Path], target: Path, options: ImportOptions, reports: Reports) -> int:
    """Read `paths` again and write every rejected line to `target`; how many there were."""
    with importing.RejectedFile(target) as saved:
        for path in paths:
            with importing.open_job_file(path) as source:
                found = importing.read(source, name=path.name, options=options)
                for number, verdict in enumerate(found):
                    if number % _LOOK_EVERY == 0 and reports.checkpoint():
                        return saved.count
                    if isinstance(verdict, Rejected):
                        saved.add(verdict)
        return saved.count
