"""The outbox: every mail is sent, once, but for the one window in which nobody can know."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.aws.credentials import NoCredentialsError
from chalicelib.aws.lines import UnreachedError
from chalicelib.operations.orders.buyers import meet_buyers
from chalicelib.operations.orders.settle import settle_orders
from memory.faults import failing, lost, refused
from memory.shop import Shop

THANKS = ("o1@friends.example", "Thank you for your order at Kavya Ceramics")
NEWS = ("maya@example.com", "A friend of yours bought at Kavya Ceramics")


def states(shop: Shop) -> dict[str, str]:
    """How each message ended, or stands, by the name of its letter."""
    found: list[Any] = [row for row in shop.everything() if row["SK"]["S"] == "MSG"]
    return {row["letter"]["M"]["name"]["S"]: row.get("outcome", row["state"])["S"] for row in found}


def messages(shop: Shop) -> list[Any]:
    """All messages, as they are stored."""
    return [row for row in shop.everything() if row["SK"]["S"] == "MSG"]


def minutes(shop: Shop, number: int) -> None:
    """Let so many minutes pass, each with its run."""
    for _ in range(number):
        shop.minute()
        shop.now += timedelta(minutes=1)


@pytest.fixture
def outbox(shop: Shop) -> Shop:
    """A shop whose order has been settled by the stream's first half: messages are written but not delivered."""
    maya = shop.enrol()
    shop.redeem(maya["code"])
    meet_buyers(deps.table(), ["o1"], deps.outlook(), now=shop.now)
    settle_orders(deps.table(), ["o1"], now=shop.now)
    assert states(shop) == {"friend_thanks": "pending", "reward_held": "pending"}
    return shop


def test_each_mail_is_sent_once_however_often_it_is_looked_at(outbox: Shop) -> None:
    """Stream and schedule both find a message; only the one that marks it sends it, and it then asks for nothing."""
    for _ in range(3):
        outbox.stream()
        outbox.minute()
    assert sorted(outbox.mails()) == sorted([THANKS, NEWS])
    assert states(outbox) == {"friend_thanks": "sent", "reward_held": "sent"}
    assert deps.table().count_due(outbox.now + timedelta(days=1)) == 0


def test_a_mail_speaks_to_its_reader(outbox: Shop) -> None:
    """First names, the amounts and the day of release stand in both the text and the HTML."""
    outbox.minute()
    bodies = {sent.destinations["ToAddresses"][0]: sent.body for sent in outbox.sent()}
    assert "Fay" in bodies["o1@friends.example"]
    assert "€5.00" in bodies["o1@friends.example"]
    assert "Maya" in bodies["maya@example.com"]
    assert "€4.50" in bodies["maya@example.com"]


def test_a_broken_call_is_not_repeated_before_the_window_and_never_lost(outbox: Shop) -> None:
    """SES took the mail but its answer was lost: not sent again for 15 minutes, then once more. The one window."""
    outbox.faults.after("SendEmail", lost)
    minutes(outbox, 2)
    assert sorted(outbox.mails()) == sorted([THANKS, NEWS])
    minutes(outbox, 13)
    assert len(outbox.mails()) == 2
    minutes(outbox, 5)
    assert sorted(outbox.mails()) == sorted([THANKS, NEWS, NEWS])
    assert set(states(outbox).values()) == {"sent"}


def test_a_mail_that_never_left_is_sent_after_the_window(outbox: Shop) -> None:
    """The connection broke before SES heard of it: nothing is lost, and the other mail is not sent again."""
    outbox.faults.before("SendEmail", lost)
    minutes(outbox, 2)
    assert outbox.mails() == [THANKS]
    minutes(outbox, 16)
    assert sorted(outbox.mails()) == sorted([THANKS, NEWS])


def test_a_sender_that_dies_after_sending_doubles_its_mail_once_at_most(outbox: Shop) -> None:
    """Killed between sending and saying so: after 15 minutes it goes once more, and then never again."""
    outbox.faults.before("PutItem", *[refused("InternalServerError", 500)] * 99)
    outbox.minute()
    assert set(states(outbox).values()) == {"sending"}
    outbox.faults.before("PutItem")
    for minutes in (5, 16, 16, 16):
        outbox.now += timedelta(minutes=minutes)
        outbox.minute()
    assert sorted(outbox.mails()) == sorted([THANKS, THANKS, NEWS, NEWS])
    assert set(states(outbox).values()) == {"sent"}


def test_a_letter_that_was_sent_is_not_sent_with_the_one_that_was_refused(outbox: Shop) -> None:
    """Two letters of one settlement, one of them throttled: only that one goes again."""
    outbox.faults.before("SendEmail", None, refused("TooManyRequestsException"))
    outbox.minute()
    assert outbox.mails() == [NEWS]
    outbox.now += timedelta(minutes=2)
    outbox.minute()
    assert sorted(outbox.mails()) == sorted([THANKS, NEWS])


OPERATORS = [
    refused("MessageRejected", 400),
    refused("NotFoundException", 404),
    refused("AccountSuspendedException", 400),
    refused("SendingPausedException", 400),
    refused("LimitExceededException", 400),
    refused("MailFromDomainNotVerifiedException", 400),
    refused("AccessDeniedException", 403),
    refused("UnrecognizedClientException", 403),
    refused("AnythingNewException", 400),
    failing(NoCredentialsError()),
]
"""What SES answers, or the wire without asking it, that nobody but the operator can mend."""

PASSING = [
    refused("TooManyRequestsException", 429),
    failing(UnreachedError("planned")),
]
"""What passes by itself."""


@pytest.mark.parametrize("trouble", [*OPERATORS, *PASSING])
def test_what_could_not_be_sent_is_tried_again_until_it_goes(outbox: Shop, trouble: Any) -> None:
    """It has surely not been sent: the message goes back, due in 2, 4, 8 … minutes, and goes out once all is well."""
    outbox.faults.before("SendEmail", *[trouble] * 4)
    minutes(outbox, 2)
    assert set(states(outbox).values()) == {"pending"}
    assert outbox.faults.count("SendEmail") == 2, "each once"
    minutes(outbox, 14)
    assert outbox.faults.count("SendEmail") == 6
    assert sorted(outbox.mails()) == sorted([THANKS, NEWS])


def test_an_address_that_cannot_be_read_is_given_up(outbox: Shop) -> None:
    """What the address itself causes is final: it is not tried for ever; the other mail goes out."""
    outbox.faults.before("SendEmail", refused("BadRequestException"))
    outbox.minute()
    assert sorted(states(outbox).values()) == ["sent", "undeliverable"]
    assert deps.table().count_due(outbox.now + timedelta(days=29)) == 0


@pytest.mark.parametrize(("name", "value"), [("SENDER", "no address"), ("CONFIGURATION_SET", "no set")])
def test_settings_that_cannot_be_read_are_not_the_addresss_fault(
    outbox: Shop, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same answer of SES to a sender or configuration set that is none gives nobody's mail up."""
    outbox.faults.before("SendEmail", *[refused("BadRequestException")] * 2)
    monkeypatch.setenv(name, value)
    deps.settings.cache_clear()
    deps.mailer.cache_clear()
    outbox.minute()
    assert set(states(outbox).values()) == {"pending"}


@pytest.mark.parametrize("trouble", [OPERATORS[0], OPERATORS[2], PASSING[0]])
def test_a_mail_waits_two_weeks_for_what_is_not_the_addresss_fault(
    outbox: Shop, trouble: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """However often it is tried meanwhile, at most four hours apart, it goes out once all is well."""
    outbox.faults.before("SendEmail", *[trouble] * 500)
    until = outbox.now + timedelta(days=14)
    while outbox.now < until:
        minutes(outbox, 2)
        outbox.now += timedelta(hours=4)
    assert set(states(outbox).values()) == {"pending"}
    assert "LettersFailed" not in capsys.readouterr().out
    outbox.faults.before("SendEmail")
    minutes(outbox, 2)
    assert sorted(outbox.mails()) == sorted([THANKS, NEWS])


def test_after_two_weeks_a_mail_is_given_up_and_the_operator_told(
    outbox: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it says is old by then. It says why it never went, and waits no more."""
    outbox.faults.before("SendEmail", *[OPERATORS[0]] * 500)
    minutes(outbox, 1)
    outbox.now += timedelta(days=14)
    capsys.readouterr()
    minutes(outbox, 1)
    assert '"LettersAbandoned":[1.0,1.0]' in capsys.readouterr().out
    assert set(states(outbox).values()) == {"closed"}
    assert {row["why"]["L"][0]["S"] for row in outbox.everything() if row["SK"]["S"] == "MSG"} == {"given_up"}
    assert deps.table().count_due(outbox.now + timedelta(days=1)) == 0


@pytest.mark.parametrize("number", [OPERATORS[0], OPERATORS[-2]])
def test_what_may_be_wrong_with_one_mail_keeps_no_other(outbox: Shop, number: Any) -> None:
    """In the sandbox SES takes mails to some and not to others."""
    outbox.faults.before("SendEmail", number)
    outbox.minute()
    assert outbox.mails() == [THANKS]


@pytest.mark.parametrize("trouble", [*OPERATORS[1:-2], OPERATORS[-1], *PASSING, lost, refused("InternalFailure", 500)])
def test_what_is_wrong_with_all_mails_is_tried_with_one(outbox: Shop, trouble: Any) -> None:
    """Paused, not reached, out of quota, hanging: the other letter stays due as it is, and goes the next minute."""
    outbox.faults.before("SendEmail", trouble)
    before = messages(outbox)
    outbox.minute()
    assert outbox.faults.count("SendEmail") == 1
    assert len([it for it in messages(outbox) if it in before]) == 1, "one was not touched"
    outbox.now += timedelta(minutes=1)
    outbox.minute()
    assert outbox.mails() == [THANKS]


def test_a_days_quota_is_told_at_once(outbox: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """SES says the same of a second's quota, which passes, but for its words."""
    quota = refused("TooManyRequestsException", 429, message="Daily message quota exceeded.")
    outbox.faults.before("SendEmail", quota)
    outbox.minute()
    told = capsys.readouterr().out
    assert '"LettersBlocked":[1.0]' in told


def test_a_mail_service_that_hangs_is_asked_more_and_more_seldom(outbox: Shop) -> None:
    """Each mail that it is asked with may go twice: for six hours of silence the shop pays with few of them."""
    for number in range(2, 12):
        outbox.redeem(outbox.enrol()["code"], f"o{number}", customer={"email": f"o{number}@friends.example"})
    outbox.faults.before("SendEmail", *[lost] * 500)
    began, tried = outbox.now, []
    outbox.stream()
    for _ in range(6 * 60):
        calls = outbox.faults.count("SendEmail")
        minutes(outbox, 1)
        if outbox.faults.count("SendEmail") > calls:
            tried.append((outbox.now - began) // timedelta(minutes=1) - 1)
    assert tried[:7] == [1, 3, 7, 15, 31, 61, 91]
    outbox.faults.before("SendEmail")
    minutes(outbox, 60)
    assert set(states(outbox).values()) == {"sent"}


@pytest.mark.parametrize("trouble", OPERATORS)
def test_the_operator_hears_of_what_only_they_can_mend(
    outbox: Shop, trouble: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """At once, by the metric of the alarm, with the reason in the log and nobody's address in it."""
    outbox.faults.before("SendEmail", trouble)
    outbox.minute()
    told = capsys.readouterr().out
    assert '"LettersBlocked":[1.0]' in told
    assert "example.com" not in told
    assert "friends.example" not in told


def test_the_operator_hears_of_patience_that_does_not_end(outbox: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """A throttled SES is nobody's alarm for a day; then it is, with each try."""
    outbox.faults.before("SendEmail", *[PASSING[0]] * 200)
    heard = []
    for _ in range(13):
        outbox.now += timedelta(hours=4)
        outbox.minute()
        heard.append("LettersBlocked" in capsys.readouterr().out)
    assert heard == [False] * 6 + [True] * 7


@pytest.mark.parametrize("name", ["Win.evil.example", "evil.\u09ad\u09be\u09b0\u09a4", "Dr.Link", "evil.\u200dexample"])
def test_no_name_becomes_a_link_in_a_mail(shop: Shop, name: str) -> None:
    """Neither in the subject nor in text or HTML, whoever is greeted with it: no dot stands within a word of it."""
    shop.publish(letters={"welcome": True})
    shop.redeem(shop.enrol(first_name=name)["code"], customer={"first_name": name})
    shop.stream()
    assert len(shop.sent()) == 3
    for sent in shop.sent():
        shown = f"{sent.subject}\n{sent.body}".replace("\u200d", "")
        assert name.replace("\u200d", "") not in shown


def test_a_person_who_is_gone_gets_no_mail(outbox: Shop) -> None:
    """When the contact was blanked, the message is closed and nothing else breaks."""
    for row in outbox.everything():
        if row.get("email", {}).get("S") == "o1@friends.example":
            outbox.dynamodb.update_item(
                TableName=deps.settings().table,
                Key={"PK": row["PK"], "SK": row["SK"]},
                UpdateExpression="REMOVE email, first_name",
            )
    outbox.minute()
    assert outbox.mails() == [NEWS]
    assert states(outbox)["friend_thanks"] == "closed"


def test_messages_carry_no_person(outbox: Shop) -> None:
    """A message names people by reference only: no address and no name lies in the outbox."""
    rows: list[Any] = [row for row in outbox.everything() if row["SK"]["S"] == "MSG"]
    assert "example.com" not in str(rows)
    assert "Fay" not in str(rows)
    assert "Maya" not in str(rows)
