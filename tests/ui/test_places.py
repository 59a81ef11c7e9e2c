"""The navigation's rows, and the keys places are named by."""

from __future__ import annotations

from dataclasses import replace

from pillarbox_engine.alarms import AlarmKind
from pillarbox_engine.model import Counts, QueueSummary
from pillarbox_engine.settings import QueueSettings
from pillarbox_ui.interest import Interest, View
from pillarbox_ui.places import Location, location, places
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.widgets.navigation_place import spoken
from tests.ui.kit import NOW


def queue(name: str, *, paused: bool = False) -> QueueSummary:
    return QueueSummary(
        name=name, settings=QueueSettings(), paused=paused, draining=False, counts=Counts(ready=5)
    )


def test_keys_lead_back_to_their_places() -> None:
    for place in (Location(View.OVERVIEW), Location(View.QUEUE, "a:b"), Location(View.TRASH)):
        assert location(place.key) == place
    assert location("no such place") == Location(View.OVERVIEW)


def test_each_queue_has_a_row_with_its_depth() -> None:
    snapshot = Snapshot(
        as_of=NOW, interest=Interest(), queues=(queue("a"), queue("b", paused=True)),
        totals=Counts(leased=3, dead=2),
    )  # fmt: skip
    rows = {place.key: place for place in places(snapshot)}
    assert (rows["queue:a"].badge, rows["queue:a"].paused) == (5, False)
    assert rows["queue:b"].paused
    assert rows["in-flight"].badge == 3
    assert (rows["dead-letters"].badge, rows["dead-letters"].tone) == (2, "dead")
    assert rows["trash"].badge is None


def test_a_queue_with_an_open_alarm_is_marked_and_said() -> None:
    alarmed = replace(queue("a"), alarms=(AlarmKind.DEPTH,))
    snapshot = Snapshot(as_of=NOW, interest=Interest(), queues=(alarmed, queue("b")))
    rows = {place.key: place for place in places(snapshot)}
    assert (rows["queue:a"].icon, rows["queue:a"].tone) == ("warn", "warn")
    assert spoken(rows["queue:a"]) == "a, 5, alarm"
    assert rows["queue:b"].icon == "queue"


def test_before_the_first_snapshot_the_places_are_there() -> None:
    keys = [place.key for place in places(None) if not place.heading]
    assert keys[0] == "overview"
    assert "trash" in keys
