"""One job told in lines of text, for `pillarbox job`.

Owns the order and the wording; everything that comes from the job is data.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from pillarbox.cli.output import one_line
from pillarbox.cli.tables import event_line, moment
from pillarbox_engine.flows import Flow, Relative
from pillarbox_engine.model import Job
from pillarbox_engine.states import HeldBy, State


def job_lines(job: Job, flow: Flow, why: str) -> Iterator[str]:
    """A job whole, as lines for a person; `why` it is not running, or how it ended."""
    state = "retrying" if job.retrying else str(job.state)
    yield f"Job {job.id} · {state}{f' ({job.reason})' if job.reason else ''}"
    yield f"  {one_line(why, 400)}"
    yield from _about(job)
    yield from _family(flow)
    yield "Payload"
    yield from _indented(json.dumps(job.payload, ensure_ascii=False, indent=2))
    if job.result_json is not None:
        yield "Result"
        yield from _indented(json.dumps(job.result, ensure_ascii=False, indent=2))
    yield from _history(job)


def _about(job: Job) -> Iterator[str]:
    yield f"  queue      {job.queue}"
    yield f"  type       {job.type}"
    yield f"  priority   {job.priority}"
    lost = f", lost {job.lost}" if job.lost else ""
    yield f"  attempt    {job.attempt} of {job.max_attempts}{lost}"
    if job.unique_key is not None:
        yield f"  unique     {job.unique_key}"
    if job.group is not None:
        yield f"  group      {job.group}{_held(job)}"
    yield f"  enqueued   {moment(job.enqueued_at)}"
    if job.state is State.SCHEDULED:
        yield f"  runs at    {moment(job.run_at)}"
    if job.state is State.LEASED and job.lease_expires_at is not None:
        yield f"  leased by  {job.worker} until {moment(job.lease_expires_at)}"
    if job.progress is not None:
        yield f"  progress   {job.progress:g} %"


def _family(flow: Flow) -> Iterator[str]:
    if flow.parent is not None:
        yield "Parent"
        yield f"  {_relative(flow.parent)}"
    if flow.children:
        yield f"Children: {flow.children_left} of {len(flow.children)} have not ended"
        yield from (f"  {_relative(child)}" for child in flow.children)


def _relative(relative: Relative) -> str:
    state = "retrying" if relative.retrying else str(relative.state)
    reason = f" ({relative.reason})" if relative.reason else ""
    error = f" · {relative.error_type}: {relative.error_message}" if relative.error_type else ""
    where = f"{relative.type} in {relative.queue}"
    return one_line(f"{relative.id} · {state}{reason} · {where}{error}", 200)


def _held(job: Job) -> str:
    """What of its group keeps the job from being claimed."""
    if job.held_until is not None:
        return f", its rate limit used up until {moment(job.held_until)}"
    return ", where another job comes first" if job.held_by is HeldBy.GROUP else ""


def _history(job: Job) -> Iterator[str]:
    if job.history:
        yield "History"
        yield from (f"  {event_line(event)}" for event in job.history)
    errors = [event.error for event in job.history if event.error is not None]
    if errors and errors[-1].traceback:
        yield "Last error"
        yield from _indented(errors[-1].traceback)
    if job.log:
        yield "Log"
        yield from (f"  {moment(entry.at)}  {entry.attempt}  {entry.text}" for entry in job.log)


def _indented(text: str) -> Iterator[str]:
    return (f"  {part}" for part in text.splitlines())
