"""Opening the file anew for writing after an I/O error: recovered, and looked at before use.

Owns the order: SQLite recovers its WAL by itself → it is still the same file → no commit that was
noted is missing → what the WAL holds is durable, and a small commit of our own with it. The last
step matters: a commit whose fsync failed may be found whole in the WAL, by what the system still
holds in memory, and a second fsync of it would say yes without writing it (A. Rebello et al., "Can
Applications Recover from fsync Failures?", USENIX ATC 2020). So it is copied into the file, and the
WAL begun anew: its older frames, which are on the disk, would else hide it after a power cut.
"""

from __future__ import annotations

import apsw

from pillarbox_engine.errors import BehindHead, FileUnusable
from pillarbox_engine.sqlite import chain, heads
from pillarbox_engine.sqlite.connection import close, open_writer, spoken
from pillarbox_engine.sqlite.files import Place, told
from pillarbox_engine.sqlite.statements import statement


def reopen(place: Place, uuid: str) -> apsw.Connection:
    """A connection to write with. Raises `EnvironmentFault`s, and then leaves nothing open."""
    connection = open_writer(place.path)
    try:
        with spoken(place.path), told(place.path):
            _require_same(connection, place, uuid)
            _require_newest(connection, place, uuid)
            make_durable(connection)
    except BaseException:
        close(connection)
        raise
    return connection


def make_durable(connection: apsw.Connection) -> None:
    """Have on the disk what the WAL holds, whoever wrote it; and show that it takes writes."""
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)
    connection.execute(statement("count_reopening")).fetchall()


def _require_same(connection: apsw.Connection, place: Place, uuid: str) -> None:
    (found,) = connection.execute(statement("file_uuid")).fetchone() or ("",)
    if found != uuid:
        raise FileUnusable(
            f"{place.path} is not the file that was opened",
            "another one has taken its place",
            "Put the right one back, or close it and open it again",
        )


def _require_newest(connection: apsw.Connection, place: Place, uuid: str) -> None:
    noted = heads.highest(place.side, uuid)
    if noted is not None and not chain.holds(connection, noted):
        found = chain.head(connection).sequence
        raise BehindHead(
            f"{place.path} has lost commits",
            f"after an I/O error it ends with commit {found}, and {noted.sequence} was durable",
            "Close it, keep a copy, and open it again",
        )
