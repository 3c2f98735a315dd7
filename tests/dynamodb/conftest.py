"""One engine for each module: it slows down after some 20,000 transactions."""

from collections.abc import Iterator

import pytest

from infra.dynamodb.local import Local, running


@pytest.fixture(scope="module")
def local() -> Iterator[Local]:
    """DynamoDB Local with the program's table, empty."""
    with running() as engine:
        yield engine
