"""The HTTP side of a local instance: Chalice's own local server, brought nearer to API Gateway.

Chalice's answers 403 on an unknown path and echoes headers there, hands over path parameters as they came, and sends a
body after HEAD. The deployed gateway does none of this, and clients must not notice where they are.
"""

import json
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from typing import Any
from urllib.parse import unquote

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import (
    ChaliceRequestHandler,
    LocalChalice,
    LocalDevServer,
    LocalGateway,
    LocalGatewayException,
    ThreadedHTTPServer,
)

from chalicelib.edge.browsers import EXPOSED

BODY_BYTES_MAX = 10 * 1024 * 1024
DRAIN_SECONDS = 5.0
BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Problem(LocalGatewayException):
    """An answer that the gateway gives by itself, in the app's own form (RFC 9457)."""

    def __init__(self, status: int, reason: str, detail: str) -> None:
        request_id = str(uuid.uuid4())
        document = {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "reason": reason,
            "request_id": request_id,
        }
        headers = {
            "Content-Type": "application/problem+json",
            "X-Request-Id": request_id,
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": EXPOSED,
        }
        super().__init__(headers, json.dumps(document).encode())
        self.CODE = status


class Gateway(LocalGateway):
    """Routes as API Gateway does."""

    def _generate_lambda_event(
        self, method: str, path: str, headers: dict[str, Any], body: bytes | None
    ) -> dict[str, Any]:
        try:
            event = super()._generate_lambda_event(method, path, headers, body)
        except ValueError:
            raise _not_found() from None
        captured = event["pathParameters"]
        if "" in captured.values():
            raise _not_found()
        event["pathParameters"] = {name: unquote(value) for name, value in captured.items()}
        event["requestContext"]["requestId"] = str(uuid.uuid4())
        return event

    def _has_user_defined_options_method(self, _: dict[str, Any]) -> bool:
        """Leave OPTIONS to the app, which knows what pages may do where, and answers 405 elsewhere."""
        return True


class Server(ThreadedHTTPServer):
    """A thread per connection; knows how many requests are being answered, so that it can let them finish."""

    request_queue_size = 1024

    def __init__(self, *args: Any) -> None:
        self.stopping = False
        self._answering = 0
        self._changed = threading.Condition()
        super().__init__(*args)

    def server_bind(self) -> None:
        """Bind without HTTPServer's reverse name look-up, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Count a request for as long as it runs."""
        with self._changed:
            self._answering += 1
        try:
            yield
        finally:
            with self._changed:
                self._answering -= 1
                self._changed.notify_all()

    def drain(self) -> None:
        """Wait until the running requests are answered, but not for ever; each ends its connection."""
        self.stopping = True
        with self._changed:
            self._changed.wait_for(lambda: not self._answering, DRAIN_SECONDS)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about a client that went away."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class Handler(ChaliceRequestHandler):
    """One connection. Writes whole answers without Nagle's delay, and logs nothing: the app has its own log."""

    server: Server
    timeout = 60
    wbufsize = -1
    disable_nagle_algorithm = True

    def __init__(self, request: Any, client_address: Any, server: Server, app_object: Chalice, config: Config) -> None:
        self.local_gateway = Gateway(app_object, config)
        BaseHTTPRequestHandler.__init__(self, request, client_address, server)

    def _generic_handle(self) -> None:
        with self.server.answering():
            try:
                super()._generic_handle()
            except Problem as problem:
                self.close_connection = True
                self._send_error_response(problem)
            self.wfile.flush()
            self.close_connection |= self.server.stopping

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = _generic_handle  # noqa: N815

    def __getattr__(self, name: str) -> Any:
        """Leave it to the app to refuse a method that nobody knows."""
        if name.startswith("do_"):
            return self._generic_handle
        raise AttributeError(name)

    def _parse_payload(self) -> tuple[dict[str, Any], bytes | None]:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers:
            raise Problem(411, "length_required", "Send the body in one piece, with Content-Length.")
        if not (length.isascii() and length.isdigit()):
            raise Problem(400, "malformed_request", "Content-Length is not a number.")
        if len(length) > len(str(BODY_BYTES_MAX)) or int(length) > BODY_BYTES_MAX:
            raise Problem(413, "body_too_large", "The body is too large.")
        return super()._parse_payload()

    def _send_http_response_with_body(self, code: int, headers: dict[str, Any], body: str | bytes) -> None:
        raw = body if isinstance(body, bytes) else body.encode()
        self.send_response(code)
        self.send_header("Content-Type", headers.pop("Content-Type", "application/json"))
        length = headers.pop("Content-Length", str(len(raw)))
        if code not in BODILESS:
            self.send_header("Content-Length", length)
        self._send_headers(headers)
        if self.command != "HEAD" and code not in BODILESS:
            self.wfile.write(raw)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is not even HTTP, in the same form as everything else."""
        self.close_connection = True
        self.request_version = self.protocol_version  # or a broken request line is answered without a status
        self._send_error_response(
            Problem(code, "malformed_request", explain or message or HTTPStatus(code).description)
        )

    def log_message(self, *_: Any) -> None:
        """Stay quiet."""


@contextmanager
def serving(app: Chalice, config: Config, host: str, port: int) -> Iterator[threading.Thread]:
    """Answer requests until the block is left; the running ones are finished then."""
    app.__class__ = type("LocalApp", (LocalChalice, type(app)), {})
    server: Server = LocalDevServer(app, config, host, port, handler_cls=Handler, server_cls=Server).server
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="http")
    thread.start()
    try:
        yield thread
    finally:
        server.shutdown()
        server.server_close()
        server.drain()
        thread.join()


def _not_found() -> Problem:
    return Problem(404, "not_found", "There is nothing at this address.")
