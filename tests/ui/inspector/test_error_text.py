"""What the Error tab says: newest first, each against the attempt before it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pillarbox_engine.model import Event, Failure
from pillarbox_engine.states import EventKind
from pillarbox_ui.inspector.error_text import body, difference, failed_attempts

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def failed(attempt: int, message: str, traceback: str = "") -> Event:
    return Event(
        at=NOW + timedelta(seconds=attempt),
        kind=EventKind.FAILED,
        attempt=attempt,
        started_at=NOW,
        error=Failure(type="shop.Timeout", message=message, traceback=traceback),
    )


REPLAYED = Event(at=NOW, kind=EventKind.REPLAYED, attempt=0)


def test_the_newest_comes_first_and_what_has_no_error_is_left_out() -> None:
    found = failed_attempts((failed(1, "a"), REPLAYED, failed(2, "b")))
    assert [entry.event.attempt for entry in found] == [2, 1]
    assert found[0].before is not None
    assert found[0].before.attempt == 1
    assert found[1].before is None


def test_the_same_failure_again_is_recognised() -> None:
    newest, oldest = failed_attempts((failed(1, "a"), failed(2, "a")))
    assert newest.same_as_before
    assert difference(newest) == ""
    assert not oldest.same_as_before


def test_the_difference_shows_only_what_changed() -> None:
    trace = 'Traceback:\n  File "x.py", line {}\nshop.Timeout: gone'
    newest, _ = failed_attempts((failed(1, "gone", trace.format(1)),
                                 failed(2, "gone", trace.format(2))))  # fmt: skip
    lines = difference(newest).splitlines()
    assert '-  File "x.py", line 1' in lines
    assert '+  File "x.py", line 2' in lines
    assert not any(line.startswith("---") for line in lines)


def test_a_failure_without_a_traceback_shows_type_and_message() -> None:
    assert body(Failure(type="Timeout", message="after 2 s")) == "Timeout: after 2 s"
    assert body(Failure(type="Timeout", message="")) == "Timeout"
