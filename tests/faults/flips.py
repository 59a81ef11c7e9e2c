"""One flipped bit in a copy of a queue file, and whether anybody is told of it.

Owns `probe`: it flips, opens, checks and reads as a person would, and compares what is there
with what those who stored and worked were told.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pillarbox_engine.errors import BehindHead, PillarboxError
from pillarbox_engine.sqlite import SqliteBackend, open_backend
from tests.faults.stored import Story


@dataclass(frozen=True, slots=True)
class Flip:
    """The bit, and what came of it. `refused` at opening, `checked` by the check, `read`: told
    when a job was read; `lost` jobs that are not as they were told of."""

    part: str
    byte: int
    bit: int
    refused: str = ""
    checked: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    accepted: bool = False

    @property
    def noticed(self) -> bool:
        """Whether anybody was told."""
        return bool(self.refused or self.checked or self.read)

    @property
    def silent(self) -> bool:
        """The one thing that may never be."""
        return bool(self.lost) and not self.noticed


def probe(base: Path, story: Story, part: str, chance: random.Random, folder: Path) -> Flip:
    """Flip a bit of `part` ("" the file, "-wal") of a copy of the file at `base`, and look."""
    copy = folder / base.name
    _copied(base, folder)
    target = folder / (base.name + part)
    raw = bytearray(target.read_bytes())
    byte, bit = chance.randrange(len(raw)), chance.randrange(8)
    raw[byte] ^= 1 << bit
    target.write_bytes(raw)
    try:
        return _looked(copy, story, part, byte, bit)
    finally:
        shutil.rmtree(folder)


def _copied(base: Path, folder: Path) -> None:
    folder.mkdir(mode=0o700)
    for path in base.parent.glob(base.name + "*"):
        if path.is_dir():
            shutil.copytree(path, folder / path.name)
        elif not path.name.endswith("-shm"):
            shutil.copy2(path, folder / path.name)


def _looked(copy: Path, story: Story, part: str, byte: int, bit: int) -> Flip:
    try:
        backend = open_backend(copy, kind="cli")
    except BehindHead as behind:
        return Flip(part, byte, bit, refused=str(behind), accepted=_goes_on(copy))
    except PillarboxError as error:
        return Flip(part, byte, bit, refused=str(error))
    try:
        checked = _check(backend)
        told: list[str] = []
        lost: list[str] = []
        for number in story:
            for problem, is_told in _differences(backend, story, number):
                (told if is_told else lost).append(problem)
        return Flip(part, byte, bit, "", checked, tuple(told), tuple(lost))
    finally:
        backend.close()


def _goes_on(copy: Path) -> bool:
    """Whether the copy can be accepted, and is whole then."""
    backend = open_backend(copy, kind="cli", accept_copy=True)
    try:
        return backend.check() == ()
    finally:
        backend.close()


def _check(backend: SqliteBackend) -> tuple[str, ...]:
    try:
        return backend.check()
    except PillarboxError as error:
        return (str(error),)


def _differences(backend: SqliteBackend, story: Story, number: str) -> Iterator[tuple[str, bool]]:
    known = story[number]
    try:
        job = backend.job(number)
    except PillarboxError as error:
        yield f"job {number}: {error}", type(error).__name__ != "NotFound"
        return
    found = (job.queue, job.type, job.payload_json)
    if found != (known.queue, known.type, known.payload):
        yield f"job {number} is another: {found[:2]}, {found[2][:40]!r}", False
    if known.ended and known.ended != job.state:
        yield f"job {number} was {known.ended} and is {job.state}", False
