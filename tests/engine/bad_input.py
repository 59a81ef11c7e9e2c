"""Every public call of the engine, with what each of its arguments must not be.

Owns the matrix `CALLS`. A call that is not in it, or an argument that is not, fails
`test_bad_input`: give the new one a line here, with the values that it refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pillarbox_engine.backoff import Exponential, Fixed, Linear, Table
from pillarbox_engine.children import Child
from pillarbox_engine.comparing import Bound
from pillarbox_engine.context import JobContext
from pillarbox_engine.delivery import Delivery
from pillarbox_engine.engine import Engine
from pillarbox_engine.filters import Filter
from pillarbox_engine.handle import OperationHandle
from pillarbox_engine.protocols import Backend
from pillarbox_engine.queues import Queue
from pillarbox_engine.retry_rules import RetryRule
from pillarbox_engine.settings import QueueSettings, RateLimit
from pillarbox_engine.states import State
from pillarbox_engine.uniqueness import Unique
from pillarbox_engine.worker import Worker

NAN, INF = float("nan"), float("inf")
HUGE = 10**5_000
"""More digits than Python writes out."""

Values = Sequence[object]


class Hostile:
    """A value that cannot even be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("not to be shown")


NO_TEXT: Values = (1, 1.5, True, b"bytes", ["x"], Hostile())
NO_NUMBER: Values = (
    "1", "", b"1", [], {}, True, False, NAN, INF, -INF, -1, -0.001, HUGE, Hostile(),
)  # fmt: skip
NO_WHOLE: Values = (*NO_NUMBER, 1.5, 2.0)
NO_FLAG: Values = (None, 0, 1, "yes", [], Hostile())
NO_OPERATION: Values = (*NO_TEXT, None, "", "-1", "404", " 1", "\uff11", "9" * 10_000, "\ud800")
NO_FUNCTION: Values = (1, "print", [], {})
NO_NAME: Values = (
    *NO_TEXT, None, "", " ", " mail", "mail ", "x" * 201, "x" * 100_000, "a\0b", "a\nb", "a\x1bb",
    "a\u202eb", "a/b", "a\\b", "\ud800", "a\udfffb",
)  # fmt: skip
NO_KEY: Values = (*NO_TEXT, "", "x" * 501, "\ud800")
NO_MOMENT: Values = (
    0, 1.0, True, "2030-01-01T00:00:00Z", date(2030, 1, 1), timedelta(1), datetime(2030, 1, 1),
    datetime(1970, 1, 1, tzinfo=UTC), datetime(2025, 12, 31, 23, tzinfo=UTC), Hostile(),
)  # fmt: skip
NO_STATE: Values = ("", "tired", "READY", 1, True, b"ready", ["ready"], "\ud800", Hostile())
NO_PAYLOAD: Values = (
    NAN, INF, -INF, b"bytes", {1, 2}, {1: 2}, {None: 1}, object(), 1 + 2j, date(2030, 1, 1),
    "\ud800", {"\udfff": 1}, [1, {"deep": NAN}], HUGE, Hostile(), [Hostile()],
)  # fmt: skip
NO_BACKOFF: Values = (
    1, 1.5, "fixed", {"policy": "fixed"}, Fixed(seconds=-1.0), Fixed(seconds=NAN),
    Fixed(seconds=True), Linear(first="1"),  # type: ignore[arg-type]
    Exponential(factor=-2.0), Exponential(cap=INF), Exponential(jitter=1.5), Table(delays=()),
    Table(delays=[1.0]), Table(delays=5), Table(delays=(1.0, NAN)),  # type: ignore[arg-type]
)  # fmt: skip
NO_FILTER: Values = (
    "state:deed", "a:b", '"', "age>x", 1, {"states": ["dead"]},
    Filter(ids=("x", 1)), Filter(ids="12"),  # type: ignore[arg-type]
    Filter(states=frozenset({"tired"})), Filter(states={State.DEAD}),  # type: ignore[arg-type]
    Filter(queues=["mail"]), Filter(types=(1,)), Filter(text=("\ud800",)),  # type: ignore[arg-type]
    Filter(retrying=1), Filter(error=5), Filter(fingerprint=b""),  # type: ignore[arg-type]
    Filter(operation=1), Filter(unique=1), Filter(unique="\ud800"),  # type: ignore[arg-type]
    Filter(older_than="1"), Filter(older_than=NAN), Filter(younger_than=-1),  # type: ignore[arg-type]
    Filter(payload=(("a",),)), Filter(payload=("ab",)), Filter(payload=(("", 1),)),  # type: ignore[arg-type]
    Filter(payload=(("a", NAN),)), Filter(payload=((1, 1),)),  # type: ignore[arg-type]
)  # fmt: skip
NO_PARTS: Values = (
    Filter(groups="a"), Filter(schedules=(1,)), Filter(parents=[]), Filter(workers=(None,)),  # type: ignore[arg-type]
    Filter(bounds=("a",)), Filter(bounds=(Bound("colour", "<", 1),)),  # type: ignore[arg-type]
    Filter(bounds=(Bound("priority", "~", 1),)), Filter(bounds=(Bound("priority", "<", "1"),)),
    Filter(bounds=(Bound("priority", "<", NAN),)), Filter(bounds=(Bound("size", "<", 10**400),)),
    Filter(bounds=(Bound("ended", "<", -1),)), Filter(bounds=(Bound("ended", "=", 1),)),
    Filter(bounds=(Bound("ended", "<", datetime(2030, 1, 1)),)),
    Filter(bounds=(Bound("payload.", "<", 1),)), Filter(bounds=(Bound("payload.a", "<", True),)),
    Filter(bounds=(Bound("payload.a", "<", None),)), Filter(without=(1,)),  # type: ignore[arg-type]
    Filter(without=(Filter(),)), Filter(without=(Filter(error="a", unique="b"),)),
    Filter(without=(Filter(without=(Filter(error="a"),)),)), Filter(without=(Filter(error=1),)),  # type: ignore[arg-type]
    Filter(either=(Filter(error="a"),)), Filter(either=((Filter(error="a"),),)),  # type: ignore[arg-type]
    Filter(either=((),)),
    Filter(either=((Filter(error="a"), Filter(unique="b")),)),
    Filter(either=((Filter(text=("a",)), Filter(text=("b",))),)),
)  # fmt: skip
NO_ORDER: Values = (1, b"id", "", "-", "colour", "--id", "ID", "\ud800", "x" * 100_000, Hostile())
NO_RULES: Values = (
    None, 1, "dead", [], {}, (1,), [RetryRule()], (RetryRule(then="later"),),
    (RetryRule(then=Hostile()),), (RetryRule(error=""),), (RetryRule(error=Hostile()),),  # type: ignore[arg-type]
    (RetryRule(error="a b"),), (RetryRule(error=1),), (RetryRule(status=99),),  # type: ignore[arg-type]
    (RetryRule(status=True),), (RetryRule(exit_code=1.5),), (RetryRule(exit_code=HUGE),),  # type: ignore[arg-type]
    (RetryRule(after=-1.0),), (RetryRule(after=NAN),), (RetryRule(after=True),),
    (RetryRule(after=HUGE),), (RetryRule(after="soon"),), (RetryRule(then="dead", after=1.0),),
    (RetryRule(),) * 51,
)  # fmt: skip
NO_UNIQUE: Values = (
    1, "unique", {}, Unique(window=0), Unique(window=-1.0), Unique(window=NAN),
    Unique(window=True), Unique(states={State.DONE}),  # type: ignore[arg-type]
    Unique(states=frozenset({State.DONE})), Unique(states=frozenset(State)),
    Unique(states=frozenset({"tired"})), Unique(replace=frozenset({"id"})),  # type: ignore[arg-type]
    Unique(replace=("payload",)),  # type: ignore[arg-type]
)  # fmt: skip

NO_RATE_LIMIT: Values = (
    5, "5/s", (5, 1.0), RateLimit(0), RateLimit(-1), RateLimit(1.5), RateLimit(True),  # type: ignore[arg-type]
    RateLimit(1, per=0), RateLimit(1, per=-1.0), RateLimit(1, per=NAN), RateLimit(1, per=INF),
    RateLimit(1, per=True), RateLimit(10**9),
)  # fmt: skip

JOB_OPTIONS: dict[str, Values] = {
    "type": NO_NAME,
    "priority": (*NO_WHOLE, 1_001),
    "run_at": NO_MOMENT,
    "delay": (*NO_NUMBER, 1e11),
    "max_attempts": (*NO_WHOLE, 0, 1_001),
    "backoff": NO_BACKOFF,
    "retry_for": (*NO_NUMBER, 0, 1e11),
    "timeout": (*NO_NUMBER, 0, 1e9),
    "expires_at": NO_MOMENT,
    "idempotency_key": NO_KEY,
    "unique_key": NO_KEY,
    "unique": NO_UNIQUE,
    "group": (*NO_TEXT, "", "x" * 201, " a", "a\nb"),
}
SETTINGS: dict[str, Values] = {
    "max_attempts": (*NO_WHOLE, None, 0, 1_001),
    "backoff": (*NO_BACKOFF, None),
    "lease": (*NO_NUMBER, None, 0, 0.01, 1e6),
    "timeout": (*NO_NUMBER, None, 0, 1e9),
    "max_lost": (*NO_WHOLE, None, 0, 1_001),
    "priority": (*NO_WHOLE, None, 1_001),
    "rate_limit": NO_RATE_LIMIT,
    "group_rate_limit": NO_RATE_LIMIT,
    "group_retry": (None, "block", "explode", 1, True),
    "ageing": (*NO_NUMBER, 0, 1e9),
    "max_in_flight": (*NO_WHOLE, 0, 10**7),
    "max_depth": (*NO_WHOLE, 0, 2**60),
    "max_bytes": (*NO_WHOLE, 0, 2**60),
    "on_full": (None, "explode", "reject", 1, True),
    "block_timeout": (*NO_NUMBER, None, 1e6),
    "max_payload": (*NO_WHOLE, None, 0, 2**40),
    "claim_check": (*NO_WHOLE, 0, 2**40),
    "keep_done": (*NO_WHOLE, None, 2**60),
    "keep_done_for": (*NO_NUMBER, None, 1e11),
    "retry_rules": NO_RULES,
    "retry_for": (*NO_NUMBER, 0, 1e11),
    "alarm_depth": (*NO_WHOLE, 0, 2**60),
    "alarm_oldest": (*NO_NUMBER, 0, 1e11),
    "alarm_dead_rate": (*NO_NUMBER, 0, 1e11),
    "alarm_dead_age": (*NO_NUMBER, 0, 1e11),
    "schema": (
        1, {"type": "string"}, b"{}", "", "[]", "{", '{"pattern": "a"}', '{"type": "x"}', "\ud800",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A store with a job in most states, and one of everything a program holds."""

    backend: Backend
    engine: Engine
    queue: Queue
    nowhere: Queue
    delivery: Delivery
    stale: Delivery
    worker: Worker
    context: JobContext
    operation: OperationHandle


Make = Callable[[Scene], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A public call: on what, with which good arguments, and what each argument refuses.

    `refuses` has a line for each argument, a variadic one's names each by itself. `past_close`:
    it is not refused by a closed engine.
    """

    on: Make
    good: Mapping[str, object] = field(default_factory=dict)
    refuses: Mapping[str, Values] = field(default_factory=dict)
    past_close: bool = False


def _engine(scene: Scene) -> Engine:
    return scene.engine


def _queue(scene: Scene) -> Queue:
    return scene.queue


def _delivery(scene: Scene) -> Delivery:
    return scene.delivery


def _operation(scene: Scene) -> OperationHandle:
    return scene.operation


def _worker(scene: Scene) -> Worker:
    return scene.worker


def _context(scene: Scene) -> JobContext:
    return scene.context


def handler(job: JobContext) -> None:
    """A good handler."""


async def asynchronous(job: JobContext) -> None:
    """One that no thread can run."""


NO_HANDLERS: Values = (
    None, 1, "handler", [], {}, {"a": 1}, {"": handler}, {1: handler}, {"a/b": handler},
    {"x" * 201: handler}, asynchronous, {"a": asynchronous}, {"a": None}, {1: None},
)  # fmt: skip
NO_CONCURRENCY: Values = (*NO_WHOLE, None, 0, 1_001)
CHOICE: dict[str, Values] = {"state": NO_STATE, "where": NO_FILTER}
WORKER: dict[str, Values] = {
    "handlers": NO_HANDLERS, "concurrency": NO_CONCURRENCY, "on_problem": NO_FUNCTION,
    "isolation": (None, 1, True, b"process", "", "fork", "PROCESS", [], {}, object()),
}  # fmt: skip
NO_CONNECTION: Values = (0, 1, True, "jobs.pillarbox", b"", [], object(), Hostile())
STORE: dict[str, Values] = {
    "block": (*NO_NUMBER, 1e9), "connection": NO_CONNECTION, **JOB_OPTIONS, "colour": ("red",),
}  # fmt: skip

NO_SCHEDULE: Values = (*NO_NAME, "no such")
SCHEDULE: dict[str, Values] = {
    "name": NO_NAME,
    "payload": NO_PAYLOAD,
    "cron": (
        1,
        True,
        b"* * * * *",
        ["* * * * *"],
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "*/0 * * * *",
        "x * * * *",
        "R * * * *",
        "H * * * *",
        "@reboot",
        "0 0 30 2 *",
        "*\0* * * *",
        "* * * * \ud800",
        "*" * 100_000,
        "0 0 1-99999999999 * *",
        Hostile(),
    ),
    "every": (*NO_NUMBER, 0, 0.5, 1e9),
    "zone": (
        *NO_TEXT,
        None,
        "",
        "Europe",
        "Europe/Berln",
        "europe berlin",
        "../UTC",
        "/etc/passwd",
        "a\0b",
        "\ud800",
        "x" * 100_000,
    ),
    "start_at": NO_MOMENT,
    "overlap": (*NO_TEXT, None, "", "queue", "SKIP", "\ud800"),
    "missed": (*NO_TEXT, None, "", "some", "\ud800"),
    "missed_window": (*NO_NUMBER, None, 1e9),
    **JOB_OPTIONS,
    "run_at": (*NO_MOMENT, datetime(2030, 1, 1, tzinfo=UTC)),
    "delay": (*NO_NUMBER, 1.0),
    "expires_at": (*NO_MOMENT, datetime(2030, 1, 1, tzinfo=UTC)),
    "idempotency_key": (*NO_KEY, "k"),
    "colour": ("red",),
}

ENGINE: dict[str, Call] = {
    "backend": Call(on=_engine),
    "queue": Call(
        on=_engine, good={"name": "new"},
        refuses={
            "name": NO_NAME,
            "defaults": (1, {}, "x", QueueSettings(lease=-1.0), QueueSettings(max_attempts=True)),
        },
        past_close=False,
    ),
    "queues": Call(on=_engine),
    "job": Call(
        on=_engine, good={"job_id": "1"},
        refuses={"job_id": (
            None, 1, 1.0, True, b"1", ["1"], "", "0", "-1", "999", "no such", "1.0", " 1", "\uff11",
            "9" * 18, "9" * 10_000, "\ud800", "1\0", "a\nb", Hostile(),
        )},
    ),
    "why": Call(
        on=_engine, good={"job_id": "1"},
        refuses={"job_id": (
            None, 1, 1.0, True, b"1", ["1"], "", "0", "-1", "999", "no such", "1.0", " 1", "\uff11",
            "9" * 18, "9" * 10_000, "\ud800", "1\0", "a\nb", Hostile(),
        )},
    ),
    "flow": Call(
        on=_engine, good={"job_id": "1"},
        refuses={"job_id": (None, 1, b"1", ["1"], "", "999", "9" * 10_000, "\ud800", Hostile())},
    ),
    "jobs": Call(on=_engine, refuses={"where": (*NO_FILTER, *NO_PARTS, None), "order": NO_ORDER}),
    "counts": Call(on=_engine),
    "alarms": Call(on=_engine),
    "schedules": Call(on=_engine),
    **{
        f"{verb}_schedule": Call(
            on=_engine, good={"name": "nightly"}, refuses={"name": NO_SCHEDULE}
        )
        for verb in ("pause", "resume", "run", "remove")
    },
    "operation": Call(
        on=_engine, good={"operation_id": "1"}, refuses={"operation_id": NO_OPERATION}
    ),
    "operations": Call(on=_engine, refuses={"limit": (*NO_WHOLE, None, 0, 10_001)}),
    "cancel_operation": Call(
        on=_engine, good={"operation_id": "1"}, refuses={"operation_id": NO_OPERATION}
    ),
    "backup": Call(
        on=_engine, good={"path": "/nowhere/to/be/found"},
        refuses={
            "path": (None, 1, b"x", "", "a\0b", "x" * 5_000, "\ud800", Hostile()),
            "tell": (*NO_FUNCTION, None), "stop": (*NO_FUNCTION, None),
        },
    ),
    "subscribe": Call(
        on=_engine, good={"on_change": print}, refuses={"on_change": (*NO_FUNCTION, None)}
    ),
    "give_way": Call(
        on=_engine, good={"moment": print}, refuses={"moment": (*NO_FUNCTION, None)}
    ),
    "worker": Call(
        on=_engine, good={"queues": ("mail",), "handlers": handler},
        refuses={
            **WORKER,
            "queues": (None, 1, "mail", b"mail", (), {}, {"mail"}, ("",), ("mail", 1), ("a/b",)),
        },
    ),
    "deliver": Call(
        on=_engine, good={"claimed": lambda scene: scene.delivery.claimed},
        refuses={"claimed": (None, 1, "1", {})},
    ),
    "close": Call(on=_engine, refuses={"drain": (*NO_NUMBER, None)}, past_close=True),
}  # fmt: skip
QUEUE: dict[str, Call] = {
    "name": Call(on=_queue, past_close=True),
    "settings": Call(on=_queue),
    "notices": Call(on=_queue),
    "configure": Call(on=_queue, refuses={**SETTINGS, "colour": ("red",)}),
    "enqueue": Call(on=_queue, good={"payload": 1}, refuses={"payload": NO_PAYLOAD, **STORE}),
    "enqueue_many": Call(
        on=_queue, good={"payloads": (1, 2)},
        refuses={
            "payloads": (None, 1, "text", b"text", {"a": 1}, *([1, one] for one in NO_PAYLOAD)),
            **STORE,
        },
    ),
    "schedule": Call(on=_queue, good={"name": "hourly"}, refuses=SCHEDULE),
    "enqueue_flow": Call(
        on=_queue, good={"payload": 1, "children": ()},
        refuses={
            "payload": NO_PAYLOAD,
            "children": (
                None, 1, "text", b"text", {}, [1], [None], ["child"], [Hostile()],
                *([Child(one)] for one in NO_PAYLOAD),
                *([Child(1, type=one)] for one in NO_NAME),  # type: ignore[arg-type]
                [Child(1, unique_key="k")], [Child(1, idempotency_key="k")],
            ),
            "on_child_failure": ("", "explode", 1, None, True, ["fail"], Hostile()),
            **STORE,
        },
    ),
    "worker": Call(on=_queue, good={"handlers": handler}, refuses=WORKER),
    "claim": Call(on=_queue, refuses={"wait": (*NO_NUMBER, None, 1e9)}),
    "counts": Call(on=_queue),
    "jobs": Call(on=_queue, refuses=CHOICE),
    "pause": Call(on=_queue),
    "resume": Call(on=_queue),
    "drain": Call(on=_queue),
    "requeue": Call(on=_queue, refuses=CHOICE),
    "replay": Call(
        on=_queue,
        refuses={
            **CHOICE, "rate": (*NO_NUMBER, 0, 1e9),
            "to": ("", 1, b"mail", "a/b", "x" * 201, "\ud800", "nowhere"),
            "canary": (*NO_WHOLE, 0, 10**7),
            "stop_above": (*NO_NUMBER, 1.01),
            "patch": (*NO_PAYLOAD, "x" * 300_000),
            "keep_attempts": NO_FLAG,
            "detach": NO_FLAG,
            "dry_run": NO_FLAG,
            "speed": (1,),
        },
    ),
    "purge": Call(on=_queue, refuses=CHOICE),
    **{
        verb: Call(on=_queue, refuses={"where": NO_FILTER})
        for verb in ("restore", "release", "erase")
    },
    "cancel": Call(
        on=_queue, refuses={**CHOICE, "reason": (*NO_TEXT, None, "\ud800", "x" * 100_000)}
    ),
}  # fmt: skip
DELIVERY: dict[str, Call] = {
    **{
        name: Call(on=_delivery, past_close=True)
        for name in ("claimed", "id", "fence", "queue", "type", "attempt", "payload")
    },
    "children": Call(on=_delivery),
    "ack": Call(on=_delivery, refuses={"result": NO_PAYLOAD}),
    "nack": Call(
        on=_delivery, good={"error": "broken"}, refuses={"error": (None, 1, b"x", [], ValueError)}
    ),
    "reject": Call(on=_delivery, good={"reason": "no"}, refuses={"reason": (*NO_TEXT, None)}),
    "release": Call(on=_delivery),
    "snooze": Call(
        on=_delivery, good={"seconds": 1}, refuses={"seconds": (*NO_NUMBER, None, 1e11)}
    ),
    "extend": Call(on=_delivery, refuses={"seconds": (*NO_NUMBER, 0, 1e6)}),
}
WORKER_CALLS: dict[str, Call] = {
    **{name: Call(on=_worker, past_close=True) for name in ("name", "queues", "given_up", "ended")},
    "start": Call(on=_worker),
    "finish": Call(on=_worker, past_close=True),
    "drain": Call(on=_worker, refuses={"timeout": NO_NUMBER}, past_close=True),
    "stop": Call(on=_worker, refuses={"timeout": (*NO_NUMBER, None)}, past_close=True),
    "join_idle": Call(on=_worker, refuses={"timeout": NO_NUMBER}),
}
CONTEXT: dict[str, Call] = {
    **{
        name: Call(on=_context, past_close=True)
        for name in (
            "attempt", "cancelled", "enqueued_us", "fence", "id", "lease", "lost", "max_attempts",
            "queue", "type", "payload", "payload_json", "children",
        )
    },
    # Whatever it is handed is written down as text, as `print` does.
    "log": Call(on=_context, good={"text": "x"}, refuses={"text": ()}, past_close=True),
    "progress": Call(
        on=_context, good={"percent": 1}, refuses={"percent": (*NO_NUMBER, None, 100.1)},
        past_close=True,
    ),
    # The pool's own, beside the handler's.
    "of": Call(
        on=_context, good={"claimed": lambda scene: scene.delivery.claimed, "tell": print},
        refuses={"claimed": (), "tell": (), "read_children": ()}, past_close=True,
    ),
    "lose": Call(on=_context, past_close=True),
    "stop": Call(on=_context, past_close=True),
    "stop_asked": Call(on=_context, past_close=True),
}  # fmt: skip

OPERATION: dict[str, Call] = {
    **{
        name: Call(on=_operation, past_close=True)
        for name in (
            "record", "id", "operation", "verb", "state", "total", "done", "changed", "skipped",
            "failed", "said",
        )
    },
    "refresh": Call(on=_operation),
    "wait": Call(on=_operation, refuses={"timeout": NO_NUMBER}, past_close=True),
    "drive": Call(on=_operation),
    "cancel": Call(on=_operation),
    "undo": Call(on=_operation),
}  # fmt: skip

CALLS: dict[type[Any], dict[str, Call]] = {
    Engine: ENGINE, Queue: QUEUE, Delivery: DELIVERY, Worker: WORKER_CALLS, JobContext: CONTEXT,
    OperationHandle: OPERATION,
}  # fmt: skip
