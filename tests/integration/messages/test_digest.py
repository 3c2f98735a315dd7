"""Several news of rewards in one mail: claimed together, marked together, never lost and never told twice."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.domain.effects import Replace
from chalicelib.domain.people.mail_events import Kind, MailEvent, Mark
from chalicelib.domain.people.outbox import claimed, done
from chalicelib.domain.people.pseudonyms import pseudonym_of_email
from chalicelib.operations.messages.deliver import deliver
from chalicelib.operations.messages.events import note
from chalicelib.operations.orders.buyers import meet_buyers
from chalicelib.operations.orders.settle import settle_orders
from memory.faults import answered, lost, meanwhile, refused
from memory.shop import Shop
from tests.integration.messages.test_gate import ONE_A_WEEK, QUIET, change, maya, message, news, refuse, stands

DIGEST = ("maya@example.com", "News of your rewards from Kavya Ceramics")
HELD = ("maya@example.com", "A friend of yours bought at Kavya Ceramics")
NAMES = ["order:o1#2", "order:o2#2", "order:o3#2"]


def told(shop: Shop, *, orders: int = 3, **letters: Any) -> Shop:
    """A shop in which friends bought, a minute apart, and whose ambassador knows of none of them."""
    shop.publish(letters=letters)
    code = shop.enrol()["code"]
    for number in range(1, orders + 1):
        shop.redeem(code, f"o{number}")
        meet_buyers(deps.table(), [f"o{number}"], deps.outlook(), now=shop.now)
        settle_orders(deps.table(), [f"o{number}"], now=shop.now)
        shop.minute()
        shop.now += timedelta(minutes=1)
    return shop


@pytest.fixture
def night(shop: Shop) -> Shop:
    """A shop whose news waits for the morning."""
    shop.now = shop.now.replace(hour=23)
    return told(shop, quiet=QUIET)


def test_what_waited_for_the_morning_is_one_mail(night: Shop) -> None:
    """Each message says that it was told in a digest, and which of them carried it."""
    assert news(night) == []
    night.now += timedelta(hours=11)
    night.minute()
    assert news(night) == [DIGEST]
    assert [stands(name) for name in NAMES] == [("done", "sent", ("digest",))] * 3
    assert [message(name).carried_by for name in NAMES] == [NAMES[0]] * 3
    night.minute()
    assert news(night) == [DIGEST]
    body = night.sent()[-1].body
    assert body.count("€4.50") >= 3


def test_news_that_the_program_gathers_goes_out_with_the_first(shop: Shop) -> None:
    """What came while the first waited needs not wait as long itself."""
    told(shop, gather_minutes=30)
    assert [stands(name)[2] for name in NAMES] == [("gathering",)] * 3
    shop.now += timedelta(minutes=26)
    shop.minute()
    assert news(shop) == []
    shop.now += timedelta(minutes=1)
    shop.minute()
    assert news(shop) == [DIGEST]
    assert stands(NAMES[2]) == ("done", "sent", ("digest",))


def test_one_that_waits_alone_is_a_letter_of_its_own(shop: Shop) -> None:
    """A digest of one is none."""
    told(shop, orders=1, gather_minutes=30)
    shop.now += timedelta(minutes=30)
    shop.minute()
    assert news(shop) == [HELD]
    assert (stands(NAMES[0]), message(NAMES[0]).carried_by) == (("done", "sent", ()), None)


def test_without_gathering_each_goes_at_once(shop: Shop) -> None:
    """Unless something else has moved them."""
    told(shop)
    assert news(shop) == [HELD] * 3


def test_a_digest_of_which_nobody_knows_is_tried_again_as_the_same(night: Shop) -> None:
    """The one window: it may come twice, as a whole, and each message counts that."""
    night.now += timedelta(hours=11)
    night.faults.after("SendEmail", lost)
    night.minute()
    assert news(night) == [DIGEST]
    night.now += timedelta(minutes=16)
    night.minute()
    assert news(night) == [DIGEST, DIGEST]
    assert [(message(name).carried_by, message(name).unsure) for name in NAMES] == [(NAMES[0], 1)] * 3
    night.now += timedelta(minutes=16)
    night.minute()
    assert len(news(night)) == 2


def test_a_digest_that_was_refused_waits_as_a_whole(night: Shop) -> None:
    """And goes out as one."""
    night.now += timedelta(hours=11)
    night.faults.before("SendEmail", refused("TooManyRequestsException", 429))
    night.minute()
    assert [stands(name) for name in NAMES] == [("pending", None, ("mail_service",))] * 3
    night.now += timedelta(minutes=2)
    night.minute()
    assert news(night) == [DIGEST]


def test_a_digest_counts_as_one_mail(shop: Shop) -> None:
    """A cap of two in a week has room for another after it; a retry of it is the same mail."""
    shop.now = shop.now.replace(hour=23)
    told(shop, quiet=QUIET, caps=ONE_A_WEEK)
    shop.now += timedelta(hours=11)
    shop.faults.before("SendEmail", lost)
    shop.minute()
    shop.now += timedelta(minutes=16)
    shop.minute()
    assert news(shop) == [DIGEST]
    assert [it.key for it in maya().sent] == [NAMES[0]]


def test_a_digest_goes_by_its_oldest_message_whichever_was_looked_at(shop: Shop) -> None:
    """So that a retry which looks at another one first is the same mail for the caps."""
    shop.now = shop.now.replace(hour=23)
    told(shop, quiet=QUIET, caps=ONE_A_WEEK)
    shop.now += timedelta(hours=11)
    deliver(deps.post(), NAMES[2], now=shop.now)
    assert [it.key for it in maya().sent] == [NAMES[0]]


def test_who_refuses_meanwhile_is_told_nothing(night: Shop) -> None:
    """Each message is closed with its reason."""
    change(lambda it: refuse(it, night.now))
    night.now += timedelta(hours=11)
    night.minute()
    assert news(night) == []
    assert [stands(name) for name in NAMES] == [("done", "closed", ("refused",))] * 3


def test_a_refusal_between_look_and_claim_stops_a_digest(night: Shop) -> None:
    """The claim of all checks the person."""
    night.now += timedelta(hours=11)
    night.faults.before("TransactWriteItems", meanwhile(lambda: change(lambda it: refuse(it, night.now))))
    night.minute()
    assert news(night) == []


def test_what_another_has_taken_is_not_told_twice(night: Shop) -> None:
    """One of three was claimed between look and claim: the two others go, and it is his to send."""
    night.now += timedelta(hours=11)

    def another_takes_it() -> None:
        failures = deps.table().commit([Replace(claimed([message(NAMES[1])], night.now)[0])])
        assert not failures

    night.faults.before("TransactWriteItems", meanwhile(another_takes_it))
    night.minute()
    assert news(night) == [DIGEST]
    assert [stands(name)[:2] for name in NAMES] == [("done", "sent"), ("sending", None), ("done", "sent")]


def test_what_the_index_does_not_list_yet_goes_by_itself(night: Shop) -> None:
    """It is a moment behind: nothing is lost by that."""
    night.now += timedelta(hours=11)
    post = deps.post()
    night.faults.before("Query", answered(Items=[], Count=0))
    deliver(post, NAMES[1], now=night.now)
    night.minute()
    assert news(night) == [HELD, DIGEST]
    assert [stands(name) for name in NAMES] == [
        ("done", "sent", ("digest",)),
        ("done", "sent", ()),
        ("done", "sent", ("digest",)),
    ]


def test_a_letter_of_service_never_waits_for_others(night: Shop) -> None:
    """Thanks went out at once."""
    assert [to for to, _ in night.mails()] == [f"o{number}@friends.example" for number in (1, 2, 3)]


def event(shop: Shop, kind: Kind, message_id: str = NAMES[0]) -> None:
    """Let the mail service tell of the mail that a message went out in."""
    mark = Mark(message_id, maya().id, pseudonym_of_email(deps.settings().pepper, "maya@example.com"))
    note(deps.table(), MailEvent(kind, mark, shop.now, shop.now), deps.outlook(), now=shop.now)


def test_the_mail_service_may_be_faster_than_the_mark(night: Shop) -> None:
    """It tells that the digest went before its sender does: all that it told of went, and none goes again."""
    night.now += timedelta(hours=11)
    night.faults.after("SendEmail", meanwhile(lambda: event(night, "sent")))
    night.minute()
    night.now += timedelta(minutes=16)
    night.minute()
    assert news(night) == [DIGEST]
    assert [stands(name) for name in NAMES] == [("done", "sent", ("digest",))] * 3


def test_a_sender_marks_what_is_still_his(night: Shop) -> None:
    """One message of the digest was marked already: the others are marked all the same."""
    night.now += timedelta(hours=11)

    def one_is_marked() -> None:
        marked = done(message(NAMES[1]), "sent", ["digest"], night.now)
        assert not deps.table().commit([Replace(marked)])

    night.faults.after("SendEmail", meanwhile(one_is_marked))
    night.minute()
    assert [stands(name) for name in NAMES] == [("done", "sent", ("digest",))] * 3


def test_what_becomes_of_a_digest_is_noted_on_all_that_it_told(night: Shop) -> None:
    """Its sender has died, and the mail service tells that it arrived: nothing goes again."""
    night.now += timedelta(hours=11)
    night.faults.after("SendEmail", lost)
    night.minute()
    event(night, "delivered")
    assert [stands(name) for name in NAMES] == [("done", "sent", ("digest",))] * 3
    assert {message(name).arrival for name in NAMES} == {"delivered"}
    night.now += timedelta(minutes=16)
    night.minute()
    assert news(night) == [DIGEST]
