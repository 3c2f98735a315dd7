"""A mail on the wire: made once, under the operator's configuration set, and never written over by who comes late."""

import os
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.aws.lines import LostError, UnreachedError
from chalicelib.domain.effects import Replace
from chalicelib.domain.people.outbox import ABANDONED, claimed
from chalicelib.operations.messages.deliver import deliver
from chalicelib.operations.orders.buyers import meet_buyers
from chalicelib.operations.orders.settle import settle_orders
from memory.faults import refused
from memory.shop import Shop
from tests.integration.messages.test_mails import states

OUTAGES: dict[str, int | Exception] = {
    "a server error": 500,
    "no service": 503,
    "too many": 429,
    "no answer": LostError("planned"),
    "no connection": UnreachedError("planned"),
}


@pytest.fixture
def outbox(shop: Shop) -> Shop:
    """A shop that owes two letters."""
    shop.redeem(shop.enrol()["code"])
    meet_buyers(deps.table(), ["o1"], deps.outlook(), now=shop.now)
    settle_orders(deps.table(), ["o1"], now=shop.now)
    return shop


@pytest.mark.parametrize("outage", OUTAGES.values(), ids=OUTAGES)
def test_a_call_is_made_once_on_the_wire_whatever_breaks(outbox: Shop, outage: int | Exception) -> None:
    """SES has no idempotency: a call is not tried again by itself, for the first one may have sent it."""
    outbox.cloud.outage["SendEmail"] = outage
    for calls in (1, 2):
        outbox.minute()
        assert outbox.cloud.asked["SendEmail"] == calls, "one call for each of the two letters"
        outbox.now += timedelta(minutes=1)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_leaves_it_open_whether_a_mail_went(outbox: Shop, status: int) -> None:
    """Nothing is sent again for a quarter of an hour, for it may have been sent; then it is, once."""
    outbox.cloud.outage["SendEmail"] = status
    began, minute = outbox.now, timedelta(minutes=1)
    for outbox.now in (began, began + minute):
        outbox.minute()
    outbox.cloud.outage.clear()
    outbox.now = began + ABANDONED
    outbox.minute()
    assert outbox.cloud.asked["SendEmail"] == 2
    for outbox.now in (began + ABANDONED + timedelta(seconds=1), began + ABANDONED + 2 * minute):
        outbox.minute()
        outbox.minute()
    assert outbox.cloud.asked["SendEmail"] == 4
    assert states(outbox) == {"friend_thanks": "sent", "reward_held": "sent"}


def test_each_mail_goes_out_under_the_configuration_set(outbox: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator's set is where SES counts bounces, and keeps from writing to who has complained."""
    monkeypatch.setitem(os.environ, "CONFIGURATION_SET", "referrals-events")
    deps.settings.cache_clear()
    deps.mailer.cache_clear()
    outbox.minute()
    assert [mail.request.get("ConfigurationSetName") for mail in outbox.sent()] == ["referrals-events"] * 2


def test_without_a_configuration_set_none_is_named(outbox: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty name would be refused."""
    monkeypatch.delenv("CONFIGURATION_SET")
    deps.settings.cache_clear()
    outbox.minute()
    assert len(outbox.sent()) == 2
    assert not [mail for mail in outbox.sent() if "ConfigurationSetName" in mail.request]


@pytest.mark.parametrize(
    "answer", [refused("TooManyRequestsException", 429), refused("InternalFailure", 500), lambda: None]
)
def test_who_comes_back_late_writes_nothing_over_what_another_did(outbox: Shop, answer: Any) -> None:
    """A sender that slept for more than a quarter of an hour finds the message in another's hands, and leaves it there.

    The other one has it still: were its mark written over, a third would send it once more.
    """
    late, name = outbox.now, "order:o1#2"
    between = outbox.now + ABANDONED + timedelta(minutes=1)

    def another_takes_it() -> Any:
        message = deps.table().read_message(name)
        assert message is not None
        deps.table().commit([Replace(claimed([message], between)[0])])
        return answer()

    outbox.faults.before("SendEmail", another_takes_it)
    deliver(deps.post(), name, now=late)
    row = waiting(outbox)
    assert row["state"]["S"] == "sending"
    assert row["sending_at"]["S"].startswith("2026-03-01T12:16")
    assert states(outbox) == {"friend_thanks": "pending", "reward_held": "sending"}
    outbox.now = between
    outbox.minute()
    assert outbox.cloud.asked["SendEmail"] <= 2, "nobody else sends what somebody has in hand"
    assert states(outbox) == {"friend_thanks": "sent", "reward_held": "sending"}


def waiting(shop: Shop) -> Any:
    """The message to the ambassador, as it is stored."""
    (row,) = [it for it in shop.everything() if it["PK"]["S"] == "MSG#order:o1#2"]
    return row


def waits(shop: Shop) -> timedelta:
    """How long the message waits for its next try."""
    return datetime.fromisoformat(waiting(shop)["due_at"]["S"]) - shop.now


def test_the_gaps_between_tries_double_up_to_four_hours(outbox: Shop) -> None:
    """Two minutes, four, eight and so on: an outage of a day costs a dozen tries and not a thousand."""
    outbox.cloud.outage["SendEmail"] = 429
    gaps = []
    for _ in range(10):
        outbox.minute()
        gaps.append(waits(outbox) // timedelta(minutes=1))
        outbox.now += timedelta(minutes=gaps[-1])
    assert gaps == [2, 4, 8, 16, 32, 64, 128, 240, 240, 240]


@pytest.mark.parametrize("is_throttle", [True, False])
def test_what_passes_by_itself_is_no_alarm(outbox: Shop, is_throttle: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody can mend a throttle or a broken line: it is counted, and no alarm watches that count."""
    if is_throttle:
        outbox.faults.before("SendEmail", *[refused("TooManyRequestsException", 429)] * 2)
    else:
        outbox.cloud.outage["SendEmail"] = OUTAGES["no connection"]
    capsys.readouterr()
    outbox.minute()
    told = capsys.readouterr().out
    assert '"LettersRefused"' in told
    assert '"LettersBlocked"' not in told
    assert '"LettersFailed"' not in told


def test_a_busy_table_leaves_a_letter_for_later(outbox: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """What a letter needs can't be read just now: it goes with the next look, and nothing is broken."""
    outbox.faults.before("GetItem", *[refused("ThrottlingException")] * 20)
    capsys.readouterr()
    outbox.minute()
    told = capsys.readouterr().out
    assert '"LettersRefused"' in told
    assert '"LettersFailed"' not in told
    outbox.faults.before("GetItem")
    outbox.minute()
    assert states(outbox) == {"friend_thanks": "sent", "reward_held": "sent"}


def test_each_reader_is_written_to_in_their_own_language(shop: Shop) -> None:
    """The friend in the order's language, the ambassador in the profile's, whatever the program's is."""
    maya = shop.enrol(locale="es")
    shop.redeem(maya["code"], customer={"locale": "gu"})
    shop.stream()
    told = {mail.destinations["ToAddresses"][0]: mail.body for mail in shop.sent()}
    assert '<html lang="es"' in told["maya@example.com"]
    assert '<html lang="gu"' in told["o1@friends.example"]


def test_a_mail_speaks_of_the_rules_that_it_was_written_under(outbox: Shop) -> None:
    """The shop has another name since: what was promised before is told in the name of who promised it."""
    outbox.publish(shop_name="Another Shop")
    outbox.minute()
    assert len(outbox.sent()) == 2
    for mail in outbox.sent():
        assert "Kavya Ceramics" in mail.body
        assert "Another Shop" not in mail.body
