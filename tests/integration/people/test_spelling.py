"""One thing written in several ways stays one thing, on every way in."""

from typing import Any

import pytest

from memory.shop import Body, Shop, eur, refusal
from tests.integration.messages.test_mails import states

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


# --- what a shop's own tools and its customers leave odd --------------------------------------------------------------

ODD: list[tuple[Body, Body]] = [
    ({"items": [{"sku": "tea", "quantity": 1.5}]}, {"items": [{"sku": "tea", "quantity": 1.5e0}]}),
    ({"items": [{"sku": "", "quantity": 0}]}, {"items": [{"quantity": 0.0}]}),
    ({"items": [{"sku": " cup "}]}, {"items": [{"sku": "cup", "gift_card": None, "quantity": None}]}),
    ({"items": None, "placed_at": None}, {}),
    ({"customer": {"first_name": ""}}, {"customer": {"first_name": None}}),
    ({"customer": {"first_name": " Fay\x07 "}}, {"customer": {"first_name": "Fay"}}),
    ({"customer": {"first_name": "F" * 81}}, {"customer": {"first_name": " "}}),
    ({"customer": {"locale": ""}}, {"customer": {"locale": "C"}}),
    ({"customer": {"locale": "en_US.UTF-8"}}, {"customer": {"locale": "en-US"}}),
    ({"customer": {"locale": "en-US,en;q=0.9"}}, {"customer": {"locale": "en_US"}}),
    ({"customer": {"locale": "English, please"}}, {"customer": {"locale": "../../etc/passwd"}}),
    ({"customer": {"id": ""}}, {"customer": {"id": None}}),
    ({"customer": {"id": " c-7\u200b"}}, {"customer": {"id": "c-7"}}),
    ({"customer": {"email": "fay@example.com \n"}}, {"customer": {"email": "\ufefffay@example.com."}}),
    ({"customer": {"email": "\uff46ay\uff20example.com"}}, {"customer": {"email": "FAY@EXAMPLE.COM"}}),
    ({"amount": {"amount": 5000, "currency": "eur"}}, {"amount": eur(5000)}),
    ({"payment_fingerprint": "", "shipping_address": " "}, {"payment_fingerprint": None}),
    ({"shipping_address": "a" * 600}, {"shipping_address": " " + "a" * 700}),
]
"""What no rule needs, in two spellings: both are taken, and mean the same."""


@pytest.mark.parametrize(("odd", "other"), ODD)
def test_what_no_rule_needs_costs_nobody_the_offer(shop: Shop, odd: Body, other: Body) -> None:
    """A redemption with an odd line is taken, another spelling of it is a repeat, and a quote says the same before."""
    code = shop.enrol()["code"]
    asked = {"order_id": "o1", "code": code, "amount": eur(5000)}
    customer = {"email": "fay@example.com", **odd.get("customer", {})}
    quote = {"code": code, "order": {"amount": eur(5000), **odd, "customer": customer}}
    told = shop.read(shop.call("POST", "/v1/quotes", quote, scope="checkout"))
    first = shop.call("POST", "/v1/redemptions", {**asked, **odd, "customer": customer}, scope="checkout")
    assert first.status_code == 201, first.body
    assert told["usable"]
    assert told["friend_discount"] == shop.read(first)["friend_discount"]
    customer = {"email": "fay@example.com", **other.get("customer", {})}
    again = shop.call("POST", "/v1/redemptions", {**asked, **other, "customer": customer}, scope="checkout")
    assert (again.status_code, again.body) == (200, first.body)


def test_a_friend_is_thanked_by_what_could_be_read(shop: Shop) -> None:
    """The locale's language, the name without its blanks, at the address without them."""
    code = shop.enrol()["code"]
    shop.redeem(code, customer={"email": " fay@example.com ", "first_name": " Fay\t", "locale": "es_MX.UTF-8"})
    shop.stream()
    [mail] = [it for it in shop.sent() if it.destinations["ToAddresses"] == ["fay@example.com"]]
    assert mail.subject.startswith("Gracias")
    assert "Hola, <bdi>Fay</bdi>:" in mail.body


@pytest.mark.parametrize(
    "odd",
    [
        {"locale": ""},
        {"locale": "C.UTF-8"},
        {"customer_id": "", "last_name": " ", "birthday": "", "consents": None},
        {"email": " maya@example.com\u200b", "first_name": " Maya "},
    ],
)
def test_an_enrolment_takes_the_same_odd_lines(shop: Shop, odd: Body) -> None:
    """What was there only empty is not kept, what had blanks around it is kept without."""
    plain: Any = shop.call("GET", f"/v1/ambassadors/{shop.enrol(**odd)['id']}", scope="admin:read")
    shown = shop.read(plain)
    assert (shown["email"], shown["first_name"], shown["locale"]) == ("maya@example.com", "Maya", "en")
    assert not {"customer_id", "last_name", "birthday"} & {name for name, it in shown.items() if it}


@pytest.mark.parametrize(
    "strict",
    [
        {"order_id": " o1"},
        {"order_id": ""},
        {"amount": {"amount": "5000", "currency": "EUR"}},
        {"amount": {"amount": 5000.0, "currency": "EUR"}},
        {"amount": {"amount": None, "currency": "EUR"}},
        {"amount": {"amount": 5000, "currency": ""}},
        {"customer": {"email": "fay"}},
        {"customer": {"email": ""}},
        {"placed_at": ""},
        {"placed_at": "2026-03-01"},
    ],
)
def test_what_decides_money_or_who_is_who_stays_strict(shop: Shop, strict: Body) -> None:
    """Nobody guesses an amount, an order, a time or a person."""
    order = {"order_id": "o1", "code": shop.enrol()["code"], "amount": eur(5000), "customer": {"email": "f@a.example"}}
    before = shop.everything()
    assert shop.call("POST", "/v1/redemptions", {**order, **strict}, scope="checkout").status_code == 400
    assert shop.everything() == before


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "sent_to", "other"),
    [
        ("fa\u00df.example", "xn--fa-hia.example", "fass.example"),
        ("\u03bd\u03af\u03ba\u03bf\u03c2.example", "xn--kxawhkp.example", "\u03bd\u03af\u03ba\u03bf\u03c3.example"),
        ("\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example", None, "\u0646\u0627\u0645\u0647\u0627\u06cc.example"),
        ("\u0dc1\u0dca\u200d\u0dbb\u0dd3.example", None, "\u0dc1\u0dca\u0dbb\u0dd3.example"),
    ],
)
def test_hosts_that_were_one_in_2003_are_two(shop: Shop, host: str, sent_to: str | None, other: str) -> None:
    """Mail reaches the host that was named, and whoever is at the other one is somebody else."""
    zoe = shop.enrol(f"zoe@{host}")
    assert shop.redeem(zoe["code"], customer={"email": f"zoe@{other}"}).status_code == 201
    assert shop.enrol(f"zoe@{other}")["code"] != zoe["code"]
    own = shop.redeem(zoe["code"], "o2", customer={"email": f"ZOE@{host}"})
    assert shop.read(own)["reason"] == "own_code"
    shop.stream()
    to = {address for address, _ in shop.mails()}
    assert len(to) == 2
    assert all(address.isascii() for address in to)
    assert sent_to is None or f"zoe@{sent_to}" in to


def test_a_mailbox_that_ses_cannot_reach_costs_nobody_the_offer(shop: Shop) -> None:
    """SES takes no letters beyond ASCII before the @: the order counts, and one mail can't be sent."""
    maya = shop.enrol()
    assert shop.redeem(maya["code"], customer={"email": "mar\u00eda@example.com"}).status_code == 201
    again = shop.redeem(maya["code"], "o2", customer={"email": "MARI\u0301A@example.com"})
    assert shop.read(again)["reason"] == "friend_already_referred"
    shop.stream()
    assert states(shop) == {"friend_thanks": "undeliverable", "reward_held": "sent"}
    assert [to for to, _ in shop.mails()] == ["maya@example.com"]


@pytest.mark.parametrize("host", ["hotmail.co.uk", "hotmail.fr", "outlook.de", "outlook.in", "live.de", "fastmail.fm"])
def test_a_tag_makes_no_friend_of_the_ambassador(shop: Shop, host: str) -> None:
    """At every host of a provider that drops it; the same name at another of its hosts is somebody else."""
    kim = shop.enrol(f"kim@{host}")
    own = shop.redeem(kim["code"], customer={"email": f"kim+2@{host}"})
    assert refusal(own) == (422, "own_code")
    assert shop.redeem(kim["code"], "o2", customer={"email": "kim@hotmail.com"}).status_code == 201


# --- times ------------------------------------------------------------------------------------------------------------

TIMES = ("2026-02-28T10:00:10.123456Z", "2026-02-28T10:00:10.123000Z", "2026-02-28T15:30:10.123+05:30")
"""One moment: to the millisecond, as precise as times are kept and answered."""


@pytest.mark.parametrize("at", TIMES)
def test_a_time_means_its_millisecond_in_every_report(shop: Shop, at: str) -> None:
    """A redemption, a refund, a delivery: sent again as our own answer says it, or in another zone, it is a repeat."""
    code = shop.enrol()["code"]
    first = shop.redeem(code, placed_at=TIMES[0])
    assert shop.read(first)["placed_at"] == TIMES[1]
    reports: dict[str, Body] = {
        "refunds": {"refund_id": "r1", "amount": eur(100), "refunded_at": TIMES[0]},
        "fulfilments": {"fulfilment_id": "f1", "delivered_at": TIMES[0], "return_by": TIMES[0]},
        "payments": {"payment_id": "p1", "paid_at": TIMES[0]},
    }
    for path, told in reports.items():
        assert shop.call("POST", f"/v1/orders/o1/{path}", told, scope="checkout").status_code == 201
    before = shop.everything()
    assert shop.redeem(code, placed_at=at).status_code == 200
    for path, told in reports.items():
        again = {name: at if value == TIMES[0] else value for name, value in told.items()}
        assert shop.call("POST", f"/v1/orders/o1/{path}", again, scope="checkout").status_code == 200, path
    assert shop.everything() == before


def test_a_time_that_is_set_means_its_millisecond(shop: Shop) -> None:
    """The end of a code is answered as it is kept, and setting it to that once more changes nothing."""
    path = f"/v1/codes/{shop.enrol()['code']}"
    first = shop.call("PATCH", path, {"expires_at": "2026-04-01T00:00:00.123999+02:00"}, scope="admin:write")
    assert shop.read(first)["expires_at"] == "2026-03-31T22:00:00.123000Z"
    before = shop.everything()
    again = shop.call("PATCH", path, {"expires_at": shop.read(first)["expires_at"]}, scope="admin:write")
    assert (again.body, shop.everything()) == (first.body, before)


def test_another_millisecond_is_another_order(shop: Shop) -> None:
    """What tells two times apart still does."""
    code = shop.enrol()["code"]
    shop.redeem(code, placed_at=TIMES[0])
    assert shop.redeem(code, placed_at="2026-02-28T10:00:10.124Z").status_code == 409


@pytest.mark.parametrize("at", TIMES)
def test_an_approved_claim_means_its_millisecond_too(shop: Shop, at: str) -> None:
    """The admin who approves twice, by our own answer the second time, has approved once."""
    maya = shop.enrol()
    session = {"Authorization": f"Bearer {shop.session(maya['id'])}", "Idempotency_Key": "a"}
    claim = shop.read(shop.call("POST", "/v1/ambassadors/me/claims", {"order_id": "o1"}, **session))["id"]
    order = {"customer": {"email": "fay@example.com"}, "amount": eur(5000), "placed_at": TIMES[0]}
    verdict = {"decision": "approve", "note": "Yes.", "order": order}
    first = shop.call("POST", f"/v1/claims/{claim}", verdict, scope="admin:write")
    again = {**verdict, "order": {**order, "placed_at": at, "amount": {"amount": 5000, "currency": "eur"}}}
    repeat = shop.call("POST", f"/v1/claims/{claim}", again, scope="admin:write")
    assert (first.status_code, repeat.status_code) == (201, 200)
    assert shop.read(first)["id"] == shop.read(repeat)["id"]


def test_a_request_without_a_key_of_nature_is_its_content_not_its_spelling(shop: Shop) -> None:
    """Under one Idempotency-Key: other order of fields, other case of the currency, null for what is left out."""
    maya = shop.enrol()
    asked = {"amount": eur(100), "reference": "bank-1"}
    spelt = [
        asked,
        dict(reversed(asked.items())),
        {**asked, "note": None},
        {**asked, "amount": eur(100) | {"currency": "eur"}},
    ]
    shop.redeem(maya["code"])
    shop.stream()
    shop.days(40)
    path = f"/v1/ambassadors/{maya['id']}/payouts"
    answers = [shop.call("POST", path, it, scope="admin:write", Idempotency_Key="a") for it in spelt]
    assert [it.status_code for it in answers] == [201, 200, 200, 200]
    assert len({it.body for it in answers}) == 1
