"""The history that every audit is of."""

import pytest

from tests.integration.audit.story import Story, a_story


@pytest.fixture
def story() -> Story:
    """A rich history; nobody changes it."""
    return a_story()
