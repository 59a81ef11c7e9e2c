"""`check` sees what is broken, on a file at work and on a copy that cannot be written."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from pillarbox_engine.errors import DamagedFile, FileUnusable
from pillarbox_engine.leasing import ClaimRequest
from pillarbox_engine.model import NewJob
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import SqliteBackend, open_backend
from tests.faults import stored

Opener = Callable[..., SqliteBackend]
WITHOUT_PRIVILEGE = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
"""A process of root's that file modes hold for (util-linux)."""


def _run(path: Path, *statements: str) -> None:
    other = apsw.Connection(str(path))
    for text in statements:
        other.execute(text)
    other.close()


@pytest.fixture
def filled(reopen: Opener) -> SqliteBackend:
    """An open file with a few jobs, one of them leased."""
    backend = reopen()
    backend.enqueue("mail", [NewJob(payload_json=f'{{"n":{n}}}') for n in range(6)])
    backend.claim(ClaimRequest(queues=("mail",), limit=1))
    return backend


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DROP INDEX jobs_dead", "the schema lacks the index jobs_dead"),
        ("DROP TRIGGER store_in_one_step", "the schema lacks the trigger store_in_one_step"),
        ("DROP TABLE alarms", "the schema lacks the table alarms"),
        ("ALTER TABLE alarms ADD COLUMN more", "the table alarms is not as it was made"),
        ("CREATE INDEX mine ON jobs (type)", "the index mine on jobs is none of ours"),
        ("UPDATE jobs SET process_id = 99 WHERE state = 'leased'", "is not registered"),
        ("UPDATE chain SET deltas = 'no JSON' WHERE sequence = 2", "cannot be read to the end"),
        ("UPDATE queues SET settings = '{\"odd\": 1}'", "settings in the file are damaged"),
        ("UPDATE jobs SET payload = CAST(x'ff' AS TEXT) WHERE id = 2", "it is no text"),
    ],
)
def test_what_is_broken_is_said(
    filled: SqliteBackend, path: Path, statement: str, says: str
) -> None:
    assert filled.check() == ()
    _run(path, statement)
    assert any(says in problem for problem in filled.check()), filled.check()


def test_tables_of_the_programs_own_are_its_matter(filled: SqliteBackend, path: Path) -> None:
    _run(path, "CREATE TABLE shop_orders (id)", "CREATE INDEX shop_by_id ON shop_orders (id)")
    assert filled.check() == ()


def test_many_problems_of_one_kind_are_counted(filled: SqliteBackend, path: Path) -> None:
    filled.enqueue("mail", [NewJob(payload_json="{}")] * 60)
    _run(path, "UPDATE jobs SET payload = '[]' WHERE payload = '{}'")
    problems = filled.check()
    assert problems[-1] == "the payloads: 40 more of these"
    assert len(problems) == 21


def test_a_blob_that_is_missing_is_said_and_one_left_over_remarked(
    reopen: Opener, path: Path
) -> None:
    backend = reopen()
    backend.configure("mail", QueueSettings(claim_check=10))
    backend.enqueue("mail", [NewJob(payload_json='"a longer text"')])
    folder = path.with_name(path.name + ".d") / "blobs"
    (blob,) = folder.iterdir()
    blob.rename(folder / f"{1:016x}-{'0' * 16}")
    assert any("kept in" in problem and blob.name in problem for problem in backend.check())
    assert "1 payload beside the file" in backend.remarks()[0]


def test_a_damaged_job_is_out_of_the_way_of_the_others(filled: SqliteBackend, path: Path) -> None:
    _run(path, "UPDATE jobs SET payload = CAST(x'ff' AS TEXT) WHERE id IN (2, 4)",
         "UPDATE jobs SET type = CAST(x'fe' AS TEXT) WHERE id = 5")  # fmt: skip
    claimed = filled.claim(ClaimRequest(queues=("mail",), limit=9))
    assert [job.lease.job_id for job in claimed] == ["3", "6"]
    assert filled.counts("mail").dead == 3


def test_a_row_that_its_page_hides_is_missed_by_whoever_claims(reopen: Opener, path: Path) -> None:
    backend = reopen()
    backend.enqueue("mail", [NewJob(payload_json=f'"hidden {n}"') for n in range(4)])
    backend.close()
    raw = bytearray(path.read_bytes())
    page = raw.index(b'"hidden 0"') // 8192 * 8192
    raw[page + 3 : page + 5] = (3).to_bytes(2, "big")
    raw[page + 8 : page + 14] = raw[page + 10 : page + 16]
    path.write_bytes(raw)
    backend = reopen()
    with pytest.raises(DamagedFile, match="it is damaged"):
        backend.claim(ClaimRequest(queues=("mail",), limit=1))
    problems = backend.check()
    assert problems[0].startswith("SQLite's integrity check: Fragmentation")


def test_a_listing_shows_what_is_left_of_a_damaged_payload(
    filled: SqliteBackend, path: Path
) -> None:
    _run(path, "UPDATE jobs SET payload = CAST(x'41ff42' AS TEXT) WHERE id = 2")
    rows = {row.id: row for row in filled.jobs().rows}
    assert rows["2"].preview == "A�B"


def test_a_file_at_work_in_another_process_can_be_checked(filled: SqliteBackend) -> None:
    looking = open_backend(filled.file_info().label, read_only=True)
    assert looking.check() == ()
    filled.enqueue("mail", [NewJob(payload_json="{}")])
    assert looking.check() == ()
    looking.close()


def test_an_older_schema_is_brought_up_to_date_before_it_is_looked_at(
    reopen: Opener, path: Path
) -> None:
    reopen().close()
    _run(path, "PRAGMA user_version=3", "UPDATE meta SET value = '3' WHERE key = 'schema'")
    with pytest.raises(FileUnusable, match="its schema is number 3"):
        open_backend(path, read_only=True)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Path]:
    """A folder that is write-protected once it is `sealed`; opened again at the end."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    yield folder
    for place in (folder, *(entry for entry in folder.rglob("*") if entry.is_dir())):
        place.chmod(0o700)


def _sealed(folder: Path) -> None:
    for entry in folder.rglob("*"):
        entry.chmod(0o500 if entry.is_dir() else 0o400)
    folder.chmod(0o500)


def _checked(path: Path) -> tuple[int, str]:
    prefix = WITHOUT_PRIVILEGE if shutil.which(WITHOUT_PRIVILEGE[0]) else ()
    command = [*prefix, sys.executable, "-m", "pillarbox", "check", str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return ran.returncode, ran.stdout + ran.stderr


def test_a_copy_in_a_write_protected_folder_can_be_checked(shelf: Path) -> None:
    path = shelf / "jobs.pillarbox"
    stored.write(path, 1, killed=False, jobs=3)
    _sealed(shelf)
    assert _checked(path) == (0, f"{path} is whole.\n")
    assert sorted(entry.name for entry in shelf.iterdir()) == [path.name, path.name + ".d"]


def test_what_a_copy_has_in_its_wal_is_not_left_out_silently(shelf: Path) -> None:
    path = shelf / "jobs.pillarbox"
    stored.write(path, 1, killed=True, jobs=3)
    path.with_name(path.name + "-shm").unlink()
    _sealed(shelf)
    code, said = _checked(path)
    assert code == 1
    assert "what jobs.pillarbox-wal holds cannot be seen in a write-protected folder" in said
