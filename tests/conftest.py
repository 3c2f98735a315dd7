"""Fixtures: a whole shop in one process."""

from collections.abc import Iterator

import pytest

from tests.shop import Shop, open_shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop with the demonstration program, an empty table, and a clock that stands still until it is moved."""
    with open_shop() as opened:
        yield opened
