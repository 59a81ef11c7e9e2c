"""A payload that tries us gets the same verdict by each road: refused in its place, or carried.

The roads: a value through `pillarbox.connect`, a text and a job file on the command line, a text
in the window's New job, a file dropped on the window. A road that cannot bring a case (a Python
value has no byte order mark) is left out of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import pillarbox
from pillarbox.cli import run
from pillarbox_engine.engine import Engine
from pillarbox_ui.dialogs.import_dialog import ImportDialog
from pillarbox_ui.dialogs.new_job import NewJobDialog
from pillarbox_ui.operations import Operations
from pillarbox_ui.theme.theme import Mode, Theme
from tests.ui.dialogs.kit import kept

NOTHING = object()
DEPTH = 100_000

PLACE = re.compile(r"[Ll]ine \d|column \d|\$|begins like")
"""A line, a column, a path inside the value, or the beginning of the file."""


@dataclass(frozen=True, slots=True)
class Case:
    """`raw` as it is in a file; `value` the same in Python, where there is one. `says` is in every
    refusal; "" where it is carried, as `stored`."""

    name: str
    raw: bytes
    says: str = ""
    stored: str = ""
    value: Any = NOTHING
    roads: tuple[str, ...] = field(default=("api", "text", "file", "new job", "drop"))


def nested(depth: int) -> Any:
    """A list in a list in a list …"""
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


FILES = ("file", "drop")
TYPED = ("text", "new job")
HTML = '{"a":"<img src=x onerror=alert(1)> &amp; <b>=cmd()</b>"}'
CASES = [
    Case("deep", b"[" * DEPTH + b"]" * DEPTH, "200 deep", value=nested(DEPTH)),
    Case("NaN", b'{"a": NaN}', "NaN", value={"a": float("nan")}),
    Case("Infinity", b'{"a": -Infinity}', "inf", value={"a": float("-inf")}),
    Case("too large", b'{"a": 1e999}', "too large"),
    Case("duplicate keys", b'{"a": 1, "a": 2}', "twice"),
    Case("lone surrogate", b'{"a": "\\ud800"}', "surrogate", value={"a": "\ud800"}),
    Case("UTF-16", '{"a": 1}\n'.encode("utf-16"), "UTF-16", roads=FILES),
    Case("UTF-16 without a mark", '{"a": 1}\n'.encode("utf-16-le"), "UTF-16", roads=FILES),
    Case("no UTF-8", b'{"a": "\xff"}', "UTF-8", roads=FILES),
    Case("a zero byte in a file", b'{"a": "\x00"}', "zero byte", roads=FILES),
    Case("a zero byte in a text", b'{"a": "\x00"}', "control character", roads=TYPED),
    Case("BOM", b'\xef\xbb\xbf{"a": 1}', stored='{"a":1}'),
    Case("NUL", b'{"a": "x\\u0000y"}', stored='{"a":"x\\u0000y"}', value={"a": "x\0y"}),
    Case("HTML", HTML.encode(), stored=HTML, value={"a": HTML[6:-2]}),
    Case("escapes", b'{"a": "\\u001b[31m"}', stored='{"a":"\\u001b[31m"}', value={"a": "\x1b[31m"}),
    Case("turned text", '{"a":"\u202eabc"}'.encode(), stored='{"a":"\u202eabc"}'),
]
ROADS = [(case, road) for case in CASES for road in case.roads
         if road != "api" or case.value is not NOTHING]  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the queue file is."""
    return tmp_path / "jobs.pillarbox"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    """The queue file, open in this process."""
    with pillarbox.connect(path) as opened:
        opened.queue("mail").configure()
        yield opened


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """What dialogs are drawn with."""
    made = Theme(None, Mode.LIGHT)
    yield made
    made.deleteLater()


@pytest.fixture
def operations(engine: Engine, qapp: QApplication) -> Iterator[Operations]:
    """The window's writes on that file."""
    made = Operations(engine.backend)
    yield made
    made.close()
    made.wait()
    made.deleteLater()


@pytest.fixture
def bring(
    engine: Engine, path: Path, tmp_path: Path, theme: Theme, operations: Operations,
    qtbot: QtBot, capsys: pytest.CaptureFixture[str],
) -> Callable[[Case, str], str]:  # fmt: skip
    """Bring a case by a road; what is said where it is refused, else ""."""
    job_file = tmp_path / "one.jsonl"

    def api(case: Case) -> str:
        try:
            engine.queue("mail").enqueue(case.value)
        except pillarbox.InvalidPayload as error:
            return str(error)
        return ""

    def text(case: Case) -> str:
        code = run(["--file", str(path), "enqueue", "mail", "--payload", case.raw.decode()])
        said = capsys.readouterr().err
        assert code == (2 if said else 0)
        return said

    def file(case: Case) -> str:
        job_file.write_bytes(case.raw)
        code = run(["--file", str(path), "enqueue", "mail", str(job_file)])
        said = capsys.readouterr().err
        assert code in ((1, 3) if case.says else (0,)), said
        return said if case.says else ""

    def new_job(case: Case) -> str:
        dialog = kept(qtbot, NewJobDialog(theme, operations, engine.backend.queues(), queue="mail"))
        dialog.form.payload.set_text(case.raw.decode())
        qtbot.waitUntil(lambda: dialog.form.ready or bool(dialog.form.problem))
        if dialog.form.problem:
            assert not dialog.enqueue_button.isEnabled()
            return dialog.form.problem
        with qtbot.waitSignal(dialog.enqueued):
            dialog.submit()
        return ""

    def drop(case: Case) -> str:
        job_file.write_bytes(case.raw)
        dialog = ImportDialog(theme, operations, engine.backend.queues(), queue="mail")
        kept(qtbot, dialog)
        with qtbot.waitSignal(dialog.surveyed):
            dialog.take([QUrl.fromLocalFile(str(job_file))])
        if dialog.can_import:
            with qtbot.waitSignal(dialog.imported):
                dialog.start_import()
            return ""
        model = dialog.lines.rejected
        cells = [str(model.index(0, column).data()) for column in range(model.columnCount())]
        return f"{dialog.banner.text()} {dialog.banner.accessibleName()} line {' '.join(cells)}"

    roads = {"api": api, "text": text, "file": file, "new job": new_job, "drop": drop}
    return lambda case, road: roads[road](case)


@pytest.mark.parametrize(
    ("case", "road"), ROADS, ids=[f"{case.name}-{road}" for case, road in ROADS]
)
def test_the_verdict_is_the_same_by_each_road(
    case: Case, road: str, engine: Engine, bring: Callable[[Case, str], str]
) -> None:
    said = bring(case, road)
    stored = [engine.job(job.id).payload_json for job in engine.queue("mail").jobs()]
    if not case.says:
        assert (said, stored) == ("", [case.stored])
        return
    assert stored == []
    assert case.says.lower() in said.lower()
    assert PLACE.search(said)
    assert len(said) < 1_000
    assert "Traceback" not in said
