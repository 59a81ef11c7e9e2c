"""Every table's model keeps Qt's rules and says what its records say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester

from pillarbox_engine.model import (
    Counts,
    DeadGroup,
    Event,
    Operation,
    ProcessInfo,
    QueueSummary,
)
from pillarbox_engine.settings import QueueSettings, RateLimit
from pillarbox_engine.states import DeadReason, EventKind, GroupRetry, State
from pillarbox_ui.masking import MASK
from pillarbox_ui.models.dead_groups_model import DeadGroupsModel
from pillarbox_ui.models.jobs_model import (
    DeadJobsModel,
    InFlightModel,
    JobsModel,
    RetryingModel,
    TrashModel,
)
from pillarbox_ui.models.operations_model import OperationsModel
from pillarbox_ui.models.processes_model import ProcessesModel
from pillarbox_ui.models.queues_model import QueuesModel, order_facts
from pillarbox_ui.models.rows import RowsModel
from pillarbox_ui.widgets.roles import Role
from tests.ui.kit import NOW, summary

QUEUE = QueueSummary(
    name="email",
    settings=QueueSettings(max_depth=10_000, rate_limit=RateLimit(50, 60.0)),
    paused=True,
    draining=False,
    counts=Counts(ready=1_204, scheduled=30, retrying=10, leased=16, dead=2),
    run_p95=1.5,
    depth_trend=(0, 0, 8, 40, 12),
    rate_used=12,
)
GROUP = DeadGroup(
    fingerprint="f1", error_type="TimeoutError", error_message="<b>late</b>",
    reason=DeadReason.EXHAUSTED, types=("send",), queues=("email", "sms"), count=214,
    first_at=NOW, last_at=NOW, last_hour=3, last_day=9, last_week=214, trend=(1, 2, 3),
)  # fmt: skip
PROCESS = ProcessInfo(
    id="p1", pid=42, host="here", kind="worker", registered_at=NOW, alive=True, own=True,
    threads=4, leased=2, serving=("email",), maintainer=True,
)  # fmt: skip
OPERATION = Operation(
    id="o1", verb="purge", at=NOW, what="3 jobs in email", changed=3, skipped=1, undoable=True
)
LEASED = summary(
    state=State.LEASED, lease_expires_at=NOW, lease_seconds=30.0, worker="here:42/0", progress=66.0
)

CASES: list[tuple[Callable[[], RowsModel[Any]], Any]] = [
    (JobsModel, summary()),
    (InFlightModel, LEASED),
    (RetryingModel, summary(state=State.SCHEDULED, attempt=2)),
    (DeadJobsModel, summary(state=State.DEAD, reason=DeadReason.LOST)),
    (TrashModel, summary(state=State.TRASHED, trashed_from=State.DEAD)),
    (QueuesModel, QUEUE),
    (DeadGroupsModel, GROUP),
    (ProcessesModel, PROCESS),
    (OperationsModel, OPERATION),
]


def row(model: RowsModel[Any], at: int = 0) -> dict[str, str]:
    """A row's texts by column."""
    return {column.key: model.index(at, n).data() for n, column in enumerate(model.columns)}


@pytest.mark.parametrize(("make", "record"), CASES)
def test_every_model_keeps_qts_rules(
    make: Callable[[], RowsModel[Any]], record: Any, qapp: QApplication, qtmodeltester: ModelTester
) -> None:
    model = make()
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]
    model.set_rows([record])
    assert all(isinstance(text, str) for text in row(model).values())
    assert all(column.title for column in model.columns)


def test_a_queue_shows_depths_apart_from_retries(qapp: QApplication) -> None:
    model = QueuesModel()
    model.set_rows([QUEUE])
    texts = row(model)
    assert (texts["ready"], texts["scheduled"], texts["retrying"]) == ("1,204", "20", "10")
    assert texts["bound"] == "1,250 / 10,000"
    assert texts["limit"] == "12 of 50 / 1m"
    assert texts["state"] == "Paused"
    assert texts["trend"] == "12 waiting, at most 40 in five minutes, rising"


@pytest.mark.parametrize("make", [JobsModel, DeadJobsModel, TrashModel])
def test_a_payloads_secrets_are_masked_in_cells_and_tool_tips(
    qapp: QApplication, make: Callable[[], RowsModel[Any]]
) -> None:
    model = make()
    model.set_rows([summary(preview='{"password":"hunter2","card_number":"41')])
    place = [column.key for column in model.columns].index("payload")
    index = model.index(0, place)
    told = f"{index.data()} {index.data(Qt.ItemDataRole.ToolTipRole)}"
    assert f'{{"password":"{MASK}","card_number":"{MASK}"' in told
    assert "hunter2" not in told
    assert "41" not in told


def test_a_job_that_failed_and_waits_is_retrying(qapp: QApplication) -> None:
    model = JobsModel()
    model.set_rows([summary("1", state=State.SCHEDULED, attempt=1), summary("2", attempt=1)])
    assert model.index(0, 1).data(Role.STATE) == "retrying"
    assert model.index(1, 1).data(Role.STATE) == "ready"


def test_a_lease_knows_its_end_and_length(qapp: QApplication) -> None:
    model = InFlightModel()
    model.set_rows([LEASED])
    columns = [column.key for column in model.columns]
    assert model.index(0, columns.index("lease")).data(Role.LEASE) == (NOW, 30.0)
    assert model.index(0, columns.index("progress")).data(Role.FRACTION) == pytest.approx(0.66)


def test_the_wait_comes_from_the_history(qapp: QApplication) -> None:
    job = summary(state=State.SCHEDULED, attempt=1, run_at=NOW + timedelta(seconds=6))
    failed = Event(at=NOW, kind=EventKind.FAILED, attempt=1, started_at=NOW - timedelta(seconds=1))
    model = RetryingModel()
    model.set_waits([(job, (failed,))])
    model.set_rows([job, summary("2", state=State.SCHEDULED)])
    assert row(model)["backoff"] == "6.0 s"
    assert row(model, 1)["backoff"] == "–"


def test_markup_in_an_error_stays_text(qapp: QApplication) -> None:
    model = DeadGroupsModel()
    model.set_rows([GROUP])
    assert row(model)["error"] == "TimeoutError: <b>late</b>"
    assert row(model)["queue"] == "email, sms"


def test_what_decides_the_order_is_told_as_far_as_it_is_set() -> None:
    plain = QueueSummary(
        name="q", settings=QueueSettings(), paused=False, draining=False, counts=Counts(leased=1)
    )
    assert order_facts(plain) == []
    settings = QueueSettings(
        max_in_flight=3, ageing=60.0, group_rate_limit=RateLimit(5, per=60.0),
        group_retry=GroupRetry.YIELD,
    )  # fmt: skip
    assert order_facts(replace(plain, settings=settings)) == [
        "1 of at most 3 in flight",
        "a level of priority every 1m",
        "5 / 1m a group",
        "retries let their group go on",
    ]
