"""What becomes of an order: refunds that are partly tax, refunds come back, deliveries and their corrections."""

from http import HTTPStatus

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from memory.shop import Body, Shop, eur, refusal

DELIVERIES = "/v1/orders/o1/fulfilments"
REFUNDS = "/v1/orders/o1/refunds"
APPROVE: Body = {"decision": "approve", "note": "The bank's figure of that day."}


def sale(code: str) -> Body:
    """An order of 50.00 with a code."""
    return {"order_id": "o1", "code": code, "customer": {"email": "fay@example.com"}, "amount": eur(5000)}


def send(shop: Shop, told: Body) -> HTTPResponse:
    """Redeem."""
    return shop.call("POST", "/v1/redemptions", told, scope="checkout")


def usd(amount: int) -> Body:
    """An amount in dollars."""
    return {"amount": amount, "currency": "USD"}


# --- refunds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["cancellation", "refund", "chargeback"])
def test_a_refund_that_was_reversed_is_not_reported_again(shop: Shop, kind: str) -> None:
    """Taken for a repeat it would never count: the shop is told to use a new id, and the new one counts."""
    shop.redeem(shop.enrol()["code"])
    told: Body = {"refund_id": "r-1", "kind": kind}
    told |= {} if kind == "cancellation" else {"amount": eur(4500)}
    path = "/v1/orders/o1/refunds"
    statuses = [shop.call("POST", path, told, scope="checkout").status_code for _ in range(2)]
    assert statuses == [201, 200]
    shop.call("POST", f"{path}/r-1/reversal", {}, scope="checkout")
    shop.stream()
    before = shop.everything()
    assert refusal(shop.call("POST", path, told, scope="checkout")) == (409, "already_reversed")
    assert shop.everything() == before
    assert shop.order()["position"]["state"] == "held"
    assert shop.call("POST", path, {**told, "refund_id": "r-2"}, scope="checkout").status_code == 201
    shop.stream()
    assert shop.order()["position"]["state"] == "void"


def test_a_part_of_a_refund_may_be_tax_and_shipping(shop: Shop) -> None:
    """Only goods count: 35.70 with 5.70 of tax takes the reward for 30.00, shipping alone takes nothing."""
    shop.redeem(shop.enrol()["code"])
    shop.refund("o1", "r-1", 3570, tax=eur(570))
    shop.refund("o1", "r-2", 490, shipping=eur(490))
    shop.stream()
    shown = shop.order()
    assert shown["position"]["held"] == eur(150)
    (refunds,) = [step for step in shown["trace"] if step["rule"] == "refunds"]
    assert (refunds["detail"]["refunded"], refunds["detail"]["net"]) == (3000, 1500)


def test_an_amount_with_tax_is_never_taken_for_one_without(shop: Shop) -> None:
    """Offer, minimum and reward are about goods; the answer shows the amount as it was told, and the tax beside it."""
    code = shop.enrol()["code"]
    gross = {**sale(code), "amount": eur(5950), "tax": eur(950)}
    shown = shop.read(send(shop, gross))
    assert (shown["amount"], shown["tax"], shown["friend_discount"]) == (eur(5950), eur(950), eur(500))
    assert shown["reward_estimate"] == eur(450)
    assert refusal(send(shop, {**gross, "tax": eur(951)})) == (409, "conflicting_repeat")


def test_a_line_with_tax_is_left_out_by_what_it_costs_without(shop: Shop) -> None:
    """Of 59.50 with 9.50 of tax a gift card line of 11.90 with 1.90 leaves goods for 40.00."""
    line = {"sku": "CARD", "amount": eur(1190), "tax": eur(190), "gift_card": True}
    gross = {**sale(shop.enrol()["code"]), "amount": eur(5950), "tax": eur(950), "items": [line]}
    assert shop.read(send(shop, gross))["friend_discount"] == eur(400)


# --- deliveries -------------------------------------------------------------------------------------------------------


def told_of(shop: Shop, **more: object) -> tuple[int, str | None]:
    """Report a delivery: the status of the answer, and the delivery's."""
    told = {"fulfilment_id": "f-1", "delivered_at": f"{shop.now:%Y-%m-%dT%H:%M:%SZ}", **more}
    answer = shop.call("POST", DELIVERIES, {k: v for k, v in told.items() if v is not None}, scope="checkout")
    shop.stream()
    shown = shop.read(answer)
    return answer.status_code, str(shown["reason"] if "reason" in shown else shown["status"])


def release_day(shop: Shop) -> str:
    """The day on which the reward of the order is released."""
    return str(shop.order()["release_at"])[:10]


def test_a_delivery_is_corrected_by_a_higher_revision(shop: Shop) -> None:
    """A wrong `return_by` locks nothing: the highest revision counts whatever comes last, till the release."""
    shop.publish(hold_from="delivery", hold_days=14, longest_wait_days=60)
    shop.redeem(shop.enrol()["code"])
    shop.stream()
    assert release_day(shop) == "2026-04-30"
    assert told_of(shop, return_by="2029-02-01T00:00:00Z") == (201, "accepted")
    assert release_day(shop) == "2029-02-01"
    assert told_of(shop, revision=3) == (201, "accepted")
    assert release_day(shop) == "2026-03-15"
    assert told_of(shop, revision=2, return_by="2028-01-01T00:00:00Z") == (201, "superseded")
    assert told_of(shop, revision=2, return_by="2028-01-01T00:00:00Z") == (200, "superseded")
    assert told_of(shop, revision=3, more=True) == (409, "conflicting_repeat")
    assert release_day(shop) == "2026-03-15"
    assert told_of(shop, revision=10, delivered_at=None, void=True) == (201, "accepted")
    assert told_of(shop, revision=9, return_by="2028-01-01T00:00:00Z") == (201, "superseded")
    assert release_day(shop) == "2026-04-30"


def test_a_delivery_whose_id_looks_like_a_revision_is_another_one(shop: Shop) -> None:
    """Ids are the shop's own: `f-1#2` supersedes nothing of `f-1`, nor is it superseded."""
    shop.redeem(shop.enrol()["code"])
    assert told_of(shop, fulfilment_id="f-1#000000000000002") == (201, "accepted")
    assert told_of(shop, revision=3) == (201, "accepted")
    assert told_of(shop, revision=2) == (201, "superseded")
    assert told_of(shop, fulfilment_id="f-1#000000000000002", revision=2) == (201, "accepted")
    assert len(deps.table().read_order("o1").fulfilments) == 4


def test_no_delivery_is_earlier_than_its_order(shop: Shop) -> None:
    """Delivered in the year 2000, an order of today waits out its hold from today."""
    shop.publish(hold_from="delivery", hold_days=14)
    shop.redeem(shop.enrol()["code"])
    assert told_of(shop, delivered_at="2000-01-01T00:00:00Z") == (201, "accepted")
    assert (release_day(shop), shop.order()["position"]["state"]) == ("2026-03-15", "held")


def test_an_order_waits_for_the_parcels_to_come(shop: Shop) -> None:
    """The first parcel says that there is more; the one that doesn't completes the order."""
    shop.publish(hold_from="delivery", hold_days=14, longest_wait_days=60)
    shop.redeem(shop.enrol()["code"])
    told_of(shop, more=True)
    assert release_day(shop) == "2026-04-30"
    told_of(shop, fulfilment_id="f-2")
    assert release_day(shop) == "2026-03-15"


# --- refunds of unknown worth -----------------------------------------------------------------------------------------


def decide(shop: Shop, **told: object) -> HTTPResponse:
    """Decide on the order as an admin."""
    answer = shop.call("POST", "/v1/reviews/o1", {**APPROVE, **told}, scope="admin:write")
    shop.stream()
    return answer


def charged_back(shop: Shop) -> Body:
    """An order of which the bank takes back 55.00 in dollars; answers the ambassador."""
    maya = shop.enrol()
    shop.redeem(maya["code"])
    shop.call("POST", REFUNDS, {"refund_id": "r-1", "kind": "chargeback", "amount": usd(5500)}, scope="checkout")
    shop.stream()
    return maya


def test_silence_pays_nothing_for_what_nobody_has_valued(shop: Shop) -> None:
    """The program approves what nobody answers; a chargeback in another currency is denied at its own deadline."""
    shop.publish(review_default="approve", review_days=10)
    maya = charged_back(shop)
    assert shop.order()["case"]["defaults"] == [
        {"question": "foreign_refund", "deadline": shop.order()["case"]["deadline"], "decision": "deny"}
    ]
    shop.days(40)
    shown = shop.order()
    assert (shown["position"]["state"], shown["reason"]) == ("void", "denied_by_review")
    assert shop.account(maya["id"])["available"] == 0


def test_an_admin_approves_a_part(shop: Shop) -> None:
    """What the refund is worth is summed like any other, also after silence has denied it; the decision shows it."""
    shop.publish(review_days=10)
    maya = charged_back(shop)
    shop.days(40)
    shown = shop.read(decide(shop, values={"r-1": eur(1500)}))
    assert shown["values"] == {"r-1": eur(1500)}
    assert shop.order()["reviews"] == [shown]
    assert shop.account(maya["id"])["available"] == 300
    assert decide(shop, values={"r-1": eur(1500)}).status_code == HTTPStatus.OK
    assert decide(shop, values={"r-1": eur(4500)}).status_code == HTTPStatus.CREATED
    assert shop.account(maya["id"])["available"] == 0


def test_the_queue_shows_what_was_valued_before(shop: Shop) -> None:
    """Who is asked about a second refund sees both, and what an admin has said of the first."""
    charged_back(shop)
    decide(shop, values={"r-1": eur(1500)})
    shop.call("POST", REFUNDS, {"refund_id": "r-2", "amount": usd(500), "tax": usd(80)}, scope="checkout")
    shop.stream()
    (case,) = shop.read(shop.call("GET", "/v1/reviews", scope="admin:read"))["items"]
    assert case["foreign_refunds"] == [
        {"refund_id": "r-1", "kind": "chargeback", "amount": usd(5500), "value": eur(1500)},
        {"refund_id": "r-2", "kind": "refund", "amount": usd(500), "tax": usd(80)},
    ]


@pytest.mark.parametrize(
    ("values", "pointer"),
    [({"r-2": eur(1)}, "/values/r-2"), ({"~": eur(1)}, "/values/~0"), ({"r-1": usd(1)}, "/values/r-1")],
)
def test_only_a_refund_that_needs_a_value_gets_one(shop: Shop, values: Body, pointer: str) -> None:
    """And only in the order's currency: otherwise 400, and nothing is decided."""
    charged_back(shop)
    shop.refund("o1", "r-2", 500)
    shop.stream()
    before = shop.everything()
    answer = decide(shop, values=values)
    assert (answer.status_code, answer.json_body["errors"][0]["pointer"]) == (400, pointer)
    assert shop.everything() == before
