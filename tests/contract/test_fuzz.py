"""All operations under trial, in short; `make fuzz` does so at length."""

from collections.abc import Iterator

import pytest

from chalicelib.edge.routes import ROUTES, Route
from tests.fuzz.odd import oddities
from tests.fuzz.town import Town, open_town
from tests.fuzz.trial import Outcome, attempt
from tests.fuzz.walk import walk

EXAMPLES = 8


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """A shop in which something has happened."""
    with open_town() as opened:
        yield opened


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_each_operation_keeps_the_contract(route: Route, town: Town) -> None:
    """Whatever it is sent, by whomever: there is no error of ours, and no answer that the contract does not know.

    What the contract allows is taken, what it does not is refused, but for exceptions that have their reason.
    """
    outcome = Outcome(route.name)
    attempt(route, EXAMPLES, town, outcome)
    oddities(route, EXAMPLES, town, outcome)
    assert outcome.failures == {}


def test_operations_after_each_other_keep_the_contract(town: Town) -> None:
    """The same along the links, while time passes and the workers work."""
    outcome = Outcome("walks")
    walk(6, 20, town, outcome)
    assert outcome.failures == {}
    assert 404 in outcome.statuses
    assert not {200, 201}.isdisjoint(outcome.statuses)
