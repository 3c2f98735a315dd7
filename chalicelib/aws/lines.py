"""Connections to one host, one a thread, kept from request to request."""

import os
import select
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from functools import cache
from threading import local
from typing import NamedTuple
from urllib.parse import urlsplit

_ATTEMPTS = 2
_STALE = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
_PIECE = 65536
_HEAD_MAX = 65536
_BODY_MAX = 64 * 1024 * 1024
"""In bytes. The longest answer is that of a BatchGetItem, 16 MB before its types are named."""

_INTERIM = range(100, 200)


class Reply(NamedTuple):
    """What a host answered; the names of the headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class LostError(Exception):
    """No whole answer came: whether the request was carried out is not known."""


class UnreachedError(LostError):
    """There was no connection, or no trust in who is at its other end: nothing was sent."""


class _Kept:
    """A connection that is closed with whoever keeps it: its thread, or its line."""

    __slots__ = ("connection",)

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()


class Line:
    """A host, and how long it may take to connect and to answer, in seconds.

    `once` is for a host to which no request may go twice, not even one of which no word came back.
    """

    def __init__(self, url: str, *, connect: float, answer: float, once: bool = False) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(
                f"{url} is no address of a service: say it like https://dynamodb.eu-central-1.amazonaws.com."
            )
        self.host = parts.netloc
        self._is_plain = parts.scheme == "http"
        self._name = parts.hostname or ""
        self._port = parts.port or (80 if self._is_plain else 443)
        self._connect, self._answer = connect, answer
        self._attempts = 1 if once else _ATTEMPTS
        self._own = local()

    @property
    def seconds(self) -> float:
        """How long an exchange takes at most, if no kept connection turns out to be dead."""
        return self._connect + self._answer

    def exchange(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Post a body and return the whole answer.

        A function that was frozen finds its connection dead: one that the host has closed meanwhile is not used, and
        where one breaks before a word of the answer, the request goes once more over a new one.

        Raises:
            UnreachedError: nothing was sent.
            LostError: it was sent, and no whole answer came in time.
        """
        for attempt in range(self._attempts):
            kept = self._taken()
            used = kept or self._opened()
            try:
                reply, stays = _exchanged(used.connection, path, headers, body, self._answer)
            except _STALE as error:
                if kept is None or attempt + 1 == self._attempts:
                    raise LostError(type(error).__name__) from error
            except (OSError, _BrokenError) as error:
                raise LostError(type(error).__name__) from error
            else:
                self._own.kept = used if stays else None
                return reply
        raise AssertionError("unreachable")

    def _taken(self) -> _Kept | None:
        """This thread's connection, if it has one that nobody has closed: a closed one can be read from.

        It is this exchange's from now on, and is kept again when a whole answer has come: after anything else, the next
        thing to be read from it would be another's answer.
        """
        kept: _Kept | None = getattr(self._own, "kept", None)
        self._own.kept = None
        if kept is None:
            return None
        poll = select.poll()
        poll.register(kept.connection, select.POLLIN)
        return None if poll.poll(0) else kept

    def _opened(self) -> _Kept:
        try:
            connection = socket.create_connection((self._name, self._port), self._connect)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not self._is_plain:
                connection = _trust().wrap_socket(connection, server_hostname=self._name)
        except OSError as error:
            passed_by = not self._is_plain and (os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy"))
            told = " (HTTPS_PROXY is set, and proxies are not used)" if passed_by else ""
            raise UnreachedError(type(error).__name__ + told) from error
        return _Kept(connection)


class _BrokenError(Exception):
    """An answer is not whole, or none."""


class _Answer:
    """What comes over a connection until a moment, of which the first piece has come.

    The time is that of the whole answer: a host that sends a letter now and then holds up nobody.
    """

    def __init__(self, connection: socket.socket, first: bytes, moment: float) -> None:
        self._connection = connection
        self._came = first
        self._moment = moment

    @property
    def is_over(self) -> bool:
        """Whether nothing has come that was not asked for."""
        return not self._came

    def until(self, end: bytes) -> bytes:
        """What comes before the next `end`, which goes with it."""
        while end not in self._came:
            if len(self._came) > _HEAD_MAX:
                raise _BrokenError
            self._came += self._next()
        found, _, self._came = self._came.partition(end)
        return found

    def exactly(self, length: int) -> bytes:
        """So many bytes."""
        if not 0 <= length <= _BODY_MAX:
            raise _BrokenError
        pieces, missing = [self._came], length - len(self._came)
        while missing > 0:
            pieces.append(self._next())
            missing -= len(pieces[-1])
        came = b"".join(pieces)
        self._came = came[length:]
        return came[:length]

    def _next(self) -> bytes:
        left = self._moment - time.monotonic()
        if left <= 0:
            raise _BrokenError
        self._connection.settimeout(left)
        piece = self._connection.recv(_PIECE)
        if not piece:
            raise _BrokenError
        return piece


def _exchanged(
    connection: socket.socket, path: str, headers: Mapping[str, str], body: bytes, seconds: float
) -> tuple[Reply, bool]:
    """Ask over a connection, all at once; return the whole answer, and whether the connection may be kept."""
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
    connection.settimeout(seconds)
    connection.sendall("\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode("ascii") + body)
    moment = time.monotonic() + seconds
    first = connection.recv(_PIECE)
    if not first:
        raise ConnectionResetError
    answer = _Answer(connection, first, moment)
    reply, stays = _read(answer)
    return reply, stays and answer.is_over


def _read(answer: _Answer) -> tuple[Reply, bool]:
    """Read an answer of HTTP/1.1 (RFC 9112), and whether its connection stays open after it.

    The standard library's parser takes many times as long.

    Raises:
        _BrokenError: it ends before it is whole, nobody can tell where it ends, or it is longer than any answer.
    """
    try:
        version, status, headers = _head(answer)
        while status in _INTERIM:
            version, status, headers = _head(answer)
        is_cut = headers.get("transfer-encoding", "").lower() == "chunked"
        body = b"".join(_chunks(answer)) if is_cut else answer.exactly(int(headers["content-length"]))
    except (OSError, ValueError, KeyError) as error:
        raise _BrokenError from error
    return Reply(status, headers, body), version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"


def _head(answer: _Answer) -> tuple[str, int, dict[str, str]]:
    """The version, status and headers of an answer, or of what comes before it (RFC 9110, 15.2)."""
    first, *lines = answer.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
    version, status, *_ = first.split(None, 2)
    headers = dict[str, str]()
    for line in lines:
        name, colon, text = line.partition(":")
        if not colon:
            raise _BrokenError
        headers[name.lower()] = text.strip()
    if not version.startswith("HTTP/1."):
        raise _BrokenError
    return version, int(status), headers


def _chunks(answer: _Answer) -> Iterator[bytes]:
    left = _BODY_MAX
    while length := int(answer.until(b"\r\n").partition(b";")[0], 16):
        yield answer.exactly(length)
        left -= length
        if answer.until(b"\r\n") or left < 0:
            raise _BrokenError
    while answer.until(b"\r\n"):
        pass


@cache
def _trust() -> ssl.SSLContext:
    """Whom to trust: the authorities of the system, or those of a file that is named as for AWS's own tools.

    Reading them takes a while, so it is done once.
    """
    return ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE") or None)
