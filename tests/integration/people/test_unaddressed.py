"""Customers of whom the shop has no e-mail address: an id of its own tells who they are, and nobody is written to."""

from chalicelib import deps
from chalicelib.operations.audit.audit import audit_all
from memory.shop import Body, Shop, eur, refusal
from tests.integration.messages.test_mails import states

KIM = {"email": None, "id": "c-kim", "first_name": "Kim"}


def order(code: str, order_id: str, customer: Body) -> Body:
    """A redemption's body."""
    return {"order_id": order_id, "code": code, "customer": customer, "amount": eur(5000)}


def test_an_id_of_the_shop_is_enough(shop: Shop) -> None:
    """The order is attributed, and its reward is released; the quote before said the same."""
    maya = shop.enrol()
    asked = order(maya["code"], "o1", KIM)
    quote = {"code": maya["code"], "order": {"amount": eur(5000), "customer": {"id": "c-kim"}}}
    assert shop.read(shop.call("POST", "/v1/quotes", quote, scope="checkout"))["usable"]
    first = shop.call("POST", "/v1/redemptions", asked, scope="checkout")
    assert first.status_code == 201, first.body
    assert shop.call("POST", "/v1/redemptions", asked, scope="checkout").status_code == 200
    shop.stream()
    shop.days(31)
    account = shop.account(maya["id"])
    assert (account["available"], account["counted"]) == (450, 1)


def test_nobody_is_written_to_and_nothing_waits(shop: Shop) -> None:
    """No letter to the friend is owed, so none fails; the ambassador gets theirs."""
    shop.call("POST", "/v1/redemptions", order(shop.enrol()["code"], "o1", KIM), scope="checkout")
    shop.stream()
    assert states(shop) == {"reward_held": "sent"}
    assert [to for to, _ in shop.mails()] == ["maya@example.com"]
    shop.days(31)
    assert audit_all(deps.table(), now=shop.now) == []


def test_the_id_guards_the_friend(shop: Shop) -> None:
    """Referred once: by the id alone again, or with an address that is new, whichever comes first."""
    code = shop.enrol()["code"]
    for first, second in ((KIM, KIM), ({"id": "c-1"}, {"id": "c-1", "email": "new@example.com"})):
        one, other = f"o-{first['id']}", f"p-{first['id']}"
        assert shop.call("POST", "/v1/redemptions", order(code, one, first), scope="checkout").status_code == 201
        again = shop.call("POST", "/v1/redemptions", order(code, other, second), scope="checkout")
        assert refusal(again) == (422, "friend_already_referred")
    both = {"id": "c-2", "email": "ana@example.com"}
    assert shop.call("POST", "/v1/redemptions", order(code, "o3", both), scope="checkout").status_code == 201
    again = shop.call("POST", "/v1/redemptions", order(code, "o4", {"id": "c-2"}), scope="checkout")
    assert shop.read(again)["reason"] == "friend_already_referred"


def test_an_ambassadors_own_id_is_their_own_code(shop: Shop) -> None:
    """Whoever enrolled with an id can't be their own friend by leaving the address out."""
    code = shop.enrol(customer_id="c-maya")["code"]
    answer = shop.call("POST", "/v1/redemptions", order(code, "o1", {"id": "c-maya"}), scope="checkout")
    assert refusal(answer) == (422, "own_code")


def test_further_orders_count_within_the_programs_days(shop: Shop) -> None:
    """A friend known by an id alone comes again like everybody else."""
    shop.publish(friend_days=30)
    code = shop.enrol()["code"]
    for name in ("o1", "o2"):
        answer = shop.call("POST", "/v1/redemptions", order(code, name, KIM), scope="checkout")
        assert answer.status_code == 201, answer.body
    shop.stream()
    assert states(shop) == {"reward_held": "sent"}


def test_a_claim_of_such_an_order_is_admitted(shop: Shop) -> None:
    """The admin who approves knows no address either."""
    maya = shop.enrol()
    session = {"Authorization": f"Bearer {shop.session(maya['id'])}", "Idempotency_Key": "a"}
    claim = shop.read(shop.call("POST", "/v1/ambassadors/me/claims", {"order_id": "o1"}, **session))["id"]
    told = {"customer": {"id": "c-kim"}, "amount": eur(5000), "placed_at": "2026-02-28T12:00:00Z"}
    verdict = {"decision": "approve", "note": "Yes.", "order": told}
    answer = shop.call("POST", f"/v1/claims/{claim}", verdict, scope="admin:write")
    assert answer.status_code == 201, answer.body


def test_with_neither_the_answer_says_what_is_needed(shop: Shop) -> None:
    """An address or an id: in a redemption, a quote, and a claim's approval."""
    maya = shop.enrol()
    session = {"Authorization": f"Bearer {shop.session(maya['id'])}", "Idempotency_Key": "a"}
    claim = shop.read(shop.call("POST", "/v1/ambassadors/me/claims", {"order_id": "o9"}, **session))["id"]
    nobody: Body = {"email": " ", "id": "\u200b", "first_name": "Kim"}
    told = {"amount": eur(5000), "customer": nobody}
    bodies = {
        "/v1/redemptions": (order(maya["code"], "o1", nobody), "/customer/email", "checkout"),
        "/v1/quotes": ({"code": maya["code"], "order": told}, "/order/customer/email", "checkout"),
        f"/v1/claims/{claim}": (
            {"decision": "approve", "note": "Yes.", "order": {**told, "placed_at": "2026-02-28T12:00:00Z"}},
            "/order/customer/email",
            "admin:write",
        ),
    }
    before = shop.everything()
    for path, (body, pointer, scope) in bodies.items():
        answer = shop.call("POST", path, body, scope=scope)
        assert answer.status_code == 400
        [error] = shop.read(answer)["errors"]
        assert error["pointer"] == pointer
        assert "email or id" in error["detail"]
    assert shop.everything() == before


def test_an_ambassador_needs_an_address(shop: Shop) -> None:
    """They are written to; an id alone makes nobody an ambassador."""
    told = {"first_name": "Maya", "customer_id": "c-maya"}
    assert shop.call("POST", "/v1/ambassadors", told, scope="enrol").status_code == 400
