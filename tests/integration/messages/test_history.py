"""What somebody was sent, what waits and what was closed, each with its reason; and a letter that goes out again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.operations.orders.buyers import meet_buyers
from chalicelib.operations.orders.settle import settle_orders
from memory.faults import lost, refused
from memory.shop import Body, Shop, refusal
from tests.integration.messages.test_gate import NEWS, QUIET, STOPS, change, maya, news

NOTE = {"note": "She asked for it."}


def history(shop: Shop, person_id: str = "", query: str = "", **headers: str) -> Body:
    """The messages to a person, to the ambassador if nobody is named; as an admin reads them but in a session."""
    scope = None if headers else "admin:read"
    answer = shop.call("GET", f"/v1/people/{person_id or maya().id}/messages{query}", scope=scope, **headers)
    assert answer.status_code == 200, answer.body
    return shop.read(answer)


def latest(shop: Shop, query: str = "") -> Body:
    """The newest message to the ambassador."""
    found: Body = history(shop, query=query)["items"][0]
    return found


def resend(shop: Shop, message_id: str, body: Body = NOTE, key: str = "r-1") -> Any:
    """Let a letter go out again."""
    path = f"/v1/messages/{message_id}/resend"
    return shop.call("POST", path, body, scope="admin:write", Idempotency_Key=key)


def owe(shop: Shop, *, hour: int = 12, **letters: Any) -> None:
    """Let a friend's order be settled, whose mails are still to go."""
    shop.publish(letters=letters)
    shop.now = shop.now.replace(hour=hour)
    shop.redeem(shop.enrol()["code"])
    meet_buyers(deps.table(), ["o1"], deps.outlook(), now=shop.now)
    settle_orders(deps.table(), ["o1"], now=shop.now)


def test_a_letter_that_was_sent_says_when(shop: Shop) -> None:
    """In stable words, and in a sentence in the language that was asked for."""
    owe(shop)
    shop.minute()
    found = latest(shop)
    assert (found["letter"], found["purpose"], found["reader"], found["state"]) == (
        "reward_held",
        "rewards",
        "ambassador",
        "sent",
    )
    assert found["cause"] == {"kind": "order", "id": "o1", "version": 2}
    assert (found["why"], found["tries"], found["sent_at"]) == ([], 1, "2026-03-01T12:00:00Z")
    assert found["said"] == ["It was sent on 1 March 2026, 12:00 in UTC."]
    assert latest(shop, "?lang=es")["said"] != found["said"]


def test_a_letter_that_waits_says_until_when_and_for_what(shop: Shop) -> None:
    """By the clocks of whom it is for."""
    owe(shop, hour=23, quiet=QUIET)
    change(lambda it: replace(it, time_zone="Asia/Kolkata"))
    shop.now = shop.now.replace(hour=18)
    shop.minute()
    assert latest(shop)["said"] == ["It is about to be sent."]
    shop.now = shop.now.replace(hour=23)
    shop.minute()
    found = latest(shop)
    assert (found["state"], found["why"]) == ("waiting", ["quiet_hours"])
    assert found["said"][0].startswith("It waits until 2 March 2026, 9:")
    assert "in Kolkata" in found["said"][0]
    assert found["due_at"] > "2026-03-02T03:30"
    assert "sent_at" not in found


def test_a_letter_that_waited_says_so_once_it_is_sent(shop: Shop) -> None:
    """Until when, by whose clocks, and for what: whoever asks later learns why it did not come at once."""
    owe(shop, hour=23, quiet=QUIET)
    change(lambda it: replace(it, time_zone="Asia/Kolkata"))
    shop.now = shop.now.replace(hour=23)
    shop.minute()
    shop.days(0.25)
    found = latest(shop)
    assert (found["state"], found["why"], found["waited"]) == ("sent", [], ["quiet_hours"])
    assert found["said"][0].startswith("It waited until 2 March 2026, ")
    assert "in Kolkata" in found["said"][0]
    assert found["said"][1:-1] == ["The program keeps quiet hours there."]
    assert found["said"][-1].startswith("It was sent on 2 March 2026, ")


@pytest.mark.parametrize("why", STOPS)
def test_a_letter_that_was_closed_says_why(shop: Shop, why: str) -> None:
    """And when that was decided."""
    owe(shop)
    change(lambda it: STOPS[why](it, shop.now))
    shop.minute()
    found = latest(shop)
    assert (found["state"], found["why"], found["closed_at"]) == ("closed", [why], "2026-03-01T12:00:00Z")
    assert found["said"][0].startswith("It was not sent: ")


def test_trouble_at_the_mail_service_is_told(shop: Shop) -> None:
    """What passes, what the operator must mend, what the address causes, what nobody knows: each in its words."""
    owe(shop)
    told = []
    for event in (
        refused("TooManyRequestsException", 429),
        refused("MessageRejected", 400),
        lost,
        refused("BadRequestException", 400),
    ):
        shop.faults.before("SendEmail", event)
        for _ in range(2):
            shop.minute()
        found = latest(shop)
        told.append((found["state"], *found["why"]))
        assert len(found["said"]) == 1
        shop.now += timedelta(hours=4)
    assert told == [
        ("waiting", "mail_service"),
        ("waiting", "operator"),
        ("sending",),
        ("undeliverable", "address"),
    ]


def test_a_person_reads_their_own_list_and_nothing_for_admins(shop: Shop) -> None:
    """In a session, in their own words and language."""
    shop.now = shop.now.replace(hour=12)
    session = {"Authorization": f"Bearer {shop.session(shop.enrol(locale='es')['id'])}"}
    owe(shop)
    shop.minute()
    sent = latest(shop)
    assert resend(shop, sent["id"]).status_code == 201
    shop.minute()
    own = history(shop, "me", **session)["items"]
    assert [it["letter"] for it in own] == ["reward_held", "reward_held"]
    assert own[0]["said"][0].startswith("Se envió")
    assert "note" not in own[0]
    assert "author" not in own[0]
    other = shop.call("GET", f"/v1/people/{friend(shop)}/messages", **session)
    assert other.status_code == 404


def friend(shop: Shop) -> str:
    """The friend as a person."""
    answer = shop.call("GET", "/v1/people?email=o1%40friends.example", scope="admin:read")
    return str(shop.read(answer)["items"][0]["id"])


def test_a_friend_has_a_list_as_well(shop: Shop) -> None:
    """By their pseudonym."""
    owe(shop)
    shop.minute()
    assert [(it["letter"], it["reader"]) for it in history(shop, friend(shop))["items"]] == [
        ("friend_thanks", "friend")
    ]


def test_the_list_has_pages(shop: Shop) -> None:
    """The newest first, each once."""
    code = shop.enrol()["code"]
    for number in range(5):
        shop.redeem(code, f"o{number}")
        shop.stream()
        shop.now += timedelta(minutes=1)
    first = history(shop, query="?limit=3")
    second = history(shop, query=f"?limit=3&cursor={first['next_cursor']}")
    assert [it["cause"]["id"] for it in (*first["items"], *second["items"])] == ["o4", "o3", "o2", "o1", "o0"]
    assert second["next_cursor"] is None


def test_a_digest_says_which_message_carried_it(shop: Shop) -> None:
    """So that an admin finds the mail that somebody means."""
    shop.publish(letters={"gather_minutes": 30})
    code = shop.enrol()["code"]
    for number in range(2):
        shop.redeem(code, f"o{number}")
    shop.stream()
    shop.now += timedelta(minutes=30)
    shop.minute()
    found = history(shop)["items"]
    assert [it["why"] for it in found] == [["digest"]] * 2
    assert {it["carried_by"] for it in found} <= {it["id"] for it in found}
    assert len({it["carried_by"] for it in found}) == 1
    assert all(it["said"][-1] == "It was told in one email with other news." for it in found)


@pytest.mark.parametrize("event", [None, refused("BadRequestException", 400)])
def test_a_letter_goes_out_again_once(shop: Shop, event: Any) -> None:
    """As a message of its own that names the first, with who wanted it and why; a repeat of the request makes none."""
    owe(shop)
    shop.faults.before("SendEmail", event)
    shop.minute()
    first = latest(shop)
    answer = resend(shop, first["id"])
    assert answer.status_code == 201
    copy = shop.read(answer)
    assert (copy["copy_of"], copy["note"], copy["state"]) == (first["id"], NOTE["note"], "waiting")
    again = resend(shop, first["id"])
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    shop.stream()
    shop.minute()
    assert news(shop) == [NEWS] * (1 if event else 2)
    assert [it["state"] for it in history(shop)["items"]] == ["sent", first["state"]]
    assert shop.findings(shop.order()["ambassador_id"]) == []


def test_a_copy_can_be_copied(shop: Shop) -> None:
    """It is another copy of the first."""
    owe(shop)
    shop.minute()
    first = latest(shop)
    copy = shop.read(resend(shop, first["id"]))
    shop.minute()
    other = shop.read(resend(shop, copy["id"], key="r-2"))
    assert other["copy_of"] == first["id"]
    shop.minute()
    assert news(shop) == [NEWS] * 3


def test_nothing_is_sent_again_before_it_has_gone(shop: Shop) -> None:
    """Neither a message that waits, nor one of which a copy waits."""
    owe(shop)
    assert refusal(resend(shop, latest(shop)["id"])) == (409, "message_unfinished")
    shop.minute()
    first = latest(shop)
    assert resend(shop, first["id"]).status_code == 201
    assert refusal(resend(shop, first["id"], key="r-2")) == (409, "message_unfinished")


@pytest.mark.parametrize("why", STOPS)
def test_what_may_never_go_is_not_sent_again(shop: Shop, why: str) -> None:
    """The answer says why, and nothing is written."""
    owe(shop)
    change(lambda it: STOPS[why](it, shop.now))
    shop.minute()
    before = shop.everything()
    answer = resend(shop, latest(shop)["id"])
    assert refusal(answer) == (409, "letter_not_allowed")
    assert shop.read(answer)["errors"] == [{"pointer": "", "detail": why}]
    assert shop.everything() == before


def test_what_was_closed_goes_once_it_may(shop: Shop) -> None:
    """The reader has thought it over since."""
    owe(shop)
    change(lambda it: STOPS["stopped"](it, shop.now))
    shop.minute()
    change(lambda it: replace(it, stops={}))
    assert resend(shop, latest(shop)["id"]).status_code == 201
    shop.minute()
    assert news(shop) == [NEWS]


def test_a_copy_waits_as_any_letter(shop: Shop) -> None:
    """At night for the morning, but for no other news."""
    owe(shop, quiet=QUIET, gather_minutes=30)
    shop.now += timedelta(minutes=30)
    shop.minute()
    first = latest(shop)
    shop.now = shop.now.replace(hour=14)
    assert shop.read(resend(shop, first["id"]))["why"] == []
    shop.minute()
    shop.now = shop.now.replace(hour=23)
    copy = shop.read(resend(shop, first["id"], key="r-2"))
    assert copy["why"] == ["quiet_hours"]
    assert copy["due_at"] >= "2026-03-02T09:00"


@pytest.mark.parametrize("message_id", ["msg_", "msg_b3JkZXI6bm9uZSMy", "order:o1", "msg_%F0%9F", "x" * 300])
def test_there_is_no_such_message(shop: Shop, message_id: str) -> None:
    """Whatever stands in the path."""
    assert refusal(resend(shop, message_id)) == (404, "not_found")


def test_an_order_with_any_signs_has_messages(shop: Shop) -> None:
    """The id of a message can be part of a path, whatever the shop's ids hold."""
    shop.redeem(shop.enrol()["code"], "A/7#8:9@b", customer={"email": "fay@friends.example"})
    shop.stream()
    found = latest(shop)
    assert found["cause"]["id"] == "A/7#8:9@b"
    assert resend(shop, found["id"]).status_code == 201
