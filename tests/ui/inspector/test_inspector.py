"""The inspector: one job whole, updated in place, and not to be broken by what a job says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from pillarbox_engine.model import Event, LogLine
from pillarbox_engine.states import EventKind, State
from pillarbox_ui.inspector.facts import Value
from pillarbox_ui.inspector.inspector import GONE, NONE, SHOWN, Inspector
from pillarbox_ui.inspector.log_tab import MOST_LINES
from pillarbox_ui.inspector.payload_tab import RAW, TREE
from pillarbox_ui.masking import MASK, escaped
from pillarbox_ui.widgets.later import Later
from pillarbox_ui.widgets.zone import Zone
from tests.ui.inspector.kit import AROUND, NOW, a_job, failed

TABS = ["Summary", "Payload", "Attempts", "Error", "Log", "Flow", "Options"]
HOSTILE = [
    "<b>bold</b><img src=x onerror=alert(1)>",
    "\u202eevil\u2066",
    "\x00\x07\x1b[31m",
    "👩‍👩‍👧‍👦" * 50,
    "a" * 20_000,
    "\ufeff\u2028\u2029",
]

ATTEMPTS = 2
"""The place of the Attempts tab."""


def test_nothing_chosen_and_a_job_that_is_gone_are_told_apart(inspector: Inspector) -> None:
    inspector.show_job(None, AROUND)
    assert inspector.page == NONE
    inspector.show_job(a_job(), AROUND)
    assert inspector.page == SHOWN
    inspector.show_job(None, AROUND, gone=True)
    assert inspector.page == GONE


def test_the_tabs_are_named_and_have_no_base_line(inspector: Inspector) -> None:
    bar = inspector.tabs.tabBar()
    assert [bar.tabText(place) for place in range(bar.count())] == TABS
    assert not bar.drawBase()


def test_the_summary_says_why_and_what(inspector: Inspector) -> None:
    job = a_job(state=State.LEASED, attempt=2, worker="4711/2", progress=33.0, started_at=NOW)
    inspector.show_job(job, AROUND)
    assert "lease is held by 4711/2" in inspector.summary.why.text()
    facts = inspector.summary.facts.texts()
    assert facts["ID"] == "7"
    assert facts["Attempts"] == "2 of 5"
    assert facts["Progress"] == "33 %"
    assert "Ended" not in facts


def test_a_job_of_a_schedule_says_which_and_for_when(inspector: Inspector) -> None:
    inspector.show_job(a_job(schedule="nightly", fire_at=NOW), AROUND)
    assert inspector.summary.facts.texts()["Schedule"].startswith("nightly, for 2026-01-01 ")
    inspector.show_job(a_job(), AROUND)
    assert "Schedule" not in inspector.summary.facts.texts()


def test_an_imported_and_replayed_job_says_where_it_is_from(inspector: Inspector) -> None:
    replayed = Event(at=NOW, kind=EventKind.REPLAYED, attempt=0)
    job = a_job(idempotency_key="import:email:ab12:1700", history=(failed(1), replayed))
    inspector.show_job(job, AROUND)
    facts = inspector.summary.facts.texts()
    assert facts["Origin"] == "imported from a file, entry 1,700"
    assert facts["Lineage"] == "Replayed at 2026-01-01 12:00:00 UTC"


def test_the_options_are_in_words(inspector: Inspector) -> None:
    inspector.show_job(a_job(unique_key="ada"), AROUND)
    facts = inspector.options.facts.texts()
    assert facts["Unique key"] == "ada"
    assert facts["Backoff"].startswith("exponential from 3 s, × 2")
    assert facts["Delays"] == "3 s, 6 s, 12 s, 24 s"


def test_a_results_secrets_are_masked_and_copied_whole(inspector: Inspector) -> None:
    result = '{"token":"t0p"}'
    inspector.show_job(a_job(result_json=result), AROUND)
    assert inspector.summary.facts.texts()["Result"] == f'{{"token":"{MASK}"}}'
    value = next(v for v in inspector.summary.facts.findChildren(Value) if MASK in v.text)
    assert "t0p" not in value.accessibleName()
    value.copy()
    assert QGuiApplication.clipboard().text() == result


def test_a_longer_attempt_has_room_for_its_length(inspector: Inspector) -> None:
    short = replace(failed(1), started_at=NOW + timedelta(seconds=59.999))
    long = replace(failed(30), started_at=NOW)
    inspector.show_job(a_job(history=(short,)), AROUND)
    table = inspector.attempts.table
    table.show()
    inspector.show_job(a_job(history=(short, long)), AROUND)
    assert inspector.attempts.model.index(0, 3).data() == "30m 00s"
    assert table.columnWidth(3) >= table.content_width(3)


def test_times_follow_the_zone(inspector: Inspector, zone: Zone) -> None:
    inspector.show_job(a_job(history=(failed(1),)), AROUND)
    assert "UTC" in inspector.summary.facts.texts()["Enqueued"]
    zone.set_utc(False)
    assert inspector.summary.facts.texts()["Enqueued"].startswith(zone.text(NOW))


def test_a_newer_picture_keeps_tab_selection_and_place(inspector: Inspector) -> None:
    job = a_job(history=tuple(failed(n) for n in range(1, 60)), log=_lines(200))
    inspector.show_job(job, AROUND)
    inspector.tabs.setCurrentIndex(ATTEMPTS)
    inspector.attempts.table.selectRow(10)
    inspector.log.text.verticalScrollBar().setValue(5)
    chosen = inspector.attempts.model.event_at(10)
    newer = replace(job, history=(*job.history, failed(60)), log=_lines(210))
    inspector.show_job(newer, AROUND)
    assert inspector.tabs.currentIndex() == ATTEMPTS
    (row,) = inspector.attempts.table.selectionModel().selectedRows()
    assert inspector.attempts.model.event_at(row.row()) == chosen
    assert inspector.log.text.verticalScrollBar().value() == 5
    assert "line 209" in inspector.log.text.toPlainText()


def _lines(count: int) -> tuple[LogLine, ...]:
    return tuple(LogLine(NOW, 1, f"line {n}") for n in range(count))


def test_an_attempt_chosen_in_the_errors_stays_chosen(inspector: Inspector) -> None:
    job = a_job(history=(failed(1, "first"), failed(2, "second"), failed(3, "third")))
    inspector.show_job(job, AROUND)
    assert "third" in inspector.error.text.toPlainText()
    inspector.error.attempts.setCurrentIndex(1)
    assert "second" in inspector.error.text.toPlainText()
    inspector.show_job(replace(job, history=(*job.history, failed(4, "fourth"))), AROUND)
    assert "second" in inspector.error.text.toPlainText()
    inspector.error.attempts.setCurrentIndex(0)
    inspector.error.switch.press(1)
    assert inspector.error.text.toPlainText().splitlines()[-2:] == [
        "-shop.Timeout: third",
        "+shop.Timeout: fourth",
    ]


def test_the_tree_copies_paths_and_values(inspector: Inspector) -> None:
    inspector.show_job(a_job('{"items":[{"sku":"A-1"}]}'), AROUND)
    inspector.payload.show_page(TREE)
    model = inspector.payload.model
    items = model.index(0, 0, model.index(0, 0))
    model.fetchMore(items)
    entry = model.index(0, 0, items)
    model.fetchMore(entry)
    menu = inspector.payload.menu(model.index(0, 0, entry))
    for action, copied in zip(menu.actions(), ("$.items[0].sku", "A-1"), strict=True):
        action.trigger()
        assert QGuiApplication.clipboard().text() == copied
    menu.close()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text_everywhere(inspector: Inspector, text: str) -> None:
    payload = json.dumps({text: text}, ensure_ascii=False)
    job = a_job(
        payload, type=text[:200], worker=text, idempotency_key=text, attempt=1,
        history=(failed(1, text, f"Traceback\n{text}"),), log=(LogLine(NOW, 1, text),),
        result_json=payload, error_type=text, error_message=text,
    )  # fmt: skip
    inspector.show_job(job, AROUND)
    inspector.payload.show_page(TREE)
    for place in range(inspector.tabs.count()):
        inspector.tabs.setCurrentIndex(place)
        inspector.grab()
    labels = inspector.findChildren(QLabel)
    assert {label.textFormat() for label in labels if label.text()} == {Qt.TextFormat.PlainText}
    shown = inspector.error.text.toPlainText() + inspector.log.text.toPlainText()
    assert not set(shown) & set("\u202e\u2066\x00\x07\x1b")


def test_the_raw_view_escapes_what_does_not_show_and_stays_json() -> None:
    text = '{"a":"\u202eevil\u200b","family":"👩\u200d👧"}'
    assert escaped(text) == '{"a":"\\u202eevil\\u200b","family":"👩\u200d👧"}'
    assert json.loads(escaped(text)) == json.loads(text)


def test_however_deeply_a_payload_is_nested_it_has_a_tree(
    qtbot: QtBot, inspector: Inspector
) -> None:
    inspector.show_job(a_job("[" * 10_000 + "]" * 10_000), AROUND)
    assert inspector.payload.raw.text()
    model = inspector.payload.model
    with qtbot.waitSignals([model.busy, model.settled]):
        inspector.payload.show_page(TREE)
    assert model.index(0, 1, model.index(0, 0)).data() == "[1 entry]"
    inspector.payload.show_page(RAW)


def test_a_megabyte_is_previewed_and_its_tree_comes_by_and_by(
    qtbot: QtBot, inspector: Inspector
) -> None:
    payload = json.dumps({"rows": [{"n": n, "text": "x" * 80} for n in range(10_000)]})
    assert len(payload) > 1_000_000
    inspector.show_job(a_job(payload), AROUND)
    assert len(inspector.payload.raw.text()) < 300_000
    payload_tab, model = inspector.payload, inspector.payload.model
    payload_tab.show()
    with qtbot.waitSignal(model.settled):
        payload_tab.show_page(TREE)
        assert payload_tab.banner.text() == "Looking through the payload…"
        assert model.rowCount(model.index(0, 0)) == 0
    assert payload_tab.banner.isHidden()
    assert model.index(0, 1, model.index(0, 0)).data() == "[10,000 entries]"


def test_a_tree_that_comes_late_is_not_shown_for_another_job(
    qtbot: QtBot, inspector: Inspector
) -> None:
    large = json.dumps(["x" * 400_000])
    inspector.show_job(a_job(large), AROUND)
    inspector.payload.show_page(TREE)
    inspector.show_job(a_job('{"other":1}', id="8"), AROUND)
    model = inspector.payload.model
    assert model.index(0, 1).data() == "{1 key}"
    qtbot.wait(50)
    assert model.index(0, 1).data() == "{1 key}"


def test_a_tab_is_made_when_it_is_first_seen_and_shows_the_job_of_then(
    qtbot: QtBot, inspector: Inspector
) -> None:
    assert not any(tab.is_made for tab in inspector.findChildren(Later))
    inspector.show_job(a_job(log=_lines(3)), AROUND)
    inspector.show_job(a_job(log=_lines(4)), AROUND)
    inspector.tabs.setCurrentIndex(4)
    qtbot.waitUntil(lambda: sum(tab.is_made for tab in inspector.findChildren(Later)) == 1)
    assert len(inspector.log.text.toPlainText().splitlines()) == 4


def test_of_a_long_log_the_newest_lines_are_shown(inspector: Inspector) -> None:
    inspector.show_job(a_job(log=_lines(MOST_LINES + 7)), AROUND)
    shown = inspector.log.text.toPlainText().splitlines()
    assert shown[0] == "… 7 earlier lines"
    assert len(shown) == MOST_LINES + 1
