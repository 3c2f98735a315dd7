"""A table in a process of its own: the engine in memory behind DynamoDB's JSON protocol, each call in its time."""

import json
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from threading import Lock
from typing import Any

from chalicelib.aws.credentials import Credentials
from chalicelib.aws.services import DYNAMODB, Answer, Call, RefusedError, Service
from memory.engine import Engine


def calling(port: int, calls: Counter[str]) -> Call:
    """Return what carries out the calls to the table at a port, and counts them by operation."""
    url, who = f"http://127.0.0.1:{port}", Credentials("none", "none")
    service = Service(DYNAMODB, connect=5, answer=10, region="eu-central-1", url=url, who=lambda: who)

    def call(operation: str, request: dict[str, Any]) -> Answer:
        calls[operation] += 1
        return service.call(operation, request)

    return call


def serve(engine: Engine, told: Connection, seconds: Callable[[str], float]) -> None:
    """Serve an engine for ever: tell the port, and let each call last so many seconds, by its operation."""
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        """One call after the other on each connection."""

        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer in one piece
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            """Answer one call."""
            start = time.monotonic()
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            operation, status = self.headers["X-Amz-Target"].partition(".")[2], 200
            with lock:
                try:
                    answer = engine.call(operation, request)
                except RefusedError as error:
                    status, answer = error.status, error.answer
                engine.settle_indexes()
            body = json.dumps(answer).encode()
            time.sleep(max(0.0, start + seconds(operation) - time.monotonic()))
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.send(server.server_port)
    server.serve_forever()
