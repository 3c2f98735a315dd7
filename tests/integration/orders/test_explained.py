"""Explanations over HTTP: whose reader they speak to, in which language, and what an ambassador is never told."""

from typing import Any

import pytest

from chalicelib.domain.program.signals import SIGNALS
from memory.shop import Body, Shop, eur

CARD: Body = {"payment_fingerprint": "pm_4242"}
PATIENCE = "The order is still being looked at. There is nothing you need to do."


def explained(shop: Shop, scope: str, order_id: str = "o1", query: str = "") -> list[str]:
    """The explanation of an order for the holder of a scope."""
    answer = shop.call("GET", f"/v1/redemptions/{order_id}{query}", scope=scope)
    assert answer.status_code == 200, answer.body
    return list(shop.read(answer)["explanation"])


def own(shop: Shop, ambassador: Body, query: str = "", **headers: str) -> tuple[list[str], str]:
    """The explanation of the newest referral as its ambassador reads it, and the language that is named."""
    shop.keys["own"] = shop.session(ambassador["id"])
    answer = shop.call("GET", f"/v1/ambassadors/me/referrals{query}", scope="own", **headers)
    assert answer.status_code == 200, answer.body
    return list(shop.read(answer)["items"][0]["explanation"]), answer.headers["Content-Language"]


@pytest.fixture
def maya(shop: Shop) -> Body:
    """An ambassador of a watchful shop, with an order of a friend whose card was seen before."""
    shop.publish(watch={"review_at": 50})
    ambassador = shop.enrol(locale="es")
    for order_id in ("o0", "o1"):
        assert shop.redeem(ambassador["code"], order_id, **CARD).status_code == 201
        shop.stream()
    return ambassador


def test_a_checkout_key_reads_what_the_ambassador_reads(shop: Shop, maya: Body) -> None:
    """A shop's page shows it to whom it concerns; figures of the order and what looked odd are for admins alone."""
    to_checkout, to_admin = explained(shop, "checkout"), explained(shop, "admin:read")
    assert to_checkout == own(shop, maya, "?lang=en")[0]
    assert to_checkout[0] == f"A friend ordered with your code {maya['code']} on 1 March 2026."
    assert to_admin[0] == "The reward is €4.50."
    assert "The order is for €50.00; the code took €5.00 off." in to_admin
    assert not set(to_checkout) & set(to_admin)


def test_suspicion_looks_like_routine(shop: Shop, maya: Body) -> None:
    """Whatever was noticed, the ambassador is told to be patient: no signal, no weight, no card, no admin."""
    words = own(shop, maya, "?lang=en")[0]
    assert PATIENCE in words
    told = " ".join(words).lower()
    assert not [word for word in ("card", "admin", "suspicio", "signal", "fraud", "review") if word in told]
    names = shop.read(shop.call("GET", "/v1/redemptions/o1", scope="checkout"))
    assert not {"signals", "case", "reviews"} & names.keys()
    shown = shop.read(shop.call("GET", "/v1/ambassadors/me/referrals", scope="own"))
    assert not [name for name in SIGNALS if name in str(shown)]


def test_it_is_told_in_the_ambassadors_language_unless_another_is_asked_for(shop: Shop, maya: Body) -> None:
    """The locale of the profile, whatever the browser says; `?lang=` comes before it."""
    spanish, language = own(shop, maya, Accept_Language="bn")
    assert (language, spanish[0].startswith("Alguien") or "código" in spanish[0]) == ("es", True)
    assert own(shop, maya, "?lang=gu")[1] == "gu"
    english, language = own(shop, maya, "?lang=en")
    assert (language, english[0].startswith("A friend ordered")) == ("en", True)
    bengali, language = own(shop, maya, "?lang=bn")
    assert (language, bengali != spanish) == ("bn", True)


def test_an_admin_reads_in_the_programs_language_unless_another_is_asked_for(shop: Shop, maya: Body) -> None:
    """Never in the ambassador's."""
    del maya
    assert explained(shop, "admin:read")[0] == "The reward is €4.50."
    assert explained(shop, "admin:read", query="?lang=es") != explained(shop, "admin:read")


def test_a_locale_that_the_program_does_not_speak_is_passed_over(shop: Shop) -> None:
    """A shop that speaks two languages answers in its own one to a reader of a third."""
    shop.publish(languages=["en", "gu"])
    maya = shop.enrol(locale="es")
    shop.redeem(maya["code"])
    shop.stream()
    assert own(shop, maya)[1] == "en"
    assert own(shop, maya, "?lang=gu-IN")[1] == "gu-IN"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({}, "It has not been settled yet; the estimate is €4.50."),
        ({"items": [{"sku": "gift", "amount": eur(1000), "gift_card": True}]}, "Of that, €10.00 does not count"),
    ],
)
def test_an_admin_reads_of_an_order_that_is_not_settled(shop: Shop, more: Any, sentence: str) -> None:
    """There is something to read from the first moment on."""
    assert shop.redeem(shop.enrol()["code"], **more).status_code == 201
    assert [text for text in explained(shop, "admin:read") if text.startswith(sentence)]


def test_what_waits_for_somebody_is_promised_for_no_day(shop: Shop, maya: Body) -> None:
    """The ambassador reads from which day on it may be theirs, and not that it will be on that day."""
    words = own(shop, maya, "?lang=en")[0]
    assert "It will be yours when we have looked at it, and not before 31 March 2026." in words
    assert "It will be yours on 31 March 2026." not in words


def test_what_was_theirs_once_is_not_denied(shop: Shop) -> None:
    """Of a reward that was taken back it is said that there is none any more; of one that never was, just none."""
    ambassador = shop.enrol()
    shop.redeem(ambassador["code"])
    shop.redeem(ambassador["code"], "o2")
    shop.stream()
    shop.refund("o2", "r1", 4500)
    shop.days(31)
    shop.refund("o1", "r1", 4500)
    shop.stream()
    assert "There is no reward for it any more." in explained(shop, "checkout")
    assert "There is no reward for it." in explained(shop, "checkout", "o2")
