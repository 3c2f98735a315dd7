"""From a mail to what became of it: bounces, complaints and deliveries come back, and the next letters go by them."""

import json
from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest

from chalicelib import deps
from chalicelib.domain.model.people import Person
from chalicelib.domain.people.consent import refused
from chalicelib.domain.people.mail_events import mark_in
from chalicelib.domain.people.pseudonyms import pseudonym_of_email
from chalicelib.store.table import BusyError
from memory.faults import lost
from memory.shop import Shop

MAYA = "maya@example.com"


@pytest.fixture
def sold(shop: Shop) -> Shop:
    """A shop in which a friend has bought: one mail to the friend, and one to Maya."""
    shop.redeem(shop.enrol(MAYA)["code"])
    shop.stream()
    return shop


def person(email: str) -> Person:
    """Whoever has an address."""
    (found,) = deps.table().read_known([box(email)]).values()
    return found


def box(email: str) -> str:
    """The pseudonym of an address."""
    return pseudonym_of_email(deps.settings().pepper, email)


def news(shop: Shop, number: int) -> None:
    """Let a friend of Maya's buy, so that she is owed a letter."""
    shop.now += timedelta(days=1)
    code = shop.order()["code"]
    assert shop.redeem(code, f"n{number}").status_code == 201
    shop.stream()
    shop.now += timedelta(minutes=1)
    shop.minute()


def to(shop: Shop, email: str) -> int:
    """How many mails somebody was sent."""
    return sum(address == email for address, _ in shop.mails())


def arrivals(shop: Shop) -> Counter[str]:
    """What became of mails, by their messages."""
    found = [row for row in shop.everything() if row["SK"]["S"] == "MSG"]
    return Counter(row["arrival"]["S"] for row in found if "arrival" in row)


def test_each_mail_says_of_itself_what_its_events_need(sold: Shop) -> None:
    """Message, person and address by their ids and pseudonyms: no name, and no address."""
    for sent in sold.sent():
        (address,) = sent.destinations["ToAddresses"]
        mark = mark_in(sent.tags)
        assert mark is not None
        assert deps.table().read_message(mark.message_id) is not None
        assert (mark.person_id, mark.mailbox) == (person(address).id, box(address))
        assert "@" not in json.dumps(sent.tags)


def test_what_arrives_is_noted(sold: Shop) -> None:
    """On its message, and on whoever got it."""
    sold.hear()
    assert arrivals(sold) == {"delivered": len(sold.sent())}
    assert person(MAYA).stops == {}


def test_an_address_that_does_not_exist_gets_no_second_mail(sold: Shop) -> None:
    """Stopped at the first bounce; the next letter is closed with its reason, and everybody else gets theirs."""
    sold.behaves[MAYA] = "bounce"
    sold.hear()
    before = to(sold, MAYA)
    assert person(MAYA).stops[box(MAYA)].kind == "bounce"
    news(sold, 1)
    assert to(sold, MAYA) == before
    assert to(sold, "n1@friends.example") == 1
    message = deps.table().read_message("order:n1#2")
    assert message is not None
    assert (message.outcome, message.why) == ("closed", ("stopped",))


def test_who_calls_a_mail_spam_gets_no_more(sold: Shop) -> None:
    """Nor would a yes of the shop's bring it back; and something is open between them."""
    sold.behaves[MAYA] = "complaint"
    sold.hear()
    maya, before = person(MAYA), to(sold, MAYA)
    assert maya.stops[box(MAYA)].kind == "complaint"
    assert refused(maya.consents, "rewards")
    assert maya.complaints
    news(sold, 1)
    assert to(sold, MAYA) == before


def test_a_full_mailbox_is_given_three_mails(sold: Shop) -> None:
    """The third that comes back stops it, whether or not the events come twice; one that arrives begins anew."""
    sold.behaves[MAYA] = "full"
    published = [sold.published()]
    for number in (1, 2):
        assert box(MAYA) not in person(MAYA).stops
        news(sold, number)
        published.append(sold.published())
        sold.hear(*[it for part in published for it in part] * 2)
    assert person(MAYA).stops[box(MAYA)].kind == "unreachable"
    before = to(sold, MAYA)
    news(sold, 3)
    assert to(sold, MAYA) == before


def test_who_is_away_goes_on_getting_mails(sold: Shop) -> None:
    """An answering machine is no bounce."""
    sold.behaves[MAYA] = "ooto"
    sold.hear()
    for number in (1, 2, 3):
        news(sold, number)
        sold.hear()
    assert person(MAYA).stops == {}
    assert arrivals(sold)["returned"] == 0


@pytest.mark.parametrize("behaves", ["success", "bounce", "complaint", "ooto", "full", "slow", "suppressionlist"])
def test_events_may_come_in_any_order_and_twice(sold: Shop, behaves: str) -> None:
    """Backwards and doubled they come to the same, item for item."""
    sold.behaves[MAYA] = behaves
    told, saved = sold.published(), sold.saved()

    def state() -> list[object]:
        kept = [dict(row) for row in sold.everything() if row["SK"]["S"] in {"PERSON", "MSG"}]
        return [{name: value for name, value in row.items() if name != "version"} for row in kept]

    sold.hear(*told)
    forwards = state()
    sold.restore(saved)
    sold.hear(*reversed(told), *told)
    assert state() == forwards
    sold.hear(*told)
    before = sold.everything()
    sold.hear(*told)
    assert sold.everything() == before


def test_an_address_that_has_changed_since_is_not_stopped(sold: Shop) -> None:
    """What bounced was the former one; letters go to the new one."""
    sold.behaves[MAYA] = "bounce"
    told = sold.published()
    changed = sold.call("PATCH", f"/v1/people/{person(MAYA).id}", {"email": "new@example.com"}, scope="admin:write")
    assert changed.status_code == 200, changed.body
    sold.hear(*told)
    assert box("new@example.com") not in person("new@example.com").stops
    news(sold, 1)
    assert to(sold, "new@example.com") == 1


BAD = ["", "{", "[]", '{"eventType": "Bounce"}', '{"notificationType": "AmazonSnsSubscriptionSucceeded"}']


@pytest.mark.parametrize("bad", BAD)
def test_an_event_that_nobody_can_read_blocks_nothing(sold: Shop, capsys: pytest.CaptureFixture[str], bad: str) -> None:
    """It is told to the operator, and the others are noted."""
    sold.behaves[MAYA] = "bounce"
    capsys.readouterr()
    sold.hear(bad, *sold.published())
    assert person(MAYA).stops[box(MAYA)].kind == "bounce"
    assert '"MailEventsUnread":[1.0]' in capsys.readouterr().out


def test_an_event_of_nobody_is_passed_over(sold: Shop) -> None:
    """A message that was removed since, a person whom nobody knows, a mail of somebody else."""
    told = sold.published()
    before = sold.everything()
    for changed in ("message", "person", "mailbox"):
        for text in told:
            event = json.loads(text)
            event["mail"]["tags"][changed] = ["unknown"]
            if changed != "mailbox":
                event["mail"]["tags"]["mailbox"] = ["0" * 32]
            if changed == "message":
                event["mail"]["tags"]["person"] = ["per_unknown"]
            else:
                event["mail"]["tags"]["message"] = ["dW5rbm93bg"]
                event["mail"]["tags"]["person"] = ["per_unknown"]
            sold.hear(json.dumps(event))
    assert sold.everything() == before


def test_an_outage_brings_the_event_again(sold: Shop) -> None:
    """Nothing is lost: the function fails, and Lambda calls it again."""
    sold.behaves[MAYA] = "bounce"
    told = sold.published()
    sold.cloud.outage["BatchGetItem"] = 500
    for text in told:
        with pytest.raises(BusyError):
            sold.hear(text)
    sold.cloud.outage.clear()
    sold.hear(*told)
    assert person(MAYA).stops[box(MAYA)].kind == "bounce"


def test_a_mail_of_which_nobody_knew_is_not_sent_twice(shop: Shop) -> None:
    """SES took it and its answer was lost. What it publishes says so: nothing waits, nothing is doubled."""
    shop.redeem(shop.enrol(MAYA)["code"])
    shop.faults.after("SendEmail", lost, lost)
    shop.stream()
    shop.now += timedelta(minutes=1)
    shop.minute()
    assert len(shop.sent()) == 2
    shop.hear()
    for minutes in (1, 16, 16):
        shop.now += timedelta(minutes=minutes)
        shop.minute()
    assert len(shop.sent()) == 2


def test_what_was_sent_is_counted_with_what_became_of_it(sold: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """What the alarms divide: mails sent, and of these the bounces and complaints."""
    sold.behaves[MAYA] = "bounce"
    capsys.readouterr()
    sold.hear()
    out = capsys.readouterr().out
    assert out.count('"MailsSent":[1.0]') == len(sold.sent())
    assert out.count('"MailsBounced":[1.0]') == to(sold, MAYA)
    assert MAYA not in out


def test_a_bounce_says_nothing_in_the_log_of_whom(sold: Shop, log: StringIO) -> None:
    """SES's diagnostic holds the address; the log does not."""
    sold.behaves[MAYA] = "bounce"
    sold.hear()
    assert "example" not in log.getvalue()
