"""Which mails a settlement causes, and what they say."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
from chalicelib.domain.model.orders import News, Redemption, Standing, Terms
from chalicelib.domain.orders.messages import owed, tell
from tests.unit.book import TEN_PERCENT, Book, at, program

HELD = Standing(Terms("Starter", TEN_PERCENT, 450, 450), at(0), at(30), net=4500, worth=450, cap_used=450)
RELEASED = replace(HELD, released_in=4)
NOTHING = replace(HELD, worth=0)
MAYA, FRIEND = Recipient("ambassador", "amb_1"), Recipient("friend", "f" * 32)
ACCOUNT = Account("amb_1", 4, {"EUR": {"available": 1450, "held": 9}, "points": {"available": 70}}, active_at=at(5))


def settled(standing: Standing | None, **more: Any) -> Redemption:
    """The order, at its seventh version, as a settlement leaves it."""
    return replace(Book().redemption, version=7, standing=standing, **more)


def told_by(before: Standing | None, after: Standing, **more: Any) -> tuple[Message, ...]:
    """What is owed by a settlement that led from one standing to the other."""
    had = before.available if before else 0
    knows = replace(after, told=tell(before, after, program(), had=had, has=after.available))
    return owed(settled(knows, **more), before, ACCOUNT, had=had, now=at(1))


def letters(before: Standing | None, after: Standing, **more: Any) -> list[str]:
    """Which letters are owed."""
    return [it.letter.name for it in told_by(before, after, **more)]


def heard(standing: Standing, **more: Any) -> Standing:
    """The same, of which the ambassador has heard by mail as it is."""
    plain = News(standing.worth, None if standing.released or not standing.worth else standing.release_at)
    return replace(standing, told=replace(plain, **more))


PARTLY = replace(HELD, worth=300, net=3000)
CANCELLED = replace(NOTHING, net=0, marks=("cancelled",))
RETURNED = replace(NOTHING, net=0)
DENIED = replace(NOTHING, marks=("denied",))
REVIEWED = replace(HELD, asked_until=at(9))
UNDELIVERED = replace(HELD, marks=("undelivered",))
TAKEN = replace(NOTHING, terms=replace(HELD.terms, granted=0, limit="friend_already_referred"))


@pytest.mark.parametrize(
    ("before", "after", "owes"),
    [
        (None, HELD, ["friend_thanks", "reward_held"]),
        (None, RELEASED, ["friend_thanks", "reward_released"]),
        (None, NOTHING, ["friend_thanks"]),
        (None, replace(NOTHING, released_in=4), ["friend_thanks"]),
        (None, replace(NOTHING, net=0), []),
        (None, TAKEN, []),
        (None, replace(HELD, net=1), ["friend_thanks", "reward_held"]),
        (None, replace(HELD, worth=1), ["friend_thanks", "reward_held"]),
        (None, REVIEWED, ["friend_thanks"]),
        (REVIEWED, HELD, []),
        (REVIEWED, DENIED, ["reward_lost"]),
        (replace(REVIEWED, worth=1), DENIED, ["reward_lost"]),
        (NOTHING, DENIED, []),
        (REVIEWED, CANCELLED, []),
        (REVIEWED, RELEASED, ["reward_released"]),
        (HELD, PARTLY, []),
        (HELD, CANCELLED, []),
        (NOTHING, HELD, []),
        (HELD, RELEASED, ["reward_released"]),
        (replace(CANCELLED, released_in=4), RELEASED, ["reward_released"]),
        (heard(HELD), HELD, []),
        (heard(HELD), PARTLY, ["reward_changed"]),
        (heard(PARTLY), HELD, ["reward_changed"]),
        (heard(HELD), replace(HELD, release_at=at(31)), ["reward_changed"]),
        (heard(HELD), replace(HELD, release_at=at(29)), ["reward_changed"]),
        (heard(HELD), replace(HELD, release_at=at(30.4)), []),
        (heard(HELD), replace(PARTLY, release_at=at(31)), ["reward_changed"]),
        (heard(HELD), REVIEWED, ["reward_changed"]),
        (heard(HELD, release_at=None, when="open"), REVIEWED, []),
        (heard(HELD, release_at=None, when="open"), HELD, ["reward_changed"]),
        (heard(HELD, release_at=None, when="open"), RELEASED, ["reward_released"]),
        (heard(HELD), CANCELLED, ["reward_lost"]),
        (heard(HELD), DENIED, ["reward_lost"]),
        (heard(CANCELLED), replace(CANCELLED, released_in=4), []),
        (heard(CANCELLED), HELD, ["reward_changed"]),
        (heard(replace(CANCELLED, released_in=4)), RELEASED, ["reward_released"]),
        (heard(HELD), RELEASED, ["reward_released"]),
        (heard(HELD), replace(RELEASED, worth=300), ["reward_released"]),
        (heard(HELD), replace(RELEASED, worth=0), ["reward_lost"]),
        (heard(RELEASED), RELEASED, []),
        (heard(RELEASED), replace(RELEASED, worth=300), ["reward_changed"]),
        (heard(RELEASED), replace(RELEASED, worth=0), ["reward_lost"]),
        (heard(UNDELIVERED, when="expected"), UNDELIVERED, []),
        (heard(UNDELIVERED, when="expected"), replace(UNDELIVERED, release_at=at(30.4)), []),
        (heard(UNDELIVERED, when="expected"), replace(HELD, release_at=at(20)), []),
        (heard(UNDELIVERED, when="expected"), replace(HELD, release_at=at(31)), ["reward_changed"]),
        (heard(HELD), UNDELIVERED, ["reward_changed"]),
    ],
)
def test_each_occasion_has_its_letter(before: Standing | None, after: Standing, owes: list[str]) -> None:
    """The first look, what becomes available, a denial, and whatever changes what was told, to the day.

    A friend whose order came back before anybody looked is not thanked, nor one whose place another order has; a
    reward under review is not announced; and what nobody was told of may change without a word.
    """
    assert letters(before, after) == owes


@pytest.mark.parametrize(
    ("before", "after", "turn"),
    [
        (heard(HELD), PARTLY, "part_returned"),
        (heard(HELD), replace(PARTLY, released_in=4), "part_returned"),
        (heard(HELD), CANCELLED, "cancelled"),
        (heard(HELD), RETURNED, "returned"),
        (heard(HELD), replace(RETURNED, marks=("denied",)), "returned"),
        (heard(HELD), replace(NOTHING, marks=("below_minimum",)), "below_minimum"),
        (heard(HELD), replace(NOTHING, marks=("denied", "below_minimum")), "denied"),
        (REVIEWED, DENIED, "denied"),
        (heard(CANCELLED), HELD, "counts_again"),
        (heard(PARTLY), HELD, "counts_again"),
        (heard(HELD), replace(HELD, release_at=at(31)), None),
        (heard(HELD), RELEASED, None),
        (None, HELD, None),
    ],
)
def test_a_letter_says_why_it_comes_to_another_amount(
    before: Standing | None, after: Standing, turn: str | None
) -> None:
    """The kindest reason that is true; a denial gives none away."""
    assert told_by(before, after)[-1].letter.turn == turn


def test_a_letter_says_what_was_told_before() -> None:
    """Both amounts and both days, so that its reader need not look for the mail before; several changes are one."""
    (message,) = told_by(heard(HELD), replace(PARTLY, release_at=at(45)))
    assert message.letter == Letter(
        "reward_changed", 300, "EUR", release_at=at(45), was=News(450, release_at=at(30)), turn="part_returned"
    )


def test_a_day_that_rests_on_a_delivery_is_only_expected() -> None:
    """The letter says so, and so does what is remembered of it; a day of which nothing is open is said plainly."""
    for standing, when in ((UNDELIVERED, "expected"), (HELD, None)):
        told = tell(None, standing, program(), had=0, has=0)
        assert told == News(450, at(30), when)  # type: ignore[arg-type]
        assert told_by(None, standing)[-1].letter == Letter(
            "reward_held",
            450,
            "EUR",
            release_at=at(30),
            when=when,  # type: ignore[arg-type]
        )


@pytest.mark.parametrize("before", [None, heard(HELD), heard(RELEASED), REVIEWED])
@pytest.mark.parametrize("after", [PARTLY, replace(RELEASED, worth=300), DENIED])
def test_a_suspended_ambassador_is_told_nothing_and_what_was_told_is_forgotten(
    before: Standing | None, after: Standing
) -> None:
    """Whatever changes meanwhile: it is as if it had never been told."""
    had = before.available if before else 0
    assert tell(before, after, program(), had=had, has=after.available, silent=True) is None


def test_while_an_account_is_suspended_only_the_friend_is_written_to() -> None:
    """A settlement reads that off the account; with the next one after it the ambassador hears of the reward."""
    book = Book(account=Account("amb_1", 3, suspended_in=3))
    book.look(0)
    assert (book.letters, book.standing.told) == ([("friend_thanks", 500, 2)], None)
    book.account = replace(book.account, suspended_in=None)
    book.look(30)
    assert book.letters[1:] == [("reward_released", 450, 3)]
    assert book.standing.told == News(450)


def test_after_an_expiry_the_news_begins_anew() -> None:
    """Of what had been told nothing was left: what comes back is not said to be a part of it."""
    book = Book()
    book.look(30)
    refund = book.refund(900, kind="chargeback", days=31)
    book.look(31)
    expired = {"EUR": {"held": 0, "available": 0, "expired": 360}}
    book.account = replace(book.account, balances=expired, expired_in=book.account.version)
    book.reverse(refund)
    book.look(32)
    assert book.messages[-1].letter == Letter(
        "reward_released", 90, "EUR", available=90, active_at=at(32), was=News(360)
    )


def test_the_friend_of_a_claimed_order_is_not_written_to() -> None:
    """They have used no code and expect no mail; the ambassador does."""
    assert letters(None, HELD, claim="clm_1") == ["reward_held"]


@pytest.mark.parametrize(
    ("place", "off", "owes"),
    [
        (1, 0, ["friend_thanks", "reward_held"]),
        (2, 1, ["friend_thanks", "reward_held"]),
        (2, 0, ["reward_held"]),
        (3, 0, ["reward_held"]),
    ],
)
def test_a_further_order_that_saves_nothing_is_no_news(place: int, off: int, owes: list[str]) -> None:
    """The first order is thanked for whatever it saved, a further one for what the code took off."""
    assert letters(None, HELD, friend_order=place, friend_discount=off) == owes


def test_the_letters_say_what_they_are_about() -> None:
    """What the friend has saved; what is held and until when; what was released, and what there is with it."""
    thanks, held = told_by(None, HELD)
    assert thanks.letter == Letter("friend_thanks", 500, "EUR")
    assert held.letter == Letter("reward_held", 450, "EUR", release_at=at(30))
    (released,) = told_by(HELD, RELEASED)
    assert released.letter == Letter("reward_released", 450, "EUR", available=1450, active_at=at(5))


def test_letters_about_points_count_points() -> None:
    """Their unit stands in the letter, and the balance that it tells is of that unit."""
    terms = replace(HELD.terms, unit="points")
    held, released = replace(HELD, terms=terms), replace(RELEASED, terms=terms)
    _, first = told_by(None, held)
    (second,) = told_by(held, released)
    assert first.letter == Letter("reward_held", 450, "points", release_at=at(30))
    assert second.letter == Letter("reward_released", 450, "points", available=70, active_at=at(5))


def test_a_message_names_its_settlement_and_its_reader_by_reference_only() -> None:
    """It is about this version of the order under its program, in its currency, and due at once."""
    messages = told_by(None, HELD, program_version=3, currency="CHF")
    assert [(it.id, it.to, it.letter.unit) for it in messages] == [
        ("order:o1#7@friend", FRIEND, "CHF"),
        ("order:o1#7", MAYA, "CHF"),
    ]
    for it in messages:
        assert (it.cause, it.program_version) == (Cause("order", "o1", 7), 3)
        assert (it.state, it.tries, it.owed_at, it.due_at) == ("pending", 0, at(1), at(1))
