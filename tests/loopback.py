"""A server on loopback that misbehaves as it is told, and keeps what it was sent.

Owns plain HTTP/1.1 over real sockets, a thread a connection: enough for a client to be tested
against silence, drips and floods, with the number of connections counted as the kernel has it.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

PATIENCE = 30.0
"""Seconds after which a thread of the server gives up whatever it does."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: `headers` by their names in small letters, `at` on the monotonic clock."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)


Answer = Callable[[socket.socket, Request], bool]
"""Answers on the connection; whether it can be used again."""


@dataclass(slots=True)
class Server:
    """Serves until closed. `answer` is what it does with each request."""

    answer: Answer
    tls: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    most: int = 0
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)
    _listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    def __enter__(self) -> Server:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            left = tuple(self._open)
        for connection in left:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)

    @property
    def url(self) -> str:
        """Its address, with a path."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/jobs"

    @property
    def port(self) -> int:
        """Its port."""
        return int(self._listener.getsockname()[1])

    def _start(self, run: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(PATIENCE)
            with self._lock:
                self._open.add(connection)
                self.most = max(self.most, sum(map(_is_open, self._open)))
            self._start(self._shake_hands if self.tls else self._serve, connection)

    def _shake_hands(self, connection: socket.socket) -> None:
        assert self.tls is not None
        # A client that does not trust us leaves in the middle of it.
        with contextlib.suppress(OSError), self.tls.wrap_socket(connection, True) as secured:
            with self._lock:
                self._open.add(secured)
            self._serve(secured)
        with self._lock:
            self._open.discard(connection)

    def _serve(self, connection: socket.socket) -> None:
        # What the client does to the connection is its own affair: a reset ends it here.
        with contextlib.suppress(OSError):
            while (request := _read(connection)) is not None:
                with self._lock:
                    self.requests.append(request)
                if not self.answer(connection, request):
                    break
        with self._lock:
            self._open.discard(connection)
        connection.close()


def _is_open(connection: socket.socket) -> bool:
    """Whether the other side has it open: its end would have arrived before anything later."""
    try:
        with connection.dup() as probe:
            probe.settimeout(0)
            return probe.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def _read(connection: socket.socket) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65_536)
        if not chunk:
            return None
        data += chunk
        if not data[:1].isalpha():
            connection.sendall(b"HTTP/1.1 400 Not HTTP\r\n\r\n")
            return None
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65_536)
    method, target, _ = first.split(" ")
    return Request(method, target, headers, body)


def reply(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A whole answer; `Retry_After="3"` is the header Retry-After."""
    lines = [f"HTTP/1.1 {status} Word", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def sending(answer: bytes) -> Answer:
    """Sends `answer` and keeps the connection."""

    def send(connection: socket.socket, request: Request) -> bool:
        connection.sendall(answer)
        return True

    return send


def silence(connection: socket.socket, request: Request) -> bool:
    """Says nothing until the other side closes."""
    connection.recv(1)
    return False


def drip(head: bytes) -> Answer:
    """Sends `head` and then a byte ten times a second, without end."""

    def send(connection: socket.socket, request: Request) -> bool:
        connection.sendall(head)
        connection.settimeout(0.1)
        for _ in range(int(PATIENCE * 10)):
            try:
                if connection.recv(1) == b"":
                    break
            except TimeoutError:
                connection.sendall(b"x")
        return False

    return send


def flood(connection: socket.socket, request: Request) -> bool:
    """An answer of 200 whose body never ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    piece = b"10000\r\n" + b"y" * 65_536 + b"\r\n"
    while True:
        connection.sendall(piece)
