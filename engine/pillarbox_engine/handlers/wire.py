"""The wire under an HTTP handler: one pool of connections, and a limit on everything.

Owns the deadline. A time-out of the HTTP library's counts from byte to byte, so an answer that
drips would never end; here every step of a request, from the first address tried to the last byte
read, takes from one sum of time, and a request that was asked to stop ends at its next step.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

STEP = 0.2
"""Seconds after which a request that waits looks whether it should stop."""
CONNECT = 10.0
"""Seconds one address has to take a connection, and the other side to agree on TLS."""
PIECE = 16 * 1024


class TimeUp(Exception):
    """The request has used up its time."""


class Stopped(Exception):
    """The request was asked to stop."""


@dataclass(slots=True)
class Limit:
    """What one request has left: until `deadline` on the monotonic clock, unless `stopped()`."""

    deadline: float
    stopped: Callable[[], bool]

    def left(self, most: float) -> float:
        """The seconds for the next step, at most `most`. Raises `TimeUp` or `Stopped`."""
        if self.stopped():
            raise Stopped
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeUp
        return min(left, most)

    def shorten(self, seconds: float) -> None:
        """Leave no more than `seconds` from now on."""
        self.deadline = min(self.deadline, time.monotonic() + seconds)


class Limits(threading.local):
    """The limit of the request that the calling thread makes."""

    current: Limit | None = None

    @contextmanager
    def under(self, limit: Limit) -> Iterator[None]:
        """Everything the thread sends or reads here takes from `limit`."""
        self.current = limit
        try:
            yield
        finally:
            self.current = None

    def left(self, most: float) -> float:
        """As `Limit.left`; connections closed outside of a request may take `most`."""
        return most if self.current is None else self.current.left(most)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, limits: Limits) -> None:
        self._inner, self._limits = inner, limits

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            left = self._limits.left(STEP)
            try:
                return self._inner.read(max_bytes, timeout=left)
            except httpcore.ReadTimeout:
                continue  # nothing came in this step; the limit says whether there is another

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), PIECE):
            left = self._limits.left(float("inf"))
            try:
                self._inner.write(buffer[start : start + PIECE], timeout=left)
            except httpcore.WriteTimeout as error:
                raise TimeUp from error

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._limits.left(CONNECT)
        inner = self._inner.start_tls(ssl_context, server_hostname, left)
        return _Stream(inner, self._limits)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Network(httpcore.NetworkBackend):
    """Connections whose every step takes from the limit of the thread that takes it."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._sockets = limits, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failed: Exception = httpcore.ConnectError("there is no address")
        for address in _addresses(host, port):
            left = self._limits.left(CONNECT)
            try:
                inner = self._sockets.connect_tcp(address, port, left, None, socket_options or [])
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _Stream(inner, self._limits)
        raise failed


def _addresses(host: str, port: int) -> list[str]:
    """The addresses of a host, in the system's order. The resolver keeps a time of its own."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(str(error)) from error
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes], close: Callable[[], None]) -> None:
        self._stream, self._close = stream, close

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        self._close()


class Wire(httpx.BaseTransport):
    """A pool of at most `most` connections (None: as many as there are threads)."""

    def __init__(self, limits: Limits, most: int | None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=trusting(), max_connections=most, network_backend=_Network(limits)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send, and read as far as the end of the answer's head."""
        url = request.url
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        answer = self._pool.handle_request(asked)
        stream: Any = answer.stream
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(stream, stream.close),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


def trusting() -> ssl.SSLContext:
    """What is trusted: the certificates httpx brings, and those of this system."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context
