"""What the mail service tells: the same whatever comes first, twice or late, and never against a bystander."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.model.people import Consent, Person, Stop
from chalicelib.domain.people.consent import agreed, refused, said
from chalicelib.domain.people.mail_events import PATIENCE, Kind, MailEvent, Mark, fold, fold_mailbox, mark_in
from chalicelib.domain.people.person import join

START = datetime(2026, 3, 1, tzinfo=UTC)
MAYA = Person("per_1", names=("box", "other"))

times = st.integers(0, 9).map(lambda hours: START + timedelta(hours=hours))
events = st.builds(
    lambda kind, mailbox, sent_at, took: MailEvent(
        kind, Mark("m", "per_1", mailbox), sent_at + timedelta(hours=took), sent_at
    ),
    st.sampled_from(get_args(Kind)),
    st.sampled_from(["box", "other"]),
    times,
    st.integers(0, 30),
)


def event(kind: Kind, hour: int, mailbox: str = "box") -> MailEvent:
    """What became of the mail that was sent at an hour, half an hour later."""
    sent_at = START + timedelta(hours=hour)
    return MailEvent(kind, Mark("m", "per_1", mailbox), sent_at + timedelta(minutes=30), sent_at)


def after(*told: MailEvent, person: Person = MAYA) -> Person:
    """Somebody after some events."""
    for it in told:
        person = fold(person, it)
    return person


# --- any order --------------------------------------------------------------------------------------------------------


@given(st.lists(events, max_size=10), st.data())
def test_events_come_to_the_same_whatever_their_order(told: list[MailEvent], data: st.DataObject) -> None:
    """Shuffled, doubled, or folded into two halves of one person who are joined later."""
    whole = after(*told)
    doubled = data.draw(st.lists(st.sampled_from(told), max_size=4)) if told else []
    shuffled = data.draw(st.permutations([*told, *doubled]))
    assert after(*shuffled) == whole
    cut = data.draw(st.integers(0, len(shuffled)))
    assert join(after(*shuffled[:cut]), after(*shuffled[cut:])) == join(whole, MAYA)


@given(st.lists(events, max_size=10))
def test_an_address_is_stopped_by_its_own_mails_alone(told: list[MailEvent]) -> None:
    """What is told of one address says nothing of another one of the same person."""
    of_box = [it for it in told if it.mark.mailbox == "box"]
    assert after(*told).stops.get("box") == after(*of_box).stops.get("box")


@given(st.lists(events, max_size=12))
def test_three_in_a_row_are_unreachable_and_no_fewer(told: list[MailEvent]) -> None:
    """Counted anew from the mails themselves: by when they were sent, since the last one that arrived."""
    mine = [it for it in told if it.mark.mailbox == "box"]
    arrived = max((it.sent_at for it in mine if it.kind == "delivered"), default=None)
    back = {it.sent_at for it in mine if it.kind == "returned" and (arrived is None or it.sent_at > arrived)}
    for_good = {it.kind for it in mine} & {"bounced", "complained"}
    stop = after(*told).stops.get("box")
    assert (stop is not None) == (bool(for_good) or len(back) >= 3)
    if stop and not for_good:
        assert stop.kind == "unreachable"


# --- one by one -------------------------------------------------------------------------------------------------------


def test_an_address_that_does_not_exist_is_stopped_at_once() -> None:
    """At the first mail, since when it came back; a delivery that was before does not matter, nor one after."""
    stopped = {"box": Stop("bounce", event("bounced", 1).at)}
    for order in permutations([event("bounced", 1), event("delivered", 0), event("delivered", 2)]):
        assert after(*order).stops == stopped


def test_a_full_mailbox_is_stopped_after_three_mails() -> None:
    """The same one three times is one; a mail that arrives in between lets the count begin again."""
    first, second, third = (event("returned", hour) for hour in (1, 2, 4))
    assert PATIENCE == 3
    assert after(first, first, first, second).stops == {}
    assert after(first, second, third).stops["box"].kind == "unreachable"
    assert after(first, second, event("delivered", 3), third).stops == {}
    assert after(first, second, third, event("delivered", 3)).stops == {}, "even if it is told last"


def test_a_mail_that_arrives_after_all_opens_the_address_again() -> None:
    """But not one that does not exist, or whose reader has called a mail spam."""
    full = [event("returned", hour) for hour in (1, 2, 3)]
    assert after(*full, event("delivered", 5)).stops == {}
    assert after(*full, event("bounced", 4), event("delivered", 5)).stops["box"].kind == "bounce"
    assert after(*full, event("complained", 4), event("delivered", 5)).stops["box"].kind == "complaint"


def test_who_is_away_is_not_unreachable() -> None:
    """An answering machine's mail looks like a return, of a mail that has arrived."""
    away = [it for hour in range(5) for it in (event("delivered", hour), event("returned", hour))]
    assert after(*away).stops == after(*reversed(away)).stops == {}
    first = [event("delivered", 1), event("returned", 1)]
    assert after(*first, event("returned", 2), event("returned", 3)).stops == {}, "the first of three had arrived"


def test_who_calls_a_mail_spam_is_left_alone() -> None:
    """The address is stopped; it is the person's own no to everything, which no shop's yes outdoes; and it is open."""
    asked = said(MAYA.consents, "tips", "person", START, yes=True)
    maya = after(event("complained", 1), person=Person("per_1", consents=asked))
    assert maya.stops["box"].kind == "complaint"
    assert maya.complaints == {"spam:box": event("complained", 1).at}
    nightly = said(maya.consents, "tips", "shop", START + timedelta(days=9), yes=True)
    assert refused(nightly, "tips")
    assert refused(maya.consents, "rewards")
    own = said(nightly, "tips", "person", START + timedelta(days=10), yes=True)
    assert agreed(own, "tips")


def test_a_complaint_weighs_more_than_a_bounce() -> None:
    """Whichever comes first: it is what somebody said, and not only what their mailbox is."""
    for order in permutations([event("bounced", 1), event("complained", 2), event("returned", 3)]):
        assert after(*order).stops == {"box": Stop("complaint", event("complained", 2).at)}


def test_a_complaint_of_long_ago_does_not_outdo_what_was_said_since() -> None:
    """It counts from when it was made, however late it comes."""
    person = Person("per_1", consents={"tips": Consent(own_yes=START + timedelta(days=2))})
    assert agreed(after(event("complained", 1), person=person).consents, "tips")


@pytest.mark.parametrize("kind", ["sent", "delayed", "rejected"])
def test_what_says_nothing_of_the_address_changes_nothing(kind: Kind) -> None:
    """A mail that is under way, or that the mail service would not take."""
    assert after(event(kind, 1)) == MAYA


def test_whoever_else_has_the_address_is_told_of_the_address_alone() -> None:
    """They have called nothing spam."""
    other = fold_mailbox(Person("per_2"), event("complained", 1))
    assert other.stops["box"].kind == "complaint"
    assert (other.consents, other.complaints) == ({}, {})


# --- the mark ---------------------------------------------------------------------------------------------------------


@given(st.text(min_size=1, max_size=150), st.text("abcdef0123456789", min_size=32, max_size=32))
def test_a_mark_is_read_back_and_fits_into_tags(message_id: str, mailbox: str) -> None:
    """Whatever an order's id holds: names and values of up to 256 letters, digits, - and _ (SES's MessageTag)."""
    mark = Mark(message_id.encode("utf-8", "replace").decode(), "per_01J", mailbox)
    tags = mark.tags()
    assert mark_in(tags) == mark
    for text in (*tags.keys(), *tags.values()):
        assert text.isascii()
        assert 0 < len(text) <= 256
        assert text.replace("-", "").replace("_", "").isalnum()


def test_an_id_of_the_longest_kind_takes_several_tags() -> None:
    """It is never cut."""
    mark = Mark("order:" + "\U0001f375" * 128 + "#12345@friend", "per_01J", "a" * 32)
    assert len(mark.tags()) == 5
    assert mark_in(mark.tags()) == mark


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"message": "b3JkZXI", "person": "per_1"},
        {"message": "b3JkZXI", "mailbox": "box"},
        {"person": "per_1", "mailbox": "box"},
        {"message": "*", "person": "per_1", "mailbox": "box"},
        {"message": "_w", "person": "per_1", "mailbox": "box"},
        {"message": "bücher", "person": "per_1", "mailbox": "box"},
    ],
)
def test_what_is_no_mark_of_ours_is_none(tags: dict[str, str]) -> None:
    """Somebody else may send mails under our configuration set."""
    assert mark_in(tags) is None
