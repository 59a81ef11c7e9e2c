"""What can be read of a damaged file is written as job files, and the rest is said."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pillarbox_engine.errors import EnvironmentFault, FileUnusable, ForeignFile
from pillarbox_engine.model import NewJob
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import SqliteBackend
from pillarbox_engine.sqlite.salvage import Salvaged, salvage
from tests.faults import stored
from tests.faults.stored import Story

PAGE = 8192
JOBS = 60
SEVENTH = b'{"n":7,'
Opener = Callable[..., SqliteBackend]
Made = dict[bool, tuple[Path, Story]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A file that was closed (False), and one whose writer was killed (True)."""
    found = {}
    for killed in (False, True):
        path = tmp_path_factory.mktemp("made") / "jobs.pillarbox"
        found[killed] = path, stored.write(path, 5, killed=killed, jobs=JOBS)
    return found


class Copy:
    """A file of one's own to damage, and what was acked of it."""

    def __init__(self, folder: Path, base: Path, story: Story) -> None:
        shutil.copytree(base.parent, folder, dirs_exist_ok=True)
        self.path, self.story, self.out = folder / base.name, story, folder / "out.jsonl"

    def part(self, suffix: str = "") -> Path:
        """The file, or its WAL."""
        return self.path.with_name(self.path.name + suffix)

    def change(self, change: Callable[[bytearray], None], suffix: str = "") -> None:
        """Damage it."""
        raw = bytearray(self.part(suffix).read_bytes())
        change(raw)
        self.part(suffix).write_bytes(raw)

    def salvage(self) -> Salvaged:
        """Take out what can be read."""
        return salvage(self.path, self.out)

    def pile(self, label: str = "") -> dict[str, str]:
        """By id: the payloads in a file that was written."""
        path = self.out.with_name(f"out.{label}.jsonl") if label else self.out
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return {
            json.loads(line).get("idempotency_key", "::?").split(":")[2]: _payload(line)
            for line in lines
        }

    def good(self) -> dict[str, str]:
        """All that were taken out whole."""
        return self.pile() | self.pile("done") | self.pile("dead")


def _payload(line: str) -> str:
    return json.dumps(json.loads(line)["payload"], ensure_ascii=False, separators=(",", ":"))


@pytest.fixture
def closed(made: Made, tmp_path: Path) -> Copy:
    """A copy of the file that was closed."""
    return Copy(tmp_path, *made[False])


@pytest.fixture
def killed(made: Made, tmp_path: Path) -> Copy:
    """A copy of the file whose writer was killed."""
    return Copy(tmp_path, *made[True])


def _stored(copy: Copy, ended: str | None = None) -> dict[str, str]:
    jobs = copy.story.items()
    return {number: job.payload for number, job in jobs if ended is None or job.ended == ended}


def _jobs_pages(raw: bytearray) -> list[int]:
    """Where the leaves are that hold payloads."""
    return [
        at for at in range(0, len(raw), PAGE)
        if raw[at] == 13 and raw.find(b'{"n":', at, at + PAGE) > 0
    ]  # fmt: skip


def test_of_a_whole_file_everything_is_taken_out(closed: Copy) -> None:
    told = closed.salvage()
    assert told.faults == []
    assert told.jobs == JOBS
    assert closed.pile() == _stored(closed, "")
    assert closed.pile("done") == _stored(closed, "done")
    assert closed.pile("dead") == _stored(closed, "dead")
    assert {path.stat().st_mode & 0o777 for path in closed.path.parent.glob("out*")} == {0o600}


def test_lines_are_in_the_order_of_the_jobs(closed: Copy) -> None:
    closed.salvage()
    numbers = [int(number) for number in closed.pile()]
    assert numbers == sorted(numbers)


def test_what_sqlite_drops_behind_a_damaged_frame_is_there_too(killed: Copy) -> None:
    def flip(raw: bytearray) -> None:
        raw[len(raw) // 2] ^= 4

    killed.change(flip, "-wal")
    killed.salvage()
    assert killed.good() == _stored(killed)


def test_a_damaged_schema_costs_nothing(closed: Copy) -> None:
    def blank(raw: bytearray) -> None:
        raw[:PAGE] = bytes(PAGE)

    closed.change(blank)
    told = closed.salvage()
    assert closed.good() == _stored(closed)
    assert any("counters cannot be read" in fault for fault in told.faults)


def test_a_lost_page_costs_its_own_jobs_and_that_is_said(closed: Copy) -> None:
    def blank(raw: bytearray) -> None:
        at = _jobs_pages(raw)[2]
        raw[at : at + PAGE] = bytes(PAGE)

    closed.change(blank)
    told = closed.salvage()
    good = closed.good()
    assert 0 < JOBS - len(good) < 20
    assert good.items() <= _stored(closed).items()
    assert told.faults == [f"the counters tell of {JOBS} jobs and {len(good)} were found"]


def test_a_count_of_rows_that_lies_hides_none(closed: Copy) -> None:
    def shrink(raw: bytearray) -> None:
        at = _jobs_pages(raw)[1]
        raw[at + 3 : at + 5] = (1).to_bytes(2, "big")

    closed.change(shrink)
    told = closed.salvage()
    assert closed.good() == _stored(closed)
    assert any("is damaged;" in fault for fault in told.faults)


def test_a_damaged_payload_is_kept_apart_as_text(closed: Copy) -> None:
    def garble(raw: bytearray) -> None:
        pages = [at for at in _jobs_pages(raw) if raw.find(SEVENTH, at, at + PAGE) > 0]
        for at in pages:
            raw[raw.index(SEVENTH, at) + 5] = 0xFF

    closed.change(garble)
    told = closed.salvage()
    assert [fault for fault in told.faults if "is damaged" in fault] == told.faults
    assert closed.good() == {n: p for n, p in _stored(closed).items() if '{"n":7,' not in p}
    text = closed.out.with_name("out.damaged.jsonl").read_text(encoding="utf-8")
    assert json.loads(text)["payload"].startswith('{"n":�')


@pytest.mark.parametrize("seed", range(6))
def test_whatever_was_flipped_nothing_is_missing_or_altered_silently(
    seed: int, closed: Copy
) -> None:
    chance = random.Random(seed)

    def flip(raw: bytearray) -> None:
        for _ in range(60):
            raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)

    closed.change(flip)
    told = closed.salvage()
    good = closed.good()
    assert good.items() <= _stored(closed).items()
    assert len(good) == JOBS or told.faults
    assert len(good) > JOBS // 2


def test_large_payloads_are_read_from_beside_the_file(
    reopen: Opener, path: Path, tmp_path: Path
) -> None:
    backend = reopen()
    backend.configure("mail", QueueSettings(claim_check=100))
    texts = [json.dumps(letter * 300) for letter in "ab"]
    ids = [backend.enqueue("mail", [NewJob(payload_json=text)])[0].id for text in texts]
    backend.close()
    folder = path.with_name(path.name + ".d") / "blobs"
    next(blob for blob in folder.iterdir() if b"aaa" in blob.read_bytes()).unlink()
    told = salvage(path, tmp_path / "out.jsonl")
    (line,) = (tmp_path / "out.jsonl").read_text().splitlines()
    assert json.dumps(json.loads(line)["payload"]) == texts[1]
    assert len(told.faults) == 1
    assert f"job {ids[0]} is damaged: it was kept in" in told.faults[0]


def test_what_was_deleted_stays_deleted(reopen: Opener, path: Path, tmp_path: Path) -> None:
    backend = reopen()
    stay, *rest = [backend.enqueue("mail", [NewJob(payload_json="{}")])[0].id for _ in range(40)]
    backend.purge(rest, operation=backend.begin_operation("purge", "most"))
    backend.erase(rest)
    backend.close()
    assert salvage(path, tmp_path / "out.jsonl").jobs == 1
    assert f":{stay}" in (tmp_path / "out.jsonl").read_text()


def test_a_file_at_work_can_be_salvaged(reopen: Opener, path: Path, tmp_path: Path) -> None:
    backend = reopen()
    backend.enqueue("mail", [NewJob(payload_json="{}")] * 30)
    told = salvage(path, tmp_path / "out.jsonl")
    assert (told.jobs, told.faults) == (30, [])
    backend.enqueue("mail", [NewJob(payload_json="{}")])
    assert backend.check() == ()


@pytest.mark.parametrize("name", ["out.jsonl", "out.dead.jsonl", "out.damaged.jsonl"])
def test_nothing_is_overwritten(closed: Copy, name: str) -> None:
    there = closed.path.with_name(name)
    there.write_text("mine")
    with pytest.raises(EnvironmentFault, match="a file of that name already"):
        closed.salvage()
    assert [entry.name for entry in closed.path.parent.glob("out*")] == [name]
    assert there.read_text() == "mine"


def test_a_place_that_cannot_be_written_is_said(closed: Copy) -> None:
    with pytest.raises(EnvironmentFault, match="What was salvaged cannot be written"):
        salvage(closed.path, closed.path / "out.jsonl")


@pytest.mark.parametrize("content", [b"", b"Dear diary, " * 4_000, bytes(40_000)])
def test_nothing_of_ours_is_told(tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "other"
    other.write_bytes(content)
    with pytest.raises(FileUnusable) as told:
        salvage(other, tmp_path / "out.jsonl")
    assert isinstance(told.value, ForeignFile) or "no such file" in str(told.value)
    assert not (tmp_path / "out.jsonl").exists()
