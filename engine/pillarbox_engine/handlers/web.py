"""The HTTP handler: a job's payload is sent, the answer is its result.

Owns the request and what becomes of it. With `wire`, which keeps its time, it alone knows httpx.
Nothing that could be a secret stands in its errors: no query, no header, and every known value is
taken out of what the server says.
"""

from __future__ import annotations

import hashlib
import logging
import socket
import ssl
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version

import httpcore
import httpx

from pillarbox_engine.context import JobContext
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.handlers import answers, results
from pillarbox_engine.handlers.references import Secrets
from pillarbox_engine.handlers.specs import HttpCall
from pillarbox_engine.handlers.wire import Limit, Limits, Stopped, TimeUp, Wire
from pillarbox_engine.model import JsonValue
from pillarbox_engine.outcomes import Fail, Stop

MAX_ERROR_BODY = 2 * 1024
ERROR_BODY_SECONDS = 2.0
"""How long the words that come with a bad status are waited for."""
LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11")
NETWORK = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)


class HttpHandler:
    """Sends each job to one address; see `specs.HttpCall`.

    `url` and `headers` are whole, secrets in place. `connections`: the most at a time, None for
    one a thread. Call it from as many threads as you like.
    """

    def __init__(
        self, call: HttpCall, url: str, headers: Mapping[str, str], secrets: Secrets,
        *, connections: int | None = None,
    ) -> None:  # fmt: skip
        self._call, self._url, self._secrets = call, httpx.URL(url), secrets
        self._limits, self._quiet = Limits(), _Quiet()
        self._quiet.limits = self._limits
        for name in LOGGERS:
            logging.getLogger(name).addFilter(self._quiet)
        self._client = httpx.Client(
            transport=Wire(self._limits, connections),
            headers={**_always(), **headers},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            timeout=httpx.Timeout(None, pool=call.timeout),
            trust_env=False,
            follow_redirects=False,
        )

    def __repr__(self) -> str:
        return f"HttpHandler({self._call.shown})"

    def __call__(self, job: JobContext) -> JsonValue:
        """Send the job. Raises `Fail` with the status, or the reason why there is none."""
        limit = Limit(time.monotonic() + self._call.timeout, lambda: job.stop_asked)
        try:
            with self._limits.under(limit):
                return self._sent(job, limit)
        except Stopped as error:
            raise Stop from error
        except (TimeUp, httpcore.PoolTimeout):
            reason = f"no whole answer within {self._call.timeout:g} s"
            raise self._failed("HttpTimeout", reason, late=True) from None
        except NETWORK as error:
            late = isinstance(error, httpcore.TimeoutException)
            # Its own error is left out on purpose: the text may hold the whole address.
            raise self._failed(*_trouble(error), late=late) from None

    def close(self) -> None:
        """Close the connections; requests under way fail."""
        self._client.close()
        for name in LOGGERS:
            logging.getLogger(name).removeFilter(self._quiet)

    def _sent(self, job: JobContext, limit: Limit) -> JsonValue:
        with self._client.stream(
            self._call.method,
            self._url,
            headers=identity(job),
            content=job.payload_json.encode(),
        ) as response:
            if answers.is_success(response.status_code):
                return self._result(job, response)
            limit.shorten(ERROR_BODY_SECONDS)
            raise self._refused(response)

    def _result(self, job: JobContext, response: httpx.Response) -> JsonValue:
        content, whole = _start(response, results.MAX_KEPT)
        text = _decoded(response, content, whole)
        if text is None:
            job.log("The answer is no text; it is not kept")
            return None
        if not whole:
            job.log(f"The answer is over {results.MAX_KEPT:,} bytes; its beginning is kept")
        return results.kept(self._secrets.scrubbed(text, cut=not whole), whole=whole)

    def _refused(self, response: httpx.Response) -> Fail:
        headers = response.headers
        answer = answers.Answer(
            status=response.status_code,
            retry_after=headers.get("Retry-After", ""),
            date=headers.get("Date", ""),
            location=self._secrets.scrubbed(headers.get("Location", "")),
            body=self._secrets.scrubbed(_said(response), cut=True),
        )
        base = "" if self._call.url.is_reference else str(self._url)
        return Fail(answers.failed(answer, self._call.address, base, datetime.now(UTC)))

    def _failed(self, kind: str, reason: str, *, late: bool = False) -> Fail:
        message = self._secrets.scrubbed(f"{self._call.address}: {reason}")
        return Fail(answers.unanswered(kind, message, timed_out=late))


class _Quiet(logging.Filter):
    """Keeps the libraries' own lines, which have the whole address or what was answered in them,
    out of the log. Only for ours: what else the program asks of them is not ours to silence."""

    limits: Limits

    def filter(self, record: logging.LogRecord) -> bool:
        return self.limits.current is None


def check_address(url: str) -> None:
    """`InvalidOption` where httpx cannot make an address of `url`, which is not repeated."""
    try:
        httpx.URL(url)
    except httpx.InvalidURL as error:
        raise InvalidOption(
            "The url cannot be read", "", "Mend its host name or its escapes"
        ) from error


def identity(job: JobContext) -> dict[str, str]:
    """The headers by which the other side knows a job again.

    The key is the same over all attempts, and differs between jobs of all queue files: it is of
    the id, the time of the enqueue and the payload. An edited payload is something else to do.
    """
    material = f"{job.id}\x1f{job.enqueued_us}\x1f{job.payload_json}".encode()
    key = hashlib.blake2b(material, digest_size=16).hexdigest()
    return {"Idempotency-Key": key, "X-Job-Id": job.id, "X-Attempt": str(job.attempt)}


def _always() -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": f"pillarbox/{version('pillarbox')}",
    }


def _start(response: httpx.Response, most: int) -> tuple[bytes, bool]:
    """The first `most` bytes of the body, and whether that is all."""
    content = bytearray()
    for piece in response.iter_raw():
        content += piece
        if len(content) > most:
            return bytes(content[:most]), False
    return bytes(content), True


def _said(response: httpx.Response) -> str:
    try:
        content, whole = _start(response, MAX_ERROR_BODY)
    except (TimeUp, *NETWORK):
        return ""  # the status has come and says what is to be done; the words would be extra
    return _decoded(response, content, whole) or ""


def _decoded(response: httpx.Response, content: bytes, whole: bool) -> str | None:
    """The text, where it is one; a cut may have gone through its last character."""
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        return None
    try:
        text = content.decode(response.charset_encoding or "utf-8", "strict" if whole else "ignore")
    except (UnicodeError, LookupError):
        return None
    # Some of the codecs a server may name make halves of surrogate pairs, which are no characters.
    return text.encode("utf-8", "replace").decode("utf-8")


def _trouble(error: Exception) -> tuple[str, str]:
    """The kind of a failure on the way, and its reason in words."""
    # The pool raises it anew "from None"; what it came of is still its context.
    cause = error.__cause__ or error.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "HttpTlsError", f"its certificate is not trusted: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return "HttpTlsError", f"TLS failed: {cause.reason or cause.strerror or 'no reason given'}"
    if isinstance(cause, (socket.gaierror, UnicodeError)):
        return "HttpConnectError", f"its name cannot be resolved ({_plain(cause)})"
    if isinstance(error, (httpcore.ConnectError, httpcore.ConnectTimeout)):
        return "HttpConnectError", f"no connection ({_plain(cause or error)})"
    if isinstance(error, httpcore.ProtocolError):
        return "HttpProtocolError", f"the answer is not HTTP as it should be ({_plain(error)})"
    return "HttpConnectionLost", f"the connection broke ({_plain(cause or error)})"


def _plain(error: BaseException) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(text.split())[:200] or type(error).__name__
