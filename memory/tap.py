"""Whoever wants to know what goes over the program's wire, or to answer in AWS's place, taps it."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from chalicelib.aws.lines import Line, Reply
from chalicelib.aws.services import SES

GoOn = Callable[[], Reply]
Tap = Callable[[str, Any, GoOn], Reply]

_PATHS = {path: operation for operation, path in SES.paths.items()}


@contextmanager
def tapped(tap: Tap) -> Iterator[None]:
    """Give every request of this process to a tap: its operation, its parameters, and what lets it go on.

    Taps stand one behind the other; the last one is met first.
    """
    before = Line.exchange

    def exchange(line: Line, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        operation = _PATHS.get(path) or headers["x-amz-target"].rpartition(".")[2]
        return tap(operation, json.loads(body), lambda: before(line, path, headers, body))

    with patch.object(Line, "exchange", exchange):
        yield
