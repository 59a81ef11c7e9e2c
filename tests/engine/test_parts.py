"""The small parts under a worker: pace, reports, slots, serving, places of handlers."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path

import pytest

from pillarbox_engine.backoff import Fixed
from pillarbox_engine.bound import Bound
from pillarbox_engine.clock import ManualClock
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.leasing import Claimed, LeaseRef
from pillarbox_engine.outcomes import Retry, Snooze
from pillarbox_engine.pace import MAX_AHEAD, Pace
from pillarbox_engine.reports import FLUSH_US, MAX_LINES, Reports
from pillarbox_engine.retry_rules import RetryRule
from pillarbox_engine.routing import Place, Routes, place_of
from pillarbox_engine.serving import Serving
from pillarbox_engine.slots import Slots
from tests.engine import child_handlers
from tests.engine.kit import WatchedBackend

LEASE, OTHER = LeaseRef("1", 1), LeaseRef("2", 1)


def test_nothing_is_claimed_ahead_before_handlers_are_known_to_be_short() -> None:
    pace = Pace()
    assert pace.ahead(4) == 0
    pace.saw(1_000_000)
    assert pace.ahead(4) == 0


def test_short_handlers_are_claimed_ahead_as_far_as_they_start_soon() -> None:
    pace = Pace()
    pace.saw(5_000)
    assert pace.ahead(2) == 8
    pace = Pace()
    pace.saw(0)
    assert pace.ahead(1) == MAX_AHEAD


def test_one_long_run_counts_at_once_and_is_forgotten_slowly() -> None:
    pace = Pace()
    for _ in range(10):
        pace.saw(10)
    pace.saw(1_000_000)
    assert pace.ahead(1) == 0
    pace.saw(10)
    assert pace.ahead(1) == 0
    for _ in range(200):
        pace.saw(10)
    assert pace.ahead(1) == MAX_AHEAD


def test_reports_are_gathered_per_lease() -> None:
    clock, firsts = ManualClock(), []
    reports = Reports(clock, lambda: firsts.append(True))
    reports.tell(LEASE, 10.0, None)
    reports.tell(LEASE, 20.0, None)
    reports.tell(OTHER, None, "line")
    assert reports.due_us == clock.monotonic_us() + FLUSH_US
    assert [(one.lease, one.progress) for one in reports.take((LEASE,))] == [(LEASE, 20.0)]
    (rest,) = reports.take()
    assert [text for _, text in rest.lines] == ["line"]
    assert reports.due_us is None
    assert reports.take() == []
    assert firsts == [True]


def test_a_flood_of_lines_is_cut_and_said() -> None:
    reports = Reports(ManualClock(), lambda: None)
    for number in range(MAX_LINES + 7):
        reports.tell(LEASE, None, str(number))
    (report,) = reports.take()
    assert len(report.lines) == MAX_LINES + 1
    assert "7 more lines" in report.lines[-1][1]


def test_slots_are_used_again_smallest_first() -> None:
    slots = Slots()
    assert [slots.take() for _ in range(3)] == [0, 1, 2]
    slots.give(1)
    slots.give(0)
    assert [slots.take() for _ in range(3)] == [0, 1, 3]


def test_serving_adds_up_workers() -> None:
    said: list[tuple[object, ...]] = []

    class Listening(WatchedBackend):
        def serve(
            self, queues: object, threads: int, given_up: int = 0, types: object = None
        ) -> None:
            said.append((queues, threads, given_up, types))

    serving = Serving(Listening())
    serving.say("one", ("a", "b"), 2)
    serving.say("two", ("b", "c"), 3, 1, frozenset({"y", "x"}))
    serving.leave("one")
    serving.leave("one")
    assert said == [
        (("a", "b"), 2, 0, {}),
        (("a", "b", "c"), 5, 1, {"c": ("x", "y")}),
        (("b", "c"), 3, 1, {"b": ("x", "y"), "c": ("x", "y")}),
    ]


class Methods:
    def method(self, job: object) -> None: ...

    @staticmethod
    def static(job: object) -> None: ...


def test_places_of_handlers() -> None:
    def local(job: object) -> None: ...

    assert place_of(child_handlers.die) == Place("tests.engine.child_handlers", "die")
    assert place_of(Methods.static) == Place(__name__, "Methods.static")
    for handler in (local, lambda job: None, Methods().method, Methods()):
        assert place_of(handler) is None


def test_places_in_the_main_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "my_program.py"
    script.write_text("def handler(job): pass\n")
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=str(script), __spec__=None)
    exec(script.read_text(), main.__dict__)
    monkeypatch.setitem(sys.modules, "__main__", main)
    assert place_of(main.handler) is None
    monkeypatch.syspath_prepend(str(tmp_path))
    assert place_of(main.handler) == Place("my_program", "handler")
    main.__dict__["__file__"] = str(tmp_path / "json.py")
    assert place_of(main.handler) is None
    main.__dict__["__spec__"] = json.__spec__
    assert place_of(main.handler) == Place("json", "handler")


def test_routes() -> None:
    routes = Routes({"a": child_handlers.die})
    assert routes.types == frozenset({"a"})
    assert routes.handler("b") is None
    assert Routes(child_handlers.die).types is None


def test_routes_leave_types_to_others() -> None:
    routes = Routes({"*": child_handlers.die, "thumbnail": None})
    assert routes.types is None
    assert routes.without == frozenset({"thumbnail"})
    assert routes.handler("thumbnail") is None
    assert routes.handler("other") is child_handlers.die
    only = Routes({"a": child_handlers.die, "b": None})
    assert (only.types, only.without) == (frozenset({"a"}), frozenset())
    with pytest.raises(InvalidOption, match="needs a handler"):
        Routes({"a": None})


def test_what_is_said_of_a_handlers_runs_replaces_the_time_out_and_goes_before_the_rules() -> None:
    own, queues = RetryRule(error="KeyError"), RetryRule(then="dead")
    claimed = Claimed(
        LEASE, "q", "t", "{}", 1, 3, 0, 1, 0, 0, 0, 30.0, 900.0, Fixed(seconds=1.0), (queues,)
    )  # fmt: skip
    bound = Bound(run=child_handlers.die, timeout=5.0, rules=(own,))
    applied = bound.applied_to(claimed)
    assert (applied.timeout, applied.retry_rules) == (5.0, (own, queues))
    assert Bound(run=child_handlers.die).applied_to(claimed) is claimed
    with pytest.raises(InvalidOption, match="timeout"):
        Bound(run=child_handlers.die, timeout=0.0)


@pytest.mark.parametrize("after", [-1.0, float("nan"), "soon", True])
def test_bad_delays_are_refused_where_they_are_made(after: object) -> None:
    with pytest.raises(InvalidOption):
        Snooze(after)  # type: ignore[arg-type]
    with pytest.raises(InvalidOption):
        Retry(after=after)  # type: ignore[arg-type]
