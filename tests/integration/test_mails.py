"""The outbox: every mail is sent, once, but for the one window in which nobody can know."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.operations.settle_orders import settle_orders
from tests.faults import lost, refused
from tests.shop import Shop

THANKS = ("o1@friends.example", "Thank you for your order at Kavya Ceramics")
NEWS = ("maya@example.com", "A friend of yours bought at Kavya Ceramics")


def states(shop: Shop) -> dict[str, str]:
    """The state of each letter by its template."""
    found = [row for row in shop.everything() if row["SK"]["S"] == "MSG"]
    letters = [letter["M"] for row in found for letter in row["letters"]["L"]]
    return {letter["template"]["S"]: letter["state"]["S"] for letter in letters}


@pytest.fixture
def outbox(shop: Shop) -> Shop:
    """A shop whose order has been settled by the stream's first half: messages are written but not delivered."""
    maya = shop.enrol()
    shop.redeem(maya["code"])
    settle_orders(deps.table(), ["o1"], now=shop.now)
    assert states(shop) == {"friend_thanks": "owed", "reward_held": "owed"}
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
    outbox.minute()
    assert sorted(outbox.mails()) == sorted([THANKS, NEWS])
    outbox.now += timedelta(minutes=14)
    outbox.minute()
    assert len(outbox.mails()) == 2
    outbox.now += timedelta(minutes=2)
    outbox.minute()
    outbox.minute()
    assert sorted(outbox.mails()) == sorted([THANKS, THANKS, NEWS])
    assert set(states(outbox).values()) == {"sent"}


def test_a_mail_that_never_left_is_sent_after_the_window(outbox: Shop) -> None:
    """The connection broke before SES heard of it: nothing is lost, and the other mail is not sent again."""
    outbox.faults.before("SendEmail", lost)
    outbox.minute()
    assert outbox.mails() == [NEWS]
    outbox.now += timedelta(minutes=16)
    outbox.minute()
    assert sorted(outbox.mails()) == sorted([THANKS, NEWS])


def test_a_sender_that_dies_after_sending_doubles_its_mails_once_at_most(outbox: Shop) -> None:
    """Killed between sending and saying so: after 15 minutes both go once more, and then never again."""
    outbox.faults.before("UpdateItem", None, refused("InternalServerError", 500))
    outbox.minute()
    assert sorted(states(outbox).values()) == ["owed", "owed"]
    for minutes in (5, 16, 16, 16):
        outbox.now += timedelta(minutes=minutes)
        outbox.minute()
    assert sorted(outbox.mails()) == sorted([THANKS, THANKS, NEWS, NEWS])
    assert set(states(outbox).values()) == {"sent"}


def test_a_letter_that_was_sent_is_not_sent_with_the_one_that_was_refused(outbox: Shop) -> None:
    """Two letters of one settlement, one of them throttled: only that one goes again."""
    outbox.faults.before("SendEmail", None, refused("TooManyRequestsException"))
    outbox.minute()
    assert outbox.mails() == [THANKS]
    outbox.now += timedelta(minutes=2)
    outbox.minute()
    assert sorted(outbox.mails()) == sorted([THANKS, NEWS])


@pytest.mark.parametrize("code", ["TooManyRequestsException", "LimitExceededException", "SendingPausedException"])
def test_a_refusal_that_may_pass_is_tried_again_with_growing_gaps(outbox: Shop, code: str) -> None:
    """A throttled or paused SES has surely not sent: the message goes back, due in 2, 4, 8 … minutes."""
    outbox.faults.before("SendEmail", *[refused(code)] * 4)
    outbox.minute()
    assert set(states(outbox).values()) == {"owed"}
    outbox.now += timedelta(minutes=1)
    outbox.minute()
    assert outbox.faults.count("SendEmail") == 2
    outbox.now += timedelta(minutes=1)
    outbox.minute()
    assert outbox.faults.count("SendEmail") == 4
    outbox.now += timedelta(minutes=4)
    outbox.minute()
    assert sorted(outbox.mails()) == sorted([THANKS, NEWS])


def test_a_refusal_for_good_is_given_up(outbox: Shop) -> None:
    """An address that SES rejects is not tried for ever; the other mail goes out."""
    outbox.faults.before("SendEmail", refused("MessageRejected"))
    outbox.minute()
    assert sorted(states(outbox).values()) == ["sent", "undeliverable"]
    assert deps.table().count_due(outbox.now + timedelta(days=29)) == 0


def test_a_mail_service_that_stays_down_is_given_up_in_the_end(outbox: Shop) -> None:
    """Twelve attempts over more than a day, then the message is marked undeliverable rather than tried for ever."""
    outbox.faults.before("SendEmail", *[refused("TooManyRequestsException")] * 100)
    for _ in range(20):
        outbox.now += timedelta(hours=5)
        outbox.minute()
    assert set(states(outbox).values()) == {"undeliverable"}
    assert outbox.faults.count("SendEmail") == 24


def test_a_person_who_is_gone_gets_no_mail(outbox: Shop) -> None:
    """When the contact was blanked, the message ends as undeliverable and nothing else breaks."""
    for row in outbox.everything():
        if row["SK"]["S"] == "FRIEND":
            outbox.dynamodb.update_item(
                TableName=deps.settings().table,
                Key={"PK": row["PK"], "SK": row["SK"]},
                UpdateExpression="REMOVE email, first_name",
            )
    outbox.minute()
    assert outbox.mails() == [NEWS]
    assert states(outbox)["friend_thanks"] == "undeliverable"


def test_messages_carry_no_person(outbox: Shop) -> None:
    """A message names people by reference only: no address and no name lies in the outbox."""
    rows: list[Any] = [row for row in outbox.everything() if row["SK"]["S"] == "MSG"]
    assert "example.com" not in str(rows)
    assert "Fay" not in str(rows)
    assert "Maya" not in str(rows)
