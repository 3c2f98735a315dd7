"""Fixtures: a whole shop in one process."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.shop import Shop, open_shop

# A busy machine is slow, not wrong.
settings.register_profile("gate", deadline=None)
settings.load_profile("gate")


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop with the demonstration program, an empty table, and a clock that stands still until it is moved."""
    with open_shop() as opened:
        yield opened
