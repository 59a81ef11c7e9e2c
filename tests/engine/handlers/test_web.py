"""The HTTP handler against a server on loopback that answers well, badly, slowly or not at all."""

from __future__ import annotations

import json
import logging
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest

from pillarbox_engine import payload
from pillarbox_engine.handlers.results import MAX_KEPT
from pillarbox_engine.outcomes import Stop
from tests.engine.handlers.kit import Job, failure, loaded, run
from tests.loopback import Answer, Request, Server, drip, flood, reply, sending, silence

SHORT = 0.4
"""A time-out that passes soon."""


def file(url: str, rest: str = "", timeout: float = 5.0) -> str:
    return f'[handlers.send]\nhttp = {{ url = "{url}", timeout = {timeout} {rest} }}\n'


def test_the_payload_is_posted_with_what_tells_the_job(tmp_path: Path) -> None:
    charged = sending(reply(200, b'{"charged": 3}'))
    with Server(charged) as server, loaded(tmp_path, file(server.url)) as handlers:
        first = run(handlers, Job(payload='{"userId": "ü"}'))
        run(handlers, Job(payload='{"userId": "ü"}', attempt=2))
        run(handlers, Job(payload='{"userId": "ü"}', id="8"))
        run(handlers, Job(payload='{"userId": "o"}'))
    assert first == {"charged": 3}
    request, again, other, edited = server.requests
    assert (request.method, request.target) == ("POST", "/jobs")
    assert json.loads(request.body) == {"userId": "ü"}
    assert request.headers["content-type"] == "application/json"
    assert (request.headers["x-job-id"], request.headers["x-attempt"]) == ("7", "1")
    assert again.headers["x-attempt"] == "2"
    keys = [one.headers["idempotency-key"] for one in (request, again, other, edited)]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
    assert server.most == 1


@pytest.mark.parametrize(
    ("body", "result"),
    [
        (b"", None),
        (b" \n", None),
        (b'[1, {"a": null}]', [1, {"a": None}]),
        (b"created", "created"),
        (b'{"a": 1, "a": 2}', '{"a": 1, "a": 2}'),
        (b"NaN", "NaN"),
        (b"[" * 500 + b"]" * 500, "[" * 500 + "]" * 500),
        ("grün".encode(), "grün"),
    ],
)
def test_an_answer_is_the_result(tmp_path: Path, body: bytes, result: object) -> None:
    with Server(sending(reply(201, body))) as server, loaded(tmp_path, file(server.url)) as some:
        assert run(some) == result


def test_what_is_no_text_is_not_kept_and_said(tmp_path: Path) -> None:
    job, picture = Job(), sending(reply(200, b"\xff\xd8\xff"))
    with Server(picture) as server, loaded(tmp_path, file(server.url)) as some:
        assert run(some, job) is None
    assert job.lines == ["The answer is no text; it is not kept"]


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "latin-1", "hex", "idna", "none"])
def test_whatever_a_server_calls_its_signs_the_job_is_done(tmp_path: Path, charset: str) -> None:
    answer = reply(200, b"+2AA-\\ud800", Content_Type=f"text/plain; charset={charset}")
    with Server(sending(answer)) as server, loaded(tmp_path, file(server.url)) as some:
        result = run(some)
    assert result is None or isinstance(result, str)
    payload.encode(result)


def test_where_a_secret_address_points_on_to_is_not_told_in_full(tmp_path: Path) -> None:
    for location, said in (("next", "another path"), ("http://x.example/a", "http://x.example/a")):
        with Server(sending(reply(302, Location=location))) as server:
            hook = {"HOOK": f"http://127.0.0.1:{server.port}/T0/hook"}
            with loaded(tmp_path, file("env:HOOK"), hook) as some:
                found = failure(some)
        assert f"it points to {said}, and" in found.message
        assert "T0" not in found.message


def test_a_packed_answer_nobody_asked_for_is_not_unpacked(tmp_path: Path) -> None:
    packed = reply(200, b"\x1f\x8b" + b"x" * 100, Content_Encoding="gzip")
    with Server(sending(packed)) as server, loaded(tmp_path, file(server.url)) as some:
        assert run(some) is None
    assert server.requests[0].headers["accept-encoding"] == "identity"


def test_of_a_long_answer_the_beginning_is_kept(tmp_path: Path) -> None:
    for answer in (sending(reply(200, b"\x01" * 1_000_000)), flood):
        job = Job()
        with Server(answer) as server, loaded(tmp_path, file(server.url)) as some:
            result = run(some, job)
        assert isinstance(result, str)
        assert 40_000 < len(result) <= MAX_KEPT
        assert "its beginning is kept" in job.lines[0]


@pytest.mark.parametrize(
    ("answer", "kind", "status", "wait", "said"),
    [
        (reply(503, b"busy\n now", Retry_After="7"), "Http503", 503, 7.0, ": busy now"),
        (reply(404, b"<p>\x1b[31mno"), "Http404", 404, None, "404 Not Found from http://127"),
        (reply(599), "Http599", 599, None, "599 from http"),
        (reply(302, Location="/login?token=abc"), "Http302", 302, None, "/login, and redirects"),
        (
            reply(301, Location="https://u:p@x.example/a?k=1#f"),
            "Http301",
            301,
            None,
            "x.example/a,",
        ),
        (reply(307, Location="http://[bad"), "Http307", 307, None, "cannot be read"),
        (reply(304), "Http304", 304, None, "304 Not Modified"),
    ],
)
def test_a_status_that_is_no_success_is_a_failure_the_rules_can_look_at(
    tmp_path: Path, answer: bytes, kind: str, status: int, wait: float | None, said: str
) -> None:
    with Server(sending(answer)) as server, loaded(tmp_path, file(server.url)) as some:
        found = failure(some)
    assert (found.type, found.status, found.retry_after) == (kind, status, wait)
    assert found.bases == ("HttpError",)
    assert said in found.message
    assert not {"\n", "\x1b"} & set(found.message)
    assert "token" not in found.message
    assert "u:p" not in found.message


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"


@pytest.mark.parametrize(
    "answer", [silence, drip(b""), drip(b"HTTP/1.1 200 OK\r\nX: "), drip(HEAD)],
    ids=["silence", "no head", "dripping head", "dripping body"],
)  # fmt: skip
def test_one_sum_of_time_holds_for_the_whole_request(tmp_path: Path, answer: Answer) -> None:
    with Server(answer) as server, loaded(tmp_path, file(server.url, timeout=SHORT)) as some:
        begun = time.monotonic()
        found = failure(some)
        assert time.monotonic() - begun < 10 * SHORT
    assert found.timed_out
    assert found.type in {"HttpTimeout", "HttpProtocolError"}


def test_a_bad_status_is_told_though_its_words_never_end(tmp_path: Path) -> None:
    head = b"HTTP/1.1 503 Busy\r\nContent-Length: 9999\r\nRetry-After: 5\r\n\r\n"
    with Server(drip(head)) as server, loaded(tmp_path, file(server.url, timeout=SHORT)) as some:
        found = failure(some)
    assert (found.status, found.retry_after) == (503, 5.0)


def test_a_request_ends_soon_after_its_job_was_asked_to_stop(tmp_path: Path) -> None:
    with Server(silence) as server, loaded(tmp_path, file(server.url, timeout=60)) as some:
        context = Job().context()
        threading.Timer(0.1, context.stop).start()
        with pytest.raises(Stop):
            some.mapping["send"].run(context)


@pytest.mark.parametrize(
    ("url", "kind", "said"),
    [
        ("http://no-such-host.invalid/a", "HttpConnectError", "its name cannot be resolved ("),
        ("http://{}.example/a".format("x" * 64), "HttpConnectError", "cannot be resolved"),
        ("http://127.0.0.1:1/a", "HttpConnectError", "no connection (Connection refused)"),
    ],
)
def test_an_address_that_cannot_be_reached_is_a_failed_attempt(
    tmp_path: Path, url: str, kind: str, said: str
) -> None:
    with loaded(tmp_path, file(url)) as some:
        found = failure(some)
    assert (found.type, found.status) == (kind, None)
    assert said in found.message
    assert "\n" not in found.message


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"220 smtp ready\r\n\r\n", "HttpProtocolError"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "HttpProtocolError"),
        (b"", "HttpProtocolError"),
    ],
)
def test_an_answer_that_is_no_http_is_a_failed_attempt(
    tmp_path: Path, answer: bytes, kind: str
) -> None:
    def send_and_close(connection: socket.socket, request: Request) -> bool:
        sending(answer)(connection, request)
        return False

    with Server(send_and_close) as server, loaded(tmp_path, file(server.url)) as some:
        assert failure(some).type == kind


def test_tls_that_fails_is_a_failed_attempt(tmp_path: Path) -> None:
    plain = sending(reply(200))
    with Server(plain) as server, loaded(tmp_path, file(server.url.replace("p:", "ps:"))) as some:
        found = failure(some)
    assert found.type == "HttpTlsError"
    assert "TLS failed: " in found.message


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that only itself vouches for, with its key."""
    folder = tmp_path_factory.mktemp("tls")
    name = ["-subj", "/CN=loopback", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    how = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    subprocess.run(["openssl", "req", *how, *name, *made], check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text("".join((folder / part).read_text() for part in ("certificate.pem", "key.pem")))
    return both


def _tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_nobody_vouches_for_is_not_trusted(tmp_path: Path, certificate: Path) -> None:
    tls = _tls(certificate)
    with Server(sending(reply(200)), tls) as server, loaded(tmp_path, file(server.url)) as some:
        found = failure(some)
    assert found.type == "HttpTlsError"
    assert "its certificate is not trusted: self-signed certificate" in found.message


def test_what_the_system_trusts_is_trusted_and_time_is_kept_under_tls_too(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    tls, large = _tls(certificate), Job(payload=json.dumps("x" * 200_000))
    said = sending(reply(200, b"[1]"))
    with Server(said, tls) as server, loaded(tmp_path, file(server.url)) as some:
        assert [run(some), run(some, large)] == [[1], [1]]
    assert server.most == 1
    with Server(drip(HEAD), tls) as server, loaded(tmp_path, file(server.url, "", SHORT)) as some:
        assert failure(some).type == "HttpTimeout"


def test_secrets_go_out_and_never_come_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret, typed, hook = 'se"same-12345', "typed-into-it", "T0/B0/hookhook"

    def echo(connection: socket.socket, request: Request) -> bool:
        headers = request.headers
        said = json.dumps({**headers, "target": request.target}).encode()
        return sending(reply(200 if "ok" in headers["x-job-id"] else 500, said))(
            connection, request
        )

    with Server(echo) as server:
        headers = ', headers = { Authorization = "Bearer env:TOKEN", X-Api-Key = "typed-into-it" }'
        text = file("env:HOOK", headers)
        environment = {"TOKEN": secret, "HOOK": f"http://127.0.0.1:{server.port}/{hook}?k=v"}
        with loaded(tmp_path, text, environment) as some:
            result = run(some, Job(id="ok"))
            found = failure(some, Job(id="bad"))
            shown = f"{some!r} {some.file!r} {some.describe()!r} {some.mapping!r}"
    assert server.requests[0].headers["authorization"] == f"Bearer {secret}"
    assert server.requests[0].target == f"/{hook}?k=v"
    everything = f"{result} {found} {shown} {caplog.text}"
    for hidden in (secret, json.dumps(secret)[1:-1], typed, hook):
        assert hidden not in everything
    assert "•••" in str(result)
    assert found.message.startswith("500 Internal Server Error from env:HOOK")


def test_cookies_of_one_job_are_not_sent_with_the_next(tmp_path: Path) -> None:
    baking = sending(reply(200, Set_Cookie="session=1; Path=/"))
    with Server(baking) as server, loaded(tmp_path, file(server.url)) as some:
        run(some)
        run(some)
    assert "cookie" not in server.requests[1].headers


def test_what_else_the_program_asks_of_httpx_is_logged_as_ever(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    import httpx

    caplog.set_level(logging.INFO)
    with Server(sending(reply(200))) as server, loaded(tmp_path, file(server.url)) as some:
        run(some)
        assert "HTTP Request" not in caplog.text
        httpx.get(server.url, trust_env=False)
        assert "HTTP Request" in caplog.text


def test_as_many_connections_as_threads_and_no_more_than_the_types_own(tmp_path: Path) -> None:
    both = threading.Barrier(2, timeout=20)

    def slowly(connection: socket.socket, request: Request) -> bool:
        both.wait()
        return sending(reply(200))(connection, request)

    with Server(slowly) as server:
        text = file(server.url) + "concurrency = 2\n"
        with loaded(tmp_path, text) as some:
            threads = [threading.Thread(target=run, args=(some,)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    assert len(server.requests) == 8
    assert server.most == 2
