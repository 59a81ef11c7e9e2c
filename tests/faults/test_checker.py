"""The checker on histories made by hand: each broken promise is named, and a good run is not."""

from __future__ import annotations

from typing import Any

import pytest

from pillarbox_engine.states import EventKind, State
from tests.faults import history
from tests.faults.checker import check
from tests.faults.final import Final, Row
from tests.faults.told import Violation

DONE = ((EventKind.DONE, 1),)
HOUR = 3_600_000_000


class Script:
    """Writes a history: each call takes the next two moments, unless it is given others."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self._clock = 0

    def call(
        self, op: str, answer: dict[str, Any] | None = None, *, client: str = "a",
        what: str = "ok", **data: Any,
    ) -> Script:  # fmt: skip
        """A call and its end; `what` None leaves it open, as a kill does."""
        self._clock += 10
        head = {"client": client, "n": self._clock, "op": op}
        self.lines.append({**head, "t": self._clock, "what": "invoke", **data})
        if what != "open":
            self.lines.append({**head, "t": self._clock + 5, "what": what, **(answer or {})})
        return self

    def note(self, op: str, client: str = "a", **data: Any) -> Script:
        """A fact."""
        self._clock += 10
        line = {"client": client, "n": self._clock, "op": op, "t": self._clock, "what": "ok"}
        self.lines.append({**line, **data})
        return self

    def enqueue(self, *ids: str, what: str = "ok", **asked: Any) -> Script:
        """Job `n` is called `job-n`."""
        keys = [f"job-{job_id}" for job_id in ids]
        return self.call("enqueue", {"ids": list(ids)}, keys=keys, what=what, queue="q", **asked)

    def claim(self, job_id: str, fence: int, at: int = 0, client: str = "a") -> Script:
        """A claim for an hour, at a moment of the wall clock; the monotonic one goes with it."""
        self._clock = max(self._clock, at * 1_000)
        job = [job_id, fence, f"job-{job_id}", at, at + HOUR, "q"]
        return self.call("claim", {"jobs": [job]}, client=client)

    def run(self, job_id: str, fence: int) -> Script:
        """A handler that began and ended."""
        return self.note("run", jobs=[[job_id, fence]]).note("ran", jobs=[[job_id, fence]])

    def settle(
        self, job_id: str, fence: int, kind: str = "ack", accepted: bool = True, what: str = "ok"
    ) -> Script:
        """One settlement."""
        return self.call(
            "settle", {"accepted": [accepted]}, leases=[[job_id, fence, kind]], what=what
        )

    def bulk(self, verb: str, *ids: str, what: str = "ok") -> Script:
        """An operator's verb."""
        answer = {"changed": len(ids)}
        return self.call(verb, answer, ids=list(ids), keys=[f"job-{n}" for n in ids], what=what)

    def life(self, job_id: str, fence: int = 1) -> Script:
        """Claimed, run and acked."""
        return self.claim(job_id, fence).run(job_id, fence).settle(job_id, fence)


def job(job_id: str, state: State = State.DONE, **more: Any) -> Row:
    """A row as the scripts' jobs are."""
    events = more.pop("events", DONE if state is State.DONE else ())
    return Row(job_id, f"job-{job_id}", state, more.pop("fence", 1), events=events, **more)


def judge(script: Script, *rows: Row, removed: int = 0, problems: tuple[str, ...] = ()) -> set[str]:
    """The invariants a run broke."""
    return {found.invariant for found in violations(script, *rows, removed=removed,
                                                    problems=problems)}  # fmt: skip


def violations(
    script: Script, *rows: Row, removed: int = 0, problems: tuple[str, ...] = ()
) -> list[Violation]:
    """What was found."""
    final = Final({row.id: row for row in rows}, removed, problems)
    return check(history.of(script.lines), final)


def test_a_good_run_has_nothing_to_be_said_of_it() -> None:
    script = Script().enqueue("1", "2", "3").life("1").claim("2", 1).run("2", 1)
    script.settle("2", 1, "nack").life("2", 2).bulk("purge", "3").bulk("erase", "3")
    events = ((EventKind.FAILED, 1), (EventKind.DONE, 2))
    assert judge(script, job("1"), job("2", fence=2, events=events), removed=1) == set()


def test_a_call_that_was_cut_short_may_have_happened_or_not() -> None:
    script = Script().enqueue("1").enqueue("7", "8", what="open").claim("1", 1).run("1", 1)
    script.settle("1", 1, what="open")
    done, ready = job("1"), job("1", State.LEASED)
    assert judge(script, done) == judge(script, ready) == set()
    there = (job("7", State.READY, fence=0), job("8", State.READY, fence=0))
    assert judge(script, done, *there) == set()


# -- I1, I2, I10 ----------------------------------------------------------------------------


def test_i1_an_acknowledged_enqueue_is_gone() -> None:
    assert judge(Script().enqueue("1"), removed=1) == {"I1"}


def test_i1_a_job_is_gone_that_retention_may_have_taken_but_did_not_count() -> None:
    script = Script().enqueue("1").life("1")
    assert judge(script, removed=1) == set()
    assert judge(script) == {"I1"}


def test_i1_an_id_stands_for_another_job() -> None:
    script = Script().enqueue("1", "2")
    swapped = Row("1", "job-2", State.READY, 0), Row("2", "job-1", State.READY, 0)
    assert judge(script, *swapped) == {"I1"}


def test_i2_a_job_that_nobody_enqueued() -> None:
    assert judge(Script().enqueue("1").life("1"), job("1"), job("9", State.READY)) == {"I2"}


def test_i2_an_enqueue_that_was_refused_is_there() -> None:
    assert judge(Script().enqueue("1", what="fail"), job("1", State.READY)) == {"I2"}


def test_i2_a_job_is_there_twice() -> None:
    twin = Row("2", "job-1", State.READY, 0)
    assert judge(Script().enqueue("1"), job("1", State.READY, fence=0), twin) == {"I2"}


@pytest.mark.parametrize("what", ["open", "info"])
def test_i10_half_of_a_call_is_there(what: str) -> None:
    script = Script().enqueue("1", "2", what=what)
    assert judge(script, job("1", State.READY)) == {"I10"}


def test_i10_a_repeated_call_finds_half_of_itself() -> None:
    script = Script().call(
        "enqueue", {"ids": ["1", "2"], "repeats": [True, False]}, keys=["job-1", "job-2"]
    )
    assert judge(script, job("1", State.READY), job("2", State.READY)) == {"I10"}


# -- I3 -------------------------------------------------------------------------------------


def test_i3_one_fence_is_given_out_twice() -> None:
    script = Script().enqueue("1").claim("1", 1).claim("1", 1, client="b")
    assert judge(script, job("1", State.LEASED)) == {"I3"}


def test_i3_a_job_is_claimed_while_another_lease_holds() -> None:
    script = Script().enqueue("1").claim("1", 1).claim("1", 2, client="b")
    assert judge(script, job("1", State.LEASED, fence=2)) == {"I3"}


@pytest.mark.parametrize("reason", ["expired", "killed", "closed", "released", "nacked"])
def test_a_job_is_claimed_again_when_its_lease_is_over(reason: str) -> None:
    script = Script().enqueue("1").claim("1", 1)
    if reason == "killed":
        script.note("kill", client="judge", victim="a")
    elif reason == "closed":
        script.note("close")
    elif reason == "released":
        script.bulk("release", "1", what="open")
    elif reason == "nacked":
        script.settle("1", 1, "nack", what="info")
    script.claim("1", 2, at=2 * HOUR if reason == "expired" else 1, client="b")
    assert judge(script, job("1", State.LEASED, fence=2)) == set()


def test_i3_a_lease_was_extended_and_taken_all_the_same() -> None:
    script = Script().enqueue("1").claim("1", 1)
    script.call("extend", {"kept": [True]}, leases=[["1", 1, 5 * HOUR]])
    script.claim("1", 2, at=2 * HOUR, client="b")
    assert judge(script, job("1", State.LEASED, fence=2)) == {"I3"}


def test_a_lease_that_was_extended_to_end_sooner_is_over_sooner() -> None:
    script = Script().enqueue("1").claim("1", 1)
    script.call("extend", {"kept": [True]}, leases=[["1", 1, 10]]).claim("1", 2, at=20, client="b")
    assert judge(script, job("1", State.LEASED, fence=2)) == set()


def test_i3_fences_fall() -> None:
    script = Script().enqueue("1").claim("1", 2).settle("1", 2, "nack").claim("1", 1)
    assert judge(script, job("1", State.LEASED, fence=2)) == {"I3"}


def test_i3_the_file_has_an_older_fence_than_was_told() -> None:
    script = Script().enqueue("1").claim("1", 4)
    assert judge(script, job("1", State.LEASED, fence=3)) == {"I3"}


def test_i3_a_stale_ack_is_taken() -> None:
    script = Script().enqueue("1").claim("1", 1).run("1", 1).claim("1", 2, at=2 * HOUR, client="b")
    script.settle("1", 1)
    assert "I3" in judge(script, job("1", fence=2, events=((EventKind.DONE, 1),)))


def test_a_stale_ack_that_is_refused_is_as_it_should_be() -> None:
    script = Script().enqueue("1").claim("1", 1).run("1", 1).claim("1", 2, at=2 * HOUR, client="b")
    script.settle("1", 1, accepted=False)
    events = ((EventKind.LOST, 1),)
    assert judge(script, job("1", State.LEASED, fence=2, events=events)) == set()


def test_i3_an_ack_is_taken_after_an_operator_took_the_job_away() -> None:
    script = Script().enqueue("1").claim("1", 1).run("1", 1).bulk("release", "1").settle("1", 1)
    assert judge(script, job("1")) == {"I3"}


def test_i3_a_lease_ends_twice() -> None:
    script = Script().enqueue("1").life("1").settle("1", 1, "nack")
    assert judge(script, job("1")) == {"I3"}


def test_an_ack_may_be_repeated() -> None:
    assert judge(Script().enqueue("1").life("1").settle("1", 1), job("1")) == set()


# -- I4 -------------------------------------------------------------------------------------


def test_i4_an_acked_job_runs_again() -> None:
    script = Script().enqueue("1").life("1").life("1", 2)
    events = ((EventKind.DONE, 1), (EventKind.DONE, 2))
    assert judge(script, job("1", fence=2, events=events)) == {"I4"}


def test_an_acked_job_runs_again_when_it_was_requeued() -> None:
    script = Script().enqueue("1").life("1").bulk("requeue", "1").life("1", 2)
    events = ((EventKind.DONE, 1), (EventKind.REQUEUED, 1), (EventKind.DONE, 2))
    assert judge(script, job("1", fence=2, events=events)) == set()


def test_i4_an_acked_job_is_ready_in_the_end() -> None:
    script = Script().enqueue("1").life("1")
    assert judge(script, job("1", State.READY, events=DONE)) == {"I4"}


def test_an_acked_job_may_lie_in_the_trash() -> None:
    script = Script().enqueue("1").life("1").bulk("purge", "1")
    row = job("1", State.TRASHED, trashed_from=State.DONE, events=DONE)
    assert judge(script, row) == set()


def test_i4_a_job_is_acked_before_its_handler_ends() -> None:
    script = Script().enqueue("1").claim("1", 1).note("run", jobs=[["1", 1]]).settle("1", 1)
    script.note("ran", jobs=[["1", 1]])
    assert judge(script, job("1")) == {"I4"}


def test_i4_a_job_is_done_that_never_ran() -> None:
    assert judge(Script().enqueue("1"), job("1")) == {"I4"}


# -- I5, I6 ---------------------------------------------------------------------------------


def test_i5_a_job_runs_more_often_than_anything_explains() -> None:
    script, events = Script().enqueue("1"), []
    for fence in (1, 2, 3):
        script.claim("1", fence).run("1", fence).settle("1", fence, "nack")
        events.append((EventKind.FAILED, fence))
    row = job("1", State.READY, fence=3, max_attempts=2, events=tuple(events))
    assert judge(script, row) == {"I5"}


def test_i5_a_run_that_the_file_does_not_know() -> None:
    script = Script().enqueue("1").claim("1", 1).run("1", 1)
    assert judge(script, job("1", State.READY)) == {"I5"}
    assert judge(script, job("1", State.LEASED)) == set()


def test_runs_that_charge_nothing_are_not_counted_against_a_job() -> None:
    script, kinds = Script().enqueue("1"), ("snooze", "release", "nack")
    for fence, kind in enumerate(kinds, start=1):
        script.claim("1", fence).run("1", fence).settle("1", fence, kind)
    events = ((EventKind.SNOOZED, 1), (EventKind.RELEASED, 2), (EventKind.FAILED, 3))
    assert judge(script, job("1", State.DEAD, fence=3, max_attempts=1, events=events)) == set()


def test_i5_a_job_is_lost_without_end() -> None:
    events = tuple((EventKind.LOST, fence) for fence in (1, 2, 3, 4))
    row = job("1", State.READY, fence=4, events=events)
    assert judge(Script().enqueue("1"), row) == {"I5"}


# -- I7 -------------------------------------------------------------------------------------


def grouped(*groups: str | None) -> Script:
    """Jobs 1, 2 … of these groups."""
    ids = [str(number) for number in range(1, len(groups) + 1)]
    return Script().enqueue(*ids, groups=list(groups))


def test_i7_two_of_a_group_are_leased_at_once() -> None:
    script = grouped("a", "a").claim("1", 1, at=0).claim("2", 1, at=1)
    assert judge(script, job("1", State.LEASED), job("2", State.LEASED)) == {"I7"}


@pytest.mark.parametrize("groups", [("a", "b"), ("a", None), (None, None)])
def test_jobs_of_different_groups_do_not_wait(groups: tuple[str | None, ...]) -> None:
    script = grouped(*groups).claim("1", 1, at=0).claim("2", 1, at=1)
    assert judge(script, job("1", State.LEASED), job("2", State.LEASED)) == set()


def test_the_next_of_a_group_may_come_when_the_one_before_has_ended() -> None:
    script = grouped("a", "a").life("1").claim("2", 1, at=1)
    assert judge(script, job("1"), job("2", State.LEASED)) == set()


def test_i7_one_of_a_group_overtakes_one_whose_lease_ran_out() -> None:
    script = grouped("a", "a").claim("1", 1, at=0).claim("2", 1, at=2 * HOUR)
    assert judge(script, job("1", State.READY), job("2", State.LEASED)) == {"I7"}


@pytest.mark.parametrize("priorities", [[500, 500], [100, None]])
def test_i7_a_job_overtakes_one_that_is_before_it(priorities: list[int | None]) -> None:
    script = Script().enqueue("1", "2", priorities=priorities)
    script.claim("2", 1, at=1).claim("1", 1, at=2)
    leased = (job("1", State.LEASED), job("2", State.LEASED))
    assert judge(script, *leased) == {"I7"}
    later = Script().enqueue("2").claim("2", 1, at=1).enqueue("1").claim("1", 1, at=2)
    assert judge(later, *leased) == set()
    assert judge(Script().enqueue("1", "2").claim("1", 1, at=1).claim("2", 1, at=2),
                 *leased) == set()  # fmt: skip


@pytest.mark.parametrize("reason", ["delayed", "moved", "retried", "better", "elsewhere"])
def test_a_job_may_be_claimed_before_one_that_did_not_wait_before_it(reason: str) -> None:
    script = Script().enqueue("1", delay=1.0 if reason == "delayed" else 0)
    if reason == "moved":
        script.bulk("requeue", "1")
    priorities = [100 if reason == "better" else 500]
    if reason == "elsewhere":
        script.call("enqueue", {"ids": ["2"]}, keys=["job-2"], queue="other")
    else:
        script.enqueue("2", priorities=priorities)
    fence = 2 if reason == "retried" else 1
    script.claim("2", 1, at=2).claim("1", fence, at=3)
    events = ((EventKind.REQUEUED, 0),) if reason == "moved" else ()
    rows = (job("1", State.LEASED, fence=fence, events=events), job("2", State.LEASED))
    assert judge(script, *rows) == set()


# -- I8 -------------------------------------------------------------------------------------


def limited(**limits: Any) -> Script:
    """A queue with limits."""
    return Script().note("limits", queue="q", **limits)


@pytest.mark.parametrize(("third", "broken"), [(1_900_000, {"I8"}), (2_000_000, set())])
def test_i8_a_window_holds_more_starts_than_the_limit(third: int, broken: set[str]) -> None:
    script = limited(rate=[2, 1.0]).enqueue("1", "2", "3")
    script.claim("1", 1, at=1_000_000).claim("2", 1, at=1_500_000).claim("3", 1, at=third)
    assert judge(script, *(job(n, State.LEASED) for n in "123")) == broken


def test_i8_more_is_in_flight_than_the_queue_allows() -> None:
    script = limited(in_flight=2).enqueue("1", "2", "3").claim("1", 1).claim("2", 1)
    leased = [job(n, State.LEASED) for n in "123"]
    assert judge(script, *leased) == set()
    assert judge(script.claim("3", 1), *leased) == {"I8"}


def test_what_was_settled_or_ran_out_is_not_in_flight() -> None:
    script = limited(in_flight=1).enqueue("1", "2", "3").life("1").claim("2", 1)
    script.claim("3", 1, at=2 * HOUR)
    assert judge(script, job("1"), *(job(n, State.LEASED) for n in "23")) == set()


def test_i8_a_queue_holds_more_jobs_than_its_bound() -> None:
    script = limited(depth=2).enqueue("1", "2")
    rows = [job("1", State.READY, fence=0), job("2", State.READY, fence=0)]
    assert judge(script, *rows) == set()
    assert judge(script.enqueue("3"), *rows, job("3", State.READY, fence=0)) == {"I8"}


def test_what_ended_makes_room() -> None:
    script = limited(depth=2).enqueue("1", "2").life("1").bulk("cancel", "2").enqueue("3", "4")
    rows = [job("1"), job("2", State.CANCELLED, fence=0)]
    assert judge(script, *rows, *(job(n, State.READY, fence=0) for n in "34")) == set()


# -- I9, I10 and the rest of I1, I2 -----------------------------------------------------------


def test_i9_something_is_left_to_run() -> None:
    final = Final({"1": job("1", State.READY, fence=0)}, left=("1",))
    (found,) = check(history.of(Script().enqueue("1").lines), final)
    assert (found.invariant, found.what) == ("I9", "1 jobs are left to run, job 1 first")
    assert '"op": "enqueue"' in found.lines[0]


def test_i10_half_of_a_batch_is_settled() -> None:
    script = Script().enqueue("1", "2").claim("1", 1).claim("2", 1).run("1", 1).run("2", 1)
    script.call("settle", what="open", leases=[["1", 1, "ack"], ["2", 1, "ack"]])
    script.note("kill", client="judge", victim="a")
    lost = job("2", State.READY, events=((EventKind.LOST, 1),))
    assert judge(script, job("1"), lost) == {"I10"}
    assert judge(script, job("1"), job("2")) == set()
    lost_too = job("1", State.READY, events=((EventKind.LOST, 1),))
    assert judge(script, lost_too, lost) == set()


def test_i10_a_verb_that_raised_has_done_something() -> None:
    script = Script().enqueue("1").bulk("purge", "1", what="fail")
    purged = job("1", State.TRASHED, fence=0, trashed_from=State.READY,
                 events=((EventKind.PURGED, 0),))  # fmt: skip
    assert judge(script, purged) == {"I10"}
    assert judge(Script().enqueue("1").bulk("purge", "1"), purged) == set()


@pytest.mark.parametrize("joined", ["job", "row"])
def test_i10_of_a_programs_transaction_only_one_half_is_there(joined: str) -> None:
    script = Script().enqueue("1", what="open", joined=True)
    rows = {"1": job("1", State.READY, fence=0)} if joined == "job" else {}
    program = frozenset(() if joined == "job" else ("job-1",))
    broken = check(history.of(script.lines), Final(rows, program=program))
    assert {found.invariant for found in broken} == {"I10"}


def test_i1_a_job_is_handed_out_with_another_payload() -> None:
    script = Script().enqueue("1")
    torn = ["1", 1, "job-1, but torn", 0, HOUR, "q"]
    script.call("claim", {"jobs": [torn]})
    assert judge(script, job("1", State.LEASED)) == {"I1"}


def test_i1_what_an_enqueue_was_told_is_there_already_is_not() -> None:
    script = Script().call("enqueue", {"ids": ["7"], "repeats": [True]}, keys=["job-1"])
    assert judge(script) == {"I1"}
    other = Script().enqueue("7").call("enqueue", {"ids": ["7"], "repeats": [True]}, keys=["x"])
    assert judge(other, job("7", State.READY, fence=0)) == set()


def test_i2_two_jobs_hold_a_unique_key() -> None:
    script = Script().enqueue("1", uniques=["u"]).enqueue("2", uniques=["u"])
    rows = (job("1", State.READY, fence=0), job("2", State.READY, fence=0))
    assert judge(script, *rows) == {"I2"}
    free = Script().enqueue("1", uniques=["u"]).life("1").enqueue("2", uniques=["u"])
    assert judge(free, job("1"), rows[1]) == set()


def test_i2_a_schedule_fires_twice_for_one_time() -> None:
    final = Final({}, fired={("nightly", "03:00"): 2, ("nightly", "04:00"): 1})
    (found,) = check([], final)
    assert str(found) == "I2: schedule nightly fired 2 times for 03:00"


def test_i3_a_jump_of_the_clock_takes_a_lease_that_was_just_renewed() -> None:
    script = Script().enqueue("1").claim("1", 1, at=1).note("jump", seconds=7_200)
    script.lines.append(_claimed_at("1", 2, mono=20_000, wall=3 * HOUR))
    assert judge(script, job("1", State.LEASED, fence=2)) == {"I3"}


def test_a_lease_that_was_not_renewed_may_end_by_a_jump_of_the_clock() -> None:
    script = Script().enqueue("1").claim("1", 1, at=1).note("jump", seconds=7_200)
    script.lines.append(_claimed_at("1", 2, mono=16_000_000_000, wall=3 * HOUR))
    assert judge(script, job("1", State.LEASED, fence=2)) == set()


def _claimed_at(job_id: str, fence: int, mono: int, wall: int) -> dict[str, Any]:
    """A claim by a clock that does not go with the wall's."""
    given = [job_id, fence, f"job-{job_id}", wall, wall + HOUR, "q"]
    return {"client": "b", "n": 1, "t": mono, "what": "ok", "op": "claim", "jobs": [given]}


# -- I6, and what is said ---------------------------------------------------------------------


def test_i6_what_the_file_says_of_itself() -> None:
    script = Script().enqueue("1").life("1")
    (found,) = violations(script, job("1"), problems=("the counter done is 2",))
    assert str(found) == "I6: the counter done is 2"


def test_a_violation_shows_the_lines_of_the_history() -> None:
    (found,) = violations(Script().enqueue("1"), removed=1)
    said = str(found).splitlines()
    assert said[0] == "I1: job 1 (job-1) is gone"
    assert '"op": "enqueue"' in said[1]
    assert '"ids": ["1"]' in said[2]
