"""The error a dead letter shows where its own handler did not fail."""

from __future__ import annotations

from pillarbox_engine.model import Failure
from pillarbox_engine.states import DeadReason

DEAD_FAILURES = {
    DeadReason.EXPIRED: Failure(
        type="Expired", message="its expiry passed before it ran", fingerprint="expired"
    ),
    DeadReason.OVERFLOW: Failure(
        type="Overflow", message="dropped as the oldest job of a full queue", fingerprint="overflow"
    ),
    DeadReason.LOST: Failure(
        type="Lost", message="the process that ran it died too often", fingerprint="lost"
    ),
    DeadReason.CHILD_FAILED: Failure(
        type="ChildFailed", message="a child of it did not end well", fingerprint="child_failed"
    ),
}
"""What stands as the error of a dead letter that no handler failed."""
