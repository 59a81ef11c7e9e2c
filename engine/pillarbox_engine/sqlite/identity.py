"""Which process this is, and whether another one still lives.

Owns the identity that survives pid reuse: pid, boot id and the process' birth. A process counts
as dead only when that is certain; one on another host never does here (its leases run out).
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Identity:
    """A process, told apart from every other one before and after it."""

    pid: int
    boot_id: str
    born: str
    host: str


@cache
def boot_id() -> str:
    """What changes with every start of the machine."""
    if _BOOT_ID.exists():
        return _BOOT_ID.read_text(encoding="ascii").strip()
    return str(int(psutil.boot_time()))


def own_identity() -> Identity:
    """This process."""
    pid = os.getpid()
    return Identity(pid, boot_id(), _born(pid) or "", socket.gethostname())


def is_alive(other: Identity) -> bool:
    """Whether `other` may still be running."""
    if other.host != socket.gethostname():
        return True
    return other.boot_id == boot_id() and _born(other.pid) == other.born


def _born(pid: int) -> str | None:
    try:
        process = psutil.Process(pid)
        dead = process.status() == psutil.STATUS_ZOMBIE
        return None if dead else f"{process.create_time():.2f}"
    except psutil.NoSuchProcess:
        return None
