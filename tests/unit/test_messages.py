"""Which mails a settlement causes, and what they say."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.messages import owed
from chalicelib.domain.model import Account, Letter, Redemption, Standing, Terms
from tests.unit.book import TEN_PERCENT, Book, at

HELD = Standing(Terms("Starter", TEN_PERCENT, 450, 450), at(0), at(30), net=4500, worth=450, room=450)
RELEASED = replace(HELD, released_in=4)
NOTHING = replace(HELD, worth=0)
ACCOUNT = Account("amb_1", 4, {"EUR": {"available": 1450, "held": 9}, "points": {"available": 70}})


def settled(standing: Standing | None, **more: Any) -> Redemption:
    """The order, at its seventh version, as a settlement leaves it."""
    return replace(Book().redemption, version=7, standing=standing, **more)


def letters(before: Standing | None, after: Standing, **more: Any) -> list[str]:
    """Which letters are owed."""
    message = owed(settled(after, **more), before, ACCOUNT, now=at(1))
    return [letter.template for letter in message.letters] if message else []


@pytest.mark.parametrize(
    ("before", "after", "owes"),
    [
        (None, HELD, ["friend_thanks", "reward_held"]),
        (None, RELEASED, ["friend_thanks", "reward_released"]),
        (None, NOTHING, ["friend_thanks"]),
        (None, replace(NOTHING, released_in=4), ["friend_thanks"]),
        (None, replace(NOTHING, net=0), []),
        (None, replace(HELD, net=1), ["friend_thanks", "reward_held"]),
        (None, replace(HELD, worth=1), ["friend_thanks", "reward_held"]),
        (None, replace(HELD, asked_until=at(30)), ["friend_thanks"]),
        (HELD, HELD, []),
        (HELD, replace(HELD, worth=300), []),
        (HELD, NOTHING, []),
        (NOTHING, HELD, []),
        (HELD, RELEASED, ["reward_released"]),
        (HELD, replace(RELEASED, worth=1), ["reward_released"]),
        (HELD, replace(RELEASED, worth=0), []),
        (RELEASED, RELEASED, []),
        (RELEASED, replace(RELEASED, worth=300), []),
        (replace(RELEASED, worth=0), RELEASED, []),
    ],
)
def test_each_occasion_has_its_letter(before: Standing | None, after: Standing, owes: list[str]) -> None:
    """The first look and the release; refunds, denials and reversals in between are told by the pages, not by mail.

    A friend whose order came back before anybody looked is not thanked; a reward under review is not announced.
    """
    assert letters(before, after) == owes


def test_the_friend_of_a_claimed_order_is_not_written_to() -> None:
    """They have used no code and expect no mail; the ambassador does."""
    assert letters(None, HELD, claim="clm_1") == ["reward_held"]


def test_the_letters_say_what_they_are_about() -> None:
    """What the friend has saved; what is held and until when; what was released, and what there is with it."""
    first = owed(settled(HELD), None, ACCOUNT, now=at(1))
    assert first is not None
    assert first.letters == (Letter("friend_thanks", 500), Letter("reward_held", 450, release_at=at(30)))
    second = owed(settled(RELEASED), HELD, ACCOUNT, now=at(30))
    assert second is not None
    assert second.letters == (Letter("reward_released", 450, available=1450),)


def test_letters_about_points_count_points() -> None:
    """Their unit stands in the letter, and the balance that it tells is of that unit."""
    terms = replace(HELD.terms, unit="points")
    held, released = replace(HELD, terms=terms), replace(RELEASED, terms=terms)
    first = owed(settled(held), None, ACCOUNT, now=at(1))
    second = owed(settled(released), held, ACCOUNT, now=at(30))
    assert first is not None
    assert second is not None
    assert first.letters[1] == Letter("reward_held", 450, release_at=at(30), unit="points")
    assert second.letters == (Letter("reward_released", 450, available=70, unit="points"),)


def test_a_message_names_its_settlement_and_people_by_reference_only() -> None:
    """It belongs to this version of the order, is in its currency under its program, and is due at once."""
    message = owed(settled(HELD, program_version=3, currency="CHF"), None, ACCOUNT, now=at(1))
    assert message is not None
    assert (message.id, message.order_id, message.version) == ("o1#7", "o1", 7)
    assert (message.ambassador_id, message.friend) == ("amb_1", "f" * 32)
    assert (message.program_version, message.currency) == (3, "CHF")
    assert (message.state, message.attempts, message.due_at) == ("pending", 0, at(1))
