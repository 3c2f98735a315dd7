"""One thing written in several ways stays one thing, on every way in."""

import pytest

from tests.shop import Shop, eur

CODES = (
    "{head}\u2013{tail}",
    "{head}\u2011{tail}",
    "{head}\u2212{tail}",
    "{head}\u200b{tail}",
    "\ufeff{head}{tail}",
    "{head}\u00ad{tail}",
    "\u2066{head}{tail}\u2069",
    "\u201c{head} {tail}\u201d.",
)
"""What a phone, a mail program or a word processor makes of a code."""


def spelt(code: str) -> list[str]:
    """A code in many spellings, in full width among them."""
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    return [wide, *(form.format(head=code[:4].lower(), tail=code[4:]) for form in CODES)]


def test_a_code_is_known_however_it_is_spelt(shop: Shop) -> None:
    """A quote, a redemption and its repeat all mean the same code; no friend loses the offer to a dash."""
    code = shop.enrol()["code"]
    first = shop.redeem(code)
    for written in spelt(code):
        quote = {"code": written, "order": {"amount": eur(5000)}}
        assert shop.read(shop.call("POST", "/v1/quotes", quote, scope="checkout"))["usable"], ascii(written)
        repeat = shop.redeem(written)
        assert (repeat.status_code, repeat.body) == (200, first.body), ascii(written)


@pytest.mark.parametrize("path", ["/r/{}", "/v1/codes/{}"])
def test_a_link_leads_to_its_code_however_it_is_spelt(shop: Shop, path: str) -> None:
    """Also the one in a path, where mail programs hang on what stands behind it."""
    code = shop.enrol()["code"]
    for written in spelt(code):
        answer = shop.call("GET", path.format(written))
        assert answer.status_code == 200
        assert code in answer.body.decode(), ascii(written)


def test_admins_and_checkouts_find_codes_and_coupons_however_they_are_spelt(shop: Shop) -> None:
    """A code that is paused, a coupon that is confirmed."""
    maya = shop.enrol()
    shop.redeem(maya["code"])
    shop.stream()
    shop.days(40)
    session = {"Authorization": f"Bearer {shop.session(maya['id'])}", "Idempotency_Key": "a"}
    coupon = shop.read(shop.call("POST", "/v1/ambassadors/me/spends", {"amount": eur(100)}, **session))["code"]
    for written in spelt(coupon):
        found = shop.call("GET", f"/v1/coupons/{written}", scope="checkout")
        assert shop.read(found)["code"] == coupon, ascii(written)
    for written in spelt(maya["code"]):
        change = shop.call("PATCH", f"/v1/codes/{written}", {"state": "paused"}, scope="admin:write")
        assert shop.read(change)["code"] == maya["code"], ascii(written)
