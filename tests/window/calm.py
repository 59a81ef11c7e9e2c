"""A small queue file with little in it, and the pictures of what empty and unusual looks like.

Owns making the file: a queue without jobs, a paused one, one that nobody serves, a flow, a job that
failed in two ways, payloads with secrets, with what does not show, and too long for a cell. Nothing
works on it, so its views stay as they are. Every view is taken of it again read-only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pillarbox.root import open_engine
from pillarbox_engine.backoff import Fixed
from pillarbox_engine.children import Child
from pillarbox_engine.engine import Engine
from pillarbox_ui.windows import Opened
from tests.window.steps import State, ask, at, both, choose

_SECRETS = {"user": "ada", "password": "hunter2", "card": {"card_number": "4111 1111"}, "n": 5}
_STRANGE = {"<b>html</b>": "a\u202eb\u200bc", "emoji": "👩‍🚀 ünïcödé", "long": "word " * 60}


def make_calm(path: Path) -> None:
    """Make the file."""
    with open_engine(str(path)) as engine:
        engine.queue("archive").configure(max_attempts=3)
        paused = engine.queue("invoices")
        paused.enqueue_many([{"number": n} for n in range(1_001, 1_004)], type="send-invoice")
        paused.pause()
        for payload in (_SECRETS, _STRANGE):
            engine.queue("mail").enqueue(payload, type="send-mail")
        _flow(engine)
        _fail_twice(engine)


def _flow(engine: Engine) -> None:
    lines = [Child({"line": n}, queue="mail", type="pack-line") for n in range(3)]
    engine.queue("orders").enqueue_flow({"order": 7}, lines, type="ship-order")


def _fail_twice(engine: Engine) -> None:
    """A dead letter with two errors, and lines in its log."""
    queue = engine.queue("exports")
    queue.configure(max_attempts=2, backoff=Fixed(seconds=0.1, jitter=0.0))
    queue.enqueue({"report": "March", "api_key": "k-123"}, type="export-report")
    while engine.counts().dead == 0:
        with queue.worker(_fail) as worker:
            worker.join_idle()


def _fail(job: Any) -> None:
    job.log(f"attempt {job.attempt} begins")
    if job.attempt == 1:
        raise TimeoutError("the report took longer than 30 s")
    raise ValueError("column 'total' is missing in sheet 2")


def _place(opened: Opened) -> Path:
    now = opened.window.situation()
    assert now is not None
    return Path(now.snapshot.file.label)


def _move_away(opened: Opened) -> None:
    place = _place(opened)
    place.rename(place.with_suffix(".away"))
    opened.bridge.refresh()


def _put_back(opened: Opened) -> None:
    place = _place(opened)
    place.with_suffix(".away").rename(place)
    opened.bridge.refresh()


def _changes(opened: Opened) -> None:
    opened.window.inspector.error.switch.press(1)


def _empty(view: str, number: int, name: str) -> State:
    return State(name=f"{number}-{name}-{view}", arrange=at(view))


_VIEWS = (
    "overview", "in-flight", "retrying", "dead-letters", "schedules", "workers", "handlers",
    "operations", "trash",
)  # fmt: skip

CALM = (
    *(_empty(view, 50, "calm") for view in _VIEWS),
    State(name="51-queue-without-jobs", arrange=at("queue:archive")),
    State(name="51-queue-paused", arrange=at("queue:invoices"), then=choose(0)),
    State(name="51-queue-unserved", arrange=at("queue:mail"), then=choose(4, tab=1)),
    State(name="52-payload-strange", arrange=at("queue:mail"), then=choose(3, tab=1)),
    State(name="52-flow-parent", arrange=at("queue:orders"), then=choose(0, tab=5)),
    State(name="52-flow-waits", arrange=at("queue:orders"), then=choose(0)),
    State(
        name="53-error-changes",
        arrange=both(at("dead-letters"), choose(0, tab=3)),
        then=both(choose(0, tab=3), _changes),
    ),
    State(name="53-log", arrange=at("dead-letters"), then=choose(0, tab=4)),
    State(name="53-attempts", arrange=at("dead-letters"), then=choose(0, tab=2)),
    *(
        State(
            name=f"54-moved-away-{view}",
            arrange=at(view),
            then=_move_away,
            leave=_put_back,
            patience=1.5,
        )
        for view in _VIEWS
    ),
)


CALM_READ_ONLY = (
    *(_empty(view, 55, "read-only") for view in _VIEWS),
    State(name="56-read-only-queue", arrange=at("queue:mail"), then=choose(0, tab=1)),
    State(name="56-read-only-settings", arrange=at("queue:mail"), then=ask("queue-settings")),
    State(name="56-read-only-palette", arrange=at("queue:mail"), then=ask("palette")),
)
