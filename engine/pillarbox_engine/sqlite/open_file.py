"""An open queue file: its writer, readers, listeners, doorbell, marks and head, as one thing.

Owns their life together: registering this process, what follows a commit (head, then doorbell,
then listeners), and closing in the right order. No rule of the queue lives here.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, TypeVar

import apsw

from pillarbox_engine.clock import Clock
from pillarbox_engine.errors import DamagedFile, PillarboxError, ProgrammingFault, ReadOnlyFile
from pillarbox_engine.listeners import Listeners
from pillarbox_engine.protocols import Change
from pillarbox_engine.refusals import closed
from pillarbox_engine.sqlite import chain, quarantine, registry
from pillarbox_engine.sqlite.damage import GARBLED, garbled
from pillarbox_engine.sqlite.doorbell import Doorbell
from pillarbox_engine.sqlite.files import Place, refused
from pillarbox_engine.sqlite.heads import HeadFile
from pillarbox_engine.sqlite.marks import Marks
from pillarbox_engine.sqlite.memo import Head
from pillarbox_engine.sqlite.offers import Offers
from pillarbox_engine.sqlite.outage import Anew, Outage
from pillarbox_engine.sqlite.readers import Readers, Reading
from pillarbox_engine.sqlite.reopening import reopen
from pillarbox_engine.sqlite.room import Room
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.sqlite.whereabouts import Whereabouts
from pillarbox_engine.sqlite.writer import Writer

T = TypeVar("T")
_LOG = logging.getLogger("pillarbox.file")


class Closable(Protocol):
    """What is closed with the file."""

    def close(self) -> None:
        """Let go of it."""


class OpenFile:
    """The parts of an open file. Until `start`, and read-only, there is only reading."""

    def __init__(
        self, place: Place, clock: Clock, connect: Callable[[Path], apsw.Connection]
    ) -> None:
        self.place, self.side, self.clock = place, place.side, clock
        self.listeners, self.offers = Listeners(), Offers()
        self.process_id: int | None = None
        self.outage, self.room = Outage(place.path, clock), Room(place.side, clock)
        self._whereabouts = Whereabouts(place.path, clock)
        self._readers = Readers(place.path, connect, self._with_copy, self._distrust)
        self._writer: Writer | None = None
        self._doorbell: Doorbell | None = None
        self._head: HeadFile | None = None
        self._marks: Marks | None = None
        self._commits = 0
        self._pid = os.getpid()
        self._closed = self._closing = self.left = False
        self._alone = False
        self._copying, self._copy = threading.Lock(), ""
        with self.read() as reading:
            self.uuid = str(reading.row("file_uuid")[0])

    def start(self, kind: str) -> registry.Recovered:
        """Register this process, watch for others' commits, return what dead ones held."""
        with refused(self.place.path):
            self._join(kind)
            recovered = self._recover()
            self._doorbell = Doorbell(self.side, self._heard, self._foreign_commits)
            self._doorbell.ring()
        self._alone = len(self._registered()) < 2
        return recovered

    def _join(self, kind: str) -> None:
        path = self.place.path
        anew = Anew(
            self.outage, self._open_anew, self._readers.renew, self._ran_out,
            lambda: self.room.fault,
        )  # fmt: skip
        self._writer = Writer(path, self.clock, self._after_commit, self.offers, anew)
        self.process_id = self._writer.run(lambda t: registry.register(t, kind))
        self.offers.process_id = self.process_id
        self._head = HeadFile(self.side, self.process_id, self.uuid)
        self._marks = Marks(self.side, self.process_id)
        self.room.look()

    def _recover(self) -> registry.Recovered:
        side, own = self.side, self.process_id or 0
        with self.read() as reading:
            self.sync_head(chain.head(reading.connection))
            dead = registry.dead_processes(reading, own)
        recovered = self.write(lambda t: registry.recover(t, side, dead))
        self.tidy()
        return recovered

    def _open_anew(self) -> apsw.Connection:
        connection = reopen(self.place, self.uuid)
        _LOG.warning("%s was opened anew after: %s", self.place.path, self.outage.fault)
        return connection

    def _ran_out(self) -> bool:
        freed = self.room.ran_out()
        if self._doorbell is not None and not self._closing:
            self._doorbell.ring()
        return freed

    def trouble(self) -> PillarboxError | None:
        """What keeps the file from being written now, after looking whether that is over."""
        if self.outage.fault is not None and self._writer is not None:
            self._writer.try_again()
        if self.room.full:
            self.room.look()
        return self.outage.fault or self.room.fault

    def tend(self) -> None:
        """What is due all the time: the newest head survives power loss, the disk has room."""
        self.sync_head()
        self.room.look()

    def _distrust(self) -> None:
        if self._writer is not None:
            self._writer.distrust()

    def read(self) -> AbstractContextManager[Reading]:
        """One consistent look at the file."""
        self._require_usable()
        return self._readers.read()

    def grow(self, work: Callable[[Transaction], T]) -> T:
        """The same for work that adds jobs: `DiskFull` while the disk has no room for them."""
        self.room.require()
        return self.write(work)

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Do `work` in a durable transaction."""
        self._require_usable()
        if self._writer is None:
            raise self._only_looked_at()
        try:
            return self._writer.run(work)
        except DamagedFile as damage:
            raise self._with_copy(damage) from damage
        except GARBLED as error:
            raise self._with_copy(garbled(self.place.path, error)) from error

    def _with_copy(self, error: PillarboxError) -> PillarboxError:
        """`error`; where the file is damaged, with the place of a copy, made the first time."""
        if not isinstance(error, DamagedFile) or not error.pages or self.place.read_only:
            return error
        with self._copying:
            self._copy = self._copy or quarantine.set_aside(self.place.path)
        return quarantine.with_copy(error, self._copy)

    def _only_looked_at(self) -> ReadOnlyFile:
        return ReadOnlyFile(f"{self.place.path} is open to look at only", "", "Open it to write")

    def joinable(self) -> None:
        """Refuse what `grow` would refuse, where the writing is done elsewhere."""
        self._require_usable()
        self.room.require()
        if self._writer is None:
            raise self._only_looked_at()

    def committed_elsewhere(self, queues: frozenset[str]) -> None:
        """A connection of the program's own has ended a transaction that touched `queues`."""
        if self._writer is not None:
            self._writer.between(self._note_newest)
            self.listeners.notify(Change(queues))

    def _note_newest(self) -> None:
        with self._readers.read() as reading:
            self._note_beside(chain.head(reading.connection))

    def mark(self, slot: int, job_id: int, fence: int) -> None:
        """Note what worker `slot` runs (0, 0: nothing), surviving a kill of this process."""
        if self._marks is not None and not self._closed:
            self._marks.set(slot, job_id, fence)

    def tidy(self) -> None:
        """Remove side files of processes that have left the register."""
        registry.tidy(self.side, self._registered)

    def _registered(self) -> list[int]:
        with self.read() as reading:
            return [row[0] for row in reading.rows("all_processes")]

    def sync_head(self, newest: Head | None = None) -> None:
        """Make the newest head survive power loss."""
        try:
            if self._head is not None:
                if newest is not None:
                    self._head.write(newest)
                self._head.sync()
        except OSError as error:
            _LOG.warning("the head of the chain could not be synced: %s", error)

    def _after_commit(self, head: Head, change: Change) -> None:
        self._commits += 1
        self._note_beside(head)
        self.listeners.notify(change)

    def _note_beside(self, head: Head) -> None:
        """Head and doorbell. The commit is durable by now, so what fails here fails no caller:
        others hear of it by looking, and the next head that can be written says more."""
        try:
            if self._head is not None:
                self._head.write(head)
            if self._doorbell is not None and not self._alone and not self._closing:
                self._doorbell.ring()
        except OSError as error:
            _LOG.warning("commit %d is stored, but not noted beside it: %s", head.sequence, error)

    def _foreign_commits(self) -> int:
        """A number that changes when another process commits."""
        with self._readers.read() as reading:
            return chain.head(reading.connection).sequence - self._commits

    def _heard(self) -> None:
        self._alone = len(self._registered()) < 2
        self.room.look()
        self.listeners.notify(Change())

    def _require_usable(self) -> None:
        if os.getpid() != self._pid:
            raise ProgrammingFault(
                "A forked child cannot use its parent's engine",
                "SQLite connections do not survive a fork",
                "Open the file again in the child",
            )
        if self._closed:
            raise closed()
        self._whereabouts.require()

    def _leave(self, own: int) -> None:
        try:
            self.write(lambda t: self._give_up(t, own))
        except PillarboxError as error:
            _LOG.warning("could not leave the register, others will clear it: %s", error)

    def _give_up(self, transaction: Transaction, own: int) -> None:
        """From this transaction on nothing is leased to this process: a claim that waits behind
        it would take what is given back here, and nobody would give that back again."""
        self.left, self.offers.standing = True, ()
        registry.leave(transaction, own)

    def close(self) -> None:
        """Leave the register and release everything. Idempotent."""
        if self._closed or self._closing or os.getpid() != self._pid:
            return
        self._closing, own = True, self.process_id
        if self._doorbell is not None:
            self._doorbell.close()
        if own is not None:
            self._leave(own)
        self._closed = True
        for part in (self.listeners, self._readers, self._writer, self._marks, self._head):
            if part is not None:
                self._let_go(part)

    def _let_go(self, part: Closable) -> None:
        try:
            part.close()
        except OSError as error:
            _LOG.warning("%s was not closed well: %s", self.place.path, error)
