"""The payloads of jobs just claimed that their rows do not hold: fetched, or found damaged.

Owns what happens after the claim is durable, outside of any transaction: a large payload is read
from beside the file, and a job whose payload is not there, or not what was stored, becomes a dead
letter that says so. It could never run, and must not stand in the way of those that can.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from pillarbox_engine.errors import DamagedFile
from pillarbox_engine.fingerprint import failure_of
from pillarbox_engine.leasing import Claimed, Reject
from pillarbox_engine.sqlite import blobs
from pillarbox_engine.sqlite.claim import Unread

_LOG = logging.getLogger("pillarbox.file")


def fetch(
    taken: Sequence[Claimed], unread: Unread, side: Path
) -> tuple[list[Claimed], list[Reject]]:
    """The claims with their whole payloads, and how to settle those whose payload is damaged."""
    whole: list[Claimed] = []
    damaged: list[Reject] = []
    for claimed in taken:
        found = unread.get(claimed.lease.job_id)
        if found is None:
            whole.append(claimed)
            continue
        try:
            text = blobs.whole(side, int(claimed.lease.job_id), *found)
        except DamagedFile as damage:
            damaged.append(_reject(claimed, damage))
        else:
            whole.append(claimed._replace(payload_json=text))
    return whole, damaged


def _reject(claimed: Claimed, damage: DamagedFile) -> Reject:
    _LOG.error("job %s became a dead letter: %s", claimed.lease.job_id, damage)
    return Reject(lease=claimed.lease, failure=failure_of("DamagedFile", str(damage)))
