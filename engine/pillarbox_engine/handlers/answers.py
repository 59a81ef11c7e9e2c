"""What an HTTP answer means for a job: Retry-After, and the failure a status stands for.

Owns RFC 9110 §10.2.3 (Retry-After: seconds, or a date) and the words for a status that is no
success. It knows no HTTP library.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from pillarbox_engine.fingerprint import failure_of
from pillarbox_engine.handlers.kinds import bare
from pillarbox_engine.json_text import visible
from pillarbox_engine.model import Failure

LONGEST_WAIT = 7 * 86_400.0
"""Seconds; a server that asks for more is asked again after these all the same."""
MAX_SAID = 200
HTTP_ERROR = "HttpError"
"""The base of every failure of a request, for rules: error = "HttpError"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status that is no success, and what came with it; "" where a header was not there."""

    status: int
    retry_after: str = ""
    date: str = ""
    location: str = ""
    body: str = ""


def is_success(status: int) -> bool:
    """Whether the job is done with that: 2xx."""
    return 200 <= status <= 299


def failed(answer: Answer, address: str, url: str, now: datetime) -> Failure:
    """The failure that `answer` is. `address` may be shown; `url` is what was asked, "" where that
    is a secret."""
    failure = failure_of(f"Http{answer.status}", _words(answer, address, url))
    seconds = wait_asked(answer.retry_after, answer.date, now)
    return replace(failure, bases=(HTTP_ERROR,), status=answer.status, retry_after=seconds)


def unanswered(kind: str, message: str, *, timed_out: bool = False) -> Failure:
    """The failure of a request that got no whole answer."""
    return replace(failure_of(kind, message, timed_out=timed_out), bases=(HTTP_ERROR,))


def wait_asked(retry_after: str, date: str, now: datetime) -> float | None:
    """The seconds a Retry-After asks for; None where it says nothing that can be read.

    A date is taken by the server's own clock, where the answer's `date` tells it.
    """
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        # So many digits cannot be turned into a number at all, and are too many anyway.
        return LONGEST_WAIT if len(text) > 9 else min(float(text), LONGEST_WAIT)
    until = _date(text)
    if until is None:
        return None
    seconds = (until - (_date(date) or now)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _words(answer: Answer, address: str, url: str) -> str:
    name = f"{answer.status} {_phrase(answer.status)}".strip()
    if answer.location and 300 <= answer.status <= 399:
        to = _target(url, answer.location)
        return f"{name} from {address}: it points to {to}, and redirects are not followed"
    said = visible(" ".join(answer.body.split()))[:MAX_SAID]
    return f"{name} from {address}" + (f": {said}" if said else "")


def _target(url: str, location: str) -> str:
    """Where a redirect points, without what could be a secret in it."""
    try:
        target = urljoin(url, location)
        return bare(target) if urlsplit(target).hostname else "another path"
    except ValueError:
        return "an address that cannot be read"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
