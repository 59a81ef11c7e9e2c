"""What the demo's jobs do: functions by name, so a lost job can run in a process of its own.

Owns the simulated third parties. Whether billing answers is drawn from the seed, the sign-up and
the attempt that the job itself carries, so a seed tells the same story whatever thread or process
runs a job. Nobody sleeps: each wait ends at once when the job is cancelled.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from pillarbox_engine.context import JobContext
from pillarbox_engine.outcomes import Reject, Snooze

MAIL_SECONDS = 0.2
BILLING_SECONDS = 0.3
BILLING_TIMEOUT = 2.0
CHECKLIST_SECONDS = 0.5
THUMBNAIL_SECONDS = 0.25
SYNC_SECONDS = 0.1
SLOW_MAIL_SECONDS = 3_600.0
BILLING_FAILS = 0.1
"""The share of calls to billing that time out."""

UNREACHABLE = "unreachable.example"
"""The mail host that never answers: the handler hangs on it until the job's time-out."""

Answer = dict[str, Any]


class BillingTimeout(Exception):
    """The billing service did not answer in time."""


def process_registration(job: JobContext) -> Answer:
    """Welcome a new user: mail, billing, checklist. Reports 33, 66 and 100 percent."""
    user = job.payload["userId"]
    _send_welcome_mail(job, job.payload["email"])
    job.progress(33)
    account = _provision_billing(job, user)
    job.progress(66)
    _make_checklist(job, user)
    job.progress(100)
    return {"processed": True, "account": account}


def make_thumbnail(job: JobContext) -> Answer:
    """Scale a new user's picture down."""
    _work(job, THUMBNAIL_SECONDS)
    return {"width": 256, "of": job.payload["picture"]}


def sync_contact(job: JobContext) -> Answer:
    """Tell the customer database, which takes 50 calls a minute."""
    _work(job, SYNC_SECONDS)
    return {"synced": job.payload["userId"]}


HANDLERS: dict[str, Callable[[JobContext], Answer]] = {
    "process-registration": process_registration,
    "make-thumbnail": make_thumbnail,
    "sync-contact": sync_contact,
}
"""The demo's handlers by job type."""


def _send_welcome_mail(job: JobContext, address: str) -> None:
    host = address.rpartition("@")[2]
    job.log(f"sending the welcome mail by {host}")
    _work(job, SLOW_MAIL_SECONDS if host == UNREACHABLE else MAIL_SECONDS)


def _provision_billing(job: JobContext, user: int) -> str:
    country = job.payload["billing"]["country"]
    if len(country) != 2:
        raise Reject(f"billing does not know the country {country!r}")
    if not _billing_answers(job, user):
        job.log(f"billing has not answered for {BILLING_TIMEOUT:g} s")
        _work(job, BILLING_TIMEOUT)
        raise BillingTimeout(f"no answer for user {user} within {BILLING_TIMEOUT:g} s")
    _work(job, BILLING_SECONDS)
    job.log("billing is set up")
    return f"acct-{user}"


def _billing_answers(job: JobContext, user: int) -> bool:
    draw = random.Random(f"{job.payload.get('seed', 0)}:{user}:{job.attempt}").random()
    return draw >= BILLING_FAILS


def _make_checklist(job: JobContext, user: int) -> None:
    _work(job, CHECKLIST_SECONDS)
    job.log(f"the checklist of user {user} is made")


def _work(job: JobContext, seconds: float) -> None:
    """Take `seconds` over something; give the job back when it is cancelled meanwhile."""
    if job.cancelled.wait(seconds):
        raise Snooze(0.0)
