"""Occasions over the whole path: told, planned, sent, answered and listed, as people and the shop see them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.workers import mail
from memory.faults import lost, refused
from memory.shop import Body, Shop, eur

LEA = "lea@example.com"
YES: Body = {purpose: {"given": True} for purpose in ("care", "tips", "wishes", "offers")}
NO_CAPS: Body = {"caps": [], "quiet": None}


def told(shop: Shop, email: str = LEA, **words: Any) -> str:
    """Tell of somebody who has agreed to everything; return their id."""
    body = {"email": email, "first_name": "Lea", "consents": YES, **words}
    answer = shop.call("PUT", "/v1/people", body, scope="people")
    return str(shop.read(answer)["id"])


def ordered(shop: Shop, order_id: str = "1001", email: str = LEA, **more: Any) -> None:
    """Report an order, and let the workers see it."""
    body = {"order_id": order_id, "customer": {"email": email}, "amount": eur(6000), **more}
    assert shop.call("POST", "/v1/orders", body, scope="checkout").status_code == 201
    shop.stream()


STEPS = (timedelta(days=400), timedelta(days=30), timedelta(days=1), timedelta(hours=1))


def until(shop: Shop, at: str) -> None:
    """Let time pass until a moment: by the hour where something is due, in large steps where nothing is."""
    end = datetime.fromisoformat(at)
    while shop.now < end:
        ends = (min(end, shop.now + step) for step in STEPS)
        shop.now = next((it for it in ends if not any(deps.table().list_due(it))), min(end, shop.now + STEPS[-1]))
        shop.minute()


def listed(shop: Shop, person_id: str) -> list[Body]:
    """What somebody was sent and not sent, the newest first."""
    return list(shop.read(shop.call("GET", f"/v1/people/{person_id}/messages", scope="admin:read"))["items"])


def test_a_birthday(shop: Shop) -> None:
    """The wish comes in the morning of the day, by the clocks of whoever has it, once a year."""
    shop.publish(care={"birthday": {}})
    lea = told(shop, birthday="1990-05-02", time_zone="Asia/Kolkata")
    until(shop, "2026-05-01T18:00+00:00")
    assert shop.mails() == []
    until(shop, "2026-05-02T05:00+00:00")
    assert [to for to, _ in shop.mails()] == [LEA]
    until(shop, "2027-05-01T18:00+00:00")
    assert len(shop.mails()) == 1
    until(shop, "2027-05-02T05:00+00:00")
    assert len(shop.mails()) == 2
    assert [(it["letter"], it["state"], it["waited"]) for it in listed(shop, lea)] == [
        ("birthday", "sent", ["quiet_hours"]),
        ("birthday", "sent", ["quiet_hours"]),
    ]


def states(shop: Shop, person_id: str) -> list[tuple[str, str, list[str]]]:
    """Of each letter its name, how it stands and why, the newest first."""
    return [(it["letter"], it["state"], it["why"]) for it in listed(shop, person_id)]


def delivered(shop: Shop, order_id: str, at: datetime) -> None:
    """Report a delivery."""
    body = {"fulfilment_id": "f1", "delivered_at": at.isoformat()}
    assert shop.call("POST", f"/v1/orders/{order_id}/fulfilments", body, scope="checkout").status_code == 201
    shop.stream()


def test_a_check_in_goes_by_the_delivery(shop: Shop) -> None:
    """Two weeks after it, and not after the purchase; an order that was paid back is not asked about."""
    shop.publish(care={"check_in": {}}, letters=NO_CAPS)
    lea = told(shop)
    ordered(shop, "1001")
    ordered(shop, "1002")
    delivered(shop, "1001", shop.now)
    assert shop.call("POST", "/v1/orders/1002/refunds", {"refund_id": "r", "kind": "cancellation"}, scope="checkout")
    shop.stream()
    until(shop, "2026-03-15T11:00+00:00")
    assert shop.mails() == []
    until(shop, "2026-03-15T13:00+00:00")
    until(shop, "2026-05-01T00:00+00:00")
    assert states(shop, lea) == [("check_in", "sent", [])]


def test_what_was_over_goes_when_its_time_comes_again(shop: Shop) -> None:
    """A delivery that is reported late moves the question about it, which had been closed by then."""
    shop.publish(care={"check_in": {}, "birthday": {}}, letters=NO_CAPS)
    lea = told(shop, birthday="04-10", consents={"wishes": {"given": True}})
    ordered(shop)
    until(shop, "2026-04-10T01:00+00:00")
    assert states(shop, lea) == [("birthday", "sent", []), ("check_in", "closed", ["no_consent"])]
    told(shop)
    delivered(shop, "1001", shop.now)
    until(shop, "2026-04-24T03:00+00:00")
    assert states(shop, lea) == [("birthday", "sent", []), ("check_in", "sent", [])]


def test_what_is_over_again_is_recorded_once(shop: Shop) -> None:
    """A delivery that is reported late moves a question that had been closed, and nobody agrees to it since."""
    shop.publish(care={"check_in": {}, "birthday": {}}, letters=NO_CAPS)
    lea = told(shop, birthday="04-10", consents={"wishes": {"given": True}})
    ordered(shop)
    until(shop, "2026-04-10T01:00+00:00")
    closed = listed(shop, lea)[1]
    assert (closed["letter"], closed["state"], closed["why"]) == ("check_in", "closed", ["no_consent"])
    delivered(shop, "1001", shop.now)
    until(shop, "2027-04-10T01:00+00:00")
    assert [it for it in listed(shop, lea) if it["letter"] == "check_in"] == [closed]


def test_two_that_fall_together_go_one_after_the_other(shop: Shop) -> None:
    """The one of higher rank first, the other a week later: it is moved, and says why."""
    shop.publish(care={"birthday": {}, "anniversary": {"within_days": 14}})
    lea = told(shop, birthday="05-02")
    ordered(shop, placed_at="2025-05-02T10:00:00Z")
    until(shop, "2026-05-08T12:00+00:00")
    assert states(shop, lea) == [("birthday", "sent", [])]
    (ahead,) = shop.read(shop.call("GET", f"/v1/people/{lea}/care", scope="admin:read"))["ahead"][:1]
    assert (ahead["occasion"], ahead["why"]) == ("anniversary", ["cap"])
    until(shop, "2026-05-12T00:00+00:00")
    wish, thanks = sorted(listed(shop, lea), key=lambda it: str(it["sent_at"]))
    assert (wish["letter"], thanks["letter"], thanks["waited"]) == ("birthday", "anniversary", ["cap"])
    assert datetime.fromisoformat(thanks["sent_at"]) - datetime.fromisoformat(wish["sent_at"]) >= timedelta(days=7)


def test_a_guide_for_what_was_bought(shop: Shop) -> None:
    """It goes in a language that the person reads; without one it is closed, and says so."""
    shop.publish(care={"how_to": {}}, letters=NO_CAPS)
    guide = {"id": "glaze", "title": "Keep it bright", "link": "https://shop.example/glaze", "language": "en"}
    assert shop.call("PUT", "/v1/guides", {**guide, "skus": ["MUG"]}, scope="admin:write").status_code == 201
    lea, noor = told(shop), told(shop, "noor@example.com", locale="gu")
    item = {"sku": "MUG", "amount": eur(6000)}
    ordered(shop, "1001", items=[item])
    ordered(shop, "1002", "noor@example.com", items=[item])
    until(shop, "2026-03-12T00:00+00:00")
    assert states(shop, lea) == [("how_to", "sent", [])]
    assert states(shop, noor) == [("how_to", "closed", ["no_guide"])]


def test_who_goes_quiet_is_missed_with_an_offer_of_their_own(shop: Shop) -> None:
    """Once in a silence; the code in the mail is theirs."""
    gift = {"rate": {"basis_points": 1000}, "days": 14}
    shop.publish(care={"miss_you": {"gift": gift}}, letters=NO_CAPS)
    lea = told(shop)
    ordered(shop)
    until(shop, "2026-08-01T00:00+00:00")
    assert states(shop, lea) == [("miss_you", "sent", [])]
    offers = shop.read(shop.call("GET", f"/v1/people/{lea}/offers", scope="admin:read"))["items"]
    assert len(offers) == 1
    assert offers[0]["code"] in shop.sent()[-1].text


def test_a_gift_goes_into_the_ledger_of_an_ambassador(shop: Shop) -> None:
    """It is available at once, the letter says how much, and the books agree."""
    shop.publish(care={"birthday": {"gift": {"rate": {"amount": 500}}}}, letters=NO_CAPS)
    maya = shop.enrol()
    told(shop, "maya@example.com", birthday="05-02", first_name="Maya")
    until(shop, "2026-05-03T00:00+00:00")
    assert "5.00" in shop.sent()[-1].text
    assert deps.table().read_account(maya["id"]).balance("EUR", "available") == 500  # type: ignore[union-attr]


def test_after_an_outage_the_one_goes_that_matters_most(shop: Shop) -> None:
    """What could not go is planned anew with everything else: so the wish isn't pushed out by what came before it."""
    shop.publish(care={"birthday": {}, "check_in": {"after_purchase_days": 61, "within_days": 30}})
    lea = told(shop, birthday="05-02")
    ordered(shop)
    until(shop, "2026-05-01T08:00+00:00")
    shop.faults.before("SendEmail", *[refused("TooManyRequestsException", 429)] * 500)
    until(shop, "2026-05-02T20:00+00:00")
    assert shop.mails() == []
    shop.faults.before("SendEmail")
    until(shop, "2026-05-03T20:00+00:00")
    assert [it[:2] for it in states(shop, lea) if it[1] == "sent"] == [("birthday", "sent")]
    until(shop, "2026-05-12T00:00+00:00")
    assert sorted(it[:2] for it in states(shop, lea)) == [("birthday", "sent"), ("check_in", "sent")]


def test_a_mail_of_which_nobody_knows_is_tried_thrice_at_most(shop: Shop) -> None:
    """A quarter of an hour apart; then it is closed, and the person goes on with their life."""
    shop.publish(care={"birthday": {}}, letters=NO_CAPS)
    lea = told(shop, birthday="05-02")

    until(shop, "2026-05-01T23:00+00:00")
    shop.faults.after("SendEmail", *[lost] * 9)
    until(shop, "2026-05-03T12:00+00:00")
    assert len(shop.mails()) == 3
    assert states(shop, lea) == [("birthday", "closed", ["unsure"])]


@pytest.mark.parametrize("held_out", [True, False])
def test_who_is_held_out_gets_none_and_is_noted(shop: Shop, held_out: bool) -> None:
    """At the moment at which the others get it, so that both are compared from the same day on."""
    shop.publish(care={"birthday": {"hold_out_percent": 50}}, letters=NO_CAPS)
    for number in range(30):
        told(shop, f"p{number}@example.com", birthday="05-02")
    until(shop, "2026-05-02T12:00+00:00")
    ids = [shop.read(shop.call("GET", f"/v1/people?email=p{n}@example.com", scope="admin:read")) for n in range(30)]
    found = [states(shop, it["items"][0]["id"]) for it in ids]
    wanted = ("birthday", "closed", ["hold_out"]) if held_out else ("birthday", "sent", [])
    assert [wanted] in found
    assert len(shop.mails()) == sum(it == [("birthday", "sent", [])] for it in found)
    assert all(len(it) == 1 for it in found)


def test_a_visit_is_a_task(shop: Shop) -> None:
    """For people who have told where they are found; nobody is written to."""
    shop.publish(care={"social": {"hint": "Say something kind about the picture."}})
    told(shop, handles={"instagram": "lea.clay"})
    ordered(shop)
    until(shop, "2026-03-20T00:00+00:00")
    tasks = shop.read(shop.call("GET", "/v1/tasks?kind=social", scope="admin:read"))["items"]
    assert [(it["kind"], it["hint"]) for it in tasks] == [("social", "Say something kind about the picture.")]
    assert shop.mails() == []


def test_no_mail_begins_more_than_a_minute_after_it_was_let_through(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However slow the mail service is: of three for one person that are due at once the rest goes a minute later."""
    shop.publish(care={"check_in": {}}, letters=NO_CAPS)
    person = told(shop)
    for order_id in ("1001", "1002", "1003"):
        ordered(shop, order_id)
    seconds, begun, send = [0.0], list[float](), deps.mailer().send

    def slow(*told: Any) -> None:
        begun.append(seconds[0])
        seconds[0] += 40
        send(*told)

    table = deps.table()
    monkeypatch.setattr(table, "deadline", lambda wait: seconds[0] + wait)
    monkeypatch.setattr(table, "is_past", lambda end: seconds[0] >= end)
    monkeypatch.setattr(deps.mailer(), "send", slow)
    shop.now += timedelta(days=21)
    mail.send([f"PERSON#{person}"])
    assert begun == [0, 40]
    shop.now += timedelta(minutes=1)
    shop.minute()
    assert [it["state"] for it in listed(shop, person)] == ["sent"] * 3


def test_what_becomes_of_an_order_reaches_its_buyer_under_another_address(shop: Shop) -> None:
    """They have it by now, and somebody else has the old one: to them it says nothing."""
    shop.publish(care={"check_in": {}}, letters=NO_CAPS)
    person = told(shop)
    ordered(shop)
    corrected = shop.call("PATCH", f"/v1/people/{person}", {"email": "lea@example.org"}, scope="admin:write")
    assert corrected.status_code == 200
    other = told(shop)
    delivery = {"fulfilment_id": "f1", "delivered_at": f"{shop.now:%Y-%m-%dT%H:%M:%SZ}"}
    assert shop.call("POST", "/v1/orders/1001/fulfilments", delivery, scope="checkout").status_code == 201
    shop.stream()
    people = deps.table().read_people([person, other])
    assert [it.delivered_at is not None for it in people[person].orders] == [True]
    assert people[other].orders == ()
