"""What a message goes through until it is done, step by step."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.model.messages import Cause, Letter, Message, Name, Recipient
from chalicelib.domain.model.people import Person, Sent
from chalicelib.domain.people import outbox
from chalicelib.domain.people.policy import BEGINS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAYA = Recipient("ambassador", "amb_1")
MINUTE = timedelta(minutes=1)


def message(name: Name = "reward_held", of: int = 2, **more: Any) -> Message:
    """News that is due, by the settlement that owes it."""
    plain = Message(Cause("order", "o1", of), MAYA, Letter(name), 1, NOW, due_at=NOW)
    return replace(plain, **more)


SENDING = replace(message(state="sending", sending_at=NOW, tries=1), version=2)


@pytest.mark.parametrize(
    ("it", "after", "due"),
    [
        (message(), -1, False),
        (message(), 0, True),
        (message(), 1, True),
        (message(state="done", due_at=None), 1, False),
        (SENDING, 0, False),
        (SENDING, 15, False),
        (SENDING, 15.1, True),
    ],
)
def test_a_message_is_looked_at_when_its_time_has_come(it: Message, after: float, due: bool) -> None:
    """Or when whoever had claimed it has died, which is so after a quarter of an hour."""
    assert outbox.is_due(it, NOW + after * MINUTE) is due


def test_a_dead_claim_counts_as_unsure() -> None:
    """Nobody knows whether its mail went; a message that nobody had claimed stays as it is."""
    freed = outbox.freed(SENDING)
    assert (freed.state, freed.sending_at, freed.unsure, freed.version) == ("pending", None, 1, 2)
    assert outbox.freed(message()) == message()


def test_a_message_that_waits_says_until_when_and_why() -> None:
    """A dead claim is counted with it."""
    it = outbox.waiting(SENDING, NOW + MINUTE, ("cap", "quiet_hours"))
    assert (it.state, it.due_at, it.why) == ("pending", NOW + MINUTE, ("cap", "quiet_hours"))
    assert (it.version, it.unsure, it.tries) == (3, 1, 1)


def test_a_message_that_is_done_asks_for_nothing() -> None:
    """It says how it ended, when and why."""
    it = outbox.done(SENDING, "closed", ["refused"], NOW + MINUTE)
    assert (it.state, it.outcome, it.why, it.done_at, it.due_at) == (
        "done",
        "closed",
        ("refused",),
        NOW + MINUTE,
        None,
    )
    assert it.version == 3


def test_a_refused_message_waits_longer_each_time() -> None:
    """Twice as long as before, and four hours at most."""
    gaps, it, now = [], SENDING, NOW
    for _ in range(11):
        it = outbox.given_back(it, "mail_service", now)
        assert (it.state, it.why, it.sending_at, it.stuck_at) == ("pending", ("mail_service",), None, NOW)
        assert it.due_at is not None
        gaps.append((it.due_at - now) // MINUTE)
        now = it.due_at
    assert gaps == [2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240]
    assert it.version == SENDING.version + 11


@pytest.mark.parametrize(("days", "state"), [(13.99, "pending"), (14, "done")])
def test_a_message_is_stuck_for_two_weeks_at_most(days: float, state: str) -> None:
    """Then it is given up, says so, and forgets since when."""
    it = outbox.given_back(replace(SENDING, stuck_at=NOW), "operator", NOW + timedelta(days=days))
    assert it.state == state
    if state == "done":
        assert (it.outcome, it.why, it.due_at, it.stuck_at) == ("closed", ("given_up",), None, None)


@pytest.mark.parametrize(("why", "stuck_at"), [(["quiet_hours"], NOW), (["cap", "quiet_hours"], None), (["cap"], None)])
def test_a_night_does_not_end_that_a_message_is_stuck(why: list[str], stuck_at: datetime | None) -> None:
    """It comes again each day; what is longer begins anew."""
    assert outbox.waiting(replace(SENDING, stuck_at=NOW), NOW + MINUTE, why).stuck_at == stuck_at


def test_a_message_that_is_claimed_stays_stuck() -> None:
    """Only that it goes says that it can."""
    (it,) = outbox.claimed([message(stuck_at=NOW)], NOW + MINUTE)
    assert it.stuck_at == NOW
    assert outbox.done(it, "sent", (), NOW + MINUTE).stuck_at is None


@pytest.mark.parametrize(
    ("it", "minutes", "gathers"),
    [
        (message(), 0, False),
        (message(), 1, True),
        (message(why=("quiet_hours",)), 0, True),
        (message(why=("cap",)), 0, True),
        (message(why=("mail_service",)), 0, False),
        (message(carried_by="order:o1#2"), 0, True),
        (message("friend_thanks"), 30, False),
        (message("balances"), 30, False),
        (message(copy=1), 30, False),
    ],
)
def test_news_of_rewards_goes_out_together_where_it_was_moved(it: Message, minutes: int, gathers: bool) -> None:
    """Or where the program gathers it. What answers somebody, or was asked for by an admin, goes alone."""
    assert outbox.gathers(it, minutes) is gathers


def test_those_that_nobody_has_in_hand_go_along() -> None:
    """News to the same reader, the oldest first: not what is done, a copy, in hand, for another purpose, given up."""
    first = message()
    joins = [message(of=3), message(of=4, state="sending", sending_at=NOW - 16 * MINUTE)]
    stays = [
        message(of=5, state="done"),
        message(of=6, copy=1),
        message(of=7, state="sending", sending_at=NOW - MINUTE),
        message("balances", of=8),
        message(of=9, state="sending", sending_at=NOW - 16 * MINUTE, unsure=2),
    ]
    assert outbox.together(first, [*stays, *reversed(joins), first], NOW) == [first, *joins]


def test_no_digest_is_endless() -> None:
    """Twenty at most, and the one that was asked for is among them."""
    many = [message(of=number, owed_at=NOW - number * MINUTE) for number in range(2, 40)]
    group = outbox.together(message(of=50), many, NOW)
    assert len(group) == outbox.DIGEST_MAX
    assert message(of=50) in group


def test_messages_of_one_mail_are_claimed_as_one() -> None:
    """All say which of them carries it; a mail that was begun before stays the one that it is."""
    pair = [message(), message(of=3)]
    claimed = outbox.claimed(pair, NOW)
    assert [(it.state, it.sending_at, it.tries, it.carried_by) for it in claimed] == [
        ("sending", NOW, 1, "order:o1#2")
    ] * 2
    again = outbox.claimed([message(of=1), *claimed], NOW + 16 * MINUTE)
    assert {it.carried_by for it in again} == {"order:o1#2"}
    assert [it.unsure for it in again] == [0, 1, 1]
    (alone,) = outbox.claimed([message()], NOW)
    assert alone.carried_by is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["rewards", "tips"]), st.integers(0, 60))))
def test_what_is_counted_is_the_last_of_each_mail(mails: list[tuple[str, Any, int]]) -> None:
    """Dated by the minute in which it begins; a mail that is tried again is one; taken back, it was never there."""
    person = Person("per_1")
    for key, purpose, at in sorted(mails, key=lambda it: it[2]):
        person = outbox.counting(person, key + purpose, purpose, NOW + at * MINUTE)
    latest = {key + purpose: (purpose, at) for key, purpose, at in sorted(mails, key=lambda it: it[2])}
    assert set(person.sent) == {Sent(key, purpose, NOW + at * MINUTE + BEGINS) for key, (purpose, at) in latest.items()}
    for key in latest:
        person = outbox.uncounted(person, key)
        assert key not in {it.key for it in person.sent}
    assert person.sent == ()
