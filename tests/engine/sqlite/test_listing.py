"""Long looks through a file: in short reads, that can be stopped and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from pillarbox_engine.filters import Filter, Page
from pillarbox_engine.model import JobSummary, NewJob
from pillarbox_engine.ordering import Order, SortKey
from pillarbox_engine.sqlite import SqliteBackend, listing, spans
from pillarbox_engine.sqlite.listing import Look
from pillarbox_engine.sqlite.readers import Reading

NEEDLE = NewJob(payload_json='"needle"')
HAY = NewJob(payload_json='"hay"')
JOBS = 120


@pytest.fixture
def full(backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch) -> SqliteBackend:
    """A needle in every tenth job, looked for 16 ids at a time."""
    for _ in range(JOBS // 10):
        backend.enqueue("hay", [NEEDLE, *[HAY] * 9])
    monkeypatch.setattr(spans, "FIRST", 16)
    monkeypatch.setattr(spans, "MOST", 16)
    return backend


class Counted:
    """A look whose reads are counted, and that stops after some of them."""

    def __init__(self, backend: SqliteBackend, stop_after: int = 1_000) -> None:
        self.reads = 0
        self._backend, self._left = backend, stop_after

    @contextmanager
    def read(self) -> Iterator[Reading]:
        self.reads += 1
        with self._backend._file.read() as reading:
            yield reading

    def stop(self) -> bool:
        self._left -= 1
        return self._left < 0

    def page(self, where: Filter, **more: object) -> Page[JobSummary]:
        look = Look(where, 2**60, lambda: 0, stop=self.stop, **more)  # type: ignore[arg-type]
        return listing.page(self.read, look)


def test_each_span_is_a_read_of_its_own(full: SqliteBackend) -> None:
    counted = Counted(full)
    page = counted.page(Filter(text=("needle",)))
    assert len(page.rows) == JOBS // 10
    assert counted.reads == 1 + -(-JOBS // 16)


def test_a_full_page_ends_the_look(full: SqliteBackend) -> None:
    counted = Counted(full)
    page = counted.page(Filter(text=("needle",)), limit=1)
    assert len(page.rows) == 1
    assert counted.reads <= 3
    assert page.cursor is not None


def test_a_stopped_look_goes_on_at_its_cursor(full: SqliteBackend) -> None:
    found: list[str] = []
    cursor, stops = None, 0
    while True:
        page = Counted(full, stop_after=2).page(Filter(text=("needle",)), cursor=cursor)
        found += [row.id for row in page.rows]
        cursor, stops = page.cursor, stops + page.partial
        if cursor is None:
            break
    assert found == [row.id for row in full.jobs(Filter(text=("needle",))).rows]
    assert stops > 1


def test_in_an_order_without_an_index_a_stopped_look_has_no_cursor(full: SqliteBackend) -> None:
    page = Counted(full, stop_after=1).page(Filter(text=("needle",)), order=Order(SortKey.SIZE))
    assert page.partial
    assert page.cursor is None


def test_a_count_can_be_stopped(full: SqliteBackend) -> None:
    counted = Counted(full, stop_after=1)
    look = Look(Filter(text=("needle",)), 2**60, lambda: 0, limit=100, stop=counted.stop)
    assert 0 < listing.count(counted.read, look) < JOBS // 10


def test_a_listing_of_a_queue_looks_through_nothing(full: SqliteBackend) -> None:
    for where in (Filter(), Filter(queues=("hay",))):
        counted = Counted(full)
        assert len(counted.page(where, limit=5).rows) == 5
        assert counted.reads == 1


@pytest.mark.parametrize("down", [False, True])
def test_spans_follow_on_each_other_whatever_they_take(down: bool) -> None:
    ticks = iter(range(0, 10**9, 35_000))
    tick: Callable[[], int] = lambda: next(ticks)  # noqa: E731
    made = list(spans.ranges((1, 5_000), None, down=down, tick=tick))
    ids = [n for span in made for n in range(span.first, span.last + 1)]
    assert sorted(ids) == list(range(1, 5_001))
    sizes = [span.last - span.first + 1 for span in made]
    assert sizes[0] == spans.FIRST
    assert sizes[1] < sizes[0]


def test_a_quick_span_is_followed_by_a_longer_one() -> None:
    made = list(spans.ranges((1, 50_000), 40_000, down=True, tick=lambda: 0))
    assert made[0].last == 39_999
    assert made[1].last - made[1].first == 2 * (made[0].last - made[0].first) + 1
