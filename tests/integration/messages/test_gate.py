"""The gate in the moment of sending: whatever stops letters is heeded until the claim, and what waits says why."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.domain.effects import Replace
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.people import Person, Stop
from chalicelib.domain.people import consent
from chalicelib.domain.people.person import erase
from chalicelib.domain.people.pseudonyms import pseudonym_of_email
from chalicelib.operations.messages.deliver import deliver
from chalicelib.operations.orders.buyers import meet_buyers
from chalicelib.operations.orders.settle import settle_orders
from chalicelib.operations.program import programs
from memory.faults import lost, meanwhile, refused
from memory.shop import Shop

NEWS = ("maya@example.com", "A friend of yours bought at Kavya Ceramics")
YOURS = ("maya@example.com", "Your €4.50 from Kavya Ceramics is yours now")
NAME = "order:o1#2"

QUIET = {"starts": "20:00", "ends": "09:00", "purposes": ["rewards"]}
ONE_A_WEEK = [{"letters": 1, "days": 7, "purposes": ["rewards"]}]


def message(name: str = NAME) -> Message:
    """The news to the ambassador, as it is stored."""
    found = deps.table().read_message(name)
    assert found is not None
    return found


def stands(name: str = NAME) -> tuple[str, str | None, tuple[str, ...]]:
    """How it stands, and why."""
    it = message(name)
    return it.state, it.outcome, it.why


def maya() -> Person:
    """The ambassador as a person."""
    (person,) = deps.table().read_known([pseudonym_of_email(deps.settings().pepper, "maya@example.com")]).values()
    return person


def change(how: Callable[[Person], Person]) -> None:
    """Let something be known of the ambassador."""
    person = maya()
    failures = deps.table().commit([Replace(replace(how(person), version=person.version + 1))])
    assert not failures


def refuse(person: Person, at: datetime) -> Person:
    """They want no news of rewards."""
    return replace(person, consents=consent.said(person.consents, "rewards", "person", at, yes=False))


def stop(person: Person, at: datetime) -> Person:
    """A mail to their address came back."""
    mailbox = pseudonym_of_email(deps.settings().pepper, "maya@example.com")
    return replace(person, stops={mailbox: Stop("bounce", at)})


STOPS: dict[str, Callable[[Person, datetime], Person]] = {"erased": erase, "refused": refuse, "stopped": stop}


def sold(shop: Shop, **letters: Any) -> Shop:
    """A shop that owes its ambassador news of a friend's order, settled at noon."""
    if letters:
        shop.publish(letters=letters)
    shop.redeem(shop.enrol()["code"])
    meet_buyers(deps.table(), ["o1"], deps.outlook(), now=shop.now)
    settle_orders(deps.table(), ["o1"], now=shop.now)
    return shop


def news(shop: Shop) -> list[tuple[str, str]]:
    """The mails to the ambassador."""
    return [mail for mail in shop.mails() if mail[0] == "maya@example.com"]


@pytest.mark.parametrize("why", STOPS)
def test_what_stops_letters_closes_them_with_its_reason(shop: Shop, why: str) -> None:
    """Nothing goes out, nothing waits, and the message tells why."""
    sold(shop)
    change(lambda person: STOPS[why](person, shop.now))
    shop.minute()
    assert news(shop) == []
    assert stands() == ("done", "closed", (why,))
    assert deps.table().count_due(shop.now + timedelta(days=20)) == 0


@pytest.mark.parametrize("why", STOPS)
def test_what_stops_letters_after_the_look_stops_the_claim(shop: Shop, why: str) -> None:
    """Between the moment in which the person was read and the claim: the claim fails, and whoever looks again sees."""
    sold(shop)
    shop.faults.before("TransactWriteItems", meanwhile(lambda: change(lambda it: STOPS[why](it, shop.now))))
    shop.minute()
    assert news(shop) == []
    assert stands() == ("done", "closed", (why,))


def test_who_was_claimed_before_is_sent_within_its_minute(shop: Shop) -> None:
    """A stop that comes after the claim is too late for this mail, and only for this one: it is not sent again."""
    sold(shop)
    shop.faults.before("SendEmail", meanwhile(lambda: change(lambda it: refuse(it, shop.now))))
    shop.faults.after("SendEmail", lost)
    shop.minute()
    assert len(news(shop)) == 1
    shop.now += timedelta(minutes=16)
    shop.minute()
    assert len(news(shop)) == 1
    assert stands() == ("done", "closed", ("refused",))


def test_a_mail_that_can_not_begin_within_a_minute_is_given_back(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever slept after the claim does not send any more: it has surely not gone, so it goes with the next try."""
    sold(shop)
    with monkeypatch.context() as slow:
        slow.setattr(deps.table(), "is_past", lambda _: True)
        deliver(deps.post(), NAME, now=shop.now)
    assert news(shop) == []
    assert stands() == ("pending", None, ("mail_service",))
    shop.now += timedelta(minutes=2)
    shop.minute()
    assert news(shop) == [NEWS]


def test_a_table_that_is_busy_after_the_claim_leaves_a_letter_for_later(shop: Shop) -> None:
    """What the letter is written from can't be read just now: it has surely not gone, and nothing is broken."""
    sold(shop)
    programs.version.cache_clear()
    busy = [refused("ThrottlingException")] * 20
    shop.faults.after("TransactWriteItems", meanwhile(lambda: shop.faults.before("GetItem", *busy)))
    (fate,) = deliver(deps.post(), NAME, now=shop.now)
    assert (fate.outcome, news(shop)) == ("refused", [])
    shop.faults.before("GetItem")
    assert stands() == ("pending", None, ("mail_service",))


def test_news_at_night_waits_for_the_morning(shop: Shop) -> None:
    """It says until when, and why; thanks to the friend, who did something, go at once."""
    shop.now = shop.now.replace(hour=23)
    sold(shop, quiet=QUIET)
    shop.minute()
    assert [to for to, _ in shop.mails()] == ["o1@friends.example"]
    it = message()
    assert stands() == ("pending", None, ("quiet_hours",))
    assert it.due_at is not None
    assert timedelta(hours=10) <= it.due_at - shop.now < timedelta(hours=10, minutes=45)
    shop.now = it.due_at - timedelta(seconds=1)
    shop.minute()
    assert news(shop) == []
    shop.now += timedelta(seconds=1)
    shop.minute()
    assert news(shop) == [NEWS]


def test_a_cap_moves_what_is_too_much_and_loses_nothing(shop: Shop) -> None:
    """A week after the minute in which the first could begin the second goes out."""
    sold(shop, caps=ONE_A_WEEK)
    shop.minute()
    assert news(shop) == [NEWS]
    (sent,) = maya().sent
    assert (sent.key, sent.purpose, sent.at) == (NAME, "rewards", shop.now + timedelta(seconds=60))
    shop.refund("o1", "r1", 1000)
    shop.stream()
    changed = "order:o1#3"
    assert stands(changed) == ("pending", None, ("cap",))
    assert message(changed).due_at == sent.at + timedelta(days=7)
    shop.now = sent.at + timedelta(days=7)
    shop.minute()
    assert len(news(shop)) == 2


def test_a_letter_is_not_in_its_own_way(shop: Shop) -> None:
    """One of which nobody knows whether it went is tried again though a cap counts it; and it is counted once."""
    sold(shop, caps=ONE_A_WEEK)
    shop.faults.before("SendEmail", lost)
    shop.minute()
    shop.now += timedelta(minutes=16)
    shop.minute()
    assert news(shop) == [NEWS]
    assert [(it.key, it.at) for it in maya().sent] == [(NAME, shop.now + timedelta(seconds=60))]


def test_what_surely_never_went_is_not_counted(shop: Shop) -> None:
    """The mail service refused it: no letter after it is kept waiting for it."""
    sold(shop, caps=ONE_A_WEEK)
    shop.faults.before("SendEmail", refused("TooManyRequestsException", 429))
    shop.minute()
    assert maya().sent == ()
    assert stands() == ("pending", None, ("mail_service",))


def test_what_may_have_gone_before_stays_counted(shop: Shop) -> None:
    """The second try was refused, but of the first nobody knows: it may lie in the mailbox."""
    sold(shop, caps=ONE_A_WEEK)
    shop.faults.before("SendEmail", lost, None, refused("TooManyRequestsException", 429))
    shop.minute()
    shop.now += timedelta(minutes=16)
    shop.minute()
    assert message().unsure == 1
    assert [it.key for it in maya().sent] == [NAME]


def test_what_is_taken_back_goes_by_the_person_as_they_are(shop: Shop) -> None:
    """Somebody told something of them while the mail was refused: both stand afterwards."""
    sold(shop, caps=ONE_A_WEEK)

    def told_meanwhile() -> Any:
        change(lambda it: replace(it, country="PT"))
        return refused("TooManyRequestsException", 429)()

    shop.faults.before("SendEmail", told_meanwhile)
    shop.minute()
    assert (maya().country, maya().sent) == ("PT", ())
    assert stands()[0] == "pending"


@pytest.mark.parametrize("service", [[lost] * 9, [refused("InternalFailure", 500)] * 9])
def test_three_mails_of_which_nobody_knows_are_enough(
    shop: Shop, service: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Then it is closed as unsure, which the operator reads in log and metric, with nobody's address."""
    sold(shop)
    shop.faults.before("SendEmail", *service)
    for _ in range(10):
        shop.minute()
        shop.now += timedelta(minutes=16)
    assert shop.faults.count("SendEmail") == 6, "three of each of the two letters"
    assert stands() == ("done", "closed", ("unsure",))
    told = capsys.readouterr().out
    assert told.count('"LettersUnsure":[1.0]') == 6
    assert told.count('"LettersAbandoned":[1.0]') == 2
    assert "maya@example.com" not in told
    assert deps.table().count_due(shop.now + timedelta(days=20)) == 0


def test_a_letter_waits_for_the_operator_and_says_so(shop: Shop) -> None:
    """What only they can mend is no fault of the address, however long it takes."""
    sold(shop)
    shop.faults.before("SendEmail", *[refused("MessageRejected", 400)] * 2)
    shop.minute()
    assert stands() == ("pending", None, ("operator",))


def test_each_fate_is_counted_and_none_names_anybody(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """One metric for each."""
    shop.now = shop.now.replace(hour=23)
    sold(shop, quiet=QUIET)
    shop.minute()
    told = capsys.readouterr().out
    assert '"LettersLater":[1.0]' in told
    change(lambda it: refuse(it, shop.now))
    shop.now += timedelta(hours=11)
    shop.minute()
    told = capsys.readouterr().out
    assert '"LettersClosed":[1.0]' in told
    assert "example.com" not in told
