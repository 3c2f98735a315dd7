"""Closed days are folded into figures, whatever happens to the worker, and the facts come to the same again."""

from chalicelib import deps
from chalicelib.operations.program import programs
from chalicelib.operations.stats.recompute import Compared, recompute
from memory.shop import Body, Shop, eur

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def a_day(shop: Shop) -> None:
    """Let a day pass, and its figures be folded."""
    shop.days(1)
    shop.day()
    for _ in range(3):
        shop.minute()


def visit(shop: Shop, code: str, channel: str = "") -> None:
    """Open a share link as a person does."""
    query = f"?ch={channel}" if channel else ""
    assert shop.call("GET", f"/r/{code}{query}", User_Agent=BROWSER).status_code == 200


def report(shop: Shop, order_id: str, amount: int = 4000, email: str = "", **more: object) -> None:
    """Report an order without a code."""
    order: Body = {"order_id": order_id, "customer": {"email": email or f"{order_id}@mail.example"}, **more}
    answer = shop.call("POST", "/v1/orders", {**order, "amount": eur(amount)}, scope="checkout")
    assert answer.status_code == 201, answer.body
    shop.stream()


def recomputed(shop: Shop) -> list[Compared]:
    """All figures, beside what the facts come to."""
    return list(recompute(deps.table(), programs.current(deps.table()), now=shop.now))


def test_a_day_is_folded(shop: Shop) -> None:
    """What happened on a day is in its figures once it is closed, and the facts come to the same again."""
    maya = shop.enrol()
    visit(shop, maya["code"])
    visit(shop, maya["code"], "whatsapp")
    shop.redeem(maya["code"], "o1", 5000)
    shop.stream()
    report(shop, "p1")
    shop.refund("o1", "r1", 1000)
    shop.stream()
    a_day(shop)
    found = recomputed(shop)
    assert found
    assert all(it.is_same for it in found)
