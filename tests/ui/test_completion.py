"""What the query bar offers: keys, values that were met, after commas and a minus."""

from __future__ import annotations

from pillarbox_engine.filters import Page
from pillarbox_engine.model import Counts, QueueSummary
from pillarbox_engine.query import parse_query
from pillarbox_engine.settings import QueueSettings
from pillarbox_ui.completion import KEYS, Heard, complete
from pillarbox_ui.interest import Interest
from pillarbox_ui.snapshot import Snapshot
from tests.ui.kit import NOW, summary


def queue(name: str) -> QueueSummary:
    return QueueSummary(
        name=name, settings=QueueSettings(), paused=False, draining=False, counts=Counts()
    )


def heard() -> Heard:
    made = Heard()
    rows = (
        summary("1", type="send", error_type="TimeoutError"),
        summary("2", type="bill me", group="eu"),
    )
    queues = (queue("email"), queue("sms"))
    made.hear(Snapshot(as_of=NOW, interest=Interest(), queues=queues, page=Page(rows)))
    return made


def offered(text: str) -> tuple[str, ...]:
    return complete(text, len(text), heard()).texts


def test_keys_by_their_beginning() -> None:
    assert offered("sta")[:2] == ("state:", "started>")
    assert "payload." in offered("pay")
    assert offered("") == ()
    assert offered("zzz") == ()


def test_values_of_a_key() -> None:
    assert offered("queue:") == ("queue:email", "queue:sms")
    assert offered("state:de") == ("state:dead",)
    assert offered("type:b") == ('type:"bill me"',)
    assert offered("error:time") == ("error:TimeoutError",)
    assert offered("group:") == ("group:eu",)


def test_a_word_may_be_a_value() -> None:
    assert "queue:email" in offered("ema")
    assert "state:dead" in offered("dea")


def test_after_a_comma_what_is_there_stays_and_is_not_offered_again() -> None:
    assert offered("queue:email,") == ("queue:email,sms",)


def test_a_minus_stays_in_front() -> None:
    assert offered("-queue:s") == ("-queue:sms",)


def test_only_the_word_at_the_cursor_is_replaced() -> None:
    text = 'error:"a b" que state:dead'
    found = complete(text, 15, heard())
    assert (found.start, found.end) == (12, 15)
    assert text[found.start : found.end] == "que"
    assert "queue:" in found.texts
    assert complete('error:"a qu', 11, heard()).texts == ()


def test_every_key_that_is_offered_is_one() -> None:
    values = {"state:": "dead", "priority>": "1", "attempt>": "1", "lost>": "1", "size>": "1",
              "progress>": "1", "payload.": "a:1"}  # fmt: skip
    for key in KEYS:
        text = key if key == "is:retrying" else key + values.get(key, "1h")
        assert not parse_query(text).text, key
