"""Titles of problems are part of the contract, whatever Python answers."""

import pytest

from chalicelib.edge.problems import phrase


@pytest.mark.parametrize(
    ("status", "title"),
    [(404, "Not Found"), (413, "Request Entity Too Large"), (422, "Unprocessable Entity"), (429, "Too Many Requests")],
)
def test_a_title_is_the_same_on_every_python(status: int, title: str) -> None:
    """Python 3.13, which is deployed, calls two of them otherwise than 3.11, of which the contract is."""
    assert phrase(status) == title
