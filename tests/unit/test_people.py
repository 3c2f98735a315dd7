"""Who is the same person."""

import pytest

from chalicelib.domain.people import canonical_email


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maya@Example.com", "maya@example.com"),
        ("m.a.y.a+shop@gmail.com", "maya@googlemail.com"),
        ("maya+shop@outlook.com", "maya@outlook.com"),
        ("jos\u00e9@example.com", "jose\u0301@example.com"),
        ("\uff4d\uff41ya@example.com", "maya@example.com"),
        ("maya@b\u00fccher.example", "maya@xn--bcher-kva.example"),
    ],
)
def test_spellings_of_one_mailbox_are_one_person(one: str, other: str) -> None:
    """Case, tags and dots where the host folds them, Unicode forms, and international hosts don't make two people."""
    assert canonical_email(one) == canonical_email(other)


@pytest.mark.parametrize(
    ("one", "other"), [("ma.ya@example.com", "maya@example.com"), ("a+b@example.com", "a@example.com")]
)
def test_what_may_be_two_people_stays_two(one: str, other: str) -> None:
    """A host that is not known to fold dots or tags may deliver them to different people."""
    assert canonical_email(one) != canonical_email(other)
