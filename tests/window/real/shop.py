"""A queue file with some of everything, for the tests that use the window as a person does."""

from __future__ import annotations

from pathlib import Path

from pillarbox.root import open_engine
from pillarbox_engine.model import Counts

READY = 8

MISSING = 4
"""Dead letters of the rarer error."""


def make_shop(path: Path, *, dead: int, missing: int = MISSING, ready: int = READY) -> None:
    """The queue `mail`: `ready` jobs ready, `dead` dead letters of one error and `missing` of
    another."""
    with open_engine(str(path)) as engine:
        mail = engine.queue("mail")
        mail.configure(max_attempts=1)
        count = ready + dead + missing
        jobs = [{"to": f"customer{n}@example.com"} for n in range(count)]
        mail.enqueue_many(jobs, type="welcome")
        failures = [ValueError("no such host")] * dead + [KeyError("name")] * missing
        for failure in failures:
            delivery = mail.claim()
            assert delivery is not None
            delivery.nack(failure)


def at_home(folder: Path) -> dict[str, str]:
    """Settings of nobody: the window comes up as on the first day."""
    return {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_RUNTIME_DIR": str(folder),
    }


def look_at(path: Path) -> Counts:
    """How many jobs of the queue `mail` are in each state, by the file itself."""
    with open_engine(str(path), read_only=True) as engine:
        return engine.queue("mail").counts()
