"""A service of AWS on this machine, over TLS or not, which does with its connections what a test wants."""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

ANSWER = b'{"Item": {}}'

Connection = socket.socket
Act = Callable[[Connection, bytes], bool]
"""What is done when a request has come; whether the connection is kept."""


@dataclass
class Server:
    """What came: the bodies, and the number of the connection that each of them came over."""

    port: int = 0
    bodies: list[bytes] = field(default_factory=list)
    over: list[int] = field(default_factory=list)
    connections: int = 0
    acts: list[Act] = field(default_factory=list)


def whole(status: int = 200, body: bytes = ANSWER, **headers: str) -> bytes:
    """An answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def answering(answer: bytes) -> Act:
    """Give this answer, and keep the connection."""

    def act(connection: Connection, _: bytes) -> bool:
        connection.sendall(answer)
        return True

    return act


def closing(answer: bytes = b"") -> Act:
    """Give this answer, or a piece of it, or none at all, and close the connection."""

    def act(connection: Connection, _: bytes) -> bool:
        connection.sendall(answer)
        return False

    return act


def resetting(answer: bytes) -> Act:
    """Give a piece of an answer, wait until it is read, and break the connection off, as a host that dies does."""

    def act(connection: Connection, _: bytes) -> bool:
        connection.sendall(answer)
        time.sleep(0.1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    return act


@contextmanager
def serving(*acts: Act, context: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve until the block is left: the acts one after the other, then whole answers."""
    told, stop = Server(acts=list(acts)), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        told.port = listening.getsockname()[1]
        listening.settimeout(0.05)
        threads = [threading.Thread(target=_accept, args=(listening, context, told, stop), daemon=True)]
        threads[0].start()
        try:
            yield told
        finally:
            stop.set()
            threads[0].join(5)


def _accept(listening: socket.socket, context: ssl.SSLContext | None, told: Server, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            connection, _ = listening.accept()
        except TimeoutError:
            continue
        told.connections += 1
        number = told.connections
        threading.Thread(target=_serve, args=(connection, context, told, number, stop), daemon=True).start()


def _serve(
    plain: socket.socket, context: ssl.SSLContext | None, told: Server, number: int, stop: threading.Event
) -> None:
    plain.settimeout(5)
    try:
        connection = context.wrap_socket(plain, server_side=True) if context else plain
        with connection:
            connection.settimeout(5)
            while not stop.is_set() and (body := _request(connection)) is not None:
                told.bodies.append(body)
                told.over.append(number)
                act = told.acts.pop(0) if told.acts else answering(whole())
                if not act(connection, body):
                    return
    except OSError:
        plain.close()


def _request(connection: socket.socket) -> bytes | None:
    """The body of the next request; None when the other side has closed."""
    read = b""
    while b"\r\n\r\n" not in read:
        more = connection.recv(65536)
        if not more:
            return None
        read += more
    head, _, body = read.partition(b"\r\n\r\n")
    said = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    while said and len(body) < int(said[0]):
        body += connection.recv(65536)
    return body
