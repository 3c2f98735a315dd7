"""Connections to one host, one a thread, kept from request to request."""

import select
import socket
import ssl
from collections.abc import Iterator, Mapping
from functools import cache
from threading import local
from typing import NamedTuple
from urllib.parse import urlsplit

_ATTEMPTS = 2
_STALE = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
_PIECE = 65536


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
            kept = self._kept()
            connection = kept or self._opened()
            try:
                return self._said(connection, path, headers, body)
            except _STALE as error:
                self._drop()
                if kept is None or attempt + 1 == self._attempts:
                    raise LostError(type(error).__name__) from error
            except (OSError, _BrokenError) as error:
                self._drop()
                raise LostError(type(error).__name__) from error
        raise AssertionError("unreachable")

    def _said(self, connection: socket.socket, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Ask over a connection, all at once, and read the answer to its end."""
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
        connection.sendall("\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode("ascii") + body)
        first = connection.recv(_PIECE)
        if not first:
            raise ConnectionResetError
        reply = _read(_Answer(connection, first))
        if reply.headers.get("connection", "").lower() == "close":
            self._drop()
        return reply

    def _kept(self) -> socket.socket | None:
        """This thread's connection, if it has one that nobody has closed: a closed one can be read from."""
        kept: _Kept | None = getattr(self._own, "kept", None)
        if kept is None:
            return None
        poll = select.poll()
        poll.register(kept.connection, select.POLLIN)
        if poll.poll(0):
            self._drop()
            return None
        return kept.connection

    def _opened(self) -> socket.socket:
        try:
            connection = socket.create_connection((self._name, self._port), self._connect)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not self._is_plain:
                connection = _trust().wrap_socket(connection, server_hostname=self._name)
        except OSError as error:
            raise UnreachedError(type(error).__name__) from error
        connection.settimeout(self._answer)
        self._own.kept = _Kept(connection)
        return connection

    def _drop(self) -> None:
        self._own.kept = None


class _BrokenError(Exception):
    """An answer is not whole, or none."""


class _Answer:
    """What comes over a connection, of which the first piece has come."""

    def __init__(self, connection: socket.socket, first: bytes) -> None:
        self._connection = connection
        self._came = first

    def until(self, end: bytes) -> bytes:
        """What comes before the next `end`, which goes with it."""
        while end not in self._came:
            self._came += self._next()
        found, _, self._came = self._came.partition(end)
        return found

    def exactly(self, length: int) -> bytes:
        """So many bytes."""
        if length < 0:
            raise _BrokenError
        pieces, missing = [self._came], length - len(self._came)
        while missing > 0:
            pieces.append(self._next())
            missing -= len(pieces[-1])
        came = b"".join(pieces)
        self._came = came[length:]
        return came[:length]

    def _next(self) -> bytes:
        piece = self._connection.recv(_PIECE)
        if not piece:
            raise _BrokenError
        return piece


def _read(answer: _Answer) -> Reply:
    """Read an answer of HTTP/1.1 (RFC 9112). The standard library's parser takes many times as long.

    Raises:
        _BrokenError: it ends before it is whole, or nobody can tell where it ends.
    """
    try:
        first, *lines = answer.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        status, headers = int(first.split(None, 2)[1]), dict[str, str]()
        for line in lines:
            name, colon, text = line.partition(":")
            if not colon:
                raise _BrokenError
            headers[name.lower()] = text.strip()
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return Reply(status, headers, b"".join(_chunks(answer)))
        return Reply(status, headers, answer.exactly(int(headers["content-length"])))
    except (OSError, ValueError, IndexError, KeyError) as error:
        raise _BrokenError from error


def _chunks(answer: _Answer) -> Iterator[bytes]:
    while length := int(answer.until(b"\r\n").partition(b";")[0], 16):
        yield answer.exactly(length)
        answer.until(b"\r\n")
    while answer.until(b"\r\n"):
        pass


@cache
def _trust() -> ssl.SSLContext:
    """Whom to trust: the authorities of the system. Reading them takes a while, so it is done once."""
    return ssl.create_default_context()
